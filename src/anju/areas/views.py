"""/areas/: the tree with its leaders, the estates, the pilot estates."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas import selectors
from anju.areas.forms import AreaForm, EndPilotForm, EstateForm, PilotForm, RegisterForm
from anju.areas.lines import example_of
from anju.areas.models import Area, EstateKind, PilotDesignation, Place
from anju.areas.planning import plan, words_of
from anju.areas.services import editing, registering
from anju.core.errors import Refused, Stale
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import allowed, needs
from anju.core.registry import registry


@needs("area.view")
@require_GET
def areas(request: Request) -> HttpResponse:
    """Where one is posted; somebody with one posting goes straight there."""
    roots = selectors.roots_of(request.user)
    if len(roots) == 1:
        return _area(request, roots[0])
    return render(request, "areas/roots.html", {"roots": roots})


@needs("area.view")
@require_GET
def area(request: Request, code: str) -> HttpResponse:
    return _area(request, get_object_or_404(selectors.areas_of(request.user), code=code))


def _area(request: Request, found: Area) -> HttpResponse:
    """Leader, members, police post, and the two levels below (A7.1)."""
    lines = selectors.tree(found)
    context = {
        "area": found,
        "lines": lines,
        "crumbs": [(row.name, reverse("areas:area", args=[row.code])) for row in _visible_trail(request, found)],
        "grids": sum(line.grids for line in lines if line.depth == 0),
        "leaderless": sum(line.leaderless for line in lines if line.depth == 0),
        "may_edit": allowed(request.user, "area.edit"),
    }
    return render(request, "areas/area.html", context)


def _visible_trail(request: Request, found: Area) -> list[Area]:
    mine = set(selectors.areas_of(request.user).values_list("pk", flat=True))
    return [row for row in selectors.trail(found) if row.pk in mine]


@needs("area.edit")
@require_http_methods(["GET", "POST"])
def area_edit(request: Request, code: str) -> HttpResponse:
    found = get_object_or_404(selectors.areas_of(request.user), code=code)
    form = AreaForm(request.POST or None, row=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            seen = values.pop("seen")
            try:
                editing.edit_area(by=request.user, area=found, values=values, seen=seen)
                messages.success(request, _("Saved: %(name)s.") % {"name": values["name"]})
                return redirect("areas:area", code=code)
            except Refused as refusal:
                status = _keep(form, refusal)
    return render(request, "areas/edit.html", {"row": found, "form": form, "back": "areas:area"}, status=status)


def _keep(form: AreaForm | EstateForm, refusal: Refused) -> int:
    """The entries stay; after a conflict the form starts from the row as it is now."""
    form.add_error(None, refusal.message)
    if isinstance(refusal, Stale):
        form.data = {**form.data.dict(), "seen": form.initial["seen"]}  # type: ignore[attr-defined]
    return refusal.status


SHOWN = 200  # lines of a preview, and mistakes


@needs("area.edit")
@require_http_methods(["GET", "POST"])
def register(request: Request, code: str) -> HttpResponse:
    """Rows from a spreadsheet become areas and estates: the first press shows what they would make, the second makes it."""
    found = get_object_or_404(selectors.areas_of(request.user), code=code)
    form = RegisterForm(request.POST or None, area=found)
    preview = None
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            if "write" in request.POST:
                made = registering.register(by=request.user, area=found, lines=form.lines)
                messages.success(request, _("Registered: %(what)s.") % {"what": words_of(made)})
                return redirect("areas:area", code=code)
            preview = plan(found, form.lines)
            status = 422 if preview.mistakes else 200
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}")
            status = refusal.status
    context = {
        "area": found,
        "form": form,
        "plan": preview,
        "shown": SHOWN,
        "will": words_of(preview) if preview else "",
        "heads": example_of(found),
        "crumbs": [
            (row.name, reverse("areas:area", args=[row.code])) for row in [*_visible_trail(request, found), found]
        ],
    }
    return render(request, "areas/register.html", context, status=status)


@needs("area.view")
@require_GET
def estates(request: Request) -> HttpResponse:
    """Estates and villages by kind, with the pilots marked."""
    chosen = {name: request.GET.get(name, "") for name in ("area", "kind", "pilot", "q")}
    rows = selectors.estates_of(request.user, **chosen)
    number, more = capped_count(rows)
    context = {
        "page": keyset_page(rows, sort="area_path", after=request.GET.get("after", "")),
        "number": f"{number:,}+" if more else number,
        "kinds": EstateKind.choices,
        "pilot_choices": [("yes", _("Pilot")), ("no", _("Not a pilot"))],
        "filtered": any(chosen.values()),
        "register_in": _register_in(request),
    }
    return render(request, "areas/estates.html", context)


def _register_in(request: Request) -> Area | None:
    """Where the person may register estates: the chosen area or the first of the own ones."""
    if not allowed(request.user, "area.edit"):
        return None
    chosen = selectors.areas_of(request.user).filter(code=request.GET.get("area", "")).first()
    return chosen or next(iter(selectors.roots_of(request.user)), None)


def _estate_or_404(request: Request, code: str) -> Place:
    return get_object_or_404(selectors.estates_of(request.user), code=code)


@needs("area.view")
@require_GET
def estate(request: Request, code: str) -> HttpResponse:
    """One estate: kind, where, who manages it, its buildings, whether it is a pilot."""
    found = _estate_or_404(request, code)
    context = {
        "estate": found,
        "buildings": found.children.order_by("path"),
        "pilots": found.pilots.order_by("-since"),
        "crumbs": [(_("Estates"), reverse("areas:estates"))],
        "may_edit": allowed(request.user, "area.edit"),
        "panel_side": _panels(request, "place.side", found),
    }
    return render(request, "areas/estate.html", context)


def _panels(request: Request, page: str, place: Place) -> SafeString:
    """What upper apps hang on the page; each returns HTML that its own template escaped."""
    return mark_safe("".join(panel.render(request, place) for panel in registry.panels_of(page)))  # noqa: S308


@needs("area.edit")
@require_http_methods(["GET", "POST"])
def estate_edit(request: Request, code: str) -> HttpResponse:
    found = _estate_or_404(request, code)
    form = EstateForm(request.POST or None, row=found)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            seen = values.pop("seen")
            try:
                editing.edit_estate(by=request.user, estate=found, values=values, seen=seen)
                messages.success(request, _("Saved: %(name)s.") % {"name": values["name"]})
                return redirect("areas:estate", code=code)
            except Refused as refusal:
                status = _keep(form, refusal)
    return render(request, "areas/edit.html", {"row": found, "form": form, "back": "areas:estate"}, status=status)


@needs("area.view")
@require_GET
def pilots(request: Request) -> HttpResponse:
    """The pilot estates, and those that were (A1.1)."""
    context = {"rows": selectors.pilots_of(request.user), "may_edit": allowed(request.user, "pilot.edit")}
    return render(request, "areas/pilots.html", context)


@needs("pilot.edit")
@require_http_methods(["GET", "POST"])
def pilot_new(request: Request) -> HttpResponse:
    form = PilotForm(request.POST or None, estates=selectors.estates_of(request.user, pilot="no").order_by("path"))
    if request.method == "POST" and form.is_valid():
        try:
            row = editing.designate_pilot(by=request.user, **form.cleaned_data)
            messages.success(request, _("%(name)s is a pilot area now.") % {"name": row.place.name})
            return redirect("areas:pilots")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(request, "areas/pilot_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("pilot.edit")
@require_http_methods(["GET", "POST"])
def pilot_end(request: Request, code: str) -> HttpResponse:
    found = _estate_or_404(request, code)
    designation = PilotDesignation.objects.filter(place=found, until=None).select_related("place").first()
    if designation is None:
        raise Http404
    form = EndPilotForm(request.POST or None, designation=designation)
    if request.method == "POST" and form.is_valid():
        try:
            editing.end_pilot(by=request.user, designation=designation, until=form.cleaned_data["until"])
            messages.success(request, _("%(name)s is no pilot area any more.") % {"name": found.name})
            return redirect("areas:pilots")
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return render(
        request,
        "areas/pilot_end.html",
        {"form": form, "estate": found, "designation": designation},
        status=422 if form.errors else 200,
    )
