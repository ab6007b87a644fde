"""What the standard says of a dwelling, kept as columns, results and a history of changes (A2.2).

Judged when a fact changes and, by the nightly run, when an answer runs out: a passing fact grows stale, a lease's term
passes, a rule comes into force.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from anju import standard
from anju.areas.models import Place
from anju.core import bulk, paths, time
from anju.dwellings.models import Current, Dwelling, Finding, UnitState, VerdictRecord
from anju.dwellings.signals import judged, unit_judged, would_move
from anju.standard.facts import EntityName

Home = tuple[Dwelling, Current]
# Register facts of one home and the first day on which they may be others (None: they stay).
RegisterFacts = tuple[Mapping[str, Any], date | None]
# (dwellings, on) → by their ids; a home left out has none. Asked for many at once, so that each source costs one query.
RegisterSource = Callable[[Sequence[Dwelling], date], Mapping[int, RegisterFacts]]
register_sources: list[RegisterSource] = []
WHY = "a judgement reads the home whoever may see it"


def building_height(dwellings: Sequence[Dwelling], on: date) -> dict[int, RegisterFacts]:
    """The building's height, looked up along the place's ancestors (the unit rarely carries it)."""
    chains = {dwelling.pk: paths.ancestors(dwelling.place_path) for dwelling in dwellings}
    wanted = {path for chain in chains.values() for path in chain}
    heights = dict(Place.objects.filter(path__in=wanted).exclude(height=None).values_list("path", "height"))
    found: dict[int, RegisterFacts] = {}
    for pk, chain in chains.items():
        own = next((heights[path] for path in reversed(chain) if path in heights), None)
        if own is not None:
            found[pk] = {"building_height": own}, None
    return found


register_sources.append(building_height)


def _fresh(
    entity: EntityName, facts: Mapping[str, Any], stamps: Mapping[str, Any], on: date
) -> tuple[dict[str, Any], list[date]]:
    """The facts that still count on a day, and the days on which the passing ones run out."""
    book = standard.current_edition(on).facts[entity]
    fresh: dict[str, Any] = {}
    ends = []
    for name, value in facts.items():
        definition = book.get(name)
        if definition is None or value is None:
            continue
        if definition.fresh_days is not None and name in stamps:
            seen = time.day_of(datetime.fromisoformat(stamps[name][1]))
            end = seen + timedelta(days=definition.fresh_days + 1)
            if end <= on:
                continue
            ends.append(end)
        fresh[name] = value
    return fresh, ends


def cases_of(homes: Sequence[Home], on: date) -> list[tuple[dict[str, Any], date | None]]:
    """Per home the facts as the standard takes them on a day, and the first day after it on which they may be others.

    Asks the register sources and keeps their answer in `current.register`, from which bulk judgement reads it.
    """
    dwellings = [dwelling for dwelling, _current in homes]
    told = [source(dwellings, on) for source in register_sources]
    units = UnitState.objects.in_bulk({dwelling.place_id for dwelling in dwellings})
    turns = changes_of_the_book(on)
    found = []
    for dwelling, current in homes:
        current.register, ends = {}, list(turns)
        for facts_of in told:
            values, until = facts_of.get(dwelling.pk, ({}, None))
            current.register.update(values)
            ends += [until] if until else []
        case, more = stored_case(current, units.get(dwelling.place_id), on)
        found.append((case, min((day for day in ends + more if day > on), default=None)))
    return found


def case_of(dwelling: Dwelling, current: Current, on: date) -> tuple[dict[str, Any], date | None]:
    """`cases_of` one home."""
    return cases_of([(dwelling, current)], on)[0]


def stored_case(current: Current, unit: UnitState | None, on: date) -> tuple[dict[str, Any], list[date]]:
    """The case from what is stored, with no further query, and the days on which its passing facts run out."""
    stamps = current.provenance or {}
    facts, ends = _fresh("dwelling", current.facts, stamps.get("facts", {}), on)
    rooms = []
    for name, values in current.rooms.items():
        fresh, room_ends = _fresh("room", values, stamps.get("rooms", {}).get(name, {}), on)
        rooms.append({"name": name, **fresh})
        ends += room_ends
    case: dict[str, Any] = {**facts, **current.register, "rooms": rooms}
    if unit is not None:
        case["unit"], unit_ends = _fresh("unit", unit.facts, unit.provenance, on)
        ends += unit_ends
    return case, ends


def changes_of_the_book(on: date) -> Sequence[date]:
    """The days after `on` on which a rule or a number of the present edition begins or ends."""
    return _turns(standard.current_edition(on), on)


@lru_cache(maxsize=64)
def _turns(edition: standard.Edition, on: date) -> tuple[date, ...]:
    starts = {rule.valid_from for rule in edition.rules}
    starts |= {value.valid_from for parameter in edition.parameters.values() for value in parameter.values}
    stops = {rule.valid_to for rule in edition.rules if rule.valid_to} | (
        {edition.valid_to} if edition.valid_to else set()
    )
    return tuple(sorted(day for day in starts | {stop + timedelta(days=1) for stop in stops} if day > on))


def unit_rules(on: date) -> frozenset[str]:
    """Ids of the rules about a unit's shared part; their violations are not the homes'."""
    return _unit_rules(standard.current_edition(on), on)


@lru_cache(maxsize=64)
def _unit_rules(edition: standard.Edition, on: date) -> frozenset[str]:
    return frozenset(rule.id for rule in edition.rules_on(on) if rule.entity == "unit")


def _worst(violations: list[standard.Result]) -> str:
    order = list(Dwelling.Severity.values)
    return min((result.severity for result in violations), key=order.index, default="")


def judge_dwelling(
    dwelling: Dwelling, on: date, *, current: Current | None = None, inspected_by: Any = None, announce: bool = True
) -> standard.Judgement:
    """Judge, store the answer where it changed, and announce it. Call inside the transaction of the change."""
    if current is None:
        current = Current.objects.get_or_create(dwelling=dwelling)[0]
    answer = answers_of([(dwelling, current)], on)[0]
    for prepared in prepared_of([answer]):
        prepared.write()
    if announce:
        judged.send(Dwelling, dwelling=dwelling, judgement=answer.judgement, inspected_by=inspected_by)
    return answer.judgement


@dataclass
class Answer:
    """What the standard says of a home, laid into its two rows, and what else is to be written of it."""

    dwelling: Dwelling
    current: Current
    judgement: standard.Judgement
    seen: tuple[int, datetime | None]
    """The version of the facts it was made from, and when the home had been judged before."""
    own: list[standard.Result]
    gone: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    record: VerdictRecord | None = None


def answers_of(homes: Sequence[Home], on: date, *, staged: bool = False) -> list[Answer]:
    """Judge many. Only reads, so that it can stand before the transaction that writes; inside, `still_stand` says whether
    anybody changed or judged one of the homes meanwhile. `staged`: homes to be inserted, of which nothing is stored yet.
    """
    found = []
    before = {dwelling.pk: _answer(dwelling) for dwelling, _current in homes}
    for (dwelling, current), (case, until) in zip(homes, cases_of(homes, on), strict=True):
        seen = current.version, dwelling.judged_at
        judgement = standard.judge(case, on)
        own = put_answer(dwelling, current, judgement, on, until)
        found.append(Answer(dwelling, current, judgement, seen, own))
    ids = [] if staged else list(before)
    have, last = _findings_of(ids), _last_records(ids)
    for answer in found:
        _compare_findings(answer, have.get(answer.dwelling.pk, []))
        said = violated_in(answer.own), answer.judgement.edition
        if _answer(answer.dwelling) != before[answer.dwelling.pk] or last.get(answer.dwelling.pk) != said:
            answer.record = _record_of(answer)
    return found


def prepared_of(answers: Sequence[Answer], *, staged: bool = False) -> list[bulk.Prepared]:
    """What is to be written inside the transaction. The two rows of staged homes are left to who inserts them."""
    rows = [] if staged else [
        bulk.update([answer.current for answer in answers], CURRENT_ANSWER),
        bulk.update([answer.dwelling for answer in answers], DWELLING_ANSWER),
    ]  # fmt: skip
    return [
        *rows,
        bulk.delete(Finding, [pk for answer in answers for pk in answer.gone]),
        bulk.insert(finding for answer in answers for finding in answer.findings),
        bulk.insert(answer.record for answer in answers if answer.record),
    ]


def still_stand(answers: Sequence[Answer]) -> bool:
    """Whether all homes are as they were read; here their facts are locked until the transaction ends. Papers on record
    are no facts, but who changes them judges the home."""
    seen = {answer.dwelling.pk: answer.seen for answer in answers}
    rows = Current.objects.select_for_update(of=("self",)).filter(pk__in=seen).order_by("pk")
    now = {pk: (version, moment) for pk, version, moment in rows.values_list("pk", "version", "dwelling__judged_at")}
    return now == seen


def to_announce(answers: Sequence[Answer]) -> set[int]:
    """The homes of which an upper app will write something when it hears of the judgement; they come one by one then, as
    nobody can say how much that is. The others need no announcement."""
    if not answers:
        return set()
    told = would_move.send(Dwelling, homes=[(answer.dwelling, answer.judgement) for answer in answers])
    return {int(pk) for _receiver, ids in told for pk in ids or ()}


def _answer(dwelling: Dwelling) -> tuple[str, str, bool | None]:
    return dwelling.verdict, dwelling.paperwork, dwelling.group_rental


def _findings_of(homes: Sequence[int]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    if homes:
        for finding in Finding.objects.unscoped(reason=WHY).filter(dwelling__in=homes):
            found[finding.dwelling_id].append(finding)
    return found


def _compare_findings(answer: Answer, have: Sequence[Finding]) -> None:
    """One row per violated or unknown rule and room; only what differs is written."""
    dwelling = answer.dwelling
    wanted = {(r.rule, r.room or ""): r.status for r in answer.own if r.status in ("violation", "unknown")}
    kept = {(f.rule, f.room) for f in have if wanted.get((f.rule, f.room)) == f.status}
    answer.gone = [f.pk for f in have if (f.rule, f.room) not in kept]
    answer.findings = [
        Finding(dwelling=dwelling, area_path=dwelling.area_path, rule=rule, room=room, status=status)
        for (rule, room), status in wanted.items()
        if (rule, room) not in kept
    ]


def _record_of(answer: Answer) -> VerdictRecord:
    dwelling, judgement = answer.dwelling, answer.judgement
    return VerdictRecord(
        dwelling=dwelling, at=dwelling.judged_at or time.now(), on=judgement.on, edition=judgement.edition,
        verdict=judgement.verdict, paperwork=judgement.paperwork, group_rental=judgement.group_rental,
        violated=violated_in(answer.own), observations=sorted(_used(answer.current)), valid_until=dwelling.verdict_until,
    )  # fmt: skip


def _last_records(homes: Sequence[int]) -> dict[int, tuple[list[str], str]]:
    """The newest line of each history: what was violated, by which edition."""
    if not homes:
        return {}
    rows = VerdictRecord.objects.unscoped(reason=WHY).filter(dwelling__in=homes).order_by("at", "id")
    return {pk: (violated, edition) for pk, violated, edition in rows.values_list("dwelling", "violated", "edition")}


def put_answer(
    dwelling: Dwelling, current: Current, judgement: standard.Judgement, on: date, until: date | None
) -> list[standard.Result]:
    """Write a judgement into the two rows without saving them; returns the results that are the dwelling's own."""
    shared = unit_rules(on)
    own = [result for result in judgement.results if result.rule not in shared]
    violations = [result for result in own if result.status == "violation"]
    unknowns = [result for result in own if result.status == "unknown" and result.category != "paperwork"]
    current.results = [result._asdict() for result in own if result.status in ("violation", "unknown")]
    current.missing = list(judgement.missing)
    current.edition = judgement.edition
    current.judged_version, current.judged_on = current.version, on
    counted = [result for result in violations if result.category != "paperwork" and result.severity != "advice"]
    dwelling.verdict = judgement.verdict
    dwelling.paperwork = judgement.paperwork
    dwelling.group_rental = judgement.group_rental
    dwelling.worst = _worst(counted)
    dwelling.violations = len(counted)
    dwelling.unknowns = len(judgement.missing) or len(unknowns)
    dwelling.tier_by_facts = judgement.tier
    dwelling.judged_at = time.now()
    dwelling.verdict_until = until
    return own


