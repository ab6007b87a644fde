"""The homes' columns as they stood on each day of the year, so that what is played and counted then reads what was known then."""

from collections.abc import Sequence
from datetime import datetime

from anju.demo.rows import update_many
from anju.demo.settled import Settled
from anju.dwellings.models import Dwelling, VerdictRecord

COLUMNS = ("verdict", "paperwork", "group_rental", "letting_state", "rooms_let", "beds_let")


class Answers:
    """Puts the answers of the year into the columns of `Dwelling`, up to a moment that only moves forward."""

    def __init__(self, settled: Sequence[Settled]) -> None:
        self._coming = sorted(
            ((record.at, one.dwelling.pk, one, record) for one in settled for record in one.records),
            key=lambda each: each[:2],
            reverse=True,
        )

    def until(self, moment: datetime) -> None:
        changed: dict[int, Dwelling] = {}
        while self._coming and self._coming[-1][0] < moment:
            _at, key, one, record = self._coming.pop()
            _put(one, record)
            changed[key] = one.dwelling
        update_many(list(changed.values()), COLUMNS)


def _put(one: Settled, record: VerdictRecord) -> None:
    dwelling = one.dwelling
    dwelling.verdict, dwelling.paperwork = record.verdict, record.paperwork
    dwelling.group_rental, one.last_violated = record.group_rental, record.violated
    if record.verdict == Dwelling.Verdict.NOT_LET:
        home = one.home
        dwelling.letting_state, dwelling.rooms_let, dwelling.beds_let = (
            home.letting_state,
            home.rooms_let,
            home.beds_let,
        )
