"""The short form of `./anju chaos ingest`, and that its checks would see what they look for."""

from pathlib import Path
from typing import Any

import pytest

from tests.program.chaos import checking
from tests.program.chaos.flows import Book
from tests.program.chaos.storm import Storm

pytestmark = pytest.mark.nodatabase


@pytest.mark.parametrize(
    ("combination", "kills", "rows"),
    [
        pytest.param("mqtt-sqlite", 12, 60, marks=pytest.mark.xdist_group("chaos")),
        pytest.param("gb26875-postgres", 12, 0, marks=pytest.mark.needs("postgres")),
        pytest.param("nats-postgres", 12, 0, marks=[pytest.mark.needs("postgres"), pytest.mark.needs("nats")]),
    ],
)
def test_a4_4_killed_at_random_while_devices_talk_nothing_is_lost_or_doubled_and_alarms_are_what_readings_give(
    tmp_path: Path, combination: str, kills: int, rows: int
) -> None:
    report = Storm(combination, 20261127, kills, rows, tmp_path / "storm").run()
    assert report.good, report.in_words()
    assert sum(report.kills.values()) >= kills


class Fake:
    """What a city would hold."""

    url = "postgresql:///none"

    def __init__(self, readings: list[tuple[Any, ...]], alarms: list[tuple[Any, ...]]) -> None:
        opened = [(len(alarms), len(alarms))]
        self.answers = {
            checking.READINGS: readings, checking.ALARMS: alarms, checking.OPENED: opened, checking.LOGGED: opened,
            "SELECT count(*) FROM monitoring_rejected": [(0,)], checking.HOMES: [(3, 3)],
        }  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.answers[query]


def said(number: int, smoke: float, device: str = "T1") -> tuple[Any, ...]:
    return (number, device, "b1", number, {"smoke": smoke}, "", {})


def checked(tmp_path: Path, readings: list[tuple[Any, ...]], alarms: list[tuple[Any, ...]]) -> checking.Verdict:
    """Against a list of two acknowledged messages of T1: all is well, and smoke."""
    book = Book(tmp_path / "list")
    for number, smoke in ((1, 0.1), (2, 12.0)):
        book.send("T1", number, {"values": {"smoke": smoke}})
        book.take("T1", number)
    book.close()
    return checking.check(Fake(readings, alarms), book, 0)  # type: ignore[arg-type]


FIRE = ("T1", "fire", "", 1, "new", False)


def test_the_check_is_content_with_what_was_acknowledged(tmp_path: Path) -> None:
    assert checked(tmp_path, [said(1, 0.1), said(2, 12.0)], [FIRE]).good


@pytest.mark.parametrize(
    ("readings", "alarms", "what"),
    [
        ([said(2, 12.0)], [FIRE], {"lost": 1}),
        ([said(1, 0.1), said(2, 12.0), said(2, 12.0)], [("T1", "fire", "", 2, "new", False)], {"doubled": 1}),
        ([said(1, 0.2), said(2, 12.0)], [FIRE], {"altered": 1}),
        ([said(1, 0.1), said(2, 12.0), said(1, 0.1, "T2")], [FIRE], {"strange": 1}),
        ([said(1, 0.1), said(2, 12.0)], [], {"alarms_wrong": 1}),
        ([said(1, 0.1), said(2, 12.0)], [FIRE, FIRE], {"alarms_wrong": 1}),
        ([said(1, 0.1), said(2, 12.0)], [("T1", "fire", "", 2, "new", False)], {"alarms_wrong": 2}),
    ],
)
def test_the_check_sees(
    tmp_path: Path, readings: list[tuple[Any, ...]], alarms: list[tuple[Any, ...]], what: dict[str, int]
) -> None:
    verdict = checked(tmp_path, readings, alarms)
    assert not verdict.good
    assert {name: getattr(verdict, name) for name in what} == what


def test_alarms_are_counted_anew_by_spells_of_a_battery_and_by_parts_of_a_unit() -> None:
    def row(number: int, values: dict[str, float], event: str = "", part: str = "") -> tuple[Any, ...]:
        return ("U1", number, values, event, {"part": part} if part else {})

    battery = [row(number, {"battery": level}) for number, level in enumerate([90, 5, 5, 90, 5])]
    assert checking.recount(battery) == [
        ("U1", "battery", "", 2, "closed", True), ("U1", "battery", "", 1, "new", False),
    ]  # fmt: skip
    unit = [row(1, {}, "fire", "a"), row(2, {}, "fault", "b"), row(3, {}, "restored", "a"), row(4, {}, "fault", "b")]
    assert checking.recount(unit) == [("U1", "fire", "a", 1, "new", True), ("U1", "fault", "b", 2, "new", False)]