CURRENT_ANSWER = ("register", "results", "missing", "edition", "judged_version", "judged_on")
DWELLING_ANSWER = (
    "verdict", "paperwork", "group_rental", "worst", "violations", "unknowns", "tier_by_facts", "judged_at", "verdict_until",
)  # fmt: skip


def violated_in(results: list[standard.Result]) -> list[str]:
    """["D10", "R01@C"], as a verdict's record keeps them."""
    found = [result for result in results if result.status == "violation"]
    return sorted(f"{result.rule}@{result.room}" if result.room else result.rule for result in found)


def _used(current: Current) -> set[int]:
    stamps = current.provenance or {}
    leaves = [*stamps.get("facts", {}).values()]
    for room in stamps.get("rooms", {}).values():
        leaves += room.values()
    return {leaf[0] for leaf in leaves if leaf[0] is not None}


def judge_unit(place: Place, on: date, *, state: UnitState, inspected_by: Any = None) -> list[dict[str, Any]]:
    """The rules of a shared part; its violations bind the property company or village."""
    fresh, _ends = _fresh("unit", state.facts, state.provenance, on)
    case: dict[str, Any] = {"unit": fresh}
    heights = dict(Place.objects.filter(path__in=paths.ancestors(place.path)).values_list("path", "height"))
    known = [height for _path, height in sorted(heights.items(), reverse=True) if height is not None]
    if known:
        case["building_height"] = known[0]
    shared = unit_rules(on)
    results = [result for result in standard.judge(case, on).results if result.rule in shared]
    kept = [result._asdict() for result in results if result.status in ("violation", "unknown")]
    state.results = kept
    state.edition = standard.current_edition(on).name
    state.save(update_fields=["results", "edition"])
    unit_judged.send(Place, place=place, results=results, inspected_by=inspected_by)
    return kept
