"""Known homes of which a ledger says something else, and the way back. Prepared for many at once, then written in
milliseconds; where somebody changed one of them in between, nothing is written and they are read again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.models import Entry
from anju.audit.services import entry_of
from anju.core import bulk, time
from anju.dwellings import search
from anju.dwellings.models import Current, Dwelling, LedgerImport, LedgerRow, Observation, Party
from anju.dwellings.services import judging
from anju.dwellings.services.facts import (
    COLUMNS,
    built_anew,
    entry_of_observation,
    lay_over,
    observation_of,
    set_columns,
)
from anju.dwellings.services.imports.parties import ROLES, Parties
from anju.dwellings.services.imports.register import homes_of_import
from anju.dwellings.services.imports.undoing import dropped
from anju.dwellings.signals import homes_changed, judged

STOOD = ("ledger_says", "standard_code", *(f"{role}_id" for role in ROLES), "updated_at", "judged_at")
DWELLING = ("ledger_says", "standard_code", *ROLES, *COLUMNS, "updated_at")
FACTS = ("facts", "rooms", "provenance", "version", "changed_at")
SEALED = ("phone_sealed", "phone_index", "phone_tail_index", "id_sealed", "id_index", "id_tail_index")


@dataclass(slots=True)
class Change:
    """One home as it will stand. `stood` is what it was read as."""

    row: LedgerRow
    dwelling: Dwelling
    stood: tuple[Any, ...]
    seen: tuple[int, datetime | None]
    made: list[Party] = field(default_factory=list)
    parties: list[tuple[Party, tuple[str, str]]] = field(default_factory=list)  # with what stood sealed in them
    observation: Observation | None = None
    entries: list[Entry] = field(default_factory=list)
    answer: judging.Answer | None = None

    @property
    def current(self) -> Current:
        found: Current = self.dwelling.current
        return found


def read(rows: Sequence[LedgerRow]) -> list[Change]:
    known = homes_of_import().select_related("current", "area", *ROLES).in_bulk([row.dwelling_id for row in rows])
    found = []
    for row in rows:
        dwelling = known[row.dwelling_id]
        stood = tuple(getattr(dwelling, name) for name in STOOD)
        found.append(Change(row, dwelling, stood, (dwelling.current.version, dwelling.judged_at)))
    return found


# --- forward -------------------------------------------------------------------------------------------------------------


class Changer:
    """Lays what the rows of one import say over the homes that they found."""

    def __init__(self, ledger: LedgerImport, moment: datetime) -> None:
        self.ledger, self.by, self.moment = ledger, ledger.created_by, moment
        self.parties = Parties(ledger)
        self._seen = bulk.Keys(Observation)

    def change(self, rows: Sequence[LedgerRow]) -> Changes:
        self.parties.look_up(rows)
        changes = read(rows)
        for change in changes:
            self._lay(change)
        return Changes(changes)

    def _lay(self, change: Change) -> None:
        dwelling, row = change.dwelling, change.row
        sealed = {party.pk: _sealed(party) for role in ROLES if (party := getattr(dwelling, role)) is not None}
        before: dict[str, Any] = {"says": dwelling.ledger_says, "standard_code": dwelling.standard_code}
        _roles, change.made, completed = self.parties.set_on(dwelling, row, before)
        change.parties = [(party, sealed[party.pk]) for party in completed]
        dwelling.ledger_says = {**dwelling.ledger_says, **row.values["says"]}
        dwelling.standard_code = row.values["std_code"] or dwelling.standard_code
        row.undo = {"before": before, "parties": [party.pk for party in change.made]}
        row.written = True
        if row.values["facts"]:
            row.undo["observation"] = self._observe(change)

    def _observe(self, change: Change) -> int:
        seen = observation_of(
            by=self.by, dwelling=change.dwelling, source=Observation.Source.IMPORT, observed_at=self.moment,
            origin=f"ledger {self.ledger.code}", values={"facts": change.row.values["facts"], "rooms": {}},
        )  # fmt: skip
        seen.pk = self._seen.next()
        lay_over(change.current, seen)
        set_columns(change.dwelling, change.current, seen.recorded_at)
        change.observation, change.entries = seen, [entry_of_observation(seen)]
        return int(seen.pk)


# --- back ----------------------------------------------------------------------------------------------------------------


def restored(ledger: LedgerImport, rows: Sequence[LedgerRow]) -> Changes:
    """The homes as they stood before the import; people whom it completed are as they were."""
    changes = read(rows)
    homes = [change.dwelling.pk for change in changes]
    told: dict[int, list[Observation]] = defaultdict(list)
    seen = Observation._base_manager.filter(dwelling__in=homes, withdrawn_at=None)
    for observation in seen.order_by("recorded_at", "id"):
        told[observation.dwelling_id or 0].append(observation)
    completed = [pk for row in rows for pk, _sealed in row.undo.get("before", {}).get("completed", ())]
    people = {pk: (party, _sealed(party)) for pk, party in Party._base_manager.in_bulk(completed).items()}
    for change in changes:
        _put_back(ledger, change, told[change.dwelling.pk], people)
    return Changes(changes, back=True)


def _put_back(
    ledger: LedgerImport, change: Change, told: list[Observation], people: dict[int, tuple[Party, tuple[str, str]]]
) -> None:
    dwelling, undo = change.dwelling, change.row.undo
    before: dict[str, Any] = undo.get("before", {})
    dwelling.ledger_says = before.get("says", {})
    dwelling.standard_code = before.get("standard_code", "")
    for role in ROLES:
        if role in before:
            setattr(dwelling, f"{role}_id", before[role])
    for pk, sealed in before.get("completed", ()):
        party, stood = people[pk]
        change.parties.append((party, stood))
        for name, values in sealed.items():
            party.__dict__.update(zip((f"{name}_sealed", f"{name}_index", f"{name}_tail_index"), values, strict=True))
    change.row.written = False
    own = next((one for one in told if one.pk == undo.get("observation")), None)
    if own is None:  # the ledger told no fact, or what it told was taken back already
        return
    own.withdrawn_at = time.now()
    built_anew(change.current, [one for one in told if one is not own])
    set_columns(dwelling, change.current, own.withdrawn_at)
    reason = _("Import of ledger %(code)s taken back") % {"code": ledger.code}
    change.observation = own
    change.entries = [
        entry_of(by=ledger.created_by, verb="ledger.undo", subject=dwelling, before=own.values, reason=reason)
    ]


# --- writing -------------------------------------------------------------------------------------------------------------


def _sealed(party: Party) -> tuple[str, str]:
    return party.phone_sealed, party.id_sealed


class Changes:
    """Some changed homes, judged. They are written in the order of their rows, in parts: those that nobody needs to hear of
    together, the others singly."""

    def __init__(self, changes: list[Change], *, back: bool = False) -> None:
        self.all, self.back = changes, back
        told = [change for change in changes if change.observation is not None]
        answers = judging.answers_of([(change.dwelling, change.current) for change in told], time.today())
        for change, answer in zip(told, answers, strict=True):
            answer.seen, change.answer = change.seen, answer
        self.heard = judging.to_announce(answers)

    def parts(self) -> Iterator[Part]:
        for heard, run in groupby(self.all, key=lambda change: change.dwelling.pk in self.heard):
            if heard:
                yield from (Part([change], back=self.back, announce=True) for change in run)
            else:
                yield Part(list(run), back=self.back)


class Part:
    """What one transaction writes."""

    def __init__(self, changes: list[Change], *, back: bool, announce: bool = False) -> None:
        self.changes, self.announce = changes, announce
        self.answers = [change.answer for change in changes if change.answer is not None]
        seen = [change.observation for change in changes if change.observation is not None]
        completed = [party for change in changes for party, _stood in change.parties]
        homes, rows = [change.dwelling for change in changes], [change.row for change in changes]
        self.lines = search.lines_of(homes)
        self.prepared = [
            bulk.insert(party for change in changes for party in change.made),
            bulk.update(completed, SEALED),
            bulk.update(homes, DWELLING),
            bulk.update(seen, ["withdrawn_at"]) if back else bulk.insert(seen),
            bulk.update([change.current for change in changes if change.observation is not None], FACTS),
            *judging.prepared_of(self.answers),
            bulk.insert(entry for change in changes for entry in change.entries),
            bulk.update(rows, ["undo", "written"]),
            dropped(rows, staying=homes) if back else bulk.Prepared(),
        ]

    def write(self) -> bool:
        """Call inside a transaction. False, and nothing is written, where somebody changed one of them meanwhile."""
        if not (judging.still_stand(self.answers) and self._as_read()):
            return False
        for prepared in self.prepared:
            prepared.write()
        search.write(self.lines)
        for answer in self.answers if self.announce else ():
            judged.send(Dwelling, dwelling=answer.dwelling, judgement=answer.judgement, inspected_by=None)
        homes_changed.send(Dwelling, homes=[change.dwelling for change in self.changes])
        return True

    def _as_read(self) -> bool:
        stood = {change.dwelling.pk: change.stood for change in self.changes}
        rows = homes_of_import().select_for_update(of=("self",)).filter(pk__in=stood).order_by("pk")
        now = {pk: tuple(values) for pk, *values in rows.values_list("pk", *STOOD)}
        sealed = {party.pk: before for change in self.changes for party, before in change.parties}
        people = Party._base_manager.filter(pk__in=sealed).values_list("pk", "phone_sealed", "id_sealed")
        return now == stood and {pk: (phone, number) for pk, phone, number in people} == sealed
