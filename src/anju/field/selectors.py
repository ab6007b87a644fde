"""Reading the records: the answer to the phone, and the list, counts and page of the staff."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.core.paging import capped_count
from anju.dwellings.models import Dwelling
from anju.field import workflow
from anju.field.models import Envelope, Phone
from anju.inspections import wording
from anju.inspections.models import Hazard

State = Envelope.State
SILENT = timedelta(days=7)


# --- the answer to the phone --------------------------------------------------------------------------------------------


def answer(row: Envelope) -> dict[str, Any]:
    """docs/field-api.md, "envelopes"."""
    uses = list(row.photos.select_related("photo"))
    missing = sorted({use.sha256 for use in uses if use.photo is None})
    refused = {use.sha256: use.photo.refused for use in uses if use.photo and use.photo.refused}
    receipts = list(row.receipts.select_related("document"))
    return {
        "id": str(row.uuid),
        "sha256": row.sha256,
        "state": row.state,
        "text": words(row, len(missing)),
        "settled": row.state in workflow.SETTLED,
        "missing": missing,
        "refused_photos": [{"sha256": sha256, "text": text} for sha256, text in sorted(refused.items())],
        "differs": row.differs or None,
        "at": row.at.isoformat(),
        "made": _made(row, next((str(r.document) for r in receipts if r.document), "")),
        "receipts": [receipt.as_dict() for receipt in receipts],
    }


def words(row: Envelope, missing: int = 0) -> str:
    """The state as a sentence."""
    if row.reason:
        return row.reason
    texts = {
        State.STORED: _("Received. It is applied within a minute."),
        State.WAITING: _("Applied. %(n)s photos are still to come.") % {"n": missing},
        State.APPLIED: _("Applied."),
    }
    return texts.get(State(row.state), row.get_state_display())


def _made(row: Envelope, notice: str) -> dict[str, Any]:
    made = row.made or {}
    codes = [hazard["code"] for hazard in made.get("hazards", [])]
    rows = Hazard._base_manager.filter(code__in=codes).order_by("id")
    visit = made.get("visit", "")
    return {
        "visit": visit,
        "url": f"/inspections/visits/{visit}/" if visit else "",
        "verdict": made.get("verdict", ""),
        "notice": notice,
        "hazards": [
            {
                "code": h.code,
                "title": wording.title(h),
                "room": h.room,
                "severity": h.severity,
                "due": h.due_at.isoformat(),
            }
            for h in rows
        ],
    }


def own(user: User, uuid: str, *, phone: Phone | None = None, open_first: bool = False) -> Envelope:
    """A record of this person. Of several versions the one that this phone sent last, which is the one it still holds;
    with `open_first` the one that waits for a decision."""
    try:
        rows: list[Envelope] = list(Envelope.objects.for_user(user).filter(uuid=UUID(uuid), user=user).order_by("id"))
    except ValueError as error:
        raise Http404 from error
    if not rows:
        raise Http404
    from_here = [row for row in rows if phone and row.phone_id == phone.pk] or rows
    waiting = [row for row in rows if row.state == State.CONFLICT] if open_first else []
    return (waiting or from_here)[-1]


def open_of(user: User) -> "QuerySet[Envelope]":
    rows: QuerySet[Envelope] = Envelope.objects.for_user(user).filter(user=user)
    return rows.exclude(state__in=workflow.SETTLED).order_by("received_at", "id")


# --- the list -----------------------------------------------------------------------------------------------------------

TABS: dict[str, Q] = {
    "": Q(),
    "decide": Q(state=State.CONFLICT),
    "differs": Q(differing=True),
    "photos": Q(state=State.WAITING),
    "refused": Q(state__in=[State.REFUSED, State.GONE]),
}


def filtered(user: User, query: Mapping[str, str]) -> "QuerySet[Envelope]":
    rows: QuerySet[Envelope] = Envelope.objects.for_user(user)
    if query.get("kind") in Envelope.Kind.values:
        rows = rows.filter(kind=query["kind"])
    area = Area.objects.filter(code=query["area"]).first() if query.get("area") else None
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if query.get("who"):
        rows = rows.filter(user__username=query["who"])
    text = query.get("q", "").replace("\0", "").strip()
    if text:
        rows = rows.filter(_matches(text))
    return rows


def _matches(text: str) -> Q:
    found = Q(home_name__icontains=text) | Q(home_code__iexact=text) | Q(user__display_name__icontains=text)
    try:
        return found | Q(uuid=UUID(text))
    except ValueError:
        return found


def of_tab(rows: "QuerySet[Envelope]", tab: str) -> "QuerySet[Envelope]":
    return rows.filter(TABS.get(tab, Q()))


def tabs(rows: "QuerySet[Envelope]") -> list[tuple[str, str, Any]]:
    labels = {
        "": _("All"),
        "decide": _("To decide"),
        "differs": _("Phone and server differ"),
        "photos": _("Photos missing"),
        "refused": _("Refused or gone"),
    }
    return [(name, label, capped_count(of_tab(rows, name))[0]) for name, label in labels.items()]


def choices(user: User) -> dict[str, Any]:
    people = (
        Envelope.objects.for_user(user).order_by("user__username").values_list("user__username", "user__display_name")
    )
    codes = Envelope.objects.for_user(user).values("area_path")
    areas = Area.objects.filter(path__in=codes).order_by("path")[:200]
    return {
        "kinds": Envelope.Kind.choices,
        "people": list(dict.fromkeys(people.distinct()[:200])),
        "areas": [(area.code, area.name) for area in areas],
    }


def record_or_404(user: User, code: str) -> Envelope:
    """By the number, or number~hash of a second version."""
    number, _tilde, sha256 = code.partition("~")
    try:
        rows = Envelope.objects.for_user(user).filter(uuid=UUID(number))
    except ValueError as error:
        raise Http404 from error
    rows = rows.filter(sha256__startswith=sha256) if sha256 else rows.filter(rival_of=None)
    wanted = rows.select_related("user", "phone", "dwelling", "place", "visit", "rival_of", "decided_by")
    found: Envelope = get_object_or_404(wanted)
    return found


def versions_of(user: User, row: Envelope) -> list[Envelope]:
    rows = Envelope.objects.for_user(user).filter(uuid=row.uuid).select_related("user").order_by("id")
    return list(rows)


def still_there(user: User, row: Envelope) -> bool:
    """Whether the reader may open the home: of a record one made, it may have passed on since."""
    return row.dwelling_id is not None and Dwelling.objects.for_user(user).filter(pk=row.dwelling_id).exists()


def open_count(user: User) -> int | None:
    """What waits for a decision in one's area."""
    return capped_count(of_tab(Envelope.objects.for_user(user), "decide"))[0] or None


def phones(user: User, query: Mapping[str, str]) -> "QuerySet[Phone]":
    rows: QuerySet[Phone] = Phone.objects.for_user(user).select_related("user", "wipe_asked_by")
    text = query.get("q", "").replace("\0", "").strip()
    if text:
        rows = rows.filter(
            Q(user__display_name__icontains=text) | Q(user__username__icontains=text) | Q(code__iexact=text)
        )
    if query.get("state") == "unsent":
        rows = rows.filter(unsent__gt=0)
    elif query.get("state") == "silent":
        rows = rows.filter(last_at__lt=time.now() - SILENT)
    elif query.get("state") == "wipe":
        rows = rows.filter(wipe_asked_at__isnull=False)
    return rows
