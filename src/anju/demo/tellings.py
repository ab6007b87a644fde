"""What was told about the homes over the year, and what the standard said each time."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from anju import standard
from anju.core import time
from anju.demo import papers
from anju.demo.homes import FRESH, Telling
from anju.demo.rows import insert_many
from anju.demo.settled import Settled, Told
from anju.dwellings.models import Dwelling, Observation, VerdictRecord
from anju.dwellings.services import judging
from anju.dwellings.services.facts import absorb

V = Dwelling.Verdict
_answers: dict[tuple[str, date], standard.Judgement] = {}  # most visits tell what the one before told


def tell(chance: Random, settled: Sequence[Settled]) -> None:
    """Observations, current facts and the history of answers of one estate's homes."""
    tellings = [(one, telling) for one in settled for telling in _with_register(chance, one)]
    observations = [_observation(chance, one, telling) for one, telling in tellings]
    insert_many(observations)
    for (one, telling), observation in zip(tellings, observations, strict=True):
        absorb(one.current, observation)
        one.current.version += 1
        one.current.changed_at = observation.recorded_at
        if telling.source != "register" or telling.found or telling.mended:
            one.told.append(Told(telling, observation, _judged(one, telling.day)))
    insert_many(one.current for one in settled)
    for one in settled:
        one.records = _history(one)
    insert_many(record for one in settled for record in one.records)
    _answers.clear()


@lru_cache(maxsize=1000)
def _book_of(on: date) -> date:
    """The first of the days on which the book said what it says on this one: its rules are compiled once for all of them."""
    edition = standard.current_edition(on)
    turns = judging.changes_of_the_book(edition.valid_from)
    return max((day for day in turns if day <= on), default=edition.valid_from)


def _judged(one: Settled, on: date) -> standard.Judgement:
    one.current.register, _turn = papers.register_of(one, on)
    case, _ends = judging.stored_case(one.current, None, on)
    key = (repr(case), _book_of(on))
    if key not in _answers:
        _answers[key] = standard.judge(case, key[1])
    return _answers[key]


def _with_register(chance: Random, one: Settled) -> list[Telling]:
    """What registers outside this platform say: monitoring, the sign inside; and which papers they found missing."""
    first, *later = one.home.tellings
    facts: dict[str, Any] = {
        "extinguishers_expired": 0,
        "gas_hose_expired": False,
        "electrical_monitoring": chance.random() < 0.3,
        "inside_sign": True,
    }
    if one.home.facts["kind"] == "rural":  # a village's group has no height of its own
        facts["building_height"] = round(one.home.facts["storeys"] * 3.2, 1)
    known = [Telling(first.day, "register", facts, {})]
    for lack in one.papers.lacks:
        name, value = lack.wrong
        known.append(Telling(lack.found_on, "register", {name: value}, {}, found=(lack.rule,)))
        if lack.fixed_on is not None:
            right = dict([lack.right]) if lack.right else {}
            known.append(Telling(lack.fixed_on, "register", right, {}, mended=(lack.rule,)))
    return [first, *sorted([*known, *later], key=lambda telling: telling.day)]


def moment_of(chance: Random, day: date) -> datetime:
    return time.day_start(day) + timedelta(hours=9, minutes=chance.randint(0, 540))


def _observation(chance: Random, one: Settled, telling: Telling) -> Observation:
    early = telling.source == "register"  # the registers are compared at night
    at = time.day_start(telling.day) + timedelta(hours=8) if early else moment_of(chance, telling.day)
    by = one.crew.grid[one.dwelling.area_path] if telling.source == "inspection" else one.crew.office
    return Observation(
        dwelling=one.dwelling,
        source=telling.source,
        origin="ledger" if telling.source == "import" else "",
        observed_at=at,
        observed_by=by,
        recorded_at=at + timedelta(minutes=4),
        values={"facts": telling.facts, "rooms": telling.rooms},
    )


# --- the history of answers ----------------------------------------------------------------------------------------------


def _history(one: Settled) -> list[VerdictRecord]:
    """A row for every change of the answer, also where facts ran out between two visits."""
    rows: list[VerdictRecord] = []
    seen: Told | None = None  # the last look at the home

    def add(row: VerdictRecord) -> None:
        if not rows or _answer(row) != _answer(rows[-1]):
            rows.append(row)

    for told in one.told:
        for stale in _stale(one, seen, told.telling.day):
            add(stale)
        if told.telling.source == "inspection":
            seen = told
        row = _record(one, told.judgement, told.observation.recorded_at)
        if row.group_rental and one.group_since is None:
            one.group_since = row.on
        add(row)
    for stale in _stale(one, seen, time.today()):
        add(stale)
    return rows


def _stale(one: Settled, seen: Told | None, until: date) -> Iterator[VerdictRecord]:
    """What was seen ran out before somebody looked again."""
    if seen is None or seen.judgement.verdict not in (V.COMPLIANT, V.UNKNOWN):
        return
    day = seen.telling.day + timedelta(days=FRESH)
    if day < until:
        row = _record(one, seen.judgement, time.day_start(day))
        row.on, row.verdict = day, V.UNKNOWN
        yield row


def _answer(row: VerdictRecord) -> tuple[Any, ...]:
    return row.verdict, row.paperwork, row.group_rental, row.violated, row.edition


def _record(one: Settled, judgement: standard.Judgement, at: datetime) -> VerdictRecord:
    shared = judging.unit_rules(judgement.on)
    own = [result for result in judgement.results if result.rule not in shared]
    return VerdictRecord(
        dwelling=one.dwelling,
        at=at,
        on=time.day_of(at),
        edition=judgement.edition,
        verdict=judgement.verdict,
        paperwork=judgement.paperwork,
        group_rental=judgement.group_rental,
        violated=judging.violated_in(own),
    )
