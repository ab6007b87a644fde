"""Builders for tests of the log."""

from typing import Any

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.audit.services import record


def make_entry(verb: str = "hazard.open", **over: Any) -> Entry:
    actor = system_actor()
    return record(by=over.pop("by", actor), verb=verb, subject=over.pop("subject", actor), **over)


def make_log(count: int = 5) -> list[Entry]:
    return [make_entry(after={"number": number}) for number in range(count)]
