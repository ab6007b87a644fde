"""Hazards that took the plain course, written in bulk: found, decided by the police where it is theirs, corrected in time or
late, re-inspected, confirmed.

Most of a year's hazards are such. Through the services each costs some sixty statements; here the same rows are put
together by the same functions and written at once. A test plays the same cases through the services and compares every
column. What went any other way is never written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.demo.rows import insert_many, update_many
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.inspections.models import Clock, Correction, Hazard, HazardEvent, HazardPhoto
from anju.inspections.services import clocks, hazards, overdue, tiers
from anju.inspections.services.moving import laid_over
from anju.inspections.services.opening import Finding, Spot, beginning, row_of

State, Kind = Hazard.State, Clock.Kind
SEVERE = Dwelling.Severity.SEVERE


@dataclass(frozen=True)
class Done:
    """Who did a step, when, and in which words."""

    by: User
    at: datetime
    words: str
    photo: StoredFile | None = None


@dataclass(frozen=True)
class Course:
    """A whole case. `confirmed`: by a second person, of severe ones."""

    spot: Spot
    finding: Finding
    source: str
    found_by: Any
    found_at: datetime
    corrected: Done
    seen: Done
    confirmed: Done | None = None
    decided: Done | None = None


def is_plain(finding: Finding) -> bool:
    """Nobody had to move out, and the case was nobody else's."""
    return finding.severity != Dwelling.Severity.PROHIBITED and not finding.outside


def in_time(start: datetime, end: datetime, days: int) -> bool:
    return end < time.due_at(time.day_of(start), days, working=False)


class Plain:
    """Collects courses and writes them; the log's entries wait until their day comes, so that the log is in order."""

    def __init__(self) -> None:
        self._courses: list[Course] = []
        self._entries: list[Entry] = []
        self._late: list[tuple[datetime, datetime, Hazard]] = []  # overdue from, until

    def add(self, courses: Sequence[Course]) -> None:
        """All that one visit found: fewer severe ones than make a case of tier 2."""
        self._courses += courses

    def write(self) -> int:
        """The rows of every case, with the state it ended in. Returns how many cases."""
        self.system = system_actor()
        written = [_Written(course, self.system) for course in self._courses]
        insert_many(one.hazard for one in written)
        insert_many(event for one in written for event in one.events)
        insert_many(clock for one in written for clock in one.clocks)
        insert_many(one.correction for one in written)
        insert_many(photo for one in written for photo in one.photos)
        entries = (entry for one in written for entry in one.entries)
        self._entries = sorted(entries, key=lambda entry: entry.at, reverse=True)
        self._late = [one.late for one in written if one.late]
        self._courses = []
        return len(written)

    def log_until(self, moment: datetime) -> None:
        due = []
        while self._entries and self._entries[-1].at < moment:
            due.append(self._entries.pop())
        insert_many(due)

    def overdue_at(self, moment: datetime | None) -> None:
        """The rows as they stood then: a count of that day reads the column. None: as they ended."""
        changed = []
        for start, end, hazard in self._late:
            then = moment is not None and start <= moment < end
            if hazard.overdue != then:
                hazard.overdue = then
                changed.append(hazard)
        update_many(changed, ("overdue",))


class _Written:
    """The rows of one course, made step by step as the services make them."""

    def __init__(self, course: Course, system: User) -> None:
        self.course, self.system = course, system
        self.late: tuple[datetime, datetime, Hazard] | None = None
        with time.in_the_past(course.found_at):
            self.hazard = row_of(course.found_by, course.spot, course.finding, course.source, course.found_at, None)
            self.hazard.tier, self.hazard.tier_reason = tiers.tier_of(self.hazard, int(self.hazard.severity == SEVERE))
            event, entry = beginning(self.hazard)
        self.events: list[HazardEvent] = [event]
        self.entries: list[Entry] = [entry]
        self.photos: list[HazardPhoto] = []
        self.clocks = [self._clock(Kind.CORRECT, course.found_at, self.hazard.due_at, course.corrected.at)]
        due = self.hazard.due_at
        if course.decided and course.decided.at < due:
            self._decided(course.decided)
        if due <= course.corrected.at:
            self._missed(due)
        if course.decided and course.decided.at >= due:
            self._decided(course.decided)
        self._corrected(course.corrected)
        self._seen(course.seen)
        if course.confirmed:
            self._confirmed(course.confirmed)

    def _clock(self, kind: str, start: datetime, due: datetime, done: datetime) -> Clock:
        self.hazard.due_at = due
        return Clock(hazard=self.hazard, kind=kind, started_at=start, due_at=due, done_at=done)

    def _step(
        self, done: Done, verb: str, move: str, text: str, values: dict[str, Any], reason: str = ""
    ) -> HazardEvent:
        with time.in_the_past(done.at):
            event, entry = laid_over(
                self.hazard, by=done.by, verb=verb, move=move, text=text, values=values, reason=reason
            )
        self.events.append(event)
        self.entries.append(entry)
        if done.photo:
            self.photos.append(HazardPhoto(hazard=self.hazard, event=event, file=done.photo))
        return event

    def _missed(self, due: datetime) -> None:
        """At 24:00 of the day set: the clock, the first day, and with a severe one the tier."""
        row, clock = self.hazard, self.clocks[-1]
        clock.missed_at = due
        self._step(Done(self.system, due, ""), "hazard.overdue", "overdue", overdue.missed_words(row, clock.kind), {})
        row.first_missed_at = row.first_due_at
        with time.in_the_past(due):
            told = tiers.moved(row, *tiers.tier_of(row, int(row.severity == SEVERE)))
        if told is not None:
            self.events.append(told[0])
            self.entries.append(told[1])
        self.late = (due, self.course.corrected.at, row)

    def _decided(self, done: Done) -> None:
        values = {"is_security": True, "security_decided_at": done.at, "security_decided_by": done.by}
        text = hazards.decided_words(True, done.words)
        self._step(done, "hazard.security", "security", text, values, reason=done.words)

    def _corrected(self, done: Done) -> None:
        values = {"corrected_by": done.by, "state": State.REINSPECT}
        event = self._step(done, "hazard.correct", "correct", hazards.reported_words(done.words), values)
        self.correction = Correction(
            hazard=self.hazard, at=done.at, by=done.by, text=done.words, event=event, accepted=True
        )
        due = time.due_at(time.day_of(done.at), clocks.REINSPECT_DAYS, working=False)
        self.clocks.append(self._clock(Kind.REINSPECT, done.at, due, self.course.seen.at))

    def _seen(self, done: Done) -> None:
        values: dict[str, Any] = {"reinspected_by": done.by}
        second = self.course.confirmed
        if second is None:
            values["closed_at"] = done.at
        move, state = ("pass", State.CLOSED) if second is None else ("pass_on", State.CONFIRM)
        self._step(done, "hazard.reinspect", move, hazards.passed_words(done.words), {**values, "state": state})
        if second is not None:
            due = time.due_at(time.day_of(done.at), clocks.CONFIRM_DAYS, working=False)
            self.clocks.append(self._clock(Kind.CONFIRM, done.at, due, second.at))

    def _confirmed(self, done: Done) -> None:
        values = {"closed_at": done.at, "state": State.CLOSED}
        self._step(done, "hazard.confirm", "confirm", hazards.confirmed_words(done.words), values)
