"""A year played in the order of time: every act through the services of its app, the clocks running at each midnight.

The services are told that it is then (`core.time.in_the_past`), so terms, tiers, documents and the log come out as if the
city had been at work all year.
"""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from anju.core import time
from anju.core.errors import Refused
from anju.inspections.services.overdue import run_clocks

Act = Callable[[], Any]
DAY = timedelta(days=1)


class Timeline:
    """`before(moment)`: what was written in bulk has its turn in the log, before what happens at that moment.

    `at_midnight(day)`: what else is due when a day is over and its clocks have run out.
    """

    def __init__(
        self,
        until: datetime,
        at_midnight: Callable[[date], None] = lambda day: None,
        before: Callable[[datetime], None] = lambda moment: None,
    ) -> None:
        self.until, self.at_midnight, self.before = until, at_midnight, before
        self.refused: list[str] = []
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = count()
        self._reached: datetime | None = None

    def at(self, moment: datetime, act: Callable[..., Any], *args: Any, **values: Any) -> None:
        """Plan an act; one planned after the end never happens, so a story may reach into the future.

        What an act plans for a moment that is over happens at once: the log never goes back in time.
        """
        moment = max(moment, self._reached) if self._reached else moment
        if moment < self.until:
            planned: Act = partial(act, *args, **values)
            heapq.heappush(self._acts, (moment, next(self._order), planned))

    def __len__(self) -> int:
        return len(self._acts)

    def play(self, first: date | None = None) -> None:
        """Day by day from `first` (else from the first act) to the end. Acts may plan further acts."""
        start = self._acts[0][0] if self._acts else self.until
        day = first or time.day_of(start)
        while time.day_end(day) <= self.until:
            self._acts_before(time.day_end(day))
            self.before(time.day_end(day))
            with time.in_the_past(time.day_end(day)):
                while run_clocks(time.now()):
                    pass
            with time.in_the_past(time.day_end(day) - timedelta(seconds=1)):
                self.at_midnight(day)
            day += DAY
        self._acts_before(self.until)

    def _acts_before(self, moment: datetime) -> None:
        while self._acts and self._acts[0][0] < moment:
            at, _order, act = heapq.heappop(self._acts)
            self.before(at)
            self._reached = at
            with time.in_the_past(at):
                self._try(act)

    def _try(self, act: Act) -> None:
        """What the rules refuse (a hazard was closed meanwhile) does not happen; a test looks that little is refused."""
        try:
            act()
        except Refused as refusal:
            self.refused.append(refusal.message)
