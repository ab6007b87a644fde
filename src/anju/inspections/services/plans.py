"""Who goes where by when: rounds by risk, single checks, and the people who walk them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.models import Area, Department, Posting
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling
from anju.inspections.models import Plan, PlanItem

MOST_ITEMS = 1000
WALKERS = (Department.GRID, Department.COMMUNITY)
BY_VERDICT = {
    Plan.Reason.FIRST: Dwelling.Verdict.UNCHECKED,
    Plan.Reason.UNKNOWN: Dwelling.Verdict.UNKNOWN,
    Plan.Reason.RED: Dwelling.Verdict.NON_COMPLIANT,
}


def candidates(by: Any, area: Area, reason: str) -> "QuerySet[Dwelling]":
    """The let homes a round of this reason would visit: worst first, none that somebody is already going to."""
    rows: QuerySet[Dwelling] = Dwelling.objects.for_user(by).filter(
        paths.under("area_path", area.path), letting_state=Dwelling.LettingState.LET
    )
    if reason in BY_VERDICT:
        rows = rows.filter(verdict=BY_VERDICT[Plan.Reason(reason)])
    going = PlanItem.objects.unscoped(reason="whoever goes there, one visit is enough").filter(
        state=PlanItem.State.OPEN, dwelling__isnull=False
    )
    rows = rows.exclude(pk__in=going.values("dwelling_id"))
    return rows.order_by("-tier_by_facts", "judged_at", "id")


def walkers(area_path: str) -> list[tuple[str, User]]:
    """(path, person) of the grid and community workers in or above an area, nearest first."""
    today = time.today()
    rows = (
        Posting.objects.filter(department__in=WALKERS, since__lte=today, user__is_active=True)
        .filter(Q(until=None) | Q(until__gte=today))
        .filter(paths.under("area__path", area_path) | Q(area__path__in=paths.ancestors(area_path)))
        .select_related("area", "user")
        .order_by("id")
    )
    found = [(row.area.path, row.user) for row in rows if row.area is not None]
    return sorted(found, key=lambda pair: -len(pair[0]))


class _Roster:
    """Gives each home to somebody of its own grid, in turn where a grid has several."""

    def __init__(self, people: Sequence[tuple[str, User]]) -> None:
        self.people = people
        self.load: dict[int, int] = {}

    def take(self, area_path: str) -> User | None:
        near = [(path, user) for path, user in self.people if area_path.startswith(path)]
        if not near:
            return None
        deepest = max(len(path) for path, _user in near)
        user = min((user for path, user in near if len(path) == deepest), key=lambda one: self.load.get(one.pk, 0))
        self.load[user.pk] = self.load.get(user.pk, 0) + 1
        return user


@audited
def create_plan(
    *,
    by: Any,
    title: str,
    area: Area,
    reason: str,
    due_on: date,
    most: int = MOST_ITEMS,
    departments: Sequence[str] = (),
) -> Plan:
    """A round over an area by its reason, given out to the grid workers of each home."""
    require(by, "inspection.plan")
    if not scope_of(by).has_area(area.path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area.name})
    if due_on < time.today():
        raise Refused(_("%(day)s has passed. Choose today or later.") % {"day": due_on})
    homes = list(candidates(by, area, reason)[: min(most, MOST_ITEMS)])
    if not homes:
        raise Refused(
            _("No home in %(area)s matches “%(reason)s”, or somebody is on the way to all of them.")
            % {"area": area.name, "reason": Plan.Reason(reason).label}
        )
    moment = time.now()
    plan: Plan = Plan.objects.create(
        title=title.strip()[:100]
        or _("%(area)s: %(reason)s") % {"area": area.name, "reason": Plan.Reason(reason).label},
        reason=reason,
        area=area,
        area_path=area.path,
        departments=list(departments),
        due_on=due_on,
        created_at=moment,
        created_by=by,
    )
    roster = _Roster(walkers(area.path))
    PlanItem.objects.bulk_create(
        PlanItem(
            plan=plan, dwelling=home, reason=reason, area_path=home.area_path, inspector=roster.take(home.area_path),
            due_on=due_on, created_at=moment,
        )
        for home in homes
    )  # fmt: skip
    record(by=by, verb="inspection.plan", subject=plan, after={"homes": len(homes), "due_on": due_on, "reason": reason})
    return plan


@audited
def ask_check(*, by: Any, dwelling: Dwelling, reason: str = "", due_on: date | None = None) -> PlanItem:
    """安排核查: have one home looked at. Who is already going there is simply returned."""
    require(by, "inspection.plan")
    if not Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists():
        raise NotAllowed(_("There is no such home in your area."))
    going: PlanItem | None = (
        PlanItem._base_manager.filter(dwelling=dwelling, state=PlanItem.State.OPEN).order_by("due_on").first()
    )
    if going is not None:
        record(by=by, verb="inspection.plan", subject=going, after={"already": True})
        return going
    first = dwelling.verdict == Dwelling.Verdict.UNCHECKED
    item: PlanItem = PlanItem.objects.create(
        dwelling=dwelling,
        reason=reason or (Plan.Reason.FIRST if first else Plan.Reason.UNKNOWN),
        area_path=dwelling.area_path,
        inspector=_Roster(walkers(dwelling.area_path)).take(dwelling.area_path),
        due_on=due_on or time.today() + timedelta(days=settings.ANJU_FIRST_VISIT_DAYS),
        created_at=time.now(),
    )
    record(by=by, verb="inspection.plan", subject=item, after={"home": dwelling.code, "due_on": item.due_on})
    return item


@audited
def give(*, by: Any, items: Iterable[PlanItem], inspector: User) -> int:
    """Give visits to a person of the area; returns how many."""
    require(by, "inspection.plan")
    rows = [item for item in items if item.state == PlanItem.State.OPEN]
    if not rows:
        raise Refused(_("Choose at least one visit that is still open."))
    for item in rows:
        if not any(user.pk == inspector.pk for _path, user in walkers(item.area_path)):
            raise Refused(_("%(who)s does not work where “%(home)s” lies.") % {"who": inspector, "home": item})
    PlanItem._base_manager.filter(pk__in=[item.pk for item in rows]).update(inspector=inspector)
    for item in rows:
        record(by=by, verb="inspection.plan", subject=item, after={"inspector": str(inspector)})
    return len(rows)


LATEST_APPOINTMENT = timedelta(days=14)


@audited
def agree(*, by: Any, item: PlanItem, on: date) -> PlanItem:
    """A day agreed at the door for the next try, within two weeks: an appointment must not become a postponement."""
    require(by, "inspection.record")
    today = time.today()
    if not today <= on <= today + LATEST_APPOINTMENT:
        raise Refused(
            _("The next try can be agreed for a day from today to %(day)s.") % {"day": today + LATEST_APPOINTMENT}
        )
    row: PlanItem = PlanItem._base_manager.select_for_update(of=("self",)).get(pk=item.pk)
    before = row.due_on
    if row.state == PlanItem.State.OPEN:
        row.due_on = on
        row.save(update_fields=["due_on"])
    record(by=by, verb="inspection.agree", subject=row, before={"due_on": before}, after={"due_on": row.due_on})
    return row
