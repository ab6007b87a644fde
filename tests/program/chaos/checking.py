"""The database against the outside list, and the alarms against those that the readings themselves give.

Everything is read past the program. The alarms are counted anew by a few lines of their own, which share nothing with the
platform's judging: a fire stays open and counts; a battery or a fault is an alarm for each time it was so.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tests.program.chaos.flows import Book
from tests.program.devices import City

READINGS = """SELECT r.id, d.code, r.boot, r.seq, r."values", r.event, r.detail FROM monitoring_reading r
 JOIN monitoring_device d ON d.id = r.device_id ORDER BY r.id"""
ALARMS = """SELECT d.code, a.kind, a.part, a.count, a.state, a.restored_at IS NOT NULL FROM monitoring_alarm a
 JOIN monitoring_device d ON d.id = a.device_id ORDER BY a.id"""
OPENED = """SELECT count(*), count(DISTINCT alarm_id) FROM monitoring_alarmevent WHERE move = 'open'"""
LOGGED = "SELECT count(*), count(DISTINCT subject_id) FROM audit_entry WHERE verb = 'alarm.opened'"
HOMES = "SELECT count(*), count(DISTINCT address) FROM dwellings_dwelling WHERE NOT hidden"
Alarm = tuple[str, str, str, int, str, bool]  # device, kind, part, count, state, restored


@dataclass
class Verdict:
    """Numbers that should be 0, and what else was found."""

    lost: int = 0  # acknowledged and not stored
    doubled: int = 0
    altered: int = 0  # stored with other content than was sent
    strange: int = 0  # stored and never sent
    rejected: int = 0
    alarms: int = 0
    alarms_wrong: int = 0
    other: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        wrong = self.lost + self.doubled + self.altered + self.strange + self.rejected + self.alarms_wrong
        return not wrong and not self.other


def check(city: City, book: Book, homes: int) -> Verdict:
    """homes: rows of the ledger that was imported meanwhile, 0 for none."""
    rows = [(code, _number(boot, seq), _json(values), event, _json(detail)) for _id, code, boot, seq, values, event, detail in city.rows(READINGS)]  # fmt: skip
    verdict, times = Verdict(), Counter((code, number) for code, number, *_rest in rows)
    verdict.lost = len(book.acknowledged - times.keys())
    verdict.doubled = sum(count - 1 for count in times.values())
    verdict.strange = len(times.keys() - book.sent.keys())
    verdict.altered = sum(
        1
        for code, number, values, event, _detail in rows
        if (words := book.sent.get((code, number)))
        and (values, event) != (words.get("values", {}), words.get("event", ""))
    )
    ((verdict.rejected,),) = city.rows("SELECT count(*) FROM monitoring_rejected")
    _alarms(city, rows, verdict)
    for query, what in ((OPENED, "alarms opened twice"), (LOGGED, "alarms logged twice")):
        ((all_of, different),) = city.rows(query)
        if all_of != different or all_of != verdict.alarms:
            verdict.other.append(f"{what}: {all_of} entries for {different} of {verdict.alarms} alarms")
    if homes:
        ((count, addresses),) = city.rows(HOMES)
        if (count, addresses) != (homes, homes):
            verdict.other.append(f"{homes} homes in the ledger, {count} in the register at {addresses} addresses")
    if not city.url and (found := city.rows("PRAGMA integrity_check")) != [("ok",)]:
        verdict.other.append(f"SQLite: {found[:3]}")
    return verdict


def _number(boot: str, seq: int) -> int:
    """Of the device itself. A frame's serial is packed with two smaller numbers, and its boot is longer than "b1"."""
    return seq if boot == "b1" else seq >> 10


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _alarms(city: City, rows: Iterable[tuple[str, int, Any, str, Any]], verdict: Verdict) -> None:
    found: list[Alarm] = [(*row[:5], bool(row[5])) for row in city.rows(ALARMS)]
    expected = recount(rows)
    verdict.alarms = len(found)
    for name in sorted(Counter(found).keys() | Counter(expected).keys()):
        verdict.alarms_wrong += abs(found.count(name) - expected.count(name))
    if verdict.alarms_wrong:
        missing = [one for one in expected if one not in found][:5]
        verdict.other.append(f"alarms by the readings and not there: {missing}; there: {[one for one in found if one not in expected][:5]}")  # fmt: skip


def recount(rows: Iterable[tuple[str, int, Any, str, Any]]) -> list[Alarm]:
    """The alarms that readings in this order give."""
    by_cause: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for code, _number_of, values, event, detail in rows:
        part = detail.get("part", "")
        if "smoke" in values:
            by_cause[code, "fire", ""].append(values["smoke"] >= 10)
        if "battery" in values:
            by_cause[code, "battery", ""].append(values["battery"] <= 10)
        if event in ("fire", "fault"):
            by_cause[code, event, part].append(True)
        if event == "restored":
            by_cause[code, "fire", part].append(False)
            by_cause[code, "fault", part].append(False)
    return [alarm for cause, said in by_cause.items() for alarm in _of_cause(cause, said)]


def _of_cause(cause: tuple[str, str, str], said: list[bool]) -> Iterable[Alarm]:
    if cause[1] == "fire":
        if any(said):
            yield (*cause, sum(said), "new", not said[-1])
        return
    spells = [(is_so, len(list(some))) for is_so, some in groupby(said)]
    for place, (is_so, count) in enumerate(spells):
        if is_so:
            over = place + 1 < len(spells)
            yield (*cause, count, "closed" if over else "new", over)


def states_behind(city: City, book: Book) -> int:
    """Devices with numbers of their own whose kept state is not that of the last message they had acknowledged."""
    last: dict[str, int] = {}
    for device, number in book.acknowledged:
        last[device] = max(last.get(device, 0), number)
    rows = city.rows(
        "SELECT d.code, s.boot, s.seq FROM monitoring_devicestate s JOIN monitoring_device d ON d.id = s.device_id"
    )
    return sum(1 for code, boot, seq in rows if code in last and _number(boot, seq) != last[code])
