"""Rounds of visits (A7.2): what offices planned lately, doors that did not open, and what is due at them these days."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from anju.accounts.models import User
from anju.areas.models import Area, Posting
from anju.core import time
from anju.core.errors import Refused
from anju.demo.acts import DAY
from anju.demo.timeline import Timeline
from anju.inspections.models import Plan, PlanItem, Visit
from anju.inspections.services import plans, visits

PLANNED = ((13, 10), (6, 9), (2, 5))  # days ago, and the days given
TRIES = 4


class Rounds:
    def __init__(self, chance: Random, timeline: Timeline) -> None:
        self.chance, self.timeline = chance, timeline

    def plan(self) -> None:
        """Every town plans by what it does not know; the communities of the demo's grid worker also by what is red."""
        last = time.day_start(time.day_of(self.timeline.until))
        for office in self._offices():
            for ago, days in PLANNED:
                at = last - ago * DAY + timedelta(hours=8, minutes=30)
                reason = self.chance.choice((Plan.Reason.FIRST, Plan.Reason.UNKNOWN))
                self.timeline.at(at, self._round, office[0], office[1], reason, days, 10)
        grid = Posting.objects.get(user__username="grid").area
        assert grid is not None
        by = User.objects.get(username=f"community-{grid.path[:-5]}")
        for ago, days, reason in ((9, 8, Plan.Reason.UNKNOWN), (4, 4, Plan.Reason.FIRST), (1, 4, Plan.Reason.UNKNOWN)):
            self.timeline.at(last - ago * DAY + timedelta(hours=9), self._round, by, grid, reason, days, 3)

    def _offices(self) -> list[tuple[User, Area]]:
        rows = Posting.objects.filter(department="office", area__kind="zone").select_related("user", "area")
        chosen: dict[str, tuple[User, Area]] = {}
        for row in rows.order_by("user__username"):
            assert row.area is not None
            if row.area.path not in chosen or row.user.username == "town":
                chosen[row.area.path] = (row.user, row.area)
        return [chosen[path] for path in sorted(chosen)]

    def _round(self, by: User, area: Area, reason: str, days: int, most: int) -> None:
        try:
            made = plans.create_plan(
                by=by, title="", area=area, reason=reason, due_on=time.today() + days * DAY, most=most
            )
        except Refused:  # nothing of that kind in this area is no failure of the story
            return
        items = PlanItem._base_manager.filter(plan=made).select_related("dwelling", "inspector").order_by("id")
        for number, item in enumerate(items[:TRIES]):
            self.timeline.at(time.now() + timedelta(hours=3 + 20 * number), self._no_entry, item)

    def _no_entry(self, item: PlanItem) -> None:
        if item.inspector is None or PlanItem._base_manager.get(pk=item.pk).state != PlanItem.State.OPEN:
            return
        refused = self.chance.random() < 0.2
        visits.record_visit(
            by=item.inspector, token=f"demo-plan-{item.pk}", dwelling=item.dwelling, item=item,
            result="refused" if refused else "no_access",
            note="住户不同意进入，已说明依据" if refused else "敲门无人应答，已贴联系卡",
        )  # fmt: skip


def visited(done: Sequence[Visit]) -> None:
    """A planned visit is done when somebody was inspecting there after it was planned."""
    last = {visit.dwelling_id: visit for visit in done}
    for item in PlanItem._base_manager.filter(state=PlanItem.State.OPEN, hazard=None, dwelling__in=last):
        visit = last[item.dwelling_id]
        if visit.at > item.created_at:
            Visit._base_manager.filter(pk=visit.pk).update(item=item)
            PlanItem._base_manager.filter(pk=item.pk).update(state=PlanItem.State.DONE)
