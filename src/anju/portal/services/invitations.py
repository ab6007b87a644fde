"""Who lets invites a tenant to declare residence for a room: an address for some days and a few uses."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed
from anju.dwellings.models import Dwelling
from anju.portal.models import Invitation

VALID = timedelta(days=14)


@audited
def invite(*, by: Any, dwelling: Dwelling, room: str = "") -> Invitation:
    """A new address makes the older ones of the room useless."""
    require(by, "own.let")
    if not Dwelling.objects.for_user(by).filter(pk=dwelling.pk).exists():
        raise NotAllowed(_("This home is not yours."))
    now = time.now()
    Invitation.objects.filter(dwelling=dwelling, room=room, expires_at__gt=now).update(expires_at=now)
    row = Invitation.objects.create(dwelling=dwelling, room=room[:20], made_by=by, made_at=now, expires_at=now + VALID)
    record(by=by, verb="invitation.make", subject=dwelling, after={"room": room, "until": row.expires_at})
    return row


def open_invitation(code: str) -> Invitation | None:
    rows = Invitation.objects.filter(code=code.upper(), expires_at__gt=time.now(), uses_left__gt=0)
    return rows.select_related("dwelling__area", "dwelling__place").first()


def use(invitation: Invitation) -> bool:
    """Count one declaration; False when others used it up."""
    rows = Invitation.objects.filter(pk=invitation.pk, uses_left__gt=0, expires_at__gt=time.now())
    return rows.update(uses_left=F("uses_left") - 1) == 1
