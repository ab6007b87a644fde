"""The papers on a home's page and in its printed file."""

import json
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anju.core import time
from anju.core.policy import allowed
from anju.dwellings.dossier import section
from anju.dwellings.models import Dwelling
from anju.registration.models import GroupRentalEntry, Guarantee, Lease
from anju.registration.services.group_rentals import lacking
from anju.registration.services.guarantees import may_sign
from anju.registration.services.papers import filing_days

LATEST = 6


def _context(request: HttpRequest, home: Dwelling) -> dict[str, Any]:
    user, on = request.user, time.today()
    guarantees = list(
        Guarantee.objects.for_user(user)
        .filter(dwelling=home)
        .select_related("party")
        .order_by("-signed_on", "-id")[:LATEST]
    )
    entry = GroupRentalEntry.objects.for_user(user).filter(dwelling=home, removed_on=None).first()
    leases = Lease.objects.for_user(user).filter(dwelling=home).select_related("lessee")
    return {
        "home": home,
        "guarantees": [(row, row.holds(on)) for row in guarantees],
        "unsigned": [
            party for party in may_sign(home)
            if not any(row.party_id == party.pk and row.holds(on) for row in guarantees)
        ],
        "leases": [(row, row.in_force(on)) for row in leases.order_by("-starts", "-id")[:LATEST]],
        "filing_days": filing_days(on),
        "entry": entry,
        "lacking": lacking(home) if entry is not None and entry.registered_on is None else [],
        "may_edit": allowed(user, "registration.edit"),
        "may_confirm": allowed(user, "guarantee.confirm"),
        "may_accept": allowed(user, "lease.accept"),
        "sees_people": allowed(user, "person.view"),
    }  # fmt: skip


def side(request: HttpRequest, home: Dwelling) -> str:
    if not allowed(request.user, "registration.view"):
        return ""
    return render_to_string("registration/_papers.html", _context(request, home), request)


def pdf(request: HttpRequest, home: Dwelling) -> str:
    """The papers as a section of the PDF file."""
    if not allowed(request.user, "registration.view"):
        return ""
    known = _context(request, home)
    rows = [
        (_("Guarantee"), row.party.name, f"{row.signed_on} – {row.valid_until or ''}", _("In force") if holds else row.get_state_display())
        for row, holds in known["guarantees"]
    ]  # fmt: skip
    rows += [
        (_("Lease"), row.rooms, f"{row.starts} – {row.last_day}", _("Filed %(day)s") % {"day": row.filed_on} if row.filed_on else _("Not filed"))
        for row, _running in known["leases"]
    ]  # fmt: skip
    entry = known["entry"]
    if entry is not None:
        state = (
            _("Registered %(day)s") % {"day": entry.registered_on}
            if entry.registered_on
            else _("Found, not registered")
        )
        rows.append((_("Register of group rentals"), entry.get_found_display(), str(entry.found_on), state))
    found = section(_("Guarantees and leases"), (2, 2, 3, 2), rows)
    return json.dumps([found] if found else [])


def file(request: HttpRequest, home: Dwelling) -> str:
    if not allowed(request.user, "registration.view"):
        return ""
    return render_to_string("registration/_file.html", _context(request, home), request)
