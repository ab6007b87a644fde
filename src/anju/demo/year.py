"""The year of the small city: all stories on one timeline, the homes' columns and the counts of each week as they were then."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from random import Random

from anju.core import time
from anju.demo import cases, rounds, stations
from anju.demo.acts import Photos
from anju.demo.answers import Answers
from anju.demo.cases import Cases
from anju.demo.orders import record_powers
from anju.demo.pace import YEAR
from anju.demo.papers import register_from_records, register_group_rentals
from anju.demo.plain import Plain
from anju.demo.rounds import Rounds
from anju.demo.rows import insert_many
from anju.demo.settled import Settled
from anju.demo.shared_parts import SharedParts
from anju.demo.timeline import Timeline
from anju.documents.models import Document
from anju.dwellings.models import Dwelling
from anju.inspections.models import Hazard
from anju.inspections.services import findings, hazards
from anju.inspections.services.opening import Spot
from anju.jobs.models import Job
from anju.overview.services import closing

MORNING = timedelta(hours=8, minutes=30)  # of the first day: what is played ends then, at whatever hour it is made
RENDERED = timedelta(days=1)  # older papers become Word and PDF when somebody first asks for them


class Year:
    def __init__(self, chance: Random, settled: Sequence[Settled], photos: Photos, today: date) -> None:
        self.chance, self.settled, self.today = chance, list(settled), today
        end = min(time.day_start(today) + MORNING, time.now() - timedelta(minutes=10))
        self.plain = Plain()
        self.timeline = Timeline(end, self._at_midnight, self.plain.log_until)
        self.visits = cases.visits(self.settled)
        self.answers = Answers(self.settled)
        self._month: Callable[[date], None] = lambda day: None
        self._plan(photos)

    def _plan(self, photos: Photos) -> None:
        register_group_rentals(self.chance, self.settled, self.today)
        story = Cases(self.chance, self.timeline, photos, self.plain)
        for one in self.settled:
            story.plan(one)
        SharedParts(self.chance, self.timeline, story.acts).plan()
        Rounds(self.chance, self.timeline).plan()
        begun = self._morning(self.today - YEAR)
        self.timeline.at(begun, stations.make, self.chance, self.timeline, self.today)
        self.timeline.at(begun, record_powers)

    def _morning(self, day: date) -> datetime:
        return time.day_start(day) + MORNING

    def play(self, month: Callable[[date], None] = lambda day: None) -> None:
        self._month = month
        insert_many(self.visits)
        self.plain.write()
        self.timeline.play(self.today - YEAR - timedelta(days=1))
        self.answers.until(self.timeline.until)
        self.plain.log_until(self.timeline.until)
        self.plain.overdue_at(None)

    def _at_midnight(self, day: date) -> None:
        if day.day == 1 and day.month % 3 == 1:
            self._month(day)
        self.answers.until(time.day_end(day))
        if (self.today - timedelta(days=1) - day).days % 7 == 0:
            self.plain.overdue_at(time.day_end(day))
            closing.close(day)

    def finish(self) -> None:
        """After the last judgement: what registers show today, planned visits that were made, papers nobody will ask for."""
        with time.in_the_past(self.timeline.until):
            found = [(one, row) for one in self.settled for row in self._from_records(one)]
            for one, row in found:
                if self.chance.random() < 0.7:
                    hazards.assign(by=one.crew.community, hazard=row, handler=one.crew.grid[one.dwelling.area_path])
        register_from_records(self.chance, self.settled, self.today)
        rounds.visited(self.visits)
        stations.look_at_all()
        old = Document._base_manager.filter(issued_at__lt=self.timeline.until - RENDERED).values_list("code", flat=True)
        Job.objects.filter(kind="render-document", key__in=list(old), status=Job.Status.QUEUED).delete()

    def _from_records(self, one: Settled) -> list[Hazard]:
        """Nobody has to look at the spot for these; a case that is open already is found again. Returns the new ones."""
        judged = one.judged
        assert judged is not None
        rules = findings.rules_on(judged.on)
        wrong = [
            result
            for result in judged.results
            if result.status == "violation" and findings.follows_from_records(rules[result.rule])
        ]
        if not wrong:
            return []
        rows = Dwelling._base_manager.select_related("landlord", "sublessor", "operator", "area__parent", "place")
        home = rows.get(pk=one.dwelling.pk)
        spots = {room: Spot(dwelling=home, room=room) for room in {result.room or "" for result in wrong}}
        return findings.from_results(spots, wrong, judged.edition, judged.on, None, time.now()).opened
