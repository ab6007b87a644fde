"""/indicators/: how far from 100 %, where the gap is, how it is counted, what was left out; and the list behind each number."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.models import Area
from anju.areas.permissions import can
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.dwellings.models import Dwelling
from anju.inspections import selectors as hazards
from anju.inspections import wording
from anju.inspections.models import Hazard
from anju.overview.definitions import INDICATORS, Indicator, Part
from anju.overview.selectors import board, lists
from anju.overview.selectors.figures import Rate, points, rate_of

MOST_EXPORTED = 50_000


def _indicator(key: str) -> Indicator:
    if key not in INDICATORS:
        raise Http404
    return INDICATORS[key]


def _level(request: Request, area: Area) -> tuple[str, list[str]]:
    below = board.levels_below(area)
    wanted = request.GET.get("level", "")
    return (wanted if wanted in below else next(iter(below), "")), below


@needs("indicator.view")
@require_GET
def indicators(request: Request, key: str = "guarantee") -> HttpResponse:
    indicator = _indicator(key)
    area = board.area_for(request.user, request.GET.get("area", ""))
    at = board.as_of(request.GET.get("day", ""))
    numbers, late, counted_at = board.numbers_of(area, at)
    level, below = _level(request, area)
    page = _page(request)
    rate = rate_of(indicator, numbers, area, at.text)
    rows, more = board.rows_below(indicator, area, level, at, page=page) if level else ([], False)
    chart = board.trend(indicator, area, at, rate, _weeks(request))
    context = {
        "indicator": indicator, "area": area, "at": at, "counted_at": counted_at, "rate": rate,
        "pills": _addressed(request, board.pills(numbers, area, at)),
        "others": _addressed(request, board.others(numbers, area, at)),
        "compliance": rate_of(INDICATORS["compliance"], numbers, area, at.text), "let": numbers.get("let", 0),
        "levels": _labels(below), "level": level, "rows": rows, "page": page, "more": more,
        "delta": points(rate, board.week_before([area.pk], at).get(area.pk)),
        "chart": chart, "sentence": board.trend_sentence(indicator, chart), "weeks": _weeks(request),
        "late": board.late_of(indicator, late), "steps": board.next_steps(rate, rows),
        "days": [(day.isoformat(), f"{day:%m-%d} 24:00") for day in board.closed_days()],
        "all": [INDICATORS[name] for name in INDICATORS], "today": time.today(),
        "may_export": can(request.user, "indicator.export"), "nothing": not any(numbers.values()),
        "may_import": can(request.user, "ledger.import"), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "overview/indicators.html", context)


def _page(request: Request) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 5 else 1


def _weeks(request: Request) -> int:
    return board.SPANS.get(request.GET.get("weeks", ""), 13)


def _labels(levels: Iterable[str]) -> list[tuple[str, Any]]:
    return [(level, Area.Kind(level).label) for level in levels]


def _addressed(request: Request, rates: list[Rate]) -> list[tuple[Rate, str]]:
    """Each with the address of its page: the same area, level and day."""
    query = request.GET.copy()
    query.pop("page", None)
    tail = f"?{query.urlencode()}" if query else ""
    return [(rate, reverse("overview:indicator", args=[rate.indicator.key]) + tail) for rate in rates]


@needs("indicator.export")
@require_GET
def table_export(request: Request, key: str) -> HttpResponse:
    """The table of the areas below, with every column and what stands beside, as of the day shown."""
    indicator = _indicator(key)
    area = board.area_for(request.user, request.GET.get("area", ""))
    at = board.as_of(request.GET.get("day", ""))
    level, _below = _level(request, area)
    numbers, _late, _at = board.numbers_of(area, at)
    rows = board.rows_below(indicator, area, level, at, size=10_000)[0] if level else []
    record(by=request.user, verb="indicator.export", subject=area, after={"indicator": key, "day": at.text})
    lines = [(row.area.name, row.rate) for row in rows] + [(area.name, rate_of(indicator, numbers, area))]
    parts = (*indicator.columns, *indicator.beside, *indicator.among)
    header = [_("Area"), f"{indicator.rate} %", *[str(part.label) for part in parts]]
    name = _("%(indicator)s %(area)s %(day)s") % {
        "indicator": indicator.short, "area": area.name, "day": at.text or time.today().isoformat(),
    }  # fmt: skip
    return download(name, header, [_export_line(area_name, rate, parts) for area_name, rate in lines])


def _export_line(name: str, rate: Rate, parts: tuple[Part, ...]) -> list[Any]:
    figures = (rate.numerator, rate.denominator, *rate.gap, *rate.beside, *rate.among)
    known = {figure.part.key: figure.number for figure in figures}
    percent: Any = float(rate.percent) if rate.percent else _("none due")
    return [name, percent, *[known[part.key] for part in parts]]


FILTERS: dict[str, list[tuple[str, Any]]] = {
    "home": [("verdict", Dwelling.Verdict), ("kind", Dwelling.Kind)],
    "hazard": [("severity", Dwelling.Severity), ("state", Hazard.State)],
}


def _filters(request: Request, part: Part) -> dict[str, str]:
    """The filters set in the address; a value that is no choice counts as not set."""
    found = {name: request.GET.get(name, "") for name, choices in FILTERS[part.subject]}
    valid = {
        name: value
        for (name, choices), value in zip(FILTERS[part.subject], found.values(), strict=True)
        if value in choices.values
    }
    return {**valid, "q": request.GET.get("q", "").strip()[:80]}


@needs("indicator.view")
@require_GET
def part_list(request: Request, key: str) -> HttpResponse:
    """The homes or hazards behind a number."""
    indicator = _indicator(key)
    area = board.area_for(request.user, request.GET.get("area", ""))
    part = lists.part_of(indicator, request.GET.get("part", ""))
    at = board.as_of(request.GET.get("day", ""))
    rows = lists.rows_of(request.user, part, area, _filters(request, part), at.day)
    then, _late, _at = board.numbers_of(area, at)
    live, _none, _at = board.numbers_of(area, board.AsOfDay(None))
    page = keyset_page(lists.with_details(part, rows), sort="area_path" if part.subject == "home" else "due_at",
                       after=request.GET.get("after", ""))  # fmt: skip
    context = {
        "indicator": indicator, "area": area, "part": part, "page": page, "shown": hazards.number(rows),
        "tabs_rows": [
            (p.key, p.label, (then if lists.of_that_day(p, at.day) else live).get(p.key, 0)) for p in indicator.parts
        ],
        "now": time.now(),
        "first": indicator.gap[0].key, "at": at, "then": then.get(part.key, 0),
        "that_day": lists.of_that_day(part, at.day),
        "lines": _lines(part, page.rows, request), "may_export": can(request.user, "indicator.export"),
        "crumbs": [(_("Indicators"), reverse("overview:indicators")),
                   (indicator.short, f"{reverse('overview:indicator', args=[key])}?area={area.code}"), (part.label, "")],
        "choices": {name: choices.choices for name, choices in FILTERS[part.subject]},
    }  # fmt: skip
    return render(request, "overview/list.html", context)


def _lines(part: Part, rows: Iterable[Any], request: Request) -> list[Any]:
    return list(rows) if part.subject == "home" else [hazards.line(row, request.user) for row in rows]


@needs("indicator.export")
@require_GET
def list_export(request: Request, key: str) -> HttpResponse:
    """The list as it is filtered."""
    indicator = _indicator(key)
    area = board.area_for(request.user, request.GET.get("area", ""))
    part = lists.part_of(indicator, request.GET.get("part", ""))
    at = board.as_of(request.GET.get("day", ""))
    rows = lists.with_details(part, lists.rows_of(request.user, part, area, _filters(request, part), at.day))
    record(by=request.user, verb="indicator.export", subject=area, after={"indicator": key, "part": part.key})
    header, line = (_home_header, _home_line) if part.subject == "home" else (_hazard_header, _hazard_line)
    name = _("%(part)s %(area)s %(day)s") % {
        "part": part.label,
        "area": area.name,
        "day": at.text if lists.of_that_day(part, at.day) else time.today().isoformat(),
    }
    return download(name, header(), (line(row) for row in rows.order_by("area_path", "id")[:MOST_EXPORTED]))


def _home_header() -> list[str]:
    return [_("Code"), _("Address"), _("Grid"), _("Kind"), _("Letting state"), _("Verdict"), _("Letting party")]


def _home_line(row: Dwelling) -> list[Any]:
    party = row.letting_party
    return [row.code, row.address, row.area.name, row.get_kind_display(), row.get_letting_state_display(),
            row.get_verdict_display(), party.name if party else ""]  # fmt: skip


def _hazard_header() -> list[str]:
    return [
        _("Code"),
        _("Hazard"),
        _("Where"),
        _("Severity"),
        _("State"),
        _("Responsible"),
        _("Handler"),
        _("First due"),
    ]


def _hazard_line(row: Hazard) -> list[Any]:
    return [row.code, wording.title(row), row.where, row.get_severity_display(), row.get_state_display(),
            wording.party(row), str(row.handler or ""), row.first_due_at]  # fmt: skip
