"""/stations/S…/people/: who belongs to a station, and certificates."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.core import time
from anju.core.policy import needs
from anju.files.services import serve, store_photo
from anju.stations import norms, wording
from anju.stations.forms import CertificateForm, MemberEditForm, MemberForm
from anju.stations.models import Certificate, Member, Station
from anju.stations.selectors import stations as selectors
from anju.stations.services import people
from anju.stations.views.acting import back_to, form_page, sent
from anju.stations.views.stations import crumbs


def _member(station: Station, code: str) -> Member:
    found: Member = get_object_or_404(station.members.select_related("station"), code=code)
    return found


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def member_new(request: Request, code: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    form, made = MemberForm(request.POST or None), list[Member]()

    def act(data: dict[str, Any]) -> None:
        made.append(people.add_member(by=request.user, station=row, **data))

    if sent(request, form, act, _("Added to the list. Enter the certificates next.")):
        return back_to(reverse("stations:member", args=[code, made[0].code]))
    return form_page(
        request, form, title=_("Add a member"), back=reverse("stations:station", args=[code]), save=_("Add"), crumbs=crumbs(row)
    )  # fmt: skip


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def member(request: Request, code: str, member: str) -> HttpResponse:
    """Post, team, last day; and the certificates, each with its photo."""
    row = selectors.station_or_404(request.user, code)
    found, today = _member(row, member), time.today()
    back = reverse("stations:member", args=[code, member])
    initial = {"role": found.role, "team": found.team, "until": found.until}
    edit = MemberEditForm(request.POST if "save" in request.POST else None, initial=initial)
    add = CertificateForm(
        request.POST if "add" in request.POST else None, request.FILES if "add" in request.POST else None, prefix="c"
    )

    def change(data: dict[str, Any]) -> None:
        people.edit_member(by=request.user, member=found, values=data)

    def certify(data: dict[str, Any]) -> None:
        uploads = data.pop("photos")
        photo = store_photo(upload=uploads[0], by=request.user) if uploads else None
        people.add_certificate(by=request.user, member=found, photo=photo, **data)

    if edit.is_bound and sent(request, edit, change, _("Saved.")):
        return back_to(reverse("stations:station", args=[code]), "people")
    if add.is_bound and sent(request, add, certify, _("The certificate is on record.")):
        return back_to(back)
    rows = found.certificates.filter(withdrawn_on=None).select_related("photo").order_by("kind", "-issued_on")
    context = {
        "station": row, "member": found, "form": edit, "add": add, "crumbs": crumbs(row), "today": today,
        "certificates": [(c, wording.certificate_tone(c.expires_on, today, norms.SOON)) for c in rows],
    }  # fmt: skip
    return render(request, "stations/member.html", context, status=422 if edit.errors or add.errors else 200)


@needs("station.edit")
@require_POST
def certificate_withdraw(request: Request, code: str, member: str, piece: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    found: Certificate = get_object_or_404(_member(row, member).certificates, code=piece)
    people.withdraw_certificate(by=request.user, certificate=found)
    return back_to(reverse("stations:member", args=[code, member]))


@needs("station.edit")
@require_GET
def certificate_photo(request: Request, code: str, member: str, piece: str) -> HttpResponse:
    """For those who keep the register: a certificate shows more of a person than others need."""
    row = selectors.station_or_404(request.user, code)
    found: Certificate = get_object_or_404(_member(row, member).certificates.select_related("photo"), code=piece)
    if found.photo is None:
        raise Http404
    return serve(found.photo)
