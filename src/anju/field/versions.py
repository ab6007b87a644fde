"""Two versions of one record side by side, for the person who decides which counts."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anju.core import time
from anju.core.errors import Refused
from anju.field import letters, showing
from anju.field.models import Envelope
from anju.standard.facts import EntityName

Key = tuple[str, str, str]  # part, room, fact


@dataclass(frozen=True)
class Pair:
    """One line: what it is about, what each version says ("–" where it says nothing), whether they differ."""

    where: str
    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        return self.first != self.second


@dataclass(frozen=True)
class Sides:
    """`differing` first, in the order of the form; `same` is what both say."""

    first: Envelope
    second: Envelope
    differing: list[Pair]
    same: list[Pair]


def side_by_side(first: Envelope, second: Envelope) -> Sides | None:
    """None where one of them cannot be read: then there is nothing to lay beside the other."""
    read = [_read(first), _read(second)]
    if read[0] is None or read[1] is None:
        return None
    pairs = _pairs(read[0], read[1])
    return Sides(first, second, [pair for pair in pairs if pair.differs], [pair for pair in pairs if not pair.differs])


def _read(row: Envelope) -> letters.Letter | None:
    try:
        return letters.read(letters.opened(row.content), time.day_of(row.received_at))
    except Refused:
        return None


def _pairs(first: letters.Letter, second: letters.Letter) -> list[Pair]:
    record, both = _("Record"), (_about(first), _about(second))
    found = [Pair(record, label, both[0][label], both[1][label]) for label in both[0]]
    mine, theirs = _answers(first), _answers(second)
    for key in sorted({**mine, **theirs}, key=_order):
        part, room, name = key
        entity: EntityName = "room" if part == "room" else "unit" if part == "unit" else "dwelling"
        where = _("Room %(name)s") % {"name": room} if room else _("Shared part") if part == "unit" else _("Home")
        said = [_said(entity, name, answers.get(key)) for answers in (mine, theirs)]
        found.append(Pair(where, showing.fact_words(entity, name)[0], *said))
    return found


def _order(key: Key) -> tuple[int, str, str]:
    return ("dwelling", "room", "unit").index(key[0]), key[1], key[2]


def _about(letter: letters.Letter) -> dict[str, str]:
    """What a version says besides its answers."""
    verdict = letter.verdict.verdict if letter.verdict else ""
    findings = [" ".join(filter(None, (showing.rule_words(f.rule, f.room), f.title, f.note))) for f in letter.findings]
    yes = {True: _("yes"), False: _("no"), None: "–"}
    return {
        _("Home"): letter.home or "–",
        _("Kind of record"): str(dict(Envelope.Kind.choices).get(letter.kind, letter.kind)),
        _("Verdict on the phone"): showing.verdict_words(verdict) if verdict else "–",
        _("Findings"): _("; ").join(findings) or "–",
        _("Put right"): yes[letter.put_right],
        _("Photos"): str(len(letter.photos)),
        _("Words"): letter.text or "–",
    }


def _answers(letter: letters.Letter) -> dict[Key, letters.Answer]:
    given: dict[Key, letters.Answer] = {("dwelling", "", name): one for name, one in letter.answers.dwelling.items()}
    for room, answers in letter.answers.rooms.items():
        given |= {("room", room, name): one for name, one in answers.items()}
    return given | {("unit", "", name): one for name, one in letter.answers.unit.items()}


def _said(entity: EntityName, name: str, answer: letters.Answer | None) -> str:
    if answer is None:
        return "–"
    if answer.how == "cannot_see":
        return str(showing.HOW["cannot_see"])
    value: Any = answer.value
    return showing.fact_words(entity, name, value)[1]
