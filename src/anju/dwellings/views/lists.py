"""The list of homes, its export, and the search box."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.areas.models import EstateKind
from anju.areas.scope import scope_of
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import allowed, needs
from anju.core.registry import SearchHit, registry
from anju.core.sheets import download
from anju.dwellings import search
from anju.dwellings.models import Dwelling
from anju.dwellings.selectors import lists

SUGGESTED = 6


@needs("dwelling.view")
@require_GET
def homes(request: Request) -> HttpResponse:
    """All homes one may see, by state, with filters in the address."""
    wanted = lists.Filter.of(request.GET)
    rows = lists.homes(request.user, wanted).select_related("area", "place", "landlord", "sublessor", "operator")
    counts = lists.counts_by_state(request.user, wanted)
    labels = {"": _("All"), **dict(Dwelling.Verdict.choices)}
    number, more = counts[wanted.state]
    context = {
        "page": keyset_page(rows, sort=wanted.sort, after=request.GET.get("after", "")),
        "tabs_rows": [(state, labels[state], f"{n:,}+" if plus else n) for state, (n, plus) in counts.items()],
        "number": f"{number:,}+" if more else number,
        "kinds": Dwelling.Kind.choices,
        "lettings": Dwelling.LettingState.choices,
        "estate_kinds": EstateKind.choices,
        "groups": [
            ("yes", _("Group rental")),
            ("suspected", _("Suspected, to be checked")),
            ("no", _("No group rental")),
        ],
        "papers": Dwelling.Paperwork.choices,
        "severities": Dwelling.Severity.choices,
        "may_export": allowed(request.user, "dwelling.export"),
        "may_edit": allowed(request.user, "dwelling.edit"),
        "may_import": allowed(request.user, "ledger.import"),
    }
    return render(request, "dwellings/homes.html", context)


@needs("dwelling.export")
@require_GET
def homes_export(request: Request) -> HttpResponse:
    """The list as it is filtered, as Excel; phones stay masked."""
    wanted = lists.Filter.of(request.GET)
    record(by=request.user, verb="dwelling.export", subject=request.user, after={"filter": dict(request.GET.items())})
    header = [
        _("Code"), _("Address"), _("Grid"), _("Kind"), _("Letting state"), _("Rooms let"), _("Beds let"), _("People"),
        _("Verdict"), _("Worst"), _("Violations"), _("Unknowns"), _("Papers"), _("Group rental"), _("Letting party"),
        _("Phone"), _("Police standard address code"), _("Judged at"),
    ]  # fmt: skip
    name = _("Rented homes %(day)s") % {"day": time.today().isoformat()}
    return download(name, header, lists.export_rows(request.user, wanted))


def _hits(request: Request, text: str) -> list[SearchHit]:
    if not text:
        return []
    return [hit for source in registry.search for hit in source(request.user, text)]


def _homes(request: Request, text: str, limit: int) -> list[Dwelling]:
    """By the index; somebody without an area (a landlord) has few homes, which are looked through."""
    found = search.find(request.user, text, limit) if text else []
    if not found and text and not scope_of(request.user).area_paths:
        found = list(Dwelling.objects.for_user(request.user).filter(address__icontains=text).distinct()[:limit])
    return found


@needs("dwelling.view")
@require_GET
def suggest(request: Request) -> HttpResponse:
    """What the box in the top bar shows while somebody types."""
    text = request.GET.get("q", "").strip()[:80]
    context = {"homes": _homes(request, text, SUGGESTED), "hits": _hits(request, text)[:SUGGESTED], "text": text}
    return render(request, "dwellings/_suggestions.html", context)


@needs("dwelling.view")
@require_GET
def find(request: Request) -> HttpResponse:
    """One box: homes first, then what other parts of the program find. A code leads straight to its page."""
    text = request.GET.get("q", "").strip()[:80]
    found = _homes(request, text, search.MOST)
    exact = next((home for home in found if home.code.lower() == text.lower()), None)
    if exact is not None:
        return redirect("dwellings:dwelling", code=exact.code)
    context = {"homes": found, "hits": _hits(request, text), "search_query": text, "many": len(found) >= search.MOST}
    return render(request, "dwellings/search.html", context)
