"""What is still open today: reported, extended, stopped, handed over, failed, voided, reopened, ordered, or simply left.

Most are within their term; of those beyond it, most have a reason that an office recorded. The rest is overdue.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from anju.accounts.models import User
from anju.core import time
from anju.demo.acts import DAY, HOUR, OUTSIDE, Acts
from anju.demo.orders import ORDERED, Orders
from anju.demo.settled import Crew, Settled
from anju.demo.timeline import Timeline
from anju.inspections.models import Hazard

YESTERDAY = (3, 40)  # hours before the end: what was done in the last two days


class StillOpen:
    """Called when the hazards have just been opened; plans what happens to them until today."""

    def __init__(self, chance: Random, timeline: Timeline, acts: Acts, orders: Orders) -> None:
        self.chance, self.timeline, self.acts, self.orders = chance, timeline, acts, orders
        self.leader = User.objects.get(username="city")

    def leave(self, rows: Sequence[Hazard], one: Settled) -> None:
        grid = one.crew.grid[one.dwelling.area_path]
        for row in rows:
            if row.is_prohibited:
                self._prohibited(row, one.crew)
            elif row.due_at > self.timeline.until:
                self._in_term(row, grid, one.crew)
            else:
                self._past_term(row, grid, one.crew)

    def leave_paper(self, row: Hazard, grid: User, crew: Crew) -> None:
        if self.chance.random() < 0.8:
            self.timeline.at(row.found_at + 5 * HOUR, self.acts.assign, row, grid, crew.community)
        if row.due_at < self.timeline.until and self.chance.random() < 0.45:
            self.timeline.at(row.due_at - 6 * HOUR, self.acts.correct, row, crew.community)
            self.timeline.at(self._lately(row), self.acts.fail, row, grid)

    def _lately(self, row: Hazard) -> datetime:
        """In the last two days, but after it was found."""
        at = self.timeline.until - self.chance.randint(*YESTERDAY) * HOUR
        return max(at, row.found_at + 2 * HOUR)

    # --- within the term ---------------------------------------------------------------------------------------------

    def _in_term(self, row: Hazard, grid: User, crew: Crew) -> None:
        lot, age = self.chance.random(), self.timeline.until - row.found_at
        if row.rule in OUTSIDE and lot < 0.75:
            self.acts.hand_over(row, row.found_at + 20 * HOUR, crew, last=self.timeline.until)
        elif row.rule in ORDERED and age > 3 * DAY and lot < 0.5:
            self.orders.order(row, row.found_at + 2 * DAY, age.days + self.chance.randint(1, 6))
        elif lot < 0.16:
            self.timeline.at(self._lately(row), self.acts.correct, row, crew.community)
        elif lot < 0.25 and age > 2 * DAY:
            self.timeline.at(row.found_at + DAY, self.acts.correct, row, crew.community)
            self.timeline.at(self._lately(row), self.acts.fail, row, grid)
        elif lot < 0.33 and age > 4 * DAY:
            self._closed_too_early(row, grid, crew)
        elif lot < 0.34:
            self.timeline.at(row.found_at + 4 * HOUR, self.acts.void, row, self.leader)
        elif lot < 0.40:
            self.timeline.at(row.found_at + DAY, self.acts.stop, row, crew.office)

    def _closed_too_early(self, row: Hazard, grid: User, crew: Crew) -> None:
        """Closed on a photo, and a spot check finds that nothing was done."""
        start = row.found_at
        self.timeline.at(start + 8 * HOUR, self.acts.correct, row, crew.community)
        self.timeline.at(start + 26 * HOUR, self.acts.pass_, row, grid)
        self.timeline.at(start + 47 * HOUR, self.acts.confirm, row, crew.office)
        self.timeline.at(self._lately(row), self.acts.reopen, row, crew.office)
        self.timeline.at(self._lately(row) + HOUR, self.acts.assign, row, grid, crew.office)

    # --- past the term -----------------------------------------------------------------------------------------------

    def _past_term(self, row: Hazard, grid: User, crew: Crew) -> None:
        lot, before = self.chance.random(), row.due_at - 9 * HOUR
        later = time.day_of(self.timeline.until) + timedelta(days=self.chance.randint(0, 9))
        if lot < 0.28:
            self.timeline.at(before, self.acts.extend, row, later, crew.office)
        elif lot < 0.40:
            self.timeline.at(before, self.acts.stop, row, crew.office)
        elif lot < 0.58:
            self.timeline.at(max(before, row.found_at + HOUR), self.acts.correct, row, crew.community)
            self.timeline.at(min(row.due_at + 2 * DAY, self._lately(row)), self.acts.fail, row, grid)
            self.timeline.at(self._lately(row) + HOUR, self.acts.extend, row, later + DAY, crew.office)
        elif lot < 0.68:
            self.timeline.at(self._lately(row), self.acts.correct, row, crew.community)
        elif lot < 0.85:
            self.timeline.at(row.due_at + DAY, self.acts.remind, row, crew.office)

    # --- may not be let ----------------------------------------------------------------------------------------------

    def _prohibited(self, row: Hazard, crew: Crew) -> None:
        at, age = row.found_at, self.timeline.until - row.found_at
        self.timeline.at(at + 3 * HOUR, self.acts.letting_stopped, row, crew.office)
        if self.chance.random() < 0.4:
            self.timeline.at(at + DAY, self.acts.refuge, row)
        self.timeline.at(at + 2 * DAY, self.acts.agree_move_out, row, crew.office)
        if age > 15 * DAY:
            self.timeline.at(at + 13 * DAY, self.acts.moved_out, row, crew.office)
        elif age > 4 * DAY and self.chance.random() < 0.4:
            self.orders.joint(row, at + 3 * DAY, crew)
