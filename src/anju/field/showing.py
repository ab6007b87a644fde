"""A record put into words for the staff's pages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from anju import standard
from anju.core import time
from anju.core.errors import Refused
from anju.core.registry import Text
from anju.dwellings.models import Dwelling
from anju.field import letters, selectors
from anju.field.models import Envelope, EnvelopePhoto
from anju.standard.facts import EntityName

STATE_MARKS = {
    "stored": ("new", "clock"),
    "waiting_photos": ("due", "photo"),
    "applied": ("ok", "circle-check"),
    "conflict": ("bad", "alert-triangle"),
    "moved": ("ok", "transfer"),
    "gone": ("plain", "circle-minus"),
    "refused": ("bad", "ban"),
    "set_aside": ("plain", "circle-minus"),
}
KIND_ICONS = {
    "inspection": "clipboard-check", "no_access": "door", "refused_entry": "hand-stop", "reinspection": "eye-check",
    "common_area": "building", "quick_finding": "bolt", "handover": "transfer",
}  # fmt: skip
CHOICES: tuple[tuple[str, Text, Text], ...] = (
    ("theirs", gettext_lazy("The first version stays"), gettext_lazy("The second is kept and not applied.")),
    (
        "mine",
        gettext_lazy("The second version counts"),
        gettext_lazy("It is applied now; the first stays in the history."),
    ),
    ("both", gettext_lazy("Both are visits of their own"), gettext_lazy("The second is applied as a further visit.")),
)
FLAGS: dict[str, Text] = {
    "gallery": gettext_lazy("Copied from the gallery"),
    "no_position": gettext_lazy("No position"),
    "zero_accuracy": gettext_lazy("Accuracy of zero metres"),
    "far": gettext_lazy("Far from the home"),
    "jump": gettext_lazy("Jumped since the photo before"),
    "old_position": gettext_lazy("Position older than the photo"),
    "other_time": gettext_lazy("Not taken during the visit"),
    "used_before": gettext_lazy("Used in another record"),
}
WHY: dict[str, Text] = {
    "facts_changed": gettext_lazy("The facts had changed since the phone took them along."),
    "edition": gettext_lazy("The phone judged by another edition of the rule book."),
    "left_out": gettext_lazy("Some answers could not be taken."),
    "unknown": gettext_lazy("The reason is not known; tell the administrator."),
}


class Line:
    """One row of the list."""

    def __init__(self, row: Envelope) -> None:
        self.row = row
        self.tone, self.icon = STATE_MARKS[row.state]
        self.kind_icon = KIND_ICONS.get(row.kind, "file-text")
        self.title = row.home_name or row.home_code or _("No home named")
        self.late = (row.received_at - row.at).total_seconds() > 86_400

    @property
    def kind(self) -> str:
        return self.row.get_kind_display() or _("Unreadable")

    @property
    def words(self) -> str:
        return selectors.words(self.row, self.row.photos.filter(photo=None).count())

    @property
    def verdict(self) -> str:
        return str((self.row.made or {}).get("verdict", ""))


@dataclass(frozen=True)
class Told:
    """One difference: what it is about, what the phone has, what the server or the other person has."""

    title: str
    phone: str = ""
    server: str = ""
    text: str = ""


def verdict_words(verdict: str) -> str:
    return str(dict(Dwelling.Verdict.choices).get(verdict, verdict))


def rule_words(label: str, room: str = "") -> str:
    """`label`: R01, or R01@C for a room."""
    rule_id, _at, named = label.partition("@")
    room = named or room
    today = time.today()
    edition = standard.current_edition(today)
    rule = next((rule for rule in edition.rules_on(today) if rule.id == rule_id), None)
    words = standard.judge_for(edition, today).words(rule.words.title, get_language() or "zh") if rule else ""
    place = _("room %(name)s") % {"name": room} if room else ""
    return " ".join(filter(None, (rule_id, words, place)))


def fact_words(entity: EntityName, name: str, value: Any = None) -> tuple[str, str]:
    """(the question, the answer) in the reader's language."""
    fact = standard.current_edition(time.today()).facts[entity].get(name)
    lang = get_language() or "zh"
    if fact is None:
        return name, str(value)
    try:
        return fact.label.of(lang), fact.label_of(value, lang)
    except (KeyError, ValueError, TypeError):  # an answer that the rule book does not take
        return fact.label.of(lang), str(value)


