"""One sign: what it says, where it hangs, and the steps on it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.files.services import serve, stored
from anju.signage import layout
from anju.signage.forms import NoteForm, PostedForm, RevokeForm
from anju.signage.models import HOME_KINDS, Scan, Sign
from anju.signage.selectors import lists
from anju.signage.selectors.drafts import draft
from anju.signage.selectors.surroundings import Surroundings
from anju.signage.services import comparing, printing

SCANS = 12


def _subject(request: Request, kind: str, code: str) -> "Dwelling | Place":
    if kind in HOME_KINDS:
        rows = Dwelling.objects.for_user(request.user).select_related(
            "area", "place", "landlord", "sublessor", "operator", "current"
        )
        return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]
    place = get_object_or_404(Place.objects.select_related("area", "parent__parent"), code=code)
    try:
        printing.check_scope(request.user, place)
    except Refused:
        raise Http404 from None
    return place


@needs("sign.print")
@require_POST
def print_new(request: Request) -> HttpResponse:
    """Print one sign: `kind` and the code of its home or place."""
    kind = request.POST.get("kind", "")
    if kind not in Sign.Kind.values:
        raise Refused(_("Say which sign is to be printed."))
    made = printing.print_sign(by=request.user, kind=kind, subject=_subject(request, kind, request.POST.get("of", "")))
    messages.success(request, _("Made. Print the PDF, post it, and record it with a photo."))
    return redirect("signs:sign", code=made.code)


def context_of(request: Request, found: Sign) -> dict[str, Any]:
    """What the page of a sign and the staff's view of a scan both show."""
    comparing.compare_now(found)
    user = request.user
    fresh = None
    if found.outdated:
        subject = comparing.subjects_of(found.kind, [found])[0]
        fresh = draft(found.kind, subject, time.today())
    return {
        "sign": found, "why": lists.reasons_of(found), "refusal": fresh.refusal if fresh else "", "now": time.now(),
        "home": found.dwelling if found.dwelling is not None and _may_see(user, found.dwelling) else None,
        "may_print": can(user, "sign.print"), "may_post": can(user, "sign.post"), "may_revoke": can(user, "sign.revoke"),
        "posted_form": PostedForm(), "revoke_form": RevokeForm(), "note_form": NoteForm(),
    }  # fmt: skip


def _may_see(user: Any, home: Dwelling) -> bool:
    return bool(Dwelling.objects.for_user(user).filter(pk=home.pk).exists())


@needs("sign.view")
@require_GET
def sign(request: Request, code: str) -> HttpResponse:
    found = lists.sign_or_404(request.user, code)
    context = context_of(request, found) | {
        "scans": Scan.objects.for_user(request.user).filter(sign=found).order_by("-at")[:SCANS],
        "editions": lists.history(found)[:SCANS],
        "address": layout.address_of(found.code, _base(request)),
    }
    return render(request, "signage/sign.html", context)


def _base(request: Request) -> str:
    return printing.base_url(request.build_absolute_uri("/"))


def _style(found: Sign) -> Any:
    return Surroundings([found.area_path], []).style(found.area_path)


@needs("sign.view")
@require_GET
def picture(request: Request, code: str) -> HttpResponse:
    """The print as it was made, to look at."""
    found = lists.sign_or_404(request.user, code)
    response = HttpResponse(
        layout.picture(found.kind, layout.sheet(found, _base(request)), _style(found)), content_type="image/png"
    )
    response["Cache-Control"] = "private, max-age=600"
    return response


@needs("sign.view")
@require_GET
def pdf(request: Request, code: str) -> HttpResponse:
    """The file to print; ?cut=yes with bleed and cut marks. A sign that has ended is not printed again."""
    found = lists.sign_or_404(request.user, code)
    if not found.is_live:
        raise Refused(_("This sign has ended, so it is not printed again."), instead=_("Print it anew."))
    if comparing.compare_now(found).outdated:
        raise Refused(
            _("What stands on this sign is no longer right, so it is not printed again."), instead=_("Print it anew.")
        )
    try:
        made = layout.pdf(
            found.kind, [layout.sheet(found, _base(request))], _style(found), cut=request.GET.get("cut") == "yes"
        )
    except layout.LacksGlyph as gap:
        raise Refused(
            _("The sign cannot be printed: the font has no “%(letters)s”.") % {"letters": gap},
            instead=_("Tell the administrator."),
        ) from gap
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{found.data['number']} {found.where}.pdf"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


@needs("sign.post")
@require_http_methods(["GET", "POST"])
def posted(request: Request, code: str) -> HttpResponse:
    """It hangs: a photo proves it. Leads back to where the step was taken."""
    found = lists.sign_or_404(request.user, code)
    form = PostedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            with stored([form.cleaned_data["photo"]], by=request.user) as (photo,):
                row = printing.mark_posted(by=request.user, sign=found, photo=photo)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(request, _("On record as posted."))
            if row.elsewhere_at is not None:
                messages.warning(request, _("The photo was taken far from the home. Is it the right door?"))
            return redirect("scan:scan" if request.POST.get("back") == "scan" else "signs:sign", code=found.code)
    context = {"sign": found, "form": form, "back": request.GET.get("back", request.POST.get("back", ""))}
    return render(request, "signage/posted.html", context, status=422 if form.errors else 200)


@needs("sign.view")
@require_GET
def photo(request: Request, code: str) -> HttpResponse:
    found = lists.sign_or_404(request.user, code)
    if found.photo is None:
        raise Http404
    return serve(found.photo)


@needs("sign.revoke")
@require_POST
def revoke(request: Request, code: str) -> HttpResponse:
    found, form = lists.sign_or_404(request.user, code), RevokeForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Say why the sign is revoked."))
    left = printing.revoke(
        by=request.user, sign=found, reason=form.cleaned_data["reason"], replace=form.cleaned_data["replace"]
    )
    messages.success(request, _("Revoked: whoever scans it is told so."))
    return redirect("signs:sign", code=left.code)


@needs("sign.post")
@require_POST
def found(request: Request, code: str) -> HttpResponse:
    """Somebody went to see a sign that was met elsewhere."""
    row, form = lists.sign_or_404(request.user, code), NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    printing.settle_place(by=request.user, sign=row, note=note)
    messages.success(request, _("On record."))
    return redirect("signs:sign", code=row.code)
