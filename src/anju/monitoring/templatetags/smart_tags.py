"""Words of the pages of doors, patrols, piles, lifts and lanes: {% load smart_tags %}."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.monitoring.forms_smart import WEEKDAYS
from anju.monitoring.selectors.lanes import Compared, Span

register = template.Library()
WAYS: dict[str, str | Promise] = {
    "face": gettext_lazy("Face"),
    "card": gettext_lazy("Door card"),
    "key": gettext_lazy("Key"),
    "code": gettext_lazy("Passcode"),
    "phone": gettext_lazy("Telephone or app"),
    "button": gettext_lazy("Button inside"),
    "staff": gettext_lazy("Opened by staff"),
}


@register.filter
def minutes(seconds: int | None) -> str:
    """340 → 5 min; 7500 → 2 h 5 min."""
    whole = int(seconds or 0) // 60
    if whole < 60:
        return _("%(m)s min") % {"m": whole}
    return _("%(h)s h %(m)s min") % {"h": whole // 60, "m": whole % 60}


@register.filter
def minutes_since(begin: datetime, now: datetime) -> str:
    return minutes(max(0, int((now - begin).total_seconds())))


@register.filter
def way_words(way: str) -> Any:
    return WAYS.get(way, "–")


@register.filter
def weekday_word(number: int) -> Any:
    return dict(WEEKDAYS).get(number, "")


@register.filter
def spans(row: Compared) -> list[tuple[str, Span | None]]:
    return [(_("Before it"), row.before), (_("During it"), row.during), (_("After it"), row.after)]
