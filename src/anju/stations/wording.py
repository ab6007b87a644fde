"""What columns and codes mean in words: shifts, readiness, problems of a roster, steps of a call-out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anju.core import time
from anju.stations.models import CallOut, Kit, Member, Station
from anju.stations.norms import PATTERNS, Slot
from anju.stations.roster import Problem

Text = str | Promise

# key of norms.PATTERNS → (what stands in the cell, what it is called)
SHIFTS: dict[str, tuple[Text, Text]] = {
    "day": (pgettext_lazy("roster", "D"), gettext_lazy("Day shift")),
    "night": (pgettext_lazy("roster", "N"), gettext_lazy("Night shift")),
    "morning": (pgettext_lazy("roster", "M"), gettext_lazy("Morning shift")),
    "evening": (pgettext_lazy("roster", "E"), gettext_lazy("Evening shift")),
    "small": (pgettext_lazy("roster", "S"), gettext_lazy("Small hours")),
    "whole": (pgettext_lazy("roster", "W"), gettext_lazy("Whole day")),
}
READINESS: dict[str, tuple[str, str]] = {
    Station.Readiness.READY: ("ok", "circle-check"),
    Station.Readiness.LIMITED: ("due", "alert-triangle"),
    Station.Readiness.NOT_READY: ("bad", "circle-x"),
    Station.Readiness.CLOSED: ("plain", "circle-minus"),
}
STATES: dict[str, tuple[str, str]] = {
    CallOut.State.CALLED: ("bad", "bell-ringing"),
    CallOut.State.ACCEPTED: ("work", "route"),
    CallOut.State.ARRIVED: ("work", "map-pin"),
    CallOut.State.REPORTED: ("work", "message"),
    CallOut.State.CLOSED: ("ok", "circle-check"),
}
OUTCOMES: dict[str, tuple[str, str]] = {
    CallOut.Outcome.REAL: ("bad", "flame"),
    CallOut.Outcome.FALSE: ("plain", "circle-minus"),
    CallOut.Outcome.TEST: ("plain", "flask"),
    CallOut.Outcome.FAULT: ("due", "tool"),
}
LEVEL_ICONS: dict[str, str] = {
    CallOut.Level.FIRE: "flame",
    CallOut.Level.GAS: "gas-station",
    CallOut.Level.ELECTRICAL: "bolt",
    CallOut.Level.PRE_ALARM: "alert-triangle",
    CallOut.Level.OTHER: "bell",
}


def shift_name(key: str) -> str:
    return str(SHIFTS[key][1]) if key in SHIFTS else key


def shift_hours(pattern: str, key: str) -> str:
    shift = next(shift for shift in PATTERNS[pattern] if shift.key == key)
    return f"{shift.starts:02d}–{(shift.starts + shift.hours) % 24:02d}"


def slot_words(slot: Slot) -> str:
    """ "11-28 night shift": which shift is meant."""
    return _("%(day)s %(shift)s") % {"day": f"{slot.day:%m-%d}", "shift": shift_name(slot.key)}


def problem_words(problem: Problem) -> str:
    values = {"who": problem.person, "slot": slot_words(problem.slot), "have": problem.have, "least": problem.least}
    texts = {
        "short": _("%(slot)s: %(have)s of %(least)s people who count"),
        "no_certificate": _("%(slot)s: the certificate of %(who)s does not hold, so %(who)s does not count"),
        "left": _("%(slot)s: %(who)s is not on the staff then"),
        "rest": _("%(slot)s: %(who)s has not rested long enough"),
        "no_day_off": _("%(slot)s: the seventh day in a row for %(who)s"),
    }
    return texts[problem.kind] % values


@dataclass(frozen=True)
class Why:
    """A reason of readiness in words, with where one puts it right. tone: bad, due, or new for what only comes."""

    tone: str
    icon: str
    text: str
    fix: str  # part of the station's page or page of its own: roster, people, kit, coverage, drills, callouts


def _at(text: str) -> str:
    return time.local(datetime.fromisoformat(text)).strftime("%m-%d %H:%M") if text else ""


def _items(values: dict[str, Any]) -> str:
    names = dict(Kit.Item.choices)
    return _(", ").join(str(names.get(item, item)) for item in values.get("items", []))


def reason_words(code: str, values: dict[str, Any]) -> tuple[str, str]:
    """(sentence, part that puts it right)."""
    said = {**values, "at": _at(str(values.get("at", ""))), "items": _items(values)}
    texts: dict[str, tuple[str, str]] = {
        "nobody_now": (_("Nobody who counts is on duty now"), "roster"),
        "few_now": (_("%(have)s of %(least)s people are on duty now"), "roster"),
        "gaps": (_("%(n)s shifts of the next %(days)s days lack people, the first on %(at)s"), "roster"),
        "few_staff": (_("%(have)s people on the list; the norm asks for %(least)s"), "people"),
        "no_head": (_("No head is named"), "people"),
        "certificates_expired": (_("%(n)s certificates have run out"), "people"),
        "certificates_soon": (_("%(n)s certificates run out within %(days)s days"), "people"),
        "covers_nothing": (_("It covers no estate, so it is never called"), "coverage"),
        "kit_missing": (_("Missing or run out: %(items)s"), "kit"),
        "kit_expired": (_("%(n)s pieces of kit have run out"), "kit"),
        "kit_soon": (_("%(n)s pieces of kit run out within %(days)s days"), "kit"),
        "never_drilled": (_("No drill is on record"), "drills"),
        "drill_old": (_("The last drill was on %(on)s, more than %(days)s days ago"), "drills"),
        "unanswered": (_("%(n)s calls of the last %(days)s days were not answered in time"), "callouts"),
    }
    if code not in texts:
        return code, "people"
    text, part = texts[code]
    return text % said, part


ICONS = {"roster": "calendar", "people": "users", "coverage": "map-pin", "kit": "fire-extinguisher", "drills": "checklist",
         "callouts": "bell"}  # fmt: skip


def whys(station: Station) -> list[Why]:
    tones = {"stop": "bad", "weak": "due", "note": "new"}
    found = []
    for code, level, values in station.reasons:
        text, part = reason_words(code, values)
        found.append(Why(tones[level], ICONS[part], text, part))
    return found


def certificate_tone(expires: Any, today: Any, soon: int) -> str:
    """ok, due (within `soon` days), over, or plain for what does not run out."""
    if expires is None:
        return "plain"
    left = (expires - today).days
    return "over" if left < 0 else "due" if left <= soon else "ok"


def seconds_words(seconds: int | None) -> str:
    """ "22 s", "2 min 40 s"; "" while it is not known."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("%(n)s s") % {"n": seconds}
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest} if rest else _("%(m)s min") % {"m": minutes}


def names(members: list[Member] | tuple[Member, ...]) -> str:
    return _(", ").join(member.name for member in members)
