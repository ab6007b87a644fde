"""Numbers, days and times as people write them, and masked values."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from anju.core import time

register = template.Library()

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DOTS = "•"


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def as_day(value: date | datetime) -> date:
    return time.day_of(value) if isinstance(value, datetime) else value


@register.filter
def num(value: Any) -> str:
    """1263 → "1,263"; anything that is not a number stays what it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


@register.filter
def ymd(value: date | datetime | None) -> str:
    """For tables: 2026-11-23 (the Shanghai day of a moment)."""
    return as_day(value).isoformat() if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """For sentences: 11月23日 or 23 Nov; with the year when it is not this one."""
    if not value:
        return ""
    on = as_day(value)
    this_year = on.year == time.today().year
    if is_chinese():
        return f"{on.month}月{on.day}日" if this_year else f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]}" if this_year else f"{on.day} {MONTHS[on.month - 1]} {on.year}"


@register.filter
def weekday(value: date | datetime) -> str:
    names = (
        gettext("Monday"), gettext("Tuesday"), gettext("Wednesday"), gettext("Thursday"),
        gettext("Friday"), gettext("Saturday"), gettext("Sunday"),
    )  # fmt: skip
    return names[as_day(value).weekday()]


@register.filter
def hour(value: datetime | None) -> str:
    """18:00 on the Shanghai clock."""
    return time.local(value).strftime("%H:%M") if value else ""


@register.filter
def moment(value: datetime | date | None) -> str:
    """For lists of events: 今天 08:47, 11-22 05:00, 2025-11-22 05:00; a date without an hour has none."""
    if not value:
        return ""
    if not isinstance(value, datetime):
        return value.isoformat()
    local, today = time.local(value), time.today()
    if local.date() == today:
        return gettext("today %(hour)s") % {"hour": local.strftime("%H:%M")}
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")


@register.filter
def stamp(value: datetime | None) -> str:
    """The exact moment: 2026-11-23 08:47:05."""
    return time.local(value).strftime("%Y-%m-%d %H:%M:%S") if value else ""


def share(part: int, whole: int) -> str:
    """Percentage with one decimal, cut, not rounded: 99.97 is not 100."""
    if part == whole:
        return "100"
    return f"{part * 1000 // whole / 10:.1f}"


@register.simple_tag
def percent(part: int, whole: int) -> SafeString:
    """{% percent 8046 8412 %} → 95.6<small>%</small>; of nothing it is "none due", never 100 or 0."""
    if not whole:
        return format_html('<span class="a-unk">{}</span>', pgettext("percentage of nothing", "none due"))
    return format_html("{}<small>%</small>", share(part, whole))


@register.filter
def masked(value: str, kind: str = "") -> SafeString:
    """Show little of a personal value: kind "phone" 138••••4471, "id" 3412••••••2217, "name" 王*强."""
    text = str(value or "")
    if not text:
        return mark_safe("")  # constant
    if kind == "name":
        return format_html("{}", text[0] + "*" + (text[-1] if len(text) > 2 else ""))
    head, tail, dots = (4, 4, 6) if kind == "id" else (3, 4, 4)
    short = text[:1] + DOTS * 3 if len(text) <= head + tail else text[:head] + DOTS * dots + text[-tail:]
    return format_html('<span class="a-mono">{}</span>', short)
