"""How devices live on an ordinary day: what they measure at an hour, and when something happens. Pure: chance is given."""

import hashlib
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any

from anju.simulation.scenario import Happening, Rhythm, Wave, hours, seconds

DRAINS = 0.002  # of a battery, each time its device speaks
DECIMALS = 2


def character(code: str, name: str) -> float:
    """-1 to 1, always the same for a device and a reading: no two homes are alike."""
    digest = hashlib.blake2b(f"{code} {name}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 0x7FFFFFFF - 1


def swell(wave: Wave, hour: float) -> float:
    """What the hours add: from nothing over the whole in the middle to nothing again."""
    found = 0.0
    for text, most in wave.hours.items():
        first, last = hours(text)
        if first <= hour < last:
            found += most * math.sin(math.pi * (hour - first) / (last - first)) ** 2
    return found


def measured(rhythm: Rhythm, code: str, local: datetime, last: Mapping[str, float], chance: Random) -> dict[str, float]:
    """Readings of one device at a local time. last: what it said before, for what goes on from there."""
    found = {}
    for name, wave in rhythm.values.items():
        if wave.stays and name in last:
            value = last[name] - DRAINS
        else:
            value = wave.calm + wave.own * character(code, name) + swell(wave, local.hour + local.minute / 60)
            value += chance.uniform(-wave.noise, wave.noise)
        found[name] = round(max(0.0, value), DECIMALS)
    return found


def happening(rhythm: Rhythm, local: datetime, span: float, chance: Random) -> Iterator[Happening]:
    """What begins within the next `span` seconds."""
    for one in rhythm.happens:
        first, last = hours(one.hours)
        if first <= local.hour < last and chance.random() < one.per_day * span / ((last - first) * 3600):
            yield one


def details(given: Mapping[str, Any], chance: Random) -> dict[str, Any]:
    """A detail that is a list in the scenario is one of its values."""
    return {name: chance.choice(value) if isinstance(value, list) else value for name, value in given.items()}


def later(one: Happening, chance: Random) -> float:
    """Seconds until its end is said."""
    first, last = (seconds(span) for span in one.after)
    return chance.uniform(first, last)
