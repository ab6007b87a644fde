"""What followed from what was found: hazards opened, notices sent, corrections seen or not, hand-overs, confirmations.

Only who does what and when is drawn by lot; whether it is allowed, until when, and which tier follows is decided by the
services of `inspections`, as in a running city. Cases that took the plain course are written in bulk (`plain`).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.core import time
from anju.demo.acts import DAY, HOUR, OUTSIDE, Acts, Photos
from anju.demo.orders import Orders
from anju.demo.plain import Course, Done, Plain, in_time, is_plain
from anju.demo.settled import Settled, Told
from anju.demo.still_open import StillOpen
from anju.demo.timeline import Timeline
from anju.dwellings.models import Dwelling
from anju.inspections.models import Hazard, Visit
from anju.inspections.services import findings
from anju.inspections.services.findings import follows_from_records
from anju.inspections.services.opening import Finding, Spot
from anju.inspections.services.tiers import MANY_SEVERE
from anju.standard import Result

SEVERE = Dwelling.Severity.SEVERE
WITH_PAPER = 0.02  # of the cases that took the plain course: with a notice on top, so through the services


class Cases:
    """Plans a home's acts on the timeline, and hands the plain ones to `plain`."""

    def __init__(self, chance: Random, timeline: Timeline, photos: Photos, plain: Plain) -> None:
        self.chance, self.timeline, self.plain = chance, timeline, plain
        self.acts = Acts(chance, timeline, photos)
        self.orders = Orders(chance, timeline, self.acts)
        self.open = StillOpen(chance, timeline, self.acts, self.orders)
        self.system = system_actor()

    def plan(self, one: Settled) -> None:
        for index, told in enumerate(one.told):
            found = told.telling.found
            if not found:
                continue
            mended = next((later for later in one.told[index + 1 :] if later.telling.mended == found), None)
            if told.telling.source == "register":
                self._paper(one, told, mended)
            elif one.home.fate in ("defiant", "let_again"):
                self.orders.plan(one, told, mended)
            else:
                self._visit(one, told, mended)

    # --- what an inspection found ------------------------------------------------------------------------------------

    def _visit(self, one: Settled, told: Told, mended: Told | None) -> None:
        """Each violation takes its course: the plain ones in bulk, the others through the services."""
        on = told.judgement.on
        results = [
            result for result in told.judgement.results if _is_hazard(result) and _seen_on_the_spot(result.rule, on)
        ]
        plain = self._plain_courses(one, told, mended, results) if mended is not None else {}
        self.plain.add(list(plain.values()))
        others = [result for index, result in enumerate(results) if index not in plain]
        if others:
            self.timeline.at(told.observation.observed_at, self._found, one, told, mended, others)

    def _plain_courses(self, one: Settled, told: Told, mended: Told, results: list[Result]) -> dict[int, Course]:
        """By the index of the result. None where together they make a case of tier 2, or came with a notice."""
        if sum(result.severity == SEVERE for result in results) >= MANY_SEVERE or self.chance.random() < WITH_PAPER:
            return {}
        courses = {index: self._course(one, told, mended, result) for index, result in enumerate(results)}
        return {index: course for index, course in courses.items() if self._is_plain(course)}

    def _is_plain(self, course: Course) -> bool:
        last = course.confirmed or course.seen
        handed_over = course.finding.rule in OUTSIDE and self.chance.random() < 0.2
        return (
            is_plain(course.finding)
            and not handed_over
            and in_time(course.corrected.at, course.seen.at, 3)
            and last.at < self.timeline.until
        )

    def _course(self, one: Settled, told: Told, mended: Told, result: Result) -> Course:
        judgement, crew = told.judgement, one.crew
        finding = findings.finding_of(findings.rules_on(judgement.on)[result.rule], result, judgement.edition)
        found_at, seen_at = told.observation.observed_at, mended.observation.observed_at
        grid = crew.grid[one.dwelling.area_path]
        reported = self._reported(found_at, seen_at)
        second = Done(crew.office, seen_at + self.chance.randint(20, 50) * HOUR, "")
        return Course(
            spot=Spot(dwelling=one.dwelling, room=result.room or ""), finding=finding, source=Hazard.Source.INSPECTION,
            found_by=grid, found_at=found_at,
            corrected=Done(crew.community, reported, self.acts.said(), self.acts.photo("right")),
            seen=Done(grid, seen_at, "现场核查通过", self.acts.photo("right")),
            confirmed=second if finding.severity == SEVERE else None,
            decided=self._decision(crew.police, finding, found_at, reported),
        )  # fmt: skip

    def _reported(self, found: datetime, seen: datetime) -> datetime:
        """Some hours before somebody looked, in the hours in which people write."""
        moment = seen - self.chance.randint(2, 20) * HOUR
        hour = time.local(moment).hour
        if hour < 8:
            moment -= (hour + 4) * HOUR
        return moment if moment > found + HOUR else found + (seen - found) / 2

    def _decision(self, police: User, finding: Finding, found: datetime, before: datetime) -> Done | None:
        at = found + self.chance.randint(2, 30) * HOUR
        decides = finding.is_security and self.chance.random() < 0.93 and at < before
        return Done(police, at, "核对规则依据，属于治安隐患") if decides else None

    def _found(self, one: Settled, told: Told, mended: Told | None, results: list[Result]) -> None:
        spots = {room: Spot(dwelling=one.dwelling, room=room) for room in {result.room or "" for result in results}}
        judgement, at, grid = told.judgement, time.now(), one.crew.grid[one.dwelling.area_path]
        outcome = findings.from_results(spots, results, judgement.edition, judgement.on, grid, at)
        opened = outcome.opened
        if not opened:
            return
        if self.chance.random() < (0.06 if mended else 0.24):
            self.timeline.at(at + HOUR, self.acts.notify, opened, grid)
        for row in opened:
            if row.is_security:
                self.acts.police_decide(row, at, one.crew)
        if mended is not None:
            self._put_right(opened, mended.observation.observed_at, one)
        else:
            self.open.leave(opened, one)

    # --- put right, but not by the plain course ----------------------------------------------------------------------

    def _put_right(self, rows: Sequence[Hazard], seen: datetime, one: Settled) -> None:
        grid, crew = one.crew.grid[one.dwelling.area_path], one.crew
        for row in rows:
            reported = self._reported(row.found_at, seen)
            if row.is_prohibited:
                self.acts.moved_out_by(row, reported, crew)
            elif row.rule in OUTSIDE and reported - row.found_at > 3 * DAY:
                self.acts.hand_over(row, row.found_at + self.chance.randint(3, 20) * HOUR, crew)
            elif row.due_at < reported:
                self._late(row, reported, one)
            self.timeline.at(reported, self.acts.correct, row, crew.community)
            self.timeline.at(seen, self.acts.pass_, row, grid)
            self.timeline.at(seen + self.chance.randint(20, 50) * HOUR, self.acts.confirm, row, crew.office)
            if row.is_prohibited:
                self.acts.recheck(row, one)

    def _late(self, row: Hazard, reported: datetime, one: Settled) -> None:
        if self.chance.random() < 0.4:
            until = time.day_of(reported) + timedelta(days=self.chance.randint(1, 4))
            self.timeline.at(row.due_at - 8 * HOUR, self.acts.extend, row, until, one.crew.office)
        elif self.chance.random() < 0.6:
            self.timeline.at(row.due_at + DAY, self.acts.remind, row, one.crew.office)

    # --- what the register found missing -----------------------------------------------------------------------------

    def _paper(self, one: Settled, told: Told, mended: Told | None) -> None:
        (rule,) = told.telling.found
        results = [r for r in told.judgement.results if r.rule == rule and r.status == "violation"]
        if not results:
            return
        found_at = told.observation.recorded_at
        if mended is None:
            self.timeline.at(found_at, self._paper_found, one, told, results, None)
            return
        corrected = mended.observation.observed_at + self.chance.randint(2, 9) * HOUR
        course = self._paper_course(one, told, results[0], found_at, corrected)
        if self._is_plain(course):
            self.plain.add([course])
        else:
            self.timeline.at(found_at, self._paper_found, one, told, results, corrected)

    def _paper_course(self, one: Settled, told: Told, result: Result, found: datetime, corrected: datetime) -> Course:
        judgement, crew = told.judgement, one.crew
        finding = findings.finding_of(findings.rules_on(judgement.on)[result.rule], result, judgement.edition)
        seen = corrected + self.chance.randint(3, 44) * HOUR
        return Course(
            spot=Spot(dwelling=one.dwelling), finding=finding, source=Hazard.Source.REGISTER, found_by=self.system,
            found_at=found, corrected=Done(crew.community, corrected, "已补齐"),
            seen=Done(crew.grid[one.dwelling.area_path], seen, "已核对原件"),
            decided=self._decision(crew.police, finding, found, corrected),
        )  # fmt: skip

    def _paper_found(self, one: Settled, told: Told, results: list[Result], corrected: datetime | None) -> None:
        judgement, crew, at = told.judgement, one.crew, time.now()
        grid = crew.grid[one.dwelling.area_path]
        spots = {"": Spot(dwelling=one.dwelling)}
        for row in findings.from_results(spots, results, judgement.edition, judgement.on, None, at).opened:
            if row.is_security:
                self.acts.police_decide(row, at, crew)
            if corrected is None:
                self.open.leave_paper(row, grid, crew)
                continue
            self.timeline.at(at + 5 * HOUR, self.acts.assign, row, grid, crew.community)
            self.timeline.at(corrected, self.acts.correct, row, crew.community)
            self.timeline.at(corrected + self.chance.randint(3, 44) * HOUR, self.acts.pass_, row, grid)


def _is_hazard(result: Result) -> bool:
    return result.status == "violation" and result.severity != "advice"


@lru_cache(maxsize=1000)
def _seen_on_the_spot(rule: str, on: date) -> bool:
    return not follows_from_records(findings.rules_on(on)[rule])


def visits(settled: Sequence[Settled]) -> list[Visit]:
    """A visit for every inspection that was told, in the order of time."""
    rows = [
        Visit(
            dwelling=one.dwelling,
            area_path=one.dwelling.area_path,
            place_path=one.dwelling.place_path,
            reason=_reason(told, index),
            result=Visit.Result.DONE,
            at=told.observation.observed_at,
            inspector=told.observation.observed_by,
            observation=told.observation,
            token=f"demo-{told.observation.pk}",
        )
        for one in settled
        for index, told in enumerate([told for told in one.told if told.telling.source == "inspection"])
    ]
    return sorted(rows, key=lambda visit: visit.at)


def _reason(told: Told, index: int) -> str:
    if told.telling.recheck:
        return "reoccupation"
    return "reinspection" if told.telling.mended else "first" if index == 0 else "routine"
