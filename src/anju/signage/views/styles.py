"""/signs/look/: how the office's signs look, and who stands on them with which duty telephone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Area
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.areas.selectors import areas_of, roots_of
from anju.core import paths
from anju.core.errors import Refused
from anju.core.policy import needs
from anju.files.services import serve, stored
from anju.signage.forms import ContactForm, StyleForm
from anju.signage.models import Contact, SignStyle
from anju.signage.selectors.surroundings import Surroundings
from anju.signage.services import styles
from anju.signage.services.printing import where_of

MOST = 300


def _area(request: Request, code: str) -> Area:
    return get_object_or_404(areas_of(request.user), code=code)


def contacts_of(request: Request) -> Any:
    scope = scope_of(request.user)
    rows = Contact.objects.select_related("area", "place__parent__parent").order_by("area__path", "place__path", "role")
    if scope.everything:
        return rows
    return rows.filter(scope.under_areas("area__path") | scope.under_areas("place__area_path"))


@needs("sign.view")
@require_GET
def look(request: Request) -> HttpResponse:
    """The style that counts in each of the person's areas, their own ones below, and the contacts."""
    rows = []
    for root in roots_of(request.user):
        around = Surroundings([root.path], [])
        own = SignStyle.objects.filter(paths.under("area__path", root.path)).select_related("area", "logo")
        rows.append((root, around.style(root.path), list(own.order_by("area__path")[:MOST])))
    context = {
        "rows": rows, "contacts": [(row, where_of(row.place) if row.place else str(row.area)) for row in contacts_of(request)[:MOST]], "may_style": can(request.user, "sign.style"),
        "parties": dict(SignStyle.Party.choices), "names": dict(SignStyle.Names.choices),
    }  # fmt: skip
    return render(request, "signage/look.html", context)


@needs("sign.style")
@require_http_methods(["GET", "POST"])
def style_edit(request: Request, code: str) -> HttpResponse:
    area = _area(request, code)
    now = Surroundings([area.path], []).style(area.path)
    first = {name: getattr(now, name) for name in styles.STYLE_FIELDS if name != "logo"}
    form = StyleForm(request.POST or None, request.FILES or None, initial=first)
    if request.method == "POST" and form.is_valid() and _saved(request, area, form):
        messages.success(request, _("Saved. Signs that hang keep their look; new prints have this one."))
        return redirect("signs:look")
    context = {"form": form, "area": area, "logo": now.logo}
    return render(request, "signage/style.html", context, status=422 if form.errors else 200)


def _saved(request: Request, area: Area, form: StyleForm) -> bool:
    values = dict(form.cleaned_data)
    upload = values.pop("logo")
    try:
        with stored([upload] if upload else [], by=request.user) as photos:
            if photos:
                values["logo"] = photos[0]
            styles.set_style(by=request.user, area=area, values=values)
    except Refused as refusal:
        form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        return False
    return True


@needs("sign.view")
@require_GET
def logo(request: Request, code: str) -> HttpResponse:
    row = SignStyle.objects.filter(area=_area(request, code)).select_related("logo").first()
    if row is None or row.logo is None:
        raise Http404
    return serve(row.logo)


@needs("sign.style")
@require_http_methods(["GET", "POST"])
def contact_new(request: Request) -> HttpResponse:
    form = ContactForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            styles.set_contact(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(
                request, _("Saved. Signs that name somebody else are out of date now and are found by themselves.")
            )
            return redirect("signs:look")
    return render(request, "signage/contact.html", {"form": form}, status=422 if form.errors else 200)


@needs("sign.style")
@require_POST
def contact_remove(request: Request, code: str) -> HttpResponse:
    row = get_object_or_404(contacts_of(request), code=code)
    styles.remove_contact(by=request.user, contact=row)
    messages.success(request, _("Removed."))
    return redirect("signs:look")
