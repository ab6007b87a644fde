"""/alarms/duty/: the wall of the duty room, dark and full screen: is it calm, and if not, where."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.core import time
from anju.core.policy import needs
from anju.monitoring import wording
from anju.monitoring.response import help_for
from anju.monitoring.selectors import alarms as selectors
from anju.monitoring.selectors import figures
from anju.monitoring.selectors import wall as areas_wall
from anju.monitoring.selectors.live import cursor_of
from anju.monitoring.views.alarms import line

SHOWN = 8


@needs("alarm.view")
@require_GET
def wall(request: Request) -> HttpResponse:
    now = time.now()
    loud = selectors.KINDS_OF["danger"] | selectors.KINDS_OF["pre"] | selectors.KINDS_OF["site"]
    rows = list(selectors.with_details(selectors.open_for(request.user).filter(kind__in=loud))[: SHOWN + 1])
    helps = help_for(rows)
    counts = selectors.counts(selectors.open_for(request.user))
    strip = figures.strip(request.user, now)
    context = {
        "now": now, "lines": [line(row, helps.get(row.code), now) for row in rows[:SHOWN]], "more": len(rows) > SHOWN,
        "counts": [(label, counts[key], key) for key, label, _kinds in selectors.GROUPS], "danger": counts["danger"],
        "pre": counts["pre"], "waits": selectors.urgent_count(request.user), "areas": areas_wall.areas(request.user, now) if can(request.user, "device.view") else [],
        "closed": selectors.number(selectors.closed_today(request.user, now)), "strip": strip[0] if strip else None,
        "half": wording.seconds(strip[0].acknowledge.half) if strip else "", "sent": wording.seconds(strip[0].dispatch.half) if strip else "",
        "live_from": cursor_of(now),
    }  # fmt: skip
    template = "alarms/_duty.html" if request.GET.get("part") == "duty" else "alarms/duty.html"
    return render(request, template, context)
