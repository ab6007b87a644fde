"""Parts about hazards: put right of those that are due, handed over of those outside one's jurisdiction, overdue.

"Due" looks at the first day that was set, and stays so: neither an extension nor a correction that somebody merely
reported takes a hazard out of the count.
"""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from anju.core import time
from anju.inspections.models import HandOver, Hazard
from anju.overview.definitions.parts import AsOf, Part, Text

S = Hazard.State
REPORTED = (S.REINSPECT, S.CONFIRM)
HAND_OVER_WORKING_DAYS = 1  # the rule book: outside one's jurisdiction for one working day or more


def _closed(as_of: AsOf) -> Q:
    return Q(state=S.CLOSED, closed_at__lte=as_of.moment, reinspected_by__isnull=False)


def _void(as_of: AsOf) -> Q:
    return Q(state=S.VOID, closed_at__lte=as_of.moment)


def _open(as_of: AsOf) -> Q:
    return ~_closed(as_of) & ~_void(as_of)


def _late(as_of: AsOf) -> Q:
    return Q(first_due_at__lte=as_of.moment)


def _parts(kind: str, only: Q, words: dict[str, Text]) -> dict[str, Part]:
    """The parts of a remediation rate over the hazards of `only`."""

    def part(
        name: str, label: Text, where: Callable[[AsOf], Q], tone: str = "bad", todo: Text = "", hint: Text = ""
    ) -> Part:
        return Part(f"{kind}_{name}", "hazard", label, lambda as_of: only & where(as_of), tone, True, todo, hint)

    return {
        "counted": part("counted", _("Due or closed"), lambda at: _closed(at) | (_open(at) & _late(at))),
        "closed": part("closed", _("Closed"), _closed, "ok"),
        "open": part(
            "open",
            _("Still open"),
            lambda at: _open(at) & _late(at) & ~Q(state__in=REPORTED),
            todo=words["open"],
            hint=_("remind, raise the tier"),
        ),
        "reported": part(
            "reported",
            _("Reported, not seen"),
            lambda at: _open(at) & _late(at) & Q(state__in=REPORTED),
            "unk",
            todo=words["reported"],
            hint=_("somebody has to see it"),
        ),
        "not_due": part("not_due", _("Not yet due"), lambda at: _open(at) & ~_late(at), "due"),
        "void": part("void", _("False, duplicate, another body's, no longer let"), _void, "new"),
    }


security = _parts(
    "security",
    Q(is_security=True),
    {
        "open": _("Have %(n)s security hazards put right"),
        "reported": _("Re-inspect %(n)s security hazards reported as corrected"),
    },
)
every = _parts(
    "hazards",
    Q(),
    {"open": _("Have %(n)s hazards put right"), "reported": _("Re-inspect %(n)s hazards reported as corrected")},
)

undecided = Part(
    "security_undecided",
    "hazard",
    _("Marked by the rule, the police have not decided"),
    lambda as_of: Q(is_security=True, security_decided_at=None) & (_closed(as_of) | (_open(as_of) & _late(as_of))),
    "unk",
    todo=_("Decide on %(n)s hazards that only the rule calls security hazards"),
    hint=_("the police decide; they count meanwhile"),
)

in_hand = Part("hazards_in_hand", "hazard", _("Under way"), _open, "due", dated=True)
overdue = Part(
    "hazards_overdue",
    "hazard",
    _("Overdue"),
    lambda as_of: _open(as_of) & Q(overdue=True),
    "over",
    todo=_("Work off %(n)s overdue hazards"),
    hint=_("the longest first"),
)


def _outside(as_of: AsOf) -> Q:
    wrong = Q(state=S.VOID, void_reason__in=[Hazard.Void.FALSE, Hazard.Void.DUPLICATE], closed_at__lte=as_of.moment)
    return Q(outside_jurisdiction=True, outside_since__lte=as_of.moment) & ~wrong


def _outside_due(as_of: AsOf) -> Q:
    start = as_of.last_start_past(HAND_OVER_WORKING_DAYS, working=True)
    return _outside(as_of) & Q(outside_since__lt=time.day_end(start))


def _taken(as_of: AsOf) -> Q:
    """A body accepted it, or it was declared void because another body has it."""
    accepted = HandOver._base_manager.filter(
        hazard=OuterRef("pk"), state=HandOver.State.ACCEPTED, answered_at__lte=as_of.moment
    )
    elsewhere = Q(state=S.VOID, void_reason=Hazard.Void.OTHER_BODY, closed_at__lte=as_of.moment)
    return Q(Exists(accepted)) | elsewhere


def _waiting() -> Q:
    return Q(Exists(HandOver._base_manager.filter(hazard=OuterRef("pk"), state=HandOver.State.SENT)))


def _returned() -> Q:
    return Q(Exists(HandOver._base_manager.filter(hazard=OuterRef("pk"), state=HandOver.State.RETURNED)))


outside = Part("handover_due", "hazard", _("Outside the jurisdiction"), _outside_due, dated=True)
taken = Part("handover_accepted", "hazard", _("Accepted"), lambda at: _outside_due(at) & _taken(at), "ok", dated=True)
waiting = Part(
    "handover_waiting",
    "hazard",
    _("Waiting for the answer"),
    lambda at: _outside_due(at) & ~_taken(at) & _waiting(),
    "unk",
    todo=_("Remind the bodies of %(n)s hand-overs without an answer"),
    hint=_("one working day is their term"),
)
returned = Part(
    "handover_returned",
    "hazard",
    _("Returned"),
    lambda at: _outside_due(at) & ~_taken(at) & ~_waiting() & _returned(),
    todo=_("Hand %(n)s returned hazards over to the right body"),
    hint=_("read why they came back"),
)
unsent = Part(
    "handover_unsent",
    "hazard",
    _("Not handed over"),
    lambda at: _outside_due(at) & ~_taken(at) & ~_waiting() & ~_returned(),
    todo=_("Hand over %(n)s hazards"),
    hint=_("name the body in charge"),
)
fresh = Part(
    "handover_fresh",
    "hazard",
    _("Found less than one working day ago"),
    lambda at: _outside(at) & ~_outside_due(at),
    "due",
)

HAZARD_PARTS = (
    *security.values(), undecided, *every.values(), in_hand, overdue, outside, taken, waiting, returned, unsent, fresh,
)  # fmt: skip
