"""/stations/S…/roster/: the month as a table, people by days; rules are checked with every tap."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.audit.services import record
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.core.sheets import download
from anju.stations import norms, wording
from anju.stations.models import Duty, Member, Station
from anju.stations.roster import gaps
from anju.stations.selectors import roster
from anju.stations.selectors import stations as selectors
from anju.stations.services import duties
from anju.stations.views.stations import crumbs

MOST_TOLD = 12


def _context(
    request: Request, row: Station, first: date, refusal: Refused | None = None, said: str = ""
) -> dict[str, Any]:
    now = time.now()
    month = roster.month(row, first, now)
    coming = [problem for problem in month.checked.problems if problem.slot.ends > now]
    firm = [problem for problem in coming if problem.firm]
    return {
        "station": row, "month": month, "now": now, "today": time.day_of(now), "refusal": refusal, "said": said,
        "before": roster.month_of(f"{first.year - (first.month == 1)}-{(first.month - 2) % 12 + 1}"), "after": roster.next_month(first),
        "rows": [(member, [(cell, *_cell_words(cell)) for cell in cells]) for member, cells in month.rows],
        "foot": [(wording.shift_name(key), wording.shift_hours(row.pattern, key), cells) for key, cells in month.foot],
        "gaps": gaps(coming), "firm": len(firm),
        "told": [(problem, wording.problem_words(problem)) for problem in sorted(coming, key=lambda p: (not p.firm, p.kind != "short"))[:MOST_TOLD]],
        "more": max(0, len(coming) - MOST_TOLD),
        "legend": [(*wording.SHIFTS[shift.key], wording.shift_hours(row.pattern, shift.key)) for shift in norms.PATTERNS[row.pattern]],
        "may_edit": can(request.user, "station.edit") and row.closed_on is None, "crumbs": crumbs(row),
        "may_fill": month.last > time.day_of(now), "may_export": can(request.user, "station.export"),
    }  # fmt: skip


def _cell_words(cell: roster.Cell) -> tuple[str, str]:
    """(what stands in the cell, what is wrong there in words)."""
    letter = str(wording.SHIFTS[cell.key][0]) if cell.key in wording.SHIFTS else ""
    return letter, "；".join(wording.problem_words(problem) for problem in cell.wrong)


def _turn(request: Request, row: Station) -> str:
    """One tap on a cell: "SM…:2026-11-24"."""
    code, _colon, text = request.POST["cell"].partition(":")
    member: Member = get_object_or_404(row.members, code=code)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(_("“%(text)s” is no day.") % {"text": text}) from error
    held = Duty._base_manager.filter(member=member, day=day).first()
    key = duties.following(row, held.shift if held else "")
    duties.put(by=request.user, station=row, member=member, day=day, key=key)
    shift = wording.shift_name(key) if key else _("free")
    return _("%(who)s %(day)s: %(shift)s") % {"who": member.name, "day": text[5:], "shift": shift}


@needs("station.view")
@require_http_methods(["GET", "POST"])
def month(request: Request, code: str) -> HttpResponse:
    """A tap sends the cell; "fill" puts the teams on every coming shift nobody stands on."""
    row = selectors.station_or_404(request.user, code)
    first = roster.month_of(request.GET.get("month", ""))
    refusal, said = None, ""
    if request.method == "POST":
        try:
            if "cell" in request.POST:
                said = _turn(request, row)
            else:
                made = duties.fill_month(by=request.user, station=row, first=first)
                said = ngettext("%(n)d turn was entered.", "%(n)d turns were entered.", made) % {"n": made}
        except Refused as error:
            refusal = error
        if refusal is None and not request.htmx:
            return redirect(f"{reverse('stations:roster', args=[code])}?month={first:%Y-%m}")
        row.refresh_from_db()
    status = refusal.status if refusal else 200
    template = "stations/_roster.html" if request.htmx and request.method == "POST" else "stations/roster.html"
    return render(request, template, _context(request, row, first, refusal, said), status=status)


@needs("station.export")
@require_GET
def export(request: Request, code: str) -> HttpResponse:
    """The month as it hangs on the wall: a row per person, a column per day."""
    row = selectors.station_or_404(request.user, code)
    first = roster.month_of(request.GET.get("month", ""))
    found = roster.month(row, first, time.now())
    record(by=request.user, verb="station.export", subject=row, after={"roster": f"{first:%Y-%m}"})
    header = [_("Name"), _("Team"), *[f"{column.day:%m-%d}" for column in found.columns]]
    lines = [
        [member.name, member.team, *[str(wording.SHIFTS[cell.key][0]) if cell.key else "" for cell in cells]]
        for member, cells in found.rows
    ]
    return download(_("Roster %(station)s %(month)s") % {"station": row, "month": f"{first:%Y-%m}"}, header, lines)
