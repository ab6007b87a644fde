"""/alarms/history/: closed alarms with filters, how fast they were seen to, and the export."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.monitoring import wording
from anju.monitoring.models import Alarm
from anju.monitoring.selectors import alarms as selectors
from anju.monitoring.selectors import figures

MOST_EXPORTED = 20_000


@needs("alarm.view")
@require_GET
def listing(request: Request) -> HttpResponse:
    filtered, outcome = selectors.history(request.user, request.GET), request.GET.get("outcome", "")
    rows = selectors.of_outcome(filtered, outcome)
    page = keyset_page(selectors.with_details(rows), sort="-received_at", after=request.GET.get("after", ""))
    context = {
        "page": page, "lines": [_line(row) for row in page.rows], "shown": selectors.number(rows),
        "tab_rows": [(tab, label, selectors.number(selectors.of_outcome(filtered, tab))) for tab, label in selectors.TABS],
        "kinds": [(key, label) for key, label, _kinds in selectors.GROUPS], "spans": [span for span in selectors.SPANS if span[0]],
        "areas": [(area.code, area.name) for area in selectors.areas_of(request.user)],
        "figures": [_figures(line) for line in figures.strip(request.user, time.now())],
        "limits": (figures.ACKNOWLEDGE, figures.DISPATCH), "may_export": can(request.user, "alarm.export"),
        "late_choices": [("1", _("acknowledged too late"))],
    }  # fmt: skip
    return render(request, "alarms/history.html", context)


def _line(row: Alarm) -> dict[str, Any]:
    tone, drawing = wording.OUTCOMES.get(row.outcome, ("plain", "circle-check"))
    late = (row.acknowledge_seconds or 0) > figures.ACKNOWLEDGE
    return {
        "row": row, "title": wording.title(row), "icon": wording.ICONS[row.kind], "device": wording.device_words(row), "tone": tone,
        "outcome_icon": drawing, "acknowledged": wording.seconds(row.acknowledge_seconds), "late": late,
        "sent": wording.seconds(row.dispatch_seconds), "sent_late": (row.dispatch_seconds or 0) > figures.DISPATCH,
        "took": wording.seconds(row.close_seconds),
    }  # fmt: skip


def _figures(line: figures.Line) -> dict[str, Any]:
    return {
        "line": line, "acknowledge": wording.seconds(line.acknowledge.half), "dispatch": wording.seconds(line.dispatch.half),
        "close": wording.seconds(line.close),
    }  # fmt: skip


@needs("alarm.export")
@require_GET
def export(request: Request) -> HttpResponse:
    rows = selectors.of_outcome(selectors.history(request.user, request.GET), request.GET.get("outcome", ""))
    record(by=request.user, verb="alarm.export", subject=request.user, after={"alarms": request.GET.dict()})
    header = [
        _("Code"), _("Alarm"), _("Why"), _("Where"), _("Area"), _("Device"), _("Alarm at"), _("Messages of the device"),
        _("Seconds to acknowledge"), _("Seconds to dispatch"), _("Seconds to the end"), _("What it was"), _("How it was known"),
    ]  # fmt: skip
    found = selectors.with_details(rows).order_by("-received_at", "-id")[:MOST_EXPORTED]
    lines = (
        [
            row.code, wording.title(row), wording.why(row), row.where, row.area.name, f"{wording.device_words(row)} {row.device.code}",
            row.received_at, row.count, row.acknowledge_seconds, row.dispatch_seconds, row.close_seconds,
            str(row.get_outcome_display()), row.reason,
        ]
        for row in found
    )  # fmt: skip
    return download(f"{_('Alarms')} {time.today().isoformat()}", header, lines)
