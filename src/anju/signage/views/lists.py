"""/signs/: which hang, which are old, which are missing."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.areas.selectors import estates_of
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.signage.models import HOME_KINDS, Sign
from anju.signage.selectors import lists
from anju.signage.services.printing import where_of

MOST_EXPORTED = 100_000
MOST_ESTATES = 200


def _tab(request: Request) -> str:
    wanted = request.GET.get("state", "outdated")
    return wanted if wanted in dict(lists.TABS) else "outdated"


@needs("sign.view")
@require_GET
def sign_list(request: Request) -> HttpResponse:
    tab, query = _tab(request), request.GET
    rows = lists.lacking(request.user, query) if tab == "missing" else lists.signs(request.user, query, tab)
    sort = query.get("sort", "")
    estates = estates_of(request.user, area=query.get("area", "")).order_by("path")[:MOST_ESTATES]
    context: dict[str, Any] = {
        "tab": tab, "tabs_rows": lists.tabs(request.user, query.dict()), "kinds": Sign.Kind.choices, "now": time.now(),
        "estates": [(estate.code, estate.name) for estate in estates],
        "whys": list(lists.REASONS.items()), "may_print": can(request.user, "sign.print"),
        "may_export": can(request.user, "sign.export"), "may_style": can(request.user, "sign.style"),
        "filtered": any(query.get(name) for name in ("q", "kind", "estate", "why", "area")),
    }  # fmt: skip
    if tab == "missing":
        kind = lists.missing_kind(query)
        page = keyset_page(rows, after=query.get("after", ""))
        context |= {
            "page": page, "kind": kind, "by_kind": lists.by_kind(request.user, query.dict()),
            "lines": [(row, where_of(row), kind in HOME_KINDS) for row in page.rows],
        }  # fmt: skip
        return render(request, "signage/missing.html", context)
    page = keyset_page(rows, sort=sort if sort in lists.SORTS else "-printed_at", after=query.get("after", ""))
    context |= {"page": page, "lines": [(row, lists.reasons_of(row)) for row in page.rows]}
    return render(request, "signage/list.html", context)


@needs("sign.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    tab = _tab(request)
    record(by=request.user, verb="sign.export", subject=request.user, after={"list": tab, "filter": request.GET.dict()})
    name = f"{_('Signs')} {dict(lists.TABS)[tab]} {time.today().isoformat()}"
    if tab == "missing":
        kind = lists.missing_kind(request.GET)
        rows = lists.lacking(request.user, request.GET)[:MOST_EXPORTED]
        lines = ((row.code, Sign.Kind(kind).label, where_of(row), row.area.name) for row in rows)
        return download(name, [_("Code"), _("Sign"), _("Where"), _("Grid")], lines)
    header = [
        _("Sign number"), _("Sign"), _("Where"), _("Grid"), _("Edition"), _("State"), _("Out of date because"), _("Printed"),
        _("Posted"), _("Posted by"), _("Last scan"), _("Police standard address code"),
    ]  # fmt: skip
    return download(name, header, lists.export_rows(request.user, request.GET, tab, MOST_EXPORTED))
