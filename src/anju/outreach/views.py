"""/conventions/: the convention of each community with its coverage, who signed, notices for residents (A10.1, A10.4)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.audit.services import record
from anju.core import paths, time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.outreach import selectors
from anju.outreach.forms import ArticleForm, EditionForm
from anju.outreach.models import Article, Convention
from anju.outreach.services import conventions as service

MOST_EXPORTED = 20_000


@needs("convention.view")
@require_GET
def conventions(request: Request) -> HttpResponse:
    """Each community with its convention and how many of its let homes signed."""
    rows = selectors.communities(request.user)
    if request.GET.get("q"):
        rows = rows.filter(name__icontains=request.GET["q"])
    page = keyset_page(rows, sort="path", after=request.GET.get("after", ""), size=30)
    context = {
        "page": page,
        "lines": selectors.coverage(request.user, list(page.rows), time.today()),
        "may_edit": allowed(request.user, "convention.edit"),
        "filtered": bool(request.GET.get("q")),
    }
    return render(request, "outreach/conventions.html", context)


def _community(request: Request, code: str) -> Area:
    return get_object_or_404(selectors.communities(request.user), code=code)


@needs("convention.view")
@require_GET
def community(request: Request, code: str) -> HttpResponse:
    """The text in force, its editions, and the let homes of which nobody has signed it."""
    area, on = _community(request, code), time.today()
    found = selectors.convention_for(area, on)
    rows = selectors.unsigned(request.user, area, found) if found else None
    context = {
        "area": area,
        "convention": found,
        "editions": Convention.objects.filter(area=area).order_by("-edition"),
        "line": selectors.coverage(request.user, [area], on)[0],
        "page": keyset_page(rows, after=request.GET.get("after", "")) if rows is not None else None,
        "may_edit": allowed(request.user, "convention.edit") and scope_of(request.user).has_area(area.path),
    }
    return render(request, "outreach/community.html", context)


@needs("convention.edit")
@require_http_methods(["GET", "POST"])
def edition_new(request: Request, code: str) -> HttpResponse:
    area = _community(request, code)
    now = selectors.convention_for(area, time.today())
    first = {"title": now.title, "body": now.body} if now else {"title": _("Fire-safety convention")}
    form = EditionForm(request.POST or None, initial={**first, "since": time.today()})
    if request.method == "POST" and form.is_valid():
        try:
            service.new_edition(by=request.user, area=area, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(
                request, _("The new edition is on record. Households are asked to sign it on their phones.")
            )
            return redirect("outreach:community", code=area.code)
    return render(
        request, "outreach/edition_new.html", {"form": form, "area": area}, status=422 if form.errors else 200
    )


@needs("convention.view")
@require_GET
def signed(request: Request) -> HttpResponse:
    rows = selectors.signings(request.user, request.GET)
    context = {
        "page": keyset_page(rows, sort="-signed_at", after=request.GET.get("after", "")),
        "areas": [(area.code, area.name) for area in selectors.communities(request.user)[:100]],
        "filtered": any(request.GET.get(name) for name in ("q", "area")),
        "may_export": allowed(request.user, "dwelling.export"),
        "sees_people": allowed(request.user, "person.view"),
    }
    return render(request, "outreach/signed.html", context)


@needs("dwelling.export")
@require_GET
def signed_export(request: Request) -> HttpResponse:
    rows = selectors.signings(request.user, request.GET).order_by("id")[:MOST_EXPORTED]
    record(
        by=request.user, verb="dwelling.export", subject=request.user,
        after={"list": "conventions", "filter": request.GET.dict()},
    )  # fmt: skip
    header = [_("Home"), _("Address"), _("Grid"), _("Convention"), _("Edition"), _("Name"), _("Signed at")]
    lines: Any = (
        (row.dwelling.code, row.dwelling.address, row.dwelling.area.name, row.convention.title, row.convention.edition, row.party.masked_name, row.signed_at)
        for row in rows.iterator(chunk_size=1000)
    )  # fmt: skip
    return download(f"{_('Signed conventions')} {time.today().isoformat()}", header, lines)


def _articles(request: Request) -> Any:
    """Those of the person's areas and of the areas above, which his residents read too."""
    scope = scope_of(request.user)
    rows = Article.objects.select_related("area")
    if scope.everything:
        return rows
    above = {path for root in scope.area_paths for path in paths.ancestors(root)}
    return rows.filter(scope.under_areas("area_path")) | rows.filter(area_path__in=above)


@needs("convention.view")
@require_GET
def articles(request: Request) -> HttpResponse:
    context = {
        "page": keyset_page(_articles(request), sort="-since", after=request.GET.get("after", "")),
        "may_edit": allowed(request.user, "convention.edit"),
        "roots": scope_of(request.user).area_paths,
        "today": time.today(),
    }
    return render(request, "outreach/articles.html", context)


@needs("convention.edit")
@require_http_methods(["GET", "POST"])
def article_new(request: Request) -> HttpResponse:
    areas = Area.objects.filter(scope_of(request.user).under_areas("path"), closed_on=None).exclude(kind="grid")
    form = ArticleForm(request.POST or None, areas=areas.order_by("path"))
    if request.method == "POST" and form.is_valid():
        try:
            service.publish(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, f"{refusal.message} {refusal.instead}".strip())
        else:
            messages.success(request, _("Residents see the notice from its day on."))
            return redirect("outreach:articles")
    return render(request, "outreach/article_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("convention.edit")
@require_POST
def article_take_down(request: Request, code: str) -> HttpResponse:
    found = _articles(request).filter(code=code).first()
    if found is None or not scope_of(request.user).has_area(found.area_path):
        raise Http404
    service.take_down(by=request.user, article=found)
    messages.success(request, _("Taken down; it stays on record."))
    return redirect("outreach:articles")
