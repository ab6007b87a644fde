"""Opening a hazard. The same rule violated again on the same spot finds the open case, it never makes a second one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.accounts.services import one_at_a_time, system_actor
from anju.areas.models import Area, Department, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.models import Entry
from anju.audit.services import audited, entry_of, keep, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, Party
from anju.inspections import workflow
from anju.inspections.models import Hazard, HazardEvent, HazardPhoto
from anju.inspections.services import clocks, tiers
from anju.inspections.services.moving import department_of, write

TWICE = timedelta(seconds=30)


@dataclass(frozen=True)
class Dating:
    """Of what was seen some time before it is recorded. `seen_at`: when it was found. `told`: the rules ("R01@C") that who has
    to put it right was told of on the spot; their terms run from then, all others from the moment of recording, for a term
    counts from when the party was told (docs/decisions/0005).
    """

    seen_at: datetime
    told: frozenset[str] = frozenset()


_dating: ContextVar[Dating | None] = ContextVar("inspections_dating", default=None)


@contextmanager
def dated(dating: Dating) -> Iterator[None]:
    """Hazards that inspections open inside are dated so."""
    token = _dating.set(dating)
    try:
        yield
    finally:
        _dating.reset(token)


BODIES = (
    "police",
    "housing",
    "fire",
    "urban",
    "planning",
    "market",
)  # keep the case they opened; the rest is the office's
FOLLOW_UP = ("grid", "community")  # who looks after a home finds and follows up in one


@dataclass(frozen=True)
class Spot:
    """Where a hazard hangs: a dwelling (with a room), or a place."""

    dwelling: Dwelling | None = None
    room: str = ""
    place: Place | None = None

    @property
    def area(self) -> Area:
        subject = self.dwelling or self.place
        assert subject is not None
        return subject.area

    @property
    def area_path(self) -> str:
        subject = self.dwelling or self.place
        assert subject is not None
        return subject.area_path

    @property
    def place_path(self) -> str:
        if self.dwelling:
            return self.dwelling.place_path
        assert self.place is not None
        return self.place.path

    @property
    def words(self) -> str:
        if self.dwelling:
            return f"{self.dwelling.address} {self.room}".strip()
        names, place = [], self.place
        while place is not None:
            names.append(place.name)
            place = place.parent
        return " ".join(reversed(names))


@dataclass(frozen=True)
class Finding:
    """What is wrong there. `rule` is "" for what no rule names; `days` 0 means at once."""

    title: str
    category: str
    severity: str
    days: int
    rule: str = ""
    edition: str = ""
    detail: str = ""
    because: Mapping[str, Any] = field(default_factory=dict)
    bound: Sequence[str] = ()
    working_days: bool = False
    binding: bool = False
    is_security: bool = False
    outside: bool = False


def _answerable(spot: Spot, bound: Sequence[str]) -> tuple[str, Party | None, str]:
    """Who has to put it right: the first bound party that exists. Never the tenant: the clock runs against who lets."""
    home = spot.dwelling
    parties: dict[str, Party | None] = {}
    if home is not None:
        parties = {
            Hazard.Bound.SUBLESSOR: home.sublessor,
            Hazard.Bound.LANDLORD: home.landlord,
            Hazard.Bound.OPERATOR: home.operator,
        }
    for kind in bound:
        found = parties.get(kind)
        if found is not None:
            return kind, found, found.name
        if kind == Hazard.Bound.PROPERTY:
            return kind, None, _property_of(spot)
    letting = [kind for kind in bound if kind in parties]
    return (Hazard.Bound.LANDLORD if Hazard.Bound.LANDLORD in letting else "".join(letting[:1])), None, ""


def _property_of(spot: Spot) -> str:
    place = spot.place or (spot.dwelling.place if spot.dwelling else None)
    while place is not None:
        if place.property_company:
            return place.property_company
        place = place.parent
    return spot.area.parent.name if spot.area.parent else spot.area.name


def existing(spot: Spot, rule: str) -> Hazard | None:
    """The open hazard of this rule on this spot."""
    if not rule:
        return None
    rows = Hazard._base_manager.filter(state__in=workflow.OPEN_STATES, rule=rule)
    if spot.dwelling:
        rows = rows.filter(dwelling=spot.dwelling, room=spot.room)
    else:
        rows = rows.filter(dwelling=None, place=spot.place)
    found = rows.order_by("id").values_list("pk", flat=True).first()  # mostly there is none, and a row has many columns
    return Hazard._base_manager.get(pk=found) if found else None


def open_hazard(
    *, by: Any, spot: Spot, finding: Finding, source: str, found_at: datetime, again: str = ""
) -> tuple[Hazard, bool]:
    """(hazard, whether it is new). Call inside a transaction; rights are the caller's business (see `record_hazard`).

    `again`: the sentence for the history when the hazard is found once more; "" leaves the history alone.
    """
    found = existing(spot, finding.rule)
    if found is None:
        try:
            with transaction.atomic():
                return _create(by, spot, finding, source, *_dates(spot, finding, source, found_at)), True
        except IntegrityError:  # somebody opened it in this moment
            found = existing(spot, finding.rule)
            if found is None:
                raise
    if again or found.gone_at:
        write(found, by=by, verb="hazard.found_again", move="again", text=again or _("The facts show it again"),
              values={"gone_at": None, "because": dict(finding.because)})  # fmt: skip
    return found, False


def _dates(spot: Spot, finding: Finding, source: str, now: datetime) -> tuple[datetime, datetime]:
    """(when it was found, from when its terms run)."""
    dating = _dating.get()
    if dating is None or source != Hazard.Source.INSPECTION:
        return now, now
    seen = min(dating.seen_at, now)
    label = f"{finding.rule}@{spot.room}" if spot.room else finding.rule
    return seen, seen if label in dating.told else now


def _prohibited_before(spot: Spot, finding: Finding) -> Hazard | None:
    """The closed case of a spot that may not be let: opening it anew means that it was let again (tier 3 after an order)."""
    if finding.severity != Dwelling.Severity.PROHIBITED or not finding.rule or spot.dwelling is None:
        return None
    rows = Hazard._base_manager.filter(
        dwelling=spot.dwelling, room=spot.room, rule=finding.rule, state=Hazard.State.CLOSED
    )
    return rows.order_by("-closed_at").first()


def _where(spot: Spot) -> dict[str, Any]:
    return {
        "dwelling": spot.dwelling,
        "room": spot.room,
        "place": spot.place,
        "area": spot.area,
        "area_path": spot.area_path,
        "place_path": spot.place_path,
        "where": spot.words[:200],
    }


def _what(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "edition": finding.edition,
        "title": finding.title[:160],
        "detail": finding.detail[:500],
        "because": dict(finding.because),
        "category": finding.category,
        "severity": finding.severity,
        "binding": finding.binding,
        "is_security": finding.is_security,
        "outside_jurisdiction": finding.outside,
        "days": finding.days,
        "working_days": finding.working_days,
    }


def _who(spot: Spot, bound: Sequence[str]) -> dict[str, Any]:
    kind, party, name = _answerable(spot, bound)
    return {"bound": list(bound), "answerable": kind, "answerable_party": party, "answerable_name": name[:80]}


def row_of(
    by: Any,
    spot: Spot,
    finding: Finding,
    source: str,
    found_at: datetime,
    before: Hazard | None,
    told_at: datetime | None = None,
) -> Hazard:
    """A new hazard as it will stand, not yet written. `before`: the closed case of a spot that may not be let. `told_at`: from
    when its term runs, where that is later than when it was found."""
    told_at = told_at or found_at
    department = department_of(by, spot.area_path)
    follows = department in FOLLOW_UP and source == Hazard.Source.INSPECTION
    # Working days first: a missing calendar year refuses before anything is written.
    due = time.due_at(time.day_of(told_at), finding.days, working=finding.working_days)
    return Hazard(
        **_where(spot),
        **_what(finding),
        **_who(spot, finding.bound),
        source=source,
        department=department if department in BODIES else Department.OFFICE,
        handler=by if follows else None,
        state=Hazard.State.CORRECTING if follows else Hazard.State.OPEN,
        found_at=found_at,
        found_by=by,
        outside_since=told_at if finding.outside else None,
        due_at=due,
        first_due_at=due,
        let_again_at=found_at if before else None,
        order_served_at=before.order_served_at if before else None,
    )


def beginning(hazard: Hazard) -> tuple[HazardEvent, Entry]:
    """The first line of a hazard's history and its entry in the log, not yet written."""
    event = HazardEvent(
        hazard=hazard,
        at=hazard.found_at,
        by=hazard.found_by,
        move="open",
        to_state=hazard.state,
        text=_("Found: %(title)s") % {"title": hazard.title},
    )
    after = {"rule": hazard.rule, "severity": hazard.severity, "where": hazard.where, "source": hazard.source}
    return event, entry_of(by=hazard.found_by, verb="hazard.open", subject=hazard, after=after)


