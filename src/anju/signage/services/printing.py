"""Printing, posting, revoking: a sign's way from the record to the door and down again."""

import json
import math
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from anju.accounts.services import one_at_a_time
from anju.areas.models import Place
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.signage import norms
from anju.signage.models import HOME_KINDS, LIVE, BatchPart, Sign
from anju.signage.selectors.drafts import Draft, draft, hash_of
from anju.signage.services import comparing

S = Sign.State


def where_of(subject: "Dwelling | Place") -> str:
    """As lists show it."""
    if isinstance(subject, Dwelling):
        return subject.address
    names, place = [subject.name], subject.parent
    while place is not None:
        names.append(place.name)
        place = place.parent
    return " ".join(reversed(names))


def _check_kind(kind: str, subject: "Dwelling | Place") -> None:
    fits = isinstance(subject, Dwelling) if kind in HOME_KINDS else isinstance(subject, Place)
    if not fits or kind == Sign.Kind.ESTATE and getattr(subject, "kind", "") != Place.Kind.ESTATE:
        raise Refused(_("This sign does not belong there."))


def check_scope(by: Any, subject: "Dwelling | Place") -> None:
    """A home was fetched for the person; places are public knowledge, so printing their boards is asked of the posting."""
    scope = scope_of(by)
    inside = scope.has_area(subject.area_path) or (
        isinstance(subject, Place) and any(subject.path.startswith(root) for root in scope.place_paths)
    )
    if not inside:
        raise NotAllowed(_("%(where)s is not in your area.") % {"where": where_of(subject)})


def _of(kind: str, subject: "Dwelling | Place") -> Any:
    same = {"dwelling": subject} if isinstance(subject, Dwelling) else {"place": subject}
    return Sign._base_manager.filter(kind=kind, **same)


def sign_of(
    kind: str, subject: "Dwelling | Place", made: Draft, *, edition: int, by: Any, part: BatchPart | None = None
) -> Sign:
    """The row, not yet written."""
    home = subject if isinstance(subject, Dwelling) else None
    return Sign(
        kind=kind, dwelling=home, place=None if isinstance(subject, Dwelling) else subject, area=subject.area,
        area_path=subject.area_path, place_path=home.place_path if home else subject.path,  # type: ignore[union-attr]
        where=where_of(subject), edition=edition, data=json.loads(json.dumps(made.data)), data_hash=hash_of(kind, made.data),
        printed_at=time.now(), printed_by=by, compared_at=time.now(), part=part,
    )  # fmt: skip


def editions_of(kind: str, subjects: Sequence[Any]) -> dict[int, int]:
    """The highest edition printed of each, by the subjects' ids."""
    name = "dwelling" if kind in HOME_KINDS else "place"
    rows = Sign._base_manager.filter(kind=kind, **{f"{name}__in": subjects}).order_by()
    return dict(rows.values(name).annotate(last=Max("edition")).values_list(name, "last"))


def drop_waiting(kind: str, ids: Sequence[int]) -> None:
    """A print that was never posted gives way to a newer one; its code then says so."""
    name = "dwelling" if kind in HOME_KINDS else "place"
    waiting = Sign._base_manager.filter(kind=kind, state=S.PRINTED, **{f"{name}__in": ids})
    waiting.update(state=S.REPLACED, ended_at=time.now(), look_again=False)


@audited
def print_sign(*, by: Any, kind: str, subject: "Dwelling | Place") -> Sign:
    """Print one anew; raises Refused with the reason where it may not be."""
    require(by, "sign.print")
    one_at_a_time(by)
    _check_kind(kind, subject)
    check_scope(by, subject)
    made = draft(kind, subject, time.today())
    if made.refusal:
        raise Refused(made.refusal)
    edition = editions_of(kind, [subject]).get(subject.pk, 0) + 1
    drop_waiting(kind, [subject.pk])
    sign = sign_of(kind, subject, made, edition=edition, by=by)
    sign.save()
    record(
        by=by,
        verb="sign.print",
        subject=sign,
        after={"kind": kind, "edition": sign.edition, "number": sign.data["number"]},
    )
    return sign


def _locked(sign: Sign) -> Sign:
    rows = Sign._base_manager.select_for_update(of=("self",)).select_related("dwelling", "place", "area")
    return rows.get(pk=sign.pk)


