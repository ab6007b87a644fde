"""What a part of an indicator is: a group of homes or hazards, by one condition, as of one moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils.functional import Promise

from anju.core import time

Text = str | Promise


@dataclass(frozen=True)
class AsOf:
    """The moment a count speaks of, and its day in Beijing. The end of a day is that day's and not the next one's."""

    moment: datetime
    on: date

    @classmethod
    def at(cls, moment: datetime) -> "AsOf":
        return cls(moment, time.day_of(moment))

    @classmethod
    def end_of(cls, day: date) -> "AsOf":
        return cls(time.day_end(day), day)

    def last_start_past(self, days: int, *, working: bool) -> date:
        """The latest day of start whose term of `days` has run out by the moment."""
        start = self.on
        while time.due_at(start, days, working=working) > self.moment:
            start -= timedelta(days=1)
        return start


@dataclass(frozen=True)
class Part:
    """A group that is counted and can be listed.

    key: name of the number in the counts. subject: "home" or "hazard". label: head of its column and title of its list.
    where: the condition. tone: how it is drawn in a bar ("bad", "unk", "new", "due", "over"). dated: the condition can be
    asked for a past day too, so that late entries can be told apart. todo: an honest next step ("%(n)s …"), hint: how.
    """

    key: str
    subject: str
    label: Text
    where: Callable[[AsOf], Q]
    tone: str = "bad"
    dated: bool = False
    todo: Text = ""
    hint: Text = ""


@dataclass(frozen=True)
class Indicator:
    """Numerator by denominator. `gap` splits what is missing between them without rest; `beside` is in neither,
    `among` is part of the denominator and worth knowing.

    words: the definition, as (what, sentence) pairs. low: the lower the better (overdue), then `gap` is the numerator.
    """

    key: str
    name: Text
    short: Text
    rate: Text
    unit: str  # "home" or "hazard"
    numerator: Part
    denominator: Part
    gap: tuple[Part, ...]
    beside: tuple[Part, ...] = ()
    among: tuple[Part, ...] = ()
    words: tuple[tuple[Text, Text], ...] = ()
    low: bool = False
    clause: str = "A3.5"
    note: Text = ""
    columns: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", (self.numerator, self.denominator, *self.gap))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every part that has a list behind it."""
        return tuple({part.key: part for part in (*self.columns, *self.beside, *self.among)}.values())
