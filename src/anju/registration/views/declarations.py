"""/declarations/: what residents declared, the declared beside the observed, and the officer's decision (A3.7)."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.areas.models import Area
from anju.audit.services import record
from anju.core import time
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.registration import declared, selectors
from anju.registration.models import Declaration
from anju.registration.services import declarations as service

MOST_EXPORTED = 20_000


def _labels() -> dict[str, str]:
    return {str(state): str(state.label) for state in Declaration.State}


def _tab(request: Request) -> str:
    chosen = request.GET.get("state", "waiting")
    return chosen if chosen in selectors.DECLARATION_TABS else "waiting"


@needs("declaration.view")
@require_GET
def declaration_list(request: Request) -> HttpResponse:
    tab, labels = _tab(request), _labels()
    counts = {key: capped_count(selectors.declarations(request.user, key, request.GET)) for key in labels}
    sort = "due_at" if tab == "waiting" else "-declared_at"
    rows = selectors.declarations(request.user, tab, request.GET)
    page = keyset_page(rows, sort=sort, after=request.GET.get("after", ""))
    context = {
        "tab": tab,
        "tabs_rows": [(key, label, f"{counts[key][0]:,}+" if counts[key][1] else counts[key][0]) for key, label in labels.items()],
        "page": page,
        "lines": [(row, declared.summary(row)) for row in page.rows],
        "kinds": Declaration.Kind.choices,
        "roles": Declaration.Role.choices,
        "areas": [(area.code, area.name) for area in Area.objects.filter(kind="grid", closed_on=None, path__in=_grids(request))],
        "filtered": any(request.GET.get(name) for name in ("q", "of", "role", "area")),
        "may_export": allowed(request.user, "dwelling.export"),
        "now": time.now(),
    }  # fmt: skip
    return render(request, "registration/declarations.html", context)


def _grids(request: Request) -> list[str]:
    """Grids of which something waits: the choices of the filter stay few."""
    rows = Declaration.objects.for_user(request.user).values_list("dwelling__area_path", flat=True)
    return list(rows.order_by().distinct()[:100])


@needs("dwelling.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with names masked and without numbers of cards and telephones."""
    rows = selectors.declarations(request.user, _tab(request), request.GET).order_by("id")[:MOST_EXPORTED]
    record(
        by=request.user, verb="dwelling.export", subject=request.user,
        after={"list": "declarations", "filter": request.GET.dict()},
    )  # fmt: skip
    header = [_("Code"), _("Home"), _("Address"), _("Grid"), _("Kind of declaration"), _("Who declared"), _("What"), _("Declared at"), _("Term"), _("State"), _("Decided at"), _("Decided by"), _("Reason")]  # fmt: skip
    return download(f"{_('Declarations')} {time.today().isoformat()}", header, _lines(rows))


def _lines(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows.iterator(chunk_size=500):
        yield (
            row.code, row.dwelling.code, row.dwelling.address, row.dwelling.area.name, row.get_kind_display(), row.get_role_display(),
            declared.summary(row), row.declared_at, row.term_ends_at, row.get_state_display(), row.decided_at,
            str(row.decided_by or ""), row.reason,
        )  # fmt: skip


def _found(request: Request, code: str) -> Declaration:
    rows = Declaration.objects.for_user(request.user).select_related(
        "dwelling__area", "dwelling__current", "dwelling__landlord", "dwelling__sublessor", "decided_by", "occupant", "lease", "observation"
    )  # fmt: skip
    return get_object_or_404(rows, code=code)  # type: ignore[no-any-return]


@needs("declaration.view")
@require_GET
def declaration(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    context = {
        "row": row,
        "home": row.dwelling,
        "facts": declared.lines(row),
        "compared": declared.beside(row),
        "lower": service.lower_than_seen(row) if row.state == Declaration.State.WAITING else [],
        "occupants": row.dwelling.occupants.filter(until=None).select_related("party", "room"),
        "may_decide": allowed(request.user, "declaration.review") and row.state == Declaration.State.WAITING,
        "sees_people": allowed(request.user, "person.view"),
        "now": time.now(),
    }
    return render(request, "registration/declaration.html", context)


@needs("declaration.review")
@require_POST
def accept(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    service.accept(by=request.user, declaration=row, looked=request.POST.get("looked") == "yes")
    messages.success(request, _("Accepted: “%(kind)s” counts from now on.") % {"kind": row.get_kind_display()})
    return redirect("declarations:list")


@needs("declaration.review")
@require_POST
def send_back(request: Request, code: str) -> HttpResponse:
    row = _found(request, code)
    service.send_back(by=request.user, declaration=row, reason=request.POST.get("reason", ""))
    messages.success(request, _("Returned, with your reason."))
    return redirect("declarations:list")
