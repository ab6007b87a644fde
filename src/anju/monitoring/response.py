"""Help that is sent to an alarm, as an app above this one knows it (A4.4): registered here, read by the alarm's page.

This app does not know who is sent; the app of the stations does. It registers one `Helper` when the program starts. Without
one, an operator writes in words whom he sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from anju.monitoring.models import Alarm


@dataclass(frozen=True)
class Reach:
    """One limit of the help: answered, or there. seconds: how long it took; due_at: by when, while it runs."""

    at: datetime | None
    seconds: int | None
    limit: int
    due_at: datetime | None
    who: str = ""


@dataclass(frozen=True)
class Help:
    """One call for help to an alarm's spot.

    who: station or office that goes, in words. state: in words, with tone and icon of a chip. sent: alarm to call.
    outcome: what was reported from the spot, a word of `Alarm.Outcome`, "" before that; finding: its words.
    open_: it still runs. url: its page, "" where there is none.
    """

    code: str
    url: str
    who: str
    state: str
    tone: str
    icon: str
    called_at: datetime
    sent_seconds: int
    answered: Reach
    there: Reach
    outcome: str
    finding: str
    reported_at: datetime | None
    open_: bool


class Helper(Protocol):
    def of(self, alarms: Sequence[Alarm]) -> dict[str, Help]:
        """Help to these alarms, by the alarm's code; of one that was helped twice, the last."""

    def first(self, alarm: Alarm) -> str:
        """Who would be called now, in words; "" where nobody is known."""

    def start(self, *, by: Any, alarm: Alarm) -> str:
        """Call them out; who is called, in words. Raises Refused. Called inside the transaction of the step."""

    def waits_for(self, alarm: Alarm) -> str:
        """Why the alarm cannot be closed yet: somebody is on the way and has not reported. "" when it can."""


class _Registered:
    helper: Helper | None = None


def register(helper: Helper) -> None:
    _Registered.helper = helper


def helper() -> Helper | None:
    return _Registered.helper


def help_for(alarms: Sequence[Alarm]) -> dict[str, Help]:
    return _Registered.helper.of(alarms) if _Registered.helper and alarms else {}
