"""/registration/: the register of group rentals, the guarantees, the leases, each as a list and as Excel."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anju.accounts.http import Request
from anju.audit.services import record
from anju.core import time
from anju.core.paging import capped_count, keyset_page
from anju.core.policy import allowed, needs
from anju.core.sheets import download
from anju.dwellings.models import Dwelling
from anju.registration import selectors
from anju.registration.models import GroupRentalEntry
from anju.registration.services.papers import filing_days

MOST_EXPORTED = 100_000


def _tab(request: Request, tabs: Sequence[str]) -> str:
    chosen = request.GET.get("state", tabs[0])
    return chosen if chosen in tabs else tabs[0]


def _list(
    request: Request, template: str, labels: dict[str, str], rows_of: Callable[[str], selectors.Rows], **more: Any
) -> HttpResponse:
    tab = _tab(request, list(labels))
    counts = {key: capped_count(rows_of(key)) for key in labels}
    sort = more.pop("sort", "id")
    context = {
        "tab": tab,
        "tabs_rows": [(key, label, f"{counts[key][0]:,}+" if counts[key][1] else counts[key][0]) for key, label in labels.items()],
        "page": keyset_page(rows_of(tab), sort=sort, after=request.GET.get("after", "")),
        "kinds": Dwelling.Kind.choices,
        "filtered": any(request.GET.get(name) for name in ("q", "kind", "how", "of", "role")),
        "may_edit": allowed(request.user, "registration.edit"),
        "may_confirm": allowed(request.user, "guarantee.confirm"),
        "may_accept": allowed(request.user, "lease.accept"),
        "may_export": allowed(request.user, "dwelling.export"),
        "may_check": allowed(request.user, "residence.check"),
        "today": time.today(),
        **more,
    }  # fmt: skip
    return render(request, template, context)


def _export(request: Request, name: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> HttpResponse:
    """What the list shows, with phones and ID numbers left out; the log keeps which list and which filters."""
    record(
        by=request.user,
        verb="dwelling.export",
        subject=request.user,
        after={"list": name, "filter": request.GET.dict()},
    )
    return download(f"{name} {time.today().isoformat()}", header, lines)


def _group_labels() -> dict[str, str]:
    return {"found": _("Found, not registered"), "registered": _("Registered"), "removed": _("Left the register")}


@needs("registration.view")
@require_GET
def group_rentals(request: Request) -> HttpResponse:
    """The register of group rentals (A3.2)."""
    return _list(
        request, "registration/group_rentals.html", _group_labels(),
        lambda tab: selectors.group_rentals(request.user, tab, request.GET),
        suspected=capped_count(selectors.suspected(request.user)), hows=GroupRentalEntry.Found.choices,
    )  # fmt: skip


@needs("dwelling.export")
@require_GET
def group_rentals_export(request: Request) -> HttpResponse:
    tab = _tab(request, selectors.GROUP_TABS)
    rows = selectors.group_rentals(request.user, tab, request.GET).order_by("id")[:MOST_EXPORTED]
    header = [
        _("Code"), _("Address"), _("Grid"), _("Who lets"), _("Rooms let"), _("Beds let"), _("People"), _("How found"),
        _("Found on"), _("Registered on"), _("Left on"), _("Why"),
    ]  # fmt: skip
    lines = (
        (
            row.dwelling.code, row.dwelling.address, row.dwelling.area.name, str(row.dwelling.letting_party or ""),
            row.dwelling.rooms_let, row.dwelling.beds_let, row.dwelling.people, row.get_found_display(), row.found_on,
            row.registered_on, row.removed_on, row.removed_because,
        )
        for row in rows.iterator(chunk_size=2000)
    )  # fmt: skip
    return _export(request, _("Register of group rentals"), header, lines)


@needs("registration.view")
@require_GET
def guarantees(request: Request) -> HttpResponse:
    """Guarantees that are missing, to be confirmed, in doubt, ending, in force (A3.1)."""
    labels = {
        "missing": _("Missing"), "pending": _("To be confirmed"), "doubtful": _("In doubt"),
        "ending": _("Ending or run out"), "confirmed": _("In force"),
    }  # fmt: skip
    return _list(
        request, "registration/guarantees.html", labels,
        lambda tab: selectors.guarantees(request.user, tab, time.today(), request.GET),
    )  # fmt: skip


@needs("dwelling.export")
@require_GET
def guarantees_export(request: Request) -> HttpResponse:
    tab = _tab(request, selectors.GUARANTEE_TABS)
    rows = selectors.guarantees(request.user, tab, time.today(), request.GET).order_by("id")[:MOST_EXPORTED]
    header = [_("Code"), _("Address"), _("Grid"), _("Who lets"), _("State"), _("Signed on"), _("Valid until"), _("Why")]
    if tab == "missing":
        lines = (
            (home.code, home.address, home.area.name, str(home.letting_party or ""), _("Missing"), None, None, "")
            for home in rows.iterator(chunk_size=2000)
        )
    else:
        lines = (
            (g.dwelling.code, g.dwelling.address, g.dwelling.area.name, g.party.name, g.get_state_display(), g.signed_on, g.valid_until, g.doubt)
            for g in rows.iterator(chunk_size=2000)
        )  # fmt: skip
    return _export(request, _("Guarantees of public security"), header, lines)


@needs("registration.view")
@require_GET
def leases(request: Request) -> HttpResponse:
    """Leases and their filing within thirty days (A3.6)."""
    labels = {
        "unfiled": _("Not filed"), "filed": _("Filed, not accepted"), "accepted": _("Filing accepted"), "ended": _("Ended"),
    }  # fmt: skip
    return _list(
        request, "registration/leases.html", labels,
        lambda tab: selectors.leases(request.user, tab, time.today(), request.GET),
        filing_days=filing_days(time.today()),
    )  # fmt: skip


@needs("dwelling.export")
@require_GET
def leases_export(request: Request) -> HttpResponse:
    tab = _tab(request, selectors.LEASE_TABS)
    rows = selectors.leases(request.user, tab, time.today(), request.GET).order_by("id")[:MOST_EXPORTED]
    header = [
        _("Code"), _("Address"), _("Police standard address code"), _("Grid"), _("Who lets"), _("Tenant"), _("Rooms"),
        _("Contract"), _("Signed on"), _("Starts on"), _("Ends on"), _("Filed on"), _("Accepted on"),
    ]  # fmt: skip
    lines = (
        (
            row.dwelling.code, row.dwelling.address, row.dwelling.standard_code, row.dwelling.area.name, row.lessor.name,
            row.lessee.masked_name, row.rooms, row.get_kind_display(), row.signed_on, row.starts, row.last_day, row.filed_on,
            row.accepted_on,
        )
        for row in rows.iterator(chunk_size=2000)
    )  # fmt: skip
    return _export(request, _("Leases"), header, lines)


@needs("registration.view")
@require_GET
def residence(request: Request) -> HttpResponse:
    """Residence registrations: to be checked by the police, not collected in time, checked (A3.7)."""
    return _list(
        request, "registration/residence.html", _residence_labels(),
        lambda tab: selectors.residence(request.user, tab, time.today(), request.GET), days=settings.ANJU_RESIDENCE_DAYS,
        sees_people=allowed(request.user, "person.view"),
    )  # fmt: skip


def _residence_labels() -> dict[str, str]:
    return {"to_check": _("To be checked"), "late": _("Not collected in time"), "checked": _("Checked")}


@needs("dwelling.export")
@require_GET
def residence_export(request: Request) -> HttpResponse:
    tab = _tab(request, selectors.RESIDENCE_TABS)
    rows = selectors.residence(request.user, tab, time.today(), request.GET).order_by("id")[:MOST_EXPORTED]
    header = [
        _("Code"),
        _("Address"),
        _("Grid"),
        _("Room"),
        _("Name"),
        _("Card"),
        _("Lives here since"),
        _("Registration"),
    ]
    sees = allowed(request.user, "person.view")
    lines = (
        (
            row.dwelling.code, row.dwelling.address, row.dwelling.area.name, str(row.room or ""), row.party.masked_name if sees else "",
            row.party.get_id_kind_display(), row.since, row.get_registration_display(),
        )
        for row in rows.iterator(chunk_size=2000)
    )  # fmt: skip
    return _export(request, _("Residence registrations"), header, lines)
