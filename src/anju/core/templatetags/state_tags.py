"""States, severities, tiers, clocks, figures and bars. A state is always icon and word, never a colour alone."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from anju import assets
from anju.core import time
from anju.core.templatetags.word_filters import num, share

register = template.Library()
Text = str | Promise

DAY = timedelta(days=1)

# state → (colour of the chip, icon, word)
STATES: dict[str, tuple[str, str, Text]] = {
    # verdicts of a dwelling
    "compliant": ("ok", "circle-check", _("Compliant")),
    "non_compliant": ("bad", "circle-x", _("Not compliant")),
    "unknown": ("unk", "help-circle", _("Unknown")),
    "unchecked": ("new", "circle-dotted", _("Not inspected")),
    "not_let": ("plain", "circle-minus", _("Not let")),
    # one rule, one fact
    "pass": ("ok", "circle-check", _("Passed")),
    "violation": ("bad", "circle-x", _("Violated")),
    "not_applicable": ("plain", "point", _("Not applicable")),
    # what a thing is waiting for
    "overdue": ("over", "clock-exclamation", _("Overdue")),
    "due": ("due", "clock", _("Due soon")),
    "paperwork": ("paper", "file-text", _("Registration papers missing")),
    "done": ("ok", "circle-check", _("Done")),
}
TONES = {"ok", "bad", "unk", "new", "paper", "due", "over", "work", "plain"}
# verdict or tone → tone of bars, rooms, dots and facts
TONE_OF = {name: tone for name, (tone, _icon, _word) in STATES.items()}

SEVERITIES: dict[str, Text] = {
    "prohibited": _("Prohibited"),
    "severe": _("Severe"),
    "minor": _("Minor"),
    "advice": _("Advice"),
}
TIERS: dict[int, Text] = {1: _("Tier 1 notice"), 2: _("Tier 2 report"), 3: _("Tier 3 measures")}


@register.simple_tag
def asset(name: str) -> str:
    """Address of a bundled file, with a mark that changes when the file does."""
    return _address(name, assets.stamp())


@functools.lru_cache(1000)
def _address(name: str, mark: str) -> str:
    return f"{static(f'vendor/{name}')}?v={mark}"


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """{% icon "clock" %}; the name must stand in frontend/icons.txt."""
    return _icon(name, css, asset("icons.svg"))


@functools.lru_cache(1000)  # a page draws some forty of them
def _icon(name: str, css: str, sprite: str) -> SafeString:
    css = f" {css}" if css else ""
    return format_html('<svg class="a-icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


@register.simple_tag
def chip(tone: str, label: Text, name: str = "", css: str = "") -> SafeString:
    """{% chip "work" _("Being corrected") "progress" %}: any state that state_chip does not know."""
    drawing = icon(name) if name else ""
    return format_html(
        '<span class="a-chip{}" data-state="{}">{}{}</span>',
        f" {css}" if css else "",
        tone if tone in TONES else "work",
        drawing,
        label,
    )


@register.simple_tag
def state_chip(state: str, label: Text = "", css: str = "") -> SafeString:
    """{% state_chip dwelling.verdict %}: the fixed colour, icon and word of a state."""
    tone, drawing, word = STATES.get(state, ("work", "progress", label or state))
    return chip(tone, label or word, drawing, f"plain {css}".strip() if tone == "plain" else css)


@register.filter
def tone(state: str) -> str:
    """The tone for data-state= of a room, a verdict band, a dot: "non_compliant" → "bad"."""
    return TONE_OF.get(state, state if state in TONES else "unk")


@register.filter
def state_word(state: str) -> Text:
    return STATES[state][2] if state in STATES else state


@register.filter
def state_icon(state: str) -> str:
    return STATES[state][1] if state in STATES else "progress"


@register.simple_tag
def severity(code: str) -> SafeString:
    """{% severity "severe" %}: square, so that it is never taken for a state."""
    return (
        format_html('<span class="a-sev" data-sev="{}">{}</span>', code, SEVERITIES.get(code, code))
        if code
        else SafeString("")
    )


@register.simple_tag
def tier(number: int | None, reason: Text = "") -> SafeString:
    """{% tier hazard.tier hazard.tier_reason %}: bars filled to the tier; the reason in the tooltip."""
    if not number:
        return SafeString("")
    return format_html(
        '<span class="a-tier" data-tier="{}" title="{}">{}</span>', number, reason, TIERS.get(number, number)
    )


def _length(left: timedelta) -> str:
    """2 days, 1 day 12 hours, 19 hours, 35 minutes: hours only while they still matter."""
    hours = int(left.total_seconds() // 3600)
    days, hours = divmod(hours, 24)
    if days >= 2 or (days and not hours):
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days:
        return gettext("%(d)d d %(h)d h") % {"d": days, "h": hours}
    if hours:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return gettext("%(n)d min") % {"n": max(1, int(left.total_seconds() // 60))}


def _hour_of(due: datetime) -> tuple[date, str]:
    """A term that ends at midnight belongs to the day before: 24:00."""
    local = time.local(due)
    if local.hour == local.minute == 0:
        return local.date() - DAY, "24:00"
    return local.date(), local.strftime("%H:%M")


def clock_text(due: datetime, now: datetime, *, working_days: int | None = None) -> tuple[str, str]:
    """(state, words) of a running clock: run, soon (last 24 hours, names the hour), over."""
    if now >= due:
        return "over", gettext("%(length)s late") % {"length": _length(now - due)}
    on, at = _hour_of(due)
    today = time.day_of(now)
    if due - now <= DAY:
        if on == today:
            return "soon", gettext("today %(hour)s") % {"hour": at}
        return "soon", gettext("tomorrow %(hour)s") % {"hour": at}
    if working_days is not None:
        text = ngettext("%(n)d working day left", "%(n)d working days left", working_days)
        return "run", text % {"n": working_days}
    days = (on - today).days
    return "run", ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}


def as_moment(due: date | datetime) -> datetime:
    """A due day ends at its 24:00 in Shanghai."""
    return due if isinstance(due, datetime) else time.day_end(due)


@register.simple_tag
def clock(
    due: date | datetime | None,
    now: datetime | None = None,
    stopped: Text = "",
    working_days: int | None = None,
    prefix: Text = "",
) -> SafeString:
    """{% clock hazard.due_at now %}; stopped= gives the reason of a stopped clock, prefix= what is counted."""
    if stopped:
        words = gettext("Stopped, %(reason)s") % {"reason": stopped}
        return format_html(
            '<span class="a-clock" data-clock="stop">{}<span class="w">{}</span></span>', icon("clock-pause"), words
        )
    if due is None:
        return SafeString("")
    at = as_moment(due)
    state, words = clock_text(at, now or time.now(), working_days=working_days)
    on, hour = _hour_of(at)
    before = format_html("<span>{}</span>", prefix) if prefix else ""
    return format_html(
        '<time class="a-clock" data-clock="{}" datetime="{}" data-due="{}" title="{} {}">{}{}<span class="w">{}</span></time>',
        state, time.local(at).isoformat(timespec="minutes"), at.astimezone(UTC).isoformat(timespec="seconds"), on, hour,
        icon("clock-exclamation" if state == "over" else "clock"), before, words,
    )  # fmt: skip


@register.simple_tag
def figure(number: int | None, url: str = "", css: str = "", more: bool = False) -> SafeString:
    """{% figure 412 url %}: a number is a link to its list. more=True: the count stopped at a cap."""
    text = f"{num(number or 0)}{'+' if more else ''}"
    if not url:
        return format_html('<span class="a-num {}">{}</span>', css, text)
    return format_html('<a class="a-fig {}" href="{}">{}</a>', css, url, text)


@register.simple_tag
def legend(state: str, number: int | None = None, url: str = "", label: Text = "") -> SafeString:
    """{% legend "compliant" 6930 url %}: swatch, word, and the number as a link."""
    return format_html(
        '<span><i class="a-sw" data-state="{}"></i>{} {}</span>', tone(state), label or state_word(state),
        "" if number is None else figure(number, url),
    )  # fmt: skip


BAR_ORDER = ("ok", "accent", "over", "bad", "badnew", "due", "unk", "new")
BAR_WORDS = {"ok": "compliant", "bad": "non_compliant", "unk": "unknown", "new": "unchecked"}
LEAST = 0.6  # percent of the width: what is not zero is seen


@register.simple_tag
def bar(label: Text = "", css: str = "", of: int = 0, **parts: int) -> SafeString:
    """{% bar ok=6930 bad=871 unk=427 new=184 css="thick" %}; of= is the full width where it is not the sum.

    Drawn as SVG because the content policy forbids inline widths. Unknown is hatched, not inspected is dotted.
    """
    unknown = set(parts) - set(BAR_ORDER)
    if unknown:
        raise template.TemplateSyntaxError(
            f"bar: unknown part {sorted(unknown)[0]!r}; known are {', '.join(BAR_ORDER)}"
        )
    counts = [(name, parts[name]) for name in BAR_ORDER if parts.get(name)]
    whole = max(of, sum(count for _name, count in counts))
    if not label:
        label = ", ".join(f"{state_word(BAR_WORDS.get(name, name))} {count}" for name, count in counts) or gettext(
            "none"
        )
    shapes, at = [], 0.0
    for index, (name, count) in enumerate(counts):
        width = max(LEAST, 100 * count / whole)
        if index == len(counts) - 1 and sum(parts.values()) >= whole:
            at = min(at, 100 - LEAST)
            width = 100 - at
        shapes.append((name, f"{at:.2f}", f"{width:.2f}"))
        at += width
    rects = format_html_join("", '<rect data-state="{}" x="{}%" width="{}%" height="100%"/>', shapes)
    cuts = format_html_join(
        "", '<line x1="{}%" x2="{}%" y1="0" y2="100%"/>', [(x, x) for _name, x, _width in shapes[1:]]
    )
    return format_html('<svg class="a-bar {}" role="img" aria-label="{}">{}{}</svg>', css, label, rects, cuts)


@register.simple_tag
def progress(part: int, whole: int, label: Text = "") -> SafeString:
    """{% progress 45760 73789 %}: how far a long job is."""
    return bar(label=label or f"{share(part, whole) if whole else 0}%", of=whole, accent=part)


FACT_ICONS = {"bad": "x", "ok": "check", "unk": "help-circle", "old": "clock", "new": "circle-dotted"}
FACT_WORDS: dict[str, Text] = {
    "bad": _("Violated"), "ok": _("Passed"), "unk": _("Unknown"), "old": _("To be looked at again"), "new": _("Not inspected"),
}  # fmt: skip


@register.inclusion_tag("components/fact_row.html")
def fact_row(
    name: Text, value: Text = "", source: Text = "", state: str = "ok", photo: str = "", ask: Text = ""
) -> dict[str, Any]:
    """Verdict, name, value, who saw it when and how, photo. state: ok, bad, unk, old. An unknown says what is asked for."""
    shown = state if state in FACT_ICONS else tone(state)
    return {
        "name": name, "value": value, "source": source, "photo": photo, "ask": ask, "state": shown,
        "icon": FACT_ICONS.get(shown, "check"), "word": FACT_WORDS.get(shown, ""),
    }  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One line of a timeline; `state` is a tone ("bad", "over", "ok", "now") or empty."""

    at: datetime | date
    title: Text
    text: Text = ""
    who: Text = ""
    state: str = ""
    url: str = ""


@register.inclusion_tag("components/timeline.html")
def timeline(events: Iterable[Event | Mapping[str, Any]]) -> dict[str, Any]:
    """{% timeline events %}: newest first; each with at, title, text, who, state, url (Event or a dict of the same)."""
    return {"events": events}


@register.inclusion_tag("components/person.html")
def person(name: str, detail: Text = "") -> dict[str, Any]:
    """{% person "沈立群" %}: first character in a disc, then the name; nobody is said, not left blank."""
    return {"name": name, "first": name[:1], "detail": detail}


@register.simple_tag(takes_context=True)
def now_iso(context: Context) -> str:
    """The server's (or the demo's) clock, from which the browser counts on."""
    return time.now().isoformat(timespec="seconds")