def _moment(text: str) -> str:
    return time.local(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M")


def differences(row: Envelope) -> list[Told]:
    differs, found = row.differs or {}, []
    why = str(WHY.get(differs.get("why", ""), ""))
    if "verdict" in differs:
        pair = differs["verdict"]
        found.append(Told(_("Verdict"), verdict_words(pair["phone"]), verdict_words(pair["server"]), why))
    found += [Told(rule_words(label), _("violated"), _("not violated"), "") for label in differs.get("only_phone", [])]
    found += [Told(rule_words(label), _("not violated"), _("violated"), "") for label in differs.get("only_server", [])]
    if "edition" in differs:
        found.append(Told(_("Rule book"), differs["edition"]["phone"], differs["edition"]["server"]))
    for line in differs.get("contradicts", []):
        entity: EntityName = "room" if line["room"] else "dwelling"
        label, mine = fact_words(entity, line["fact"], line["phone"])
        said = _("%(value)s (%(who)s, %(at)s)") % {
            "value": fact_words(entity, line["fact"], line["theirs"])[1], "who": line["who"], "at": _moment(line["at"]),
        }  # fmt: skip
        found.append(Told(f"{line['room']} {label}".strip(), mine, said, _("Two inspections; the later one counts.")))
    for line in differs.get("meanwhile", []):
        told = _("%(who)s, %(at)s") % {"who": line["who"], "at": _moment(line["at"])}
        found.append(Told(_("Another inspection meanwhile"), "", told))
    found += [
        Told(_("Left out: %(what)s") % {"what": line["where"]}, text=line["text"])
        for line in differs.get("left_out", [])
    ]
    if "clock" in differs:
        clock = differs["clock"]
        text = _("The phone's clock was %(n)s minutes off.") % {"n": round(clock["offset_s"] / 60)}
        found.append(Told(_("Time"), _moment(clock["made_at"]), _moment(clock["at"]), text))
    return found


@dataclass(frozen=True)
class Picture:
    use: EnvelopePhoto
    about: str
    flags: list[str]
    url: str
    refused: str


def photos(row: Envelope) -> list[Picture]:
    found = []
    for use in row.photos.select_related("photo__file").order_by("id"):
        file = use.photo.file if use.photo else None
        url = f"/field/records/{row.code}/photos/{file.code}/" if file else ""
        refused = use.photo.refused if use.photo else ""
        found.append(
            Picture(use, _about(use.purpose), [str(FLAGS.get(name, name)) for name in use.flags], url, refused)
        )
    return found


def _about(purpose: dict[str, str]) -> str:
    room = purpose.get("room", "")
    if purpose.get("fact"):
        entity: EntityName = "unit" if purpose.get("part") == "unit" else "room" if room else "dwelling"
        return f"{room} {fact_words(entity, purpose['fact'])[0]}".strip()
    if purpose.get("rule"):
        return rule_words(f"{purpose['rule']}@{room}" if room else purpose["rule"])
    return purpose.get("hazard", "") or _("The visit")


@dataclass(frozen=True)
class Answered:
    where: str
    label: str
    value: str
    how: str


HOW: dict[str, Text] = {
    "seen": pgettext_lazy("answer", "seen"),
    "confirmed": pgettext_lazy("answer", "known, confirmed"),
    "cannot_see": pgettext_lazy("answer", "cannot be seen"),
}


def answers(row: Envelope) -> list[Answered]:
    """What the inspector answered, as it was sent; nothing of an unreadable record."""
    try:
        letter = letters.read(letters.opened(row.content), time.day_of(row.received_at))
    except Refused:
        return []
    parts: list[tuple[str, EntityName, dict[str, letters.Answer]]] = [(_("Home"), "dwelling", letter.answers.dwelling)]
    parts += [(_("Room %(name)s") % {"name": name}, "room", given) for name, given in letter.answers.rooms.items()]
    parts.append((_("Shared part"), "unit", letter.answers.unit))
    return [
        Answered(where, *fact_words(entity, name, answer.value), str(HOW[answer.how]))
        for where, entity, given in parts
        for name, answer in given.items()
    ]
