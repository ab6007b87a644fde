"""/devices/batches/: a ledger of devices or a whole estate, from the first look to keys and labels."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import XLSX, download
from anju.jobs.models import Job
from anju.monitoring.forms_devices import LayOutForm, UploadForm
from anju.monitoring.ledgers import writing
from anju.monitoring.models import DeviceBatch
from anju.monitoring.selectors import batches as selectors
from anju.monitoring.services import batches
from anju.monitoring.views.device_steps import crumbs, form_page, sent

State = DeviceBatch.State


def _crumbs(batch: DeviceBatch | None = None) -> list[tuple[str, str]]:
    found = [*crumbs(), (_("Batches"), reverse("devices:batches"))]
    return [*found, (batch.name, reverse("devices:batch", args=[batch.code]))] if batch else found


def _fetch(request: Request, code: str) -> DeviceBatch:
    rows = DeviceBatch.objects.for_user(request.user).select_related("created_by", "area", "place")
    found: DeviceBatch | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


@needs("device.edit")
@require_GET
def batch_list(request: Request) -> HttpResponse:
    rows = DeviceBatch.objects.for_user(request.user).select_related("created_by", "area")
    page = keyset_page(rows, sort="-id", after=request.GET.get("after", ""), size=25)
    lines = [(row, *selectors.TONES[row.state]) for row in page.rows]
    context = {"page": page, "lines": lines, "here": "batches", "may_edit": True, "crumbs": crumbs()}
    return render(request, "devices/batches.html", context)


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def upload(request: Request) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    made: list[DeviceBatch] = []

    def act() -> None:
        file = form.cleaned_data["file"]
        made.append(batches.upload(by=request.user, name=file.name or "", data=file.read()))

    if sent(request, form, act, _("Read. Nothing is registered yet.")):
        return redirect("devices:batch", made[0].code)
    return form_page(
        request, form, title=_("Read a ledger of devices"), back=reverse("devices:batches"), save=_("Read and look"),
        crumbs=_crumbs(), consequence=_("Nothing is registered before you have looked"), files=True,
        extra=(reverse("devices:template"), _("Empty ledger")),
    )  # fmt: skip


@needs("device.edit")
@require_http_methods(["GET", "POST"])
def lay_out(request: Request) -> HttpResponse:
    estate = Place.objects.filter(code=request.GET.get("estate", "")).first()
    form = LayOutForm(
        request.POST or None, user=request.user, initial={"estate": estate, "kind": request.GET.get("kind", "smoke")}
    )
    made: list[DeviceBatch] = []

    def act() -> None:
        made.append(batches.lay_out(by=request.user, **form.details()))

    if sent(request, form, act, _("Laid out. Nothing is registered yet.")):
        return redirect("devices:batch", made[0].code)
    return form_page(
        request, form, title=_("Lay out an estate"), back=reverse("devices:batches"), save=_("Lay out and look"), crumbs=_crumbs(),
        about=_("One device of a kind for every room or home that lacks one: register first, hang up with the labels in hand."),
        consequence=_("Nothing is registered before you have looked"),
    )  # fmt: skip


@needs("device.edit")
@require_GET
def batch(request: Request, code: str) -> HttpResponse:
    """A batch in the step it is in: to be looked at, being registered, over."""
    found = _fetch(request, code)
    tone, drawing = selectors.TONES[found.state]
    context: dict[str, Any] = {
        "batch": found,
        "tone": tone,
        "icon_name": drawing,
        "crumbs": _crumbs(),
        "mine": found.created_by == request.user,
    }
    if found.state in (State.WRITING, State.UNDOING):
        context["job"] = Job.objects.filter(code=found.job).first()
        return render(request, "devices/batch_busy.html", context)
    show = request.GET.get("show") or ("wrong" if found.counts.get("wrong") else "all")
    page = keyset_page(selectors.rows(found, show), sort="number", after=request.GET.get("after", ""), size=50)
    context |= {
        "show": show,
        "page": page,
        "lines": selectors.lines(found, page.rows),
        "heads": selectors.heads(found),
        "wrong": selectors.wrong_of(page.rows),
    }
    return render(request, "devices/batch.html", context)


@needs("device.edit")
@require_GET
def progress(request: Request, code: str) -> HttpResponse:
    """The part of the waiting page that asks again; when the work is over the page is loaded anew."""
    found = _fetch(request, code)
    response = render(
        request, "devices/_progress.html", {"batch": found, "job": Job.objects.filter(code=found.job).first()}
    )
    if found.state not in (State.WRITING, State.UNDOING):
        response["HX-Refresh"] = "true"
    return response


@needs("device.edit")
@require_POST
def write(request: Request, code: str) -> HttpResponse:
    batches.write(by=request.user, batch=_fetch(request, code))
    return redirect("devices:batch", code)


@needs("device.edit")
@require_POST
def give_up(request: Request, code: str) -> HttpResponse:
    batches.give_up(by=request.user, batch=_fetch(request, code))
    return redirect("devices:batches")


@needs("device.edit")
@require_POST
def keys(request: Request, code: str) -> HttpResponse:
    """The devices with their keys as Excel, once, for who made the batch."""
    found = _fetch(request, code)
    rows = batches.give_keys(by=request.user, batch=found)
    header = [_("Row"), _("Kind of device"), _("Where it hangs"), _("Room of the home"), _("Name of the device"), _("Serial number"),
              _("User name"), _("Key"), _("Publishes on"), _("Listens on")]  # fmt: skip
    return download(f"{_('Keys of devices')} {found.code}", header, writing.key_rows(rows))


@needs("device.edit")
@require_GET
def wrong_rows(request: Request, code: str) -> HttpResponse:
    """The rows to correct, as the office wrote them, wrong cells outlined, with the reasons; to be uploaded again."""
    found = _fetch(request, code)
    name = _("%(name)s to correct.xlsx") % {"name": found.name.rsplit(".", 1)[0]}
    return _workbook(name, writing.wrong_rows(found.heads, batches.wrong_rows(found)))


@needs("device.edit")
@require_GET
def template(request: Request) -> HttpResponse:
    return _workbook(f"{_('Empty ledger of devices')}.xlsx", writing.template())


def _workbook(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
