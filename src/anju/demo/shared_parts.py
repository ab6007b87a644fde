"""Shared parts of the estates (A9.4): stairs, exits, roof and fire doors looked at by grid workers, put right by the
property company or the village.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from anju.accounts.models import User
from anju.areas.models import Place
from anju.core import time
from anju.demo.acts import DAY, HOUR, Acts, state_of
from anju.demo.settled import Crew, crew_of
from anju.demo.timeline import Timeline
from anju.dwellings.services.facts import Evidence
from anju.inspections.models import Hazard, Visit
from anju.inspections.services import visits

GOOD = {
    "exit_state": "clear",
    "roof_door": "open",
    "corridor_charging": False,
    "fire_doors": "closed",
    "stair_lights": True,
}
WRONG: tuple[tuple[str, Any], ...] = (
    ("exit_state", "blocked"),
    ("roof_door", "locked"),
    ("corridor_charging", True),
    ("fire_doors", "propped_open"),
    ("corridor_charging", True),
    ("fire_doors", "damaged"),
)
MANAGED = "兰泾花苑"  # where the demo's property manager works
PER_ESTATE, AT_MANAGED = 3, 8
LATELY: tuple[tuple[int, int], ...] = ((3, 3), (1, 2), (2, 1), (5, 5))  # at MANAGED: (days ago, index in WRONG)


class SharedParts:
    def __init__(self, chance: Random, timeline: Timeline, acts: Acts) -> None:
        self.chance, self.timeline, self.acts = chance, timeline, acts
        self.manager = User.objects.get(username="property")

    def plan(self) -> None:
        for estate in Place.objects.filter(kind="estate").exclude(estate_kind="rural").order_by("path"):
            managed = estate.name == MANAGED
            units = list(
                Place.objects.filter(kind="unit", path__startswith=estate.path).select_related("area").order_by("path")
            )
            chosen = self.chance.sample(units, k=min(len(units), AT_MANAGED if managed else PER_ESTATE))
            crew = crew_of(estate.area)
            lately = list(LATELY) if managed else []
            for unit in chosen:
                days, which = (
                    lately.pop() if lately else (self.chance.randint(9, 300), self.chance.randrange(len(WRONG) + 3))
                )
                at = time.day_start(time.day_of(self.timeline.until) - days * DAY) + timedelta(
                    hours=10, minutes=self.chance.randint(0, 300)
                )
                self.timeline.at(
                    at, self._look, unit, crew, which, days < 9, self.manager if managed else crew.community
                )

    def _look(self, unit: Place, crew: Crew, which: int, still: bool, who: User) -> None:
        """Which of WRONG was seen there; beyond its end nothing."""
        wrong = dict(WRONG[which : which + 1])
        grid = crew.grid[unit.area_path]
        self._visit(unit, grid, {**GOOD, **wrong}, list(wrong))
        for row in Hazard._base_manager.filter(place=unit, dwelling=None, active=True).order_by("id"):
            self.timeline.at(time.now() + 2 * HOUR, self.acts.assign, row, who, crew.office)
            if not still:
                self._put_right(row, unit, crew, who)

    def _put_right(self, row: Hazard, unit: Place, crew: Crew, who: User) -> None:
        """Mostly the same day, because people go up and down there."""
        at, grid = time.now(), crew.grid[unit.area_path]
        took = (
            timedelta(hours=self.chance.randint(3, 9))
            if self.chance.random() < 0.75
            else timedelta(days=self.chance.randint(1, 4))
        )
        self.timeline.at(at + took, self.acts.correct, row, who)
        self.timeline.at(at + took + DAY, self._seen_right, row, unit, grid)
        self.timeline.at(at + took + 2 * DAY, self.acts.confirm, row, crew.office)

    def _seen_right(self, row: Hazard, unit: Place, grid: User) -> None:
        if state_of(row) == Hazard.State.REINSPECT:
            self._visit(unit, grid, GOOD, [])
            self.acts.pass_(row, grid)

    def _visit(self, unit: Place, grid: User, facts: dict[str, Any], proved: Sequence[str]) -> Visit:
        kind = "wrong" if proved else "right"
        photos = [Evidence(self.acts.photo(kind), fact=name) for name in proved or ["exit_state"]]
        return visits.record_visit(
            by=grid, token=f"demo-unit-{unit.pk}-{_stamp(time.now())}", place=unit, result="done",
            seen=visits.Seen(unit=facts, unit_photos=photos),
        )  # fmt: skip


def _stamp(moment: datetime) -> str:
    return moment.strftime("%y%m%d%H%M")