def _create(by: Any, spot: Spot, finding: Finding, source: str, found_at: datetime, told_at: datetime) -> Hazard:
    hazard = row_of(by, spot, finding, source, found_at, _prohibited_before(spot, finding), told_at)
    hazard.save(force_insert=True)
    event, entry = beginning(hazard)
    event.save(force_insert=True)
    keep(entry)
    clocks.settle(hazard, clocks.begin(hazard, told_at))
    if hazard.due_at > hazard.first_due_at:  # a move-out has a longer term than the rule's "at once"
        hazard.first_due_at = hazard.due_at
        hazard.save(update_fields=["first_due_at"])
    tiers.refresh(hazard)
    return hazard


@audited
def record_hazard(
    *, by: Any, spot: Spot, finding: Finding, source: str = Hazard.Source.REPORT, photos: Sequence[Any] = ()
) -> Hazard:
    """A hazard that a person saw and no inspection form asked for: in an estate, in a shared part, reported by somebody."""
    require(by, "hazard.open")
    if not (scope_of(by).everything or _sees(by, spot)):
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": spot.words})
    if not finding.title.strip():
        raise Refused(_("Say in words what is wrong."))
    one_at_a_time(by)
    twice = _recorded_just_now(by, spot, finding)
    if twice is not None:
        record(by=by, verb="hazard.open_repeated", subject=twice)
        return twice
    opened = open_hazard(
        by=by, spot=spot, finding=finding, source=source, found_at=time.now(), again=_("Reported again")
    )
    hazard: Hazard = opened[0]
    event = HazardEvent._base_manager.filter(hazard=hazard).order_by("-id").first()
    HazardPhoto.objects.bulk_create(HazardPhoto(hazard=hazard, event=event, file=photo) for photo in photos)
    return hazard


def _recorded_just_now(by: Any, spot: Spot, finding: Finding) -> Hazard | None:
    """The same words about the same spot by the same person a moment ago: a form that was sent twice."""
    since = time.now() - TWICE
    rows = Hazard._base_manager.filter(found_by=by, found_at__gte=since, title=finding.title[:160], rule=finding.rule)
    return rows.filter(dwelling=spot.dwelling, place=spot.place, room=spot.room).first()


def _sees(by: Any, spot: Spot) -> bool:
    scope = scope_of(by)
    return scope.has_area(spot.area_path) or any(spot.place_path.startswith(root) for root in scope.place_paths)


def found_by_system() -> Any:
    """The finder of what the register shows, where no person looked."""
    return system_actor()
