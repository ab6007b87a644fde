"""QR labels: one device's, those that were ticked, or all that the list shows."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.monitoring import labels
from anju.monitoring.models import Device
from anju.monitoring.selectors import devices


def _pdf(request: Request, rows: Sequence[Device], name: str) -> HttpResponse:
    def address_of(device: Device) -> str:
        return request.build_absolute_uri(reverse("devices:device", args=[device.code]))

    response = HttpResponse(labels.pdf(rows, address_of), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or "inline"
    return response


@needs("device.view")
@require_GET
def one(request: Request, code: str) -> HttpResponse:
    row = devices.device_or_404(request.user, code)
    return _pdf(request, [row], _("Label %(code)s") % {"code": row.code})


@needs("device.view")
@require_GET
def many(request: Request) -> HttpResponse:
    """`id`: ticked devices; without any, what the list shows with its filters. In order of where they hang."""
    wanted = devices.Filter.of(request.GET)
    rows = devices.of_tab(devices.filtered(request.user, wanted), wanted.state, time.now())
    ticked = request.GET.getlist("id")[: labels.MOST]
    if ticked:
        rows = devices.visible(request.user).filter(pk__in=[int(pk) for pk in ticked if pk.isdigit() and len(pk) < 19])
    found = list(rows.order_by("place_path", "where", "id")[: labels.MOST + 1])
    return _pdf(request, found, f"{_('Labels of devices')} {time.today().isoformat()}")
