"""The form of an inspection, made from the rule book and from what is known (X7).

Asked: what violates a rule now, and what nobody knows. Shown and confirmed with one tap per part: what is known and fresh.
Never asked: what only a department or a register can say. What was typed and the photos survive a form that is sent back.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from anju import standard
from anju.areas.models import Place
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Current, Dwelling, Observation, UnitState
from anju.dwellings.services.facts import Evidence
from anju.dwellings.services.judging import case_of, stored_case
from anju.files.models import StoredFile
from anju.files.services import store_photo
from anju.inspections.services.visits import Seen
from anju.inspections.wording import lang
from anju.standard.questions import Question, questions

CANNOT_TELL = "?"
MOST_ROOMS = 60
NAMES = "ABCDEFGHJKLM"
MOST_NEW_ROOMS = 12


@dataclass
class Ask:
    """One question on the page. `raw` is what was typed; `known` says what is known already, and from whom."""

    question: Question
    name: str
    raw: str = ""
    error: str = ""
    known: str = ""
    source: str = ""
    photos: list[StoredFile] = field(default_factory=list)
    photo_error: str = ""

    @property
    def label(self) -> str:
        return self.question.words(lang())

    @property
    def kind(self) -> str:
        return {"bool": "pick", "enum": "pick"}.get(self.question.fact.type, "number")

    @property
    def unit(self) -> str:
        return self.question.fact.unit

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        fact = self.question.fact
        if fact.type == "bool":
            found = [("yes", _("Yes")), ("no", _("No"))]
        else:
            found = [(value, text.of(lang())) for value, text in fact.values.items()]
        return [(value, label, value == self.raw) for value, label in [*found, (CANNOT_TELL, _("cannot tell"))]]

    @property
    def step(self) -> str:
        return "1" if self.question.fact.type == "int" else "0.1"

    @property
    def photo_name(self) -> str:
        return f"photo-{self.name}"

    @property
    def kept_name(self) -> str:
        return f"kept-{self.name}"

    def value(self) -> Any:
        """The typed answer; None for "cannot tell". Raises ValueError with what would be accepted."""
        fact = self.question.fact
        if self.raw == CANNOT_TELL:
            return None
        if fact.type == "bool":
            if self.raw in ("yes", "no"):
                return self.raw == "yes"
        elif fact.type == "enum":
            if self.raw in fact.values:
                return self.raw
        else:
            return self._number()
        raise ValueError(fact.accepted(lang()))

    def _number(self) -> float:
        fact = self.question.fact
        try:
            value: float = int(self.raw) if fact.type == "int" else float(self.raw)
        except ValueError:
            raise ValueError(fact.accepted(lang())) from None
        if not fact.minimum <= value <= fact.maximum:
            raise ValueError(fact.accepted(lang()))
        return value


@dataclass
class Section:
    """The home, one room, or the shared part."""

    key: str
    title: str
    room: str | None = None
    ask: list[Ask] = field(default_factory=list)
    known: list[Ask] = field(default_factory=list)
    same: bool = False
    is_unit: bool = False

    @property
    def same_name(self) -> str:
        return f"same-{self.key}"

    def every(self) -> Iterable[Ask]:
        return [*self.ask, *self.known]


class VisitForm:
    """GET: `VisitForm(home or place, by)`. POST: with data and files; then `is_valid()` and `seen()`."""

    def __init__(
        self,
        subject: Dwelling | Place,
        by: Any,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, Any] | None" = None,
    ) -> None:
        self.dwelling = subject if isinstance(subject, Dwelling) else None
        self.place = subject if isinstance(subject, Place) else subject.place
        self.by, self.on = by, time.today()
        self.data = data if data is not None else QueryDict()
        self.files: Any = files if files is not None else MultiValueDict()
        self.bound = data is not None
        self.token = self.data.get("token") or secrets.token_urlsafe(24)
        self.result = str(self.data.get("result", "done"))
        self.errors = 0
        self.rooms = self._rooms()
        self.sections = self._sections()
        self.door = self._photos("door")
        if self.bound:
            self._read()

    def _rooms(self) -> list[str]:
        if self.dwelling is None:
            return []
        current = self._current()
        names = list(current.rooms)
        if self.bound:
            names += [name.strip()[:20] for name in self.data.getlist("room") if name.strip()]
            new = str(self.data.get("new_room", "")).strip()[:20]
            names += [new] if new else []
        else:
            wanted = min((self.dwelling.rooms_let or 1) - len(names), MOST_NEW_ROOMS)
            free = [letter for letter in NAMES if letter not in names]
            names += free[: max(0, wanted)]
        return list(dict.fromkeys(names))[:MOST_ROOMS]

    def _current(self) -> Current:
        if not hasattr(self, "_kept_current"):
            self._kept_current = Current.objects.filter(dwelling=self.dwelling).first() or Current(
                dwelling=self.dwelling
            )
        return self._kept_current

    def _case(self) -> dict[str, Any]:
        if self.dwelling is not None:
            return case_of(self.dwelling, self._current(), self.on)[0]
        known = UnitState.objects.filter(place=self.place).first()
        return stored_case(Current(), known, self.on)[0]

    def _sections(self) -> list[Section]:
        case = self._case()
        have = {room["name"] for room in case["rooms"]}
        case["rooms"] = [*case["rooms"], *({"name": name} for name in self.rooms if name not in have)]
        found: dict[str, Section] = {"d": Section("d", _("The whole home"))}
        for number, name in enumerate(self.rooms):
            found[f"r{number}"] = Section(f"r{number}", _("Room %(name)s") % {"name": name}, room=name)
        found["u"] = Section("u", _("Shared part"), is_unit=True)
        for question in questions(case, self.on):
            if self.dwelling is None and question.entity != "unit":
                continue
            key = {"dwelling": "d", "unit": "u"}.get(question.entity) or f"r{self.rooms.index(question.room or '')}"
            section = found[key]
            ask = Ask(question, f"{key}-{question.fact.name}")
            if question.value is not None:
                ask.known = question.fact.label_of(question.value, lang())
                ask.source = self._source(question)
            (section.known if question.state == "known" else section.ask).append(ask)
        return [section for section in found.values() if section.ask or section.known]

    def _source(self, question: Question) -> str:
        stamps = self._current().provenance or {}
        part: Mapping[str, Any] = stamps.get("facts", {})
        if question.room is not None:
            part = stamps.get("rooms", {}).get(question.room, {})
        stamp = part.get(question.fact.name)
        if question.entity == "unit" or not stamp:
            return ""
        seen = time.day_of(datetime.fromisoformat(stamp[1]))
        kinds = dict(Observation.Source.choices)
        return _("%(who)s %(how)s %(day)s") % {"who": stamp[3], "how": kinds.get(stamp[2], ""), "day": seen}

    # --- what came back -------------------------------------------------------------------------------------------------

    def _photos(self, name: str) -> list[StoredFile]:
        """Photos kept from an earlier try of this form: only this person's own."""
        codes = self.data.getlist(f"kept-{name}")
        return list(StoredFile.objects.filter(code__in=codes[:20], created_by=self.by)) if codes else []

    def _store(self, name: str, kept: list[StoredFile]) -> str:
        """Store what was uploaded now; the reason when one is refused."""
        for upload in self.files.getlist(name):
            try:
                kept.append(store_photo(upload=upload, by=self.by))
            except Refused as refusal:
                self.errors += 1
                return refusal.message
        return ""

    def _read(self) -> None:
        self.door_error = self._store("photo-door", self.door)
        for section in self.sections:
            section.same = section.same_name in self.data
            for ask in section.every():
                ask.raw = str(self.data.get(ask.name, "")).strip()
                ask.photos = self._photos(ask.name)
                ask.photo_error = self._store(ask.photo_name, ask.photos)
                if ask.raw:
                    self._check(ask)

    def _check(self, ask: Ask) -> None:
        try:
            ask.value()
        except ValueError as error:
            ask.error = _("“%(value)s” is not possible. Expected: %(expected)s") % {"value": ask.raw, "expected": error}
            self.errors += 1

    @property
    def adds_room(self) -> bool:
        return self.data.get("do") == "add_room"

    def is_valid(self) -> bool:
        return self.bound and not self.errors and not self.adds_room

    def _answers(self, section: Section) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for ask in section.every():
            if ask.raw:
                found[ask.question.fact.name] = ask.value()
            elif section.same and ask in section.known:
                found[ask.question.fact.name] = ask.question.value
        return found

    def seen(self) -> Seen:
        facts: dict[str, Any] = {}
        rooms: dict[str, dict[str, Any]] = {}
        unit: dict[str, Any] = {}
        photos: list[Evidence] = [Evidence(file) for file in self.door]
        unit_photos: list[Evidence] = []
        for section in self.sections:
            answers = self._answers(section)
            evidence = [
                Evidence(file, section.room or "", ask.question.fact.name)
                for ask in section.every()
                for file in ask.photos
            ]
            if section.is_unit:
                unit, unit_photos = answers, evidence
                continue
            photos += evidence
            if section.room is None:
                facts = answers
            elif answers:
                rooms[section.room] = answers
        if self.result != "done":
            return Seen(photos=photos)
        return Seen(facts, rooms, unit, photos, unit_photos)

    @property
    def asked(self) -> int:
        return sum(len(section.ask) for section in self.sections)

    @property
    def known(self) -> int:
        return sum(len(section.known) for section in self.sections)


def edition_label(on: date) -> str:
    return standard.current_edition(on).label.of(lang())
