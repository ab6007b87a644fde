"""The page of an indicator: the share of an area, the areas below it with the biggest gap first, trend, next steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, IntegerField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.templatetags.word_filters import day as day_words
from anju.core.templatetags.word_filters import num
from anju.overview.definitions import INDICATORS, ON_PILLS, Indicator
from anju.overview.models import DayClose, DayTally, Tally
from anju.overview.selectors.figures import Delta, Rate, points, rate_of, rate_values

LEVELS = (Area.Kind.ZONE, Area.Kind.COMMUNITY, Area.Kind.GRID)
PAGE = 50
WEEK = timedelta(days=7)
SPANS = {"13": 13, "52": 52}  # weeks
Numbers = Mapping[str, int]


def area_for(user: User, code: str) -> Area:
    """The chosen area, which must lie in the person's own; without a choice the first of his postings. 404 otherwise."""
    scope = scope_of(user)
    if code:
        area = Area.objects.filter(code=code).first()
    else:
        area = Area.objects.filter(path__in=scope.area_paths[:1]).first()
    if area is None or not scope.has_area(area.path):
        raise Http404
    return area


@dataclass(frozen=True)
class AsOfDay:
    """Now (`day` None), or a day that was closed."""

    day: date | None
    counted_at: datetime | None = None

    @property
    def text(self) -> str:
        return self.day.isoformat() if self.day else ""


def as_of(wanted: str) -> AsOfDay:
    """The latest closed day up to the wanted one; now for today, later, or nonsense."""
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        return AsOfDay(None)
    if day >= time.today():
        return AsOfDay(None)
    closed = DayClose.objects.filter(day__lte=day).order_by("-day").first()
    return AsOfDay(closed.day, closed.closed_at) if closed else AsOfDay(None)


def closed_days(most: int = 14) -> list[date]:
    return list(DayClose.objects.order_by("-day").values_list("day", flat=True)[:most])


def numbers_of(area: Area, at: AsOfDay) -> tuple[Numbers, Numbers, datetime | None]:
    """(counts, what late entries would add, when they were counted)"""
    if at.day is None:
        live = Tally.objects.filter(area=area).first()
        return (live.total, {}, live.counted_at) if live else ({}, {}, None)
    frozen = DayTally.objects.filter(area=area, day=at.day).first()
    return (frozen.total, frozen.late_total, at.counted_at) if frozen else ({}, {}, at.counted_at)


def levels_below(area: Area) -> list[str]:
    order = [Area.Kind.CITY, *LEVELS]
    return [level for level in LEVELS if order.index(level) > order.index(Area.Kind(area.kind))]


@dataclass(frozen=True)
class Row:
    """An area below the chosen one."""

    area: Area
    rate: Rate
    bar: SafeString
    delta: Delta | None


def _gap_rows(indicator: Indicator, area: Area, level: str, at: AsOfDay) -> "QuerySet[Area]":
    """The areas of a level, annotated with their gap: what is missing, sorted by the database."""
    rows = Area.objects.filter(paths.under("path", area.path), kind=level)
    source = "tally"
    if at.day is not None:
        rows = rows.annotate(at_close=FilteredRelation("days", condition=Q(days__day=at.day)))
        source = "at_close"

    def number(key: str) -> Coalesce:
        return Coalesce(Cast(KeyTextTransform(key, f"{source}__total"), IntegerField()), 0)

    gap = sum((number(part.key) for part in indicator.gap[1:]), start=number(indicator.gap[0].key))
    return rows.annotate(gap=gap, numbers=F(f"{source}__total")).order_by("-gap", "path")


def rows_below(
    indicator: Indicator, area: Area, level: str, at: AsOfDay, *, page: int = 1, size: int = PAGE
) -> tuple[list[Row], bool]:
    """(rows of a page, whether there are more)"""
    start = (page - 1) * size
    found = list(_gap_rows(indicator, area, level, at)[start : start + size + 1])
    shown, more = found[:size], len(found) > size
    before = week_before([row.pk for row in shown], at)
    rates = [rate_of(indicator, getattr(row, "numbers", None) or {}, row, at.text) for row in shown]
    widest = max((rate.missing for rate in rates), default=0)
    rows = [
        Row(area_row, rate, rate.bar("gap", widest or 1, only_gap=True), points(rate, before.get(area_row.pk)))
        for area_row, rate in zip(shown, rates, strict=True)
    ]
    return rows, more


