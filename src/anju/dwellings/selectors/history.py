"""What happened to a home, newest first: what was observed, what the standard then said, what people changed.

Upper apps add theirs (hazards, notices) by `registry.history`.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.audit.models import Entry
from anju.core.policy import allowed
from anju.core.registry import registry
from anju.core.templatetags.state_tags import Event
from anju.dwellings.models import Dwelling, Observation, VerdictRecord

TONES = {"compliant": "ok", "non_compliant": "bad", "unknown": "unk"}
RULES_SHOWN = 6

# What an entry of the log is about, by the first of these words among its values.
SUBJECTS: dict[str, Any] = {
    "arrived": gettext_lazy("Somebody moved in"),
    "left": gettext_lazy("Somebody moved out"),
    "guarantee": gettext_lazy("Guarantee"),
    "lease": gettext_lazy("Lease"),
    "group_rental": gettext_lazy("Found to be a group rental"),
    "group_rental_registered_on": gettext_lazy("Registered as a group rental"),
    "group_rental_removed_on": gettext_lazy("Left the register of group rentals"),
    "equipment": gettext_lazy("Equipment"),
    "landlord": gettext_lazy("Who lets this home"),
    "sublessor": gettext_lazy("Who lets this home"),
    "operator": gettext_lazy("Who lets this home"),
    "standard_code": gettext_lazy("Police standard address code"),
    "address": gettext_lazy("Registered by hand"),
    "parties": gettext_lazy("Full names, ID numbers and phones were shown"),
}


def events(user: Any, home: Dwelling, limit: int) -> list[Event]:
    """At most `limit` lines, of what this person may see; who looked at what only for those who keep the register."""
    return sorted(_all(user, home, limit), key=lambda line: str(line.at), reverse=True)[:limit]


def _all(user: Any, home: Dwelling, limit: int) -> Iterator[Event]:
    yield from _verdicts(home, limit)
    yield from _observations(home, limit)
    if allowed(user, "registration.view"):
        yield from _log(home, limit)
    for source in registry.history:
        yield from source(user, home, limit)


def _verdicts(home: Dwelling, limit: int) -> list[Event]:
    return [_verdict(row) for row in home.verdicts.order_by("-at", "-id")[:limit]]


def _verdict(row: VerdictRecord) -> Event:
    text = ""
    if row.violated:
        text = _("Violated: %(rules)s") % {"rules": _(", ").join(row.violated[:RULES_SHOWN])}
    title = _("Judged: %(verdict)s") % {"verdict": row.get_verdict_display()}
    return Event(row.at, title, text, "", TONES.get(row.verdict, ""))


def _observations(home: Dwelling, limit: int) -> list[Event]:
    rows = home.observations.filter(withdrawn_at=None).select_related("observed_by").order_by("-recorded_at", "-id")
    return [_observation(row) for row in rows[:limit]]


def _observation(row: Observation) -> Event:
    count = len(row.values.get("facts", {})) + sum(len(v) for v in row.values.get("rooms", {}).values())
    text = _("%(n)s facts") % {"n": count} if count else ""
    for old, new in row.values.get("renamed_rooms", {}).items():
        text = _("Room %(old)s is %(new)s now") % {"old": old, "new": new}
    if row.values.get("removed_rooms"):
        text = _("Room %(rooms)s removed") % {"rooms": _(", ").join(row.values["removed_rooms"])}
    return Event(row.recorded_at, str(row.get_source_display()), text, str(row.observed_by or ""))


def _log(home: Dwelling, limit: int) -> list[Event]:
    """The log's entries about the home; what observations and verdicts already say is left out."""
    rows = Entry.objects.filter(subject_type=Dwelling._meta.label_lower, subject_id=home.code)
    rows = rows.exclude(verb__in=["dwelling.observe", "dwelling.judge", "ledger.import"]).order_by("-at", "-id")
    return [_entry(row) for row in rows[:limit]]


def _entry(row: Entry) -> Event:
    words = next((SUBJECTS[name] for name in SUBJECTS if name in row.after), _("Changed"))
    return Event(row.at, str(words), row.reason, row.actor_name)
