"""Third stage: the homes of all estates with their year of tellings; at its end what the standard says of each today."""

from collections.abc import Iterator
from datetime import date
from random import Random

from anju import standard
from anju.areas.models import Area
from anju.core import time
from anju.demo import papers, people
from anju.demo.estates import Settling
from anju.demo.geography import ZONES
from anju.demo.rows import insert_many, update_many
from anju.demo.settled import Settled
from anju.dwellings.models import Dwelling, Finding, Party, UnitState, VerdictRecord
from anju.dwellings.services import judging
from anju.files.models import StoredFile


def make(chance: Random, today: date, paper: StoredFile) -> list[Settled]:
    settled: list[Settled] = []
    for zone in ZONES:
        operators = _operators(chance, Area.objects.get(kind="zone", name=zone.name), today)
        for estate in zone.estates:
            settled += Settling(chance, estate, today, operators, behind=zone.behind, paper=paper).run()
    return settled


def _operators(chance: Random, zone: Area, today: date) -> list[Party]:
    parties = []
    for name in chance.sample(people.COMPANIES, k=2):
        party = Party(
            kind=Party.Kind.COMPANY,
            id_kind=Party.IdKind.COMPANY,
            name=f"{name}房屋租赁（{zone.name.removesuffix('镇')}）有限公司",
            area_path=zone.path,
            is_demo=True,
            created_at=time.day_start(today),
        )
        party.phone = people.office_phone(chance.randint(0, 9999))
        parties.append(party)
    insert_many(parties)
    return parties


def judge_all(settled: list[Settled], today: date) -> None:
    """What the standard says today, by the service's own functions, with the rows written in bulk."""
    findings: list[Finding] = []
    records: list[VerdictRecord] = []
    rules = judging.changes_of_the_book(today)
    shared = {state.place_id: state for state in UnitState.objects.all()}
    for one in settled:
        dwelling, current = one.dwelling, one.current
        before = (dwelling.verdict, dwelling.paperwork, dwelling.group_rental)
        dwelling.updated_at = max([dwelling.updated_at, *(told.observation.recorded_at for told in one.told)])
        current.register, turn = papers.register_of(one, today)
        case, ends = judging.stored_case(current, shared.get(dwelling.place_id), today)
        until = min((day for day in [*ends, *rules, turn] if day and day > today), default=None)
        one.judged = standard.judge(case, today)
        own = judging.put_answer(dwelling, current, one.judged, today, until)
        findings += _findings(dwelling, own)
        after = (dwelling.verdict, dwelling.paperwork, dwelling.group_rental)
        if after != before or judging.violated_in(own) != one.last_violated:
            records.append(_record(one, judging.violated_in(own), today))
    insert_many(findings)
    insert_many(records)
    update_many([one.dwelling for one in settled], (*judging.DWELLING_ANSWER, "updated_at"))
    update_many([one.current for one in settled], judging.CURRENT_ANSWER)


def _findings(dwelling: Dwelling, results: list[standard.Result]) -> Iterator[Finding]:
    for result in results:
        if result.status in ("violation", "unknown"):
            room = result.room or ""
            yield Finding(
                dwelling=dwelling, area_path=dwelling.area_path, rule=result.rule, room=room, status=result.status
            )


def _record(one: Settled, violated: list[str], today: date) -> VerdictRecord:
    return VerdictRecord(
        dwelling=one.dwelling, at=time.now(), on=today, edition=one.current.edition, verdict=one.dwelling.verdict,
        paperwork=one.dwelling.paperwork, group_rental=one.dwelling.group_rental, violated=violated,
        valid_until=one.dwelling.verdict_until,
    )  # fmt: skip