def closed_by(days: list[date]) -> dict[date, date]:
    """For each day the latest closed day in the week that ends with it; a week without one is left out."""
    closed = DayClose.objects.filter(day__gt=min(days) - WEEK, day__lte=max(days)).order_by("day")
    found: dict[date, date] = {}
    for one in closed.values_list("day", flat=True):
        found.update({day: one for day in days if day - WEEK < one <= day})
    return found


def week_before(areas: list[int], at: AsOfDay) -> dict[int, Numbers]:
    day = (at.day or time.today()) - WEEK
    kept = closed_by([day]).get(day)
    return dict(DayTally.objects.filter(area__in=areas, day=kept).values_list("area_id", "total")) if kept else {}


def trend(indicator: Indicator, area: Area, at: AsOfDay, now: Rate, weeks: int) -> dict[str, Any]:
    """A point per week up to the day shown; a week without a closed day stays open."""
    last = at.day or time.today()
    days = [last - WEEK * back for back in range(weeks, 0, -1)]
    closed = closed_by(days)
    kept = dict(DayTally.objects.filter(area=area, day__in=closed.values()).values_list("day", "total"))
    values = [rate_values(indicator, kept[closed[day]]) if closed.get(day) in kept else None for day in days]
    data = [None if value is None else round(value, 1) for value in values]
    data.append(float(now.percent) if now.percent else None)
    known = [value for value in data if value is not None]
    chart: dict[str, Any] = {
        "kind": "line",
        "unit": "%",
        "min": 0,
        "x": [day_words(closed.get(day, day)) for day in [*days, last]],
        "series": [{"name": str(indicator.short), "data": data}],
        "marks": [
            {
                "y": 0 if indicator.low else 100,
                "name": _("target %(n)s") % {"n": 0 if indicator.low else 100},
                "state": "ok",
            }
        ],
    }
    if not indicator.low:
        chart |= {"min": max(0, int((min(known, default=0) - 2) // 5 * 5)), "max": 100}
    return chart


def trend_sentence(indicator: Indicator, chart: Mapping[str, Any]) -> str:
    known = [value for value in chart["series"][0]["data"] if value is not None]
    if len(known) < 2:
        return _("%(name)s: no earlier days yet") % {"name": indicator.short}
    return _("%(name)s from %(first)s %% to %(last)s %%") % {
        "name": indicator.short,
        "first": known[0],
        "last": known[-1],
    }


@dataclass(frozen=True)
class Step:
    """Something honest to do next; never "improve the number"."""

    words: str
    hint: str
    url: str


def next_steps(rate: Rate, rows: list[Row]) -> list[Step]:
    """What to look at, first the unknown and doubtful; then the area with the biggest gap."""
    unsure = [figure for figure in (*rate.gap, *rate.beside, *rate.among) if figure.part.tone in ("unk", "new")]
    rest = [figure for figure in rate.gap if figure not in unsure]
    steps = [
        Step(str(figure.part.todo) % {"n": num(figure.number)}, str(figure.part.hint), figure.url)
        for figure in (*unsure, *rest)
        if figure.number and figure.part.todo
    ]
    if rows and rows[0].rate.missing:
        worst = rows[0].rate.gap[0]
        if worst.number:
            todo = str(worst.part.todo) % {"n": num(worst.number)}
            words = _("%(area)s: %(todo)s") % {"area": rows[0].area.name, "todo": todo}
            steps.append(Step(words, "", worst.url))
    return steps


def late_of(indicator: Indicator, late: Numbers) -> list[tuple[str, str]]:
    """What entries recorded after the close would add, by column."""
    return [
        (str(part.label), f"{late[part.key]:+,}".replace("-", "−")) for part in indicator.columns if late.get(part.key)
    ]


def pills(numbers: Numbers, area: Area, at: AsOfDay) -> list[Rate]:
    return [rate_of(indicator, numbers, area, at.text) for indicator in ON_PILLS]


def others(numbers: Numbers, area: Area, at: AsOfDay) -> list[Rate]:
    return [rate_of(i, numbers, area, at.text) for i in INDICATORS.values() if i not in ON_PILLS]
