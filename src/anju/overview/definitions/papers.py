"""Parts about papers: guarantees of who lets (A3.1) and the register of group rentals (A3.2)."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from anju import standard
from anju.overview.definitions.homes import LET
from anju.overview.definitions.parts import AsOf, Part
from anju.registration.models import GroupRentalEntry, Guarantee

RULE = "D27"  # the guarantee: its term is how long a new letting may be without one
G = Guarantee.State


def _new(as_of: AsOf) -> Q:
    """Let for the first time so lately that the guarantee is not due yet."""
    rule = next((rule for rule in standard.current_edition(as_of.on).rules_on(as_of.on) if rule.id == RULE), None)
    if rule is None:
        return Q(pk__in=())
    return Q(first_let_on__gt=as_of.last_start_past(rule.days, working=rule.day_kind == "working"))


def _due(as_of: AsOf) -> Q:
    return LET & (Q(first_let_on=None) | ~_new(as_of))


def _guarantee(party: str, states: tuple[str, ...], as_of: AsOf) -> Q:
    """A guarantee of the home's present `party`, in force on the day, in one of the states."""
    rows = Guarantee._base_manager.filter(
        dwelling=OuterRef("pk"), party=OuterRef(party), state__in=states, signed_on__lte=as_of.on
    ).filter(Q(valid_until=None) | Q(valid_until__gte=as_of.on))
    return Q(Exists(rows))


def _everybody(states: tuple[str, ...], as_of: AsOf) -> Q:
    """Landlord and, where it is sub-let, sub-lessor as well."""
    landlord = Q(landlord__isnull=False) & _guarantee("landlord", states, as_of)
    return landlord & (Q(sublessor=None) | _guarantee("sublessor", states, as_of))


def _signed(as_of: AsOf) -> Q:
    return _everybody((G.CONFIRMED,), as_of)


def _claimed(as_of: AsOf) -> Q:
    """Everybody has signed something, but not every signature is confirmed."""
    return _everybody((G.CONFIRMED, G.PENDING, G.DOUBTFUL), as_of) & ~_signed(as_of)


due = Part("guarantee_due", "home", _("To be signed"), _due)
signed = Part("guarantee_signed", "home", _("Signed"), lambda at: _due(at) & _signed(at), "ok")
doubtful = Part(
    "guarantee_doubtful",
    "home",
    _("In doubt"),
    lambda at: _due(at) & _claimed(at),
    "unk",
    todo=_("Check %(n)s doubtful signatures"),
    hint=_("look at the original, ask the person"),
)
missing = Part(
    "guarantee_missing",
    "home",
    _("Not signed"),
    lambda at: _due(at) & ~_signed(at) & ~_claimed(at),
    todo=_("Have %(n)s guarantees signed"),
    hint=_("by who lets now"),
)
new = Part("guarantee_new", "home", _("New lettings not yet due"), lambda at: LET & _new(at), "due")


def _entry(as_of: AsOf) -> Q:
    """In the register of group rentals on the day, found or registered."""
    rows = GroupRentalEntry._base_manager.filter(dwelling=OuterRef("pk"), found_on__lte=as_of.on)
    return Q(Exists(rows.filter(Q(removed_on=None) | Q(removed_on__gt=as_of.on))))


def _registered(as_of: AsOf) -> Q:
    rows = GroupRentalEntry._base_manager.filter(dwelling=OuterRef("pk"), registered_on__lte=as_of.on)
    return Q(Exists(rows.filter(Q(removed_on=None) | Q(removed_on__gt=as_of.on))))


COMPLETE = Q(rooms_let__gt=0, people__gt=0)  # home, rooms and people: all three are registered


def _group(as_of: AsOf) -> Q:
    return LET & (Q(group_rental=True) | _entry(as_of))


group = Part("group_all", "home", _("Group rentals"), _group)
registered = Part("group_registered", "home", _("Registered"), lambda at: _group(at) & _registered(at) & COMPLETE, "ok")
incomplete = Part(
    "group_incomplete",
    "home",
    _("Rooms or people missing"),
    lambda at: _group(at) & _registered(at) & ~COMPLETE,
    "unk",
    todo=_("Complete %(n)s entries without rooms or people"),
    hint=_("at the next visit"),
)
unregistered = Part(
    "group_unregistered",
    "home",
    _("Found, not registered"),
    lambda at: _group(at) & ~_registered(at),
    todo=_("Register %(n)s group rentals that were found"),
    hint=_("home, rooms and people"),
)
suspected = Part(
    "group_suspected",
    "home",
    _("Suspected, to be checked"),
    lambda at: LET & Q(group_rental=None) & ~_entry(at),
    "unk",
    todo=_("Check %(n)s suspected group rentals"),
    hint=_("leases, beds, who lives there"),
)

PAPER_PARTS = (due, signed, doubtful, missing, new, group, registered, incomplete, unregistered, suspected)
