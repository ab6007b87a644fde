"""Recorded room fires, played to the detectors' own judging with the thresholds of the platform (A4.3).

A recording is a CSV of one row a second (columns "… Temperature … Below Ceiling", °C) and `…_Events.csv` with the moment of
"Ignition". A ceiling is where heat detectors hang: each temperature nearest to it is one detector. Smoke was not recorded in
these experiments, so what is measured is the heat part of the rules; a smoke detector is earlier.
Nothing is written: `judge` is a pure function. Plain Python, no Django.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from anju.monitoring import thresholds
from anju.monitoring.messages import Message
from anju.monitoring.services.judging import State, judge

KIND = "smoke"  # whose rules hold heat and its rise too
DEPTH = re.compile(r"Temperature (?P<depth>[\d.]+) (?P<unit>mm|m) Below Ceiling")
SANE = (-40.0, 1400.0)  # °C; beyond is a broken thermocouple


@dataclass(frozen=True)
class Recording:
    """name: of the experiment. ignition: seconds on the recording's own clock. rows: (seconds, °C by detector)."""

    name: str
    ignition: float
    rows: list[tuple[float, dict[str, float]]]

    @property
    def detectors(self) -> list[str]:
        return sorted({name for _second, values in self.rows for name in values})


class BadRecording(ValueError):
    """A file is no recording; the text names the file and what is missing."""


def recordings(folder: Path) -> Iterator[Recording]:
    """All of a folder, by name. Raises BadRecording."""
    for events in sorted(folder.glob("*_Events.csv")):
        yield read(events.with_name(events.name.replace("_Events", "")), events)


def read(file: Path, events: Path) -> Recording:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        table = csv.DictReader(lines)
        columns = _ceiling(list(table.fieldnames or []))
        rows = list(table)
    if not columns or not rows:
        raise BadRecording(f"{file}: no column “… Temperature … Below Ceiling” or no rows")
    begun = datetime.fromisoformat(rows[0]["Timestamp"])
    ignition = (_ignition(events) - begun).total_seconds()
    found = []
    for row in rows:
        second = (datetime.fromisoformat(row["Timestamp"]) - begun).total_seconds()
        found.append((second, {name: value for name in columns if (value := _number(row[name])) is not None}))
    return Recording(file.stem, ignition, found)


def _ceiling(columns: list[str]) -> list[str]:
    """Of each quadrant the thermocouple nearest to the ceiling; a doorway is no ceiling."""
    best: dict[str, tuple[float, str]] = {}
    for column in columns:
        match = DEPTH.search(column)
        if match is None or not column.startswith("Quadrant"):
            continue
        depth = float(match["depth"]) / (1000 if match["unit"] == "mm" else 1)
        place = column[: match.start()]
        if place not in best or depth < best[place][0]:
            best[place] = (depth, column)
    return sorted(column for _depth, column in best.values())


def _ignition(events: Path) -> datetime:
    with events.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            if row["Event"].strip().lower().startswith("ignition"):
                day, _dash, clock = row["Time"].strip().rpartition("-")
                return datetime.fromisoformat(f"{day}T{clock}")
    raise BadRecording(f"{events}: no event “Ignition”")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if SANE[0] <= value <= SANE[1] else None


# --- the platform's own judging ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alarmed:
    """after: seconds from ignition to the alarm of the first detector, None when there was none; negative: before it.

    by: the rule. all_after: of every detector, None for one that never alarmed. peak: the hottest it became, °C.
    """

    name: str
    after: float | None
    by: str
    all_after: dict[str, float | None]
    peak: float

    @property
    def found(self) -> bool:
        return self.after is not None and self.after >= 0

    @property
    def too_early(self) -> bool:
        return any(after is not None and after < 0 for after in self.all_after.values())


START = datetime(2026, 11, 20, tzinfo=UTC)  # the thresholds of this day judge, whenever the fire was recorded


def play(recording: Recording, *, every: float = 1.0) -> Alarmed:
    """every: seconds between two messages of a detector; a reading between two is not sent."""
    first: dict[str, tuple[float, str]] = {}
    rules = thresholds.rules_of(KIND, START.date())
    for detector in recording.detectors:
        state, due = State(), 0.0
        for number, (second, values) in enumerate(recording.rows):
            if second < due or detector not in values:
                continue
            due = second + every
            at = START + timedelta(seconds=second)
            digest = blake2b(f"{detector} {number}".encode(), digest_size=16).digest()
            said = Message(
                device="T1", boot="b", seq=number, at=at, digest=digest, source="mqtt", values={"temperature": values[detector]}
            )  # fmt: skip
            judged = judge(state, said, rules, received=at)
            state = judged.state
            fire = next((one for one in judged.findings if one.kind == "fire" and one.present), None)
            if fire is not None:
                first[detector] = (second - recording.ignition, str(fire.because["rule"]))
                break
    after = {name: first[name][0] if name in first else None for name in recording.detectors}
    earliest = min(first.values(), default=None)
    peak = max(value for _second, values in recording.rows for value in values.values())
    return Alarmed(recording.name, earliest[0] if earliest else None, earliest[1] if earliest else "", after, peak)
