"""Numbers as pages show them: a share with its gap, every number with the address of its list."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.areas.models import Area
from anju.core.templatetags.state_tags import bar
from anju.core.templatetags.word_filters import num, share
from anju.overview.definitions import Indicator, Part

BAR_ORDER = ("ok", "over", "bad", "due", "unk", "new")


@dataclass(frozen=True)
class Figure:
    """One number and its list."""

    part: Part
    number: int
    url: str


@dataclass(frozen=True)
class Rate:
    """An indicator with the numbers of one area at one time."""

    indicator: Indicator
    numerator: Figure
    denominator: Figure
    gap: tuple[Figure, ...]
    beside: tuple[Figure, ...]
    among: tuple[Figure, ...]

    @property
    def missing(self) -> int:
        """How many are missing to 100 % (of overdue: to nothing)."""
        return sum(figure.number for figure in self.gap)

    @property
    def percent(self) -> str:
        """ "92.9", or "" of nothing, which is neither 0 nor 100 %."""
        part, whole = self.numerator.number, self.denominator.number
        return share(part, whole) if whole else ""

    @property
    def missing_words(self) -> str:
        if not self.denominator.number:
            return ""
        if not self.missing:
            return _("reached")
        words = {"n": num(self.missing)}
        if self.indicator.unit == "home":
            return ngettext("%(n)s home missing", "%(n)s homes missing", self.missing) % words
        return ngettext("%(n)s hazard missing", "%(n)s hazards missing", self.missing) % words

    def bar(self, css: str = "", of: int = 0, *, only_gap: bool = False) -> SafeString:
        parts: dict[str, int] = {}
        for figure in self.gap if only_gap or self.indicator.low else (self.numerator, *self.gap):
            parts[figure.part.tone] = parts.get(figure.part.tone, 0) + figure.number
        if self.indicator.low and not only_gap:
            parts["ok"] = self.denominator.number - self.numerator.number
        ordered = {tone: parts[tone] for tone in BAR_ORDER if parts.get(tone)}
        label = f"{self.indicator.short} {self.percent}%" if self.percent else str(self.indicator.short)
        return bar(label=label, css=css, of=of, **ordered)

    @property
    def thin_bar(self) -> SafeString:
        return self.bar("thin")


def list_url(indicator: Indicator, part: Part, area: Area, day: str = "") -> str:
    query = {"part": part.key, "area": area.code, **({"day": day} if day else {})}
    return f"{reverse('overview:list', args=[indicator.key])}?{urlencode(query)}"


def rate_of(indicator: Indicator, numbers: Mapping[str, int], area: Area, day: str = "") -> Rate:
    def figure(part: Part) -> Figure:
        return Figure(part, numbers.get(part.key, 0), list_url(indicator, part, area, day))

    return Rate(
        indicator,
        figure(indicator.numerator),
        figure(indicator.denominator),
        tuple(figure(part) for part in indicator.gap),
        tuple(figure(part) for part in indicator.beside),
        tuple(figure(part) for part in indicator.among),
    )


@dataclass(frozen=True)
class Delta:
    """The difference to an earlier day, in words and as good or bad."""

    words: str
    tone: str  # "good", "bad", ""


def points(now: Rate, then: Mapping[str, int] | None) -> Delta | None:
    """In percentage points; None where one of the two had nothing to count."""
    if then is None:
        return None
    before = rate_values(now.indicator, then)
    if before is None or not now.denominator.number:
        return None
    change = round(100 * now.numerator.number / now.denominator.number - before, 1)
    return Delta(_signed(f"{abs(change):.1f}", change), _tone(change, now.indicator))


def amount(now: Rate, then: Mapping[str, int] | None) -> Delta | None:
    """In homes or hazards: by how many the numerator grew."""
    if then is None:
        return None
    change = now.numerator.number - then.get(now.indicator.numerator.key, 0)
    if not change:
        return Delta(_("unchanged"), "")
    return Delta(_signed(num(abs(change)), change), _tone(change, now.indicator))


def rate_values(indicator: Indicator, numbers: Mapping[str, int]) -> float | None:
    whole = numbers.get(indicator.denominator.key, 0)
    return 100 * numbers.get(indicator.numerator.key, 0) / whole if whole else None


def _signed(text: str, change: float) -> str:
    return f"+{text}" if change > 0 else f"−{text}" if change < 0 else text


def _tone(change: float, indicator: Indicator) -> str:
    if not change:
        return ""
    return "good" if (change > 0) != indicator.low else "bad"
