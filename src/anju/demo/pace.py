"""How the city got on over its year: what share was done when the year began, what is done now, and when each turn came.

Plain Python. Nothing here is a figure of the overview: it only draws on which day somebody visits, signs, registers.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

WEEKS = 52  # of history
YEAR = timedelta(weeks=WEEKS)
BEFORE = 50  # what was done when the year began was done in so many days before it


@dataclass(frozen=True)
class Share:
    """Of all turns: done when the year began, done today."""

    first: float
    now: float

    def behind(self, by: float) -> "Share":
        """Of a town that lags (`by` above 0) or leads: it shows in what is missing now."""
        return Share(max(0.0, self.first - by), min(0.998, self.now - by * 0.9))


VISITED = Share(0.46, 0.975)
SIGNED = Share(0.30, 0.957)
REGISTERED = Share(0.32, 0.965)


def smooth(x: float) -> float:
    """Slow at first, quick in the middle, slow where the last ones are hard to win."""
    return x * x * (3 - 2 * x)


def unsmooth(y: float) -> float:
    return 0.5 - math.sin(math.asin(1 - 2 * y) / 3)


def turn(chance: Random, share: Share, today: date) -> date | None:
    """The day of one turn; None when it has not come yet."""
    lot = chance.random()
    start = today - YEAR
    if lot < share.first:
        return start - timedelta(days=chance.randint(1, BEFORE))
    if lot >= share.now:
        return None
    done = (lot - share.first) / (share.now - share.first)
    return start + timedelta(days=round(unsmooth(done) * YEAR.days))
