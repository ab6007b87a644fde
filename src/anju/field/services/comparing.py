"""Where the phone and the server do not say the same, and who else was there meanwhile. Kept and shown, never evened out."""

from datetime import date, timedelta
from typing import Any

from anju import standard
from anju.core import time
from anju.dwellings.models import Current, Dwelling, Observation, UnitState
from anju.dwellings.services.judging import stored_case, unit_rules, violated_in
from anju.field.letters import Answer
from anju.field.services.work import Work

SAME_DAYS = timedelta(hours=36)  # two visits so close that different answers are a contradiction, not a change
MOST = 50
CLOCK_WRONG = timedelta(minutes=5)


def differences(work: Work) -> dict[str, Any]:
    """Only what there is: docs/field-api.md, "differs"."""
    found: dict[str, Any] = {}
    if work.left_out:
        found["left_out"] = work.left_out[:MOST]
    if work.home is not None:
        found |= _others(work, work.home)
        if work.letter.kind == "inspection" and work.letter.verdict is not None and work.letter.verdict.verdict:
            found |= _verdicts(work, work.home, changed="meanwhile" in found)
    return {**found, **_clock(work)}


def judged_at(home: Dwelling, on: date) -> standard.Judgement:
    """What the standard says of the facts as they are now by the edition that was in force on a day."""
    current = Current.objects.filter(dwelling=home).first() or Current(dwelling=home)
    unit = UnitState.objects.filter(place_id=home.place_id).first()
    return standard.judge(stored_case(current, unit, on)[0], on)


def _verdicts(work: Work, home: Dwelling, *, changed: bool) -> dict[str, Any]:
    said = work.letter.verdict
    assert said is not None
    on = time.day_of(work.row.at)
    judgement = judged_at(home, on)
    shared = unit_rules(on)
    here = set(violated_in([result for result in judgement.results if result.rule not in shared]))
    there = {label for label in said.violated if label.partition("@")[0] not in shared}
    found: dict[str, Any] = {}
    if said.verdict != judgement.verdict:
        found["verdict"] = {"phone": said.verdict, "server": judgement.verdict}
    if there - here:
        found["only_phone"] = sorted(there - here)[:MOST]
    if here - there:
        found["only_server"] = sorted(here - there)[:MOST]
    if said.edition != judgement.edition:
        found["edition"] = {"phone": said.edition, "server": judgement.edition}
    if found.keys() - {"edition"}:
        found["why"] = _why(work, found, changed)
    return found


def _why(work: Work, found: dict[str, Any], changed: bool) -> str:
    if work.left_out:
        return "left_out"
    if "edition" in found:
        return "edition"
    prior = work.letter.prior.home_version
    return "facts_changed" if changed or (prior is not None and prior != work.version_before) else "unknown"


def _others(work: Work, home: Dwelling) -> dict[str, Any]:
    """Inspections by others that reached the platform after this record was begun, or that happened close to it."""
    begun = work.row.at - (work.letter.ended_at - work.letter.made_at)
    rows = home.observations.filter(source=Observation.Source.INSPECTION, withdrawn_at=None).exclude(
        observed_by=work.by
    )
    near = rows.filter(observed_at__range=(work.row.at - SAME_DAYS, work.row.at + SAME_DAYS))
    near = near.select_related("observed_by").order_by("observed_at", "id")[:20]
    found: dict[str, Any] = {}
    meanwhile = [row for row in near if row.recorded_at >= begun]
    if meanwhile:
        found["meanwhile"] = [
            {
                "visit": row.origin.removeprefix("inspection "),
                "who": str(row.observed_by),
                "at": row.observed_at.isoformat(),
            }
            for row in meanwhile
        ]
    against = [line for row in near for line in _against(work, row)]
    if against:
        found["contradicts"] = against[:MOST]
    return found


def _against(work: Work, other: Observation) -> list[dict[str, Any]]:
    """The facts to which both gave an answer, and not the same one."""
    parts = [("", work.letter.answers.dwelling, other.values.get("facts", {}))]
    rooms = other.values.get("rooms", {})
    parts += [(room, answers, rooms.get(room, {})) for room, answers in work.letter.answers.rooms.items()]
    return [
        {
            "fact": name, "room": room, "phone": answer.value, "theirs": theirs[name], "who": str(other.observed_by),
            "at": other.observed_at.isoformat(),
        }
        for room, answers, theirs in parts
        for name, answer in answers.items()
        if _two(answer, theirs.get(name))
    ]  # fmt: skip


def _two(answer: Answer, theirs: Any) -> bool:
    return answer.how != "cannot_see" and answer.value is not None and theirs is not None and answer.value != theirs


def _clock(work: Work) -> dict[str, Any]:
    """A wrong clock is noticed: how far it was off and the time that counts are both kept."""
    row = work.row
    offset = row.clock_offset_s or 0
    clamped = work.letter.ended_at + work.letter.shift(offset) > row.received_at + CLOCK_WRONG
    if abs(offset) < CLOCK_WRONG.total_seconds() and not clamped:
        return {}
    return {
        "clock": {"offset_s": offset, "made_at": row.made_at.isoformat(), "at": row.at.isoformat(), "clamped": clamped}
    }
