"""Made-up room fires for tests and the benchmark: not data of any experiment, but with what makes alarms hard.

A quick fire (t² growth, with the sensors' noise), a slow one whose heat creeps, one behind a closed door that goes out; and
rooms where nothing burns: a heating that starts, a kitchen, sun on the ceiling.
"""

import math
from random import Random

from anju.monitoring.replay import Recording

BEFORE, AFTER = 120, 900  # seconds


def _recording(name: str, heat: "Heat", seed: int, noise: float = 0.25) -> Recording:
    chance = Random(seed)  # noqa: S311  # noise, not a secret
    places = {"A": 1.0, "B": 0.85, "C": 0.8, "D": 0.6}
    rows = []
    for second in range(BEFORE + AFTER):
        burning = max(0, second - BEFORE)
        rows.append(
            (float(second), {place: round(21 + heat(burning) * share + chance.gauss(0, noise), 2) for place, share in places.items()})
        )  # fmt: skip
    return Recording(name, float(BEFORE), rows)


class Heat:
    """°C above the room's own, by seconds since ignition."""

    def __init__(self, most: float, grows: float, *, dies_at: float = math.inf) -> None:
        self.most, self.grows, self.dies_at = most, grows, dies_at

    def __call__(self, second: float) -> float:
        at = min(second, self.dies_at)
        heat = self.most * (1 - math.exp(-((at / self.grows) ** 2)))
        return heat if second <= self.dies_at else heat * math.exp(-(second - self.dies_at) / 120)


def invented() -> list[Recording]:
    return [
        _recording("quick", Heat(620, 260), 1),
        _recording("slow", Heat(150, 700), 2),
        _recording("goes out", Heat(95, 200, dies_at=240), 3),
    ]


def harmless() -> list[Recording]:
    """Nothing burns here: nothing may alarm."""
    return [
        _recording("heating", Heat(9, 240), 4),
        _recording("kitchen", Heat(13, 420), 5, noise=0.6),
        _recording("sun", Heat(16, 900), 6),
    ]