@audited
def mark_posted(*, by: Any, sign: Sign, photo: StoredFile) -> Sign:
    """It hangs: proved by a photo. What is out of date meanwhile is not posted; the one that hung there before is replaced."""
    require(by, "sign.post")
    row = _locked(sign)
    if row.state == S.POSTED:
        raise Refused(
            _("This sign is already on record as posted."), instead=_("Print it anew if it is to be replaced.")
        )
    if row.state != S.PRINTED:
        raise Refused(_("This sign is no longer valid and must not be posted."), instead=_("Print it anew."))
    if comparing.found_in([row], time.today())[row.pk]:
        raise Refused(
            _("What stands on this sign is no longer right, so it must not be posted."), instead=_("Print it anew.")
        )
    now = time.now()
    before = _of(row.kind, row.subject).filter(state=S.POSTED)
    before.update(state=S.REPLACED, ended_at=now, ended_by=by, replaced_by=row, look_again=False)
    row.state, row.posted_at, row.posted_by, row.photo = S.POSTED, now, by, photo
    far = metres_off(row, photo.latitude, photo.longitude)
    if far is not None and far > norms.ELSEWHERE_METRES:
        row.elsewhere_at, row.elsewhere_metres = now, far
    row.save()
    record(by=by, verb="sign.post", subject=row, after={"photo": photo.code, "edition": row.edition})
    comparing.tell(row)
    return row


@audited
def revoke(*, by: Any, sign: Sign, reason: str, replace: bool = False) -> Sign:
    """Make its code worthless; with `replace`, print the next one at once. Returns the new sign, else the revoked one."""
    require(by, "sign.revoke")
    row = _locked(sign)
    if row.state not in LIVE:
        raise Refused(_("This sign has already ended."))
    if not reason.strip():
        raise Refused(_("Say why the sign is revoked."))
    before = row.state
    row.state, row.ended_at, row.ended_by, row.ended_because = S.REVOKED, time.now(), by, reason.strip()[:200]
    row.look_again = False
    row.save()
    record(by=by, verb="sign.revoke", subject=row, before={"state": before}, after={"state": row.state}, reason=reason)
    new = print_sign(by=by, kind=row.kind, subject=_full(row)) if replace else None
    if new is not None:
        row.replaced_by = new
        row.save(update_fields=["replaced_by"])
    comparing.tell(row)
    return new or row


def _full(sign: Sign) -> "Dwelling | Place":
    found: Dwelling | Place = comparing.subjects_of(sign.kind, [sign])[0]
    return found


@audited
def settle_place(*, by: Any, sign: Sign, note: str) -> Sign:
    """Somebody went and looked at a sign that was scanned elsewhere; the mark goes, the scans stay."""
    require(by, "sign.post")
    row = _locked(sign)
    if row.elsewhere_at is None:
        raise Refused(_("This sign was not seen elsewhere."))
    if not note.strip():
        raise Refused(_("Say what you found there."))
    before = {"elsewhere_at": row.elsewhere_at, "metres": row.elsewhere_metres}
    row.elsewhere_at = row.elsewhere_metres = None
    row.save(update_fields=["elsewhere_at", "elsewhere_metres"])
    record(by=by, verb="sign.post", subject=row, before=before, reason=note)
    return row


# --- where it hangs ------------------------------------------------------------------------------------------------------


def place_point(sign: Sign) -> tuple[float, float] | None:
    """Where it belongs: the nearest of unit, building and estate whose position is known (WGS-84)."""
    rows = (
        Place.objects.filter(path__in=paths.ancestors(sign.place_path)).exclude(latitude=None).exclude(longitude=None)
    )
    found = rows.order_by("-path").values_list("latitude", "longitude").first()
    return (float(found[0] or 0), float(found[1] or 0)) if found else None


def metres_off(sign: Sign, latitude: float | None, longitude: float | None) -> int | None:
    """Between a position and where the sign belongs; None when either is not known."""
    here = place_point(sign) if latitude is not None and longitude is not None else None
    if here is None or latitude is None or longitude is None:
        return None
    mean = math.radians((latitude + here[0]) / 2)
    north, east = (latitude - here[0]) * 111_320, (longitude - here[1]) * 111_320 * math.cos(mean)
    return round(math.hypot(north, east))


def base_url(given: str) -> str:
    """What QR codes lead to: the address that the public uses, else the one the office's page was opened by."""
    return (settings.ANJU_PUBLIC_URL or given).rstrip("/")
