"""How an office's signs look, and whom they name with which telephone."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, changes, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.services.people import phone_problem
from anju.signage.models import Contact, SignStyle

STYLE_FIELDS = ("issuer", "colour", "logo", "party", "names", "check_days")


def _within(by: Any, area: Area | None, place: Place | None) -> None:
    scope = scope_of(by)
    path = area.path if area else place.area_path if place else ""
    if not scope.has_area(path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area or place})


@audited
def set_style(*, by: Any, area: Area, values: Mapping[str, Any]) -> SignStyle:
    """`values`: STYLE_FIELDS. A first one makes the area's own style; before it, that of the area above counts."""
    require(by, "sign.style")
    _within(by, area, None)
    row = SignStyle.objects.select_for_update(of=("self",)).filter(area=area).first() or SignStyle(area=area)
    before, after = changes(row, {name: values[name] for name in STYLE_FIELDS if name in values})
    for name, value in after.items():
        setattr(row, name, value)
    row.updated_at, row.updated_by = time.now(), by
    row.full_clean()
    row.save()
    record(by=by, verb="sign.style", subject=row, before=before, after=after, name=str(area))
    return row


@audited
def set_contact(
    *, by: Any, role: str, name: str, phone: str, area: Area | None = None, place: Place | None = None
) -> Contact:
    """One per role and place: a second one takes the place of the first."""
    require(by, "sign.style")
    _within(by, area, place)
    problem = phone_problem(phone) if phone else ""
    if problem:
        raise Refused(problem)
    if phone.startswith("1") and len(phone) == 11:
        raise Refused(
            _("This is a mobile number. A sign is read by everybody and names duty telephones only."),
            instead=_("Enter the office's telephone."),
        )
    row = Contact.objects.select_for_update(of=("self",)).filter(role=role, area=area, place=place).first()
    row = row or Contact(role=role, area=area, place=place)
    before, after = changes(row, {"name": name, "phone": phone})
    row.name, row.phone, row.updated_at, row.updated_by = name, phone, time.now(), by
    row.full_clean()
    row.save()
    record(by=by, verb="sign.style", subject=row, before=before, after=after)
    return row


@audited
def remove_contact(*, by: Any, contact: Contact) -> None:
    require(by, "sign.style")
    _within(by, contact.area, contact.place)
    record(by=by, verb="sign.style", subject=contact, before={"name": contact.name, "phone": contact.phone})
    contact.delete()
