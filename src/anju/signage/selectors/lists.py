"""The list of signs: tabs, filters, export rows. Every row is what the person may see."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.core import paths
from anju.core.paging import capped_count
from anju.core.registry import Text
from anju.dwellings import search
from anju.signage.models import HOME_KINDS, LIVE, Sign
from anju.signage.selectors import missing

S, K = Sign.State, Sign.Kind
Rows = QuerySet[Any]
TABS: tuple[tuple[str, Text], ...] = (
    ("outdated", _("Out of date")),
    ("missing", _("Sign missing")),
    ("unposted", _("Not posted")),
    ("current", _("Current")),
    ("elsewhere", _("Seen elsewhere")),
    ("ended", _("Revoked or replaced")),
)
SORTS = {"-printed_at", "printed_at", "where", "-where"}
REASONS: dict[str, Text] = {
    "state": _("State changed"),
    "landlord": _("Who lets changed"),
    "officers": _("Officer or telephone changed"),
    "occupants": _("Occupants changed"),
    "address": _("Address changed"),
    "rules": _("Rule changed"),
    "totals": _("Totals are more than a month old"),
    "check_due": _("The check announced on it is past"),
    "not_let": _("No longer let"),
}


def reasons_of(sign: Sign) -> list[Text]:
    return [REASONS.get(code, code) for code in sign.outdated]


def visible(user: User) -> Rows:
    rows: Rows = Sign.objects.for_user(user)
    return rows


def sign_or_404(user: User, code: str) -> Sign:
    rows = visible(user).select_related(
        "dwelling", "place", "area", "printed_by", "posted_by", "ended_by", "replaced_by", "photo", "part__batch"
    )
    found: Sign | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _tab(rows: Rows, tab: str) -> Rows:
    conditions = {
        "outdated": Q(state=S.POSTED, outdated_since__isnull=False),
        "unposted": Q(state=S.PRINTED),
        "current": Q(state=S.POSTED, outdated_since=None),
        "elsewhere": Q(elsewhere_at__isnull=False),
        "ended": Q(state__in=[S.REVOKED, S.REPLACED]),
    }
    return rows.filter(conditions[tab])


def _where(query: Mapping[str, str]) -> dict[str, str]:
    """The subtree that the address of the page asks for; an unknown code is nowhere."""
    area = Area.objects.filter(code=query["area"]).first() if query.get("area") else None
    place = Place.objects.filter(code=query["estate"]).first() if query.get("estate") else None
    lost = (query.get("area") and area is None) or (query.get("estate") and place is None)
    nowhere = "99999"
    return {"area_path": nowhere if lost else area.path if area else "", "place_path": place.path if place else ""}


def signs(user: User, query: Mapping[str, str], tab: str) -> Rows:
    """Signs of a tab other than `missing`."""
    where = _where(query)
    rows = _tab(visible(user), tab).filter(
        paths.under("area_path", where["area_path"]), paths.under("place_path", where["place_path"])
    )
    if query.get("kind") in K.values:
        rows = rows.filter(kind=query["kind"])
    if query.get("why") in REASONS:
        rows = rows.filter(_says(query["why"]))
    if query.get("q"):
        words = query["q"].strip()
        homes = search.find_ids(user, words, limit=1000)
        rows = rows.filter(Q(dwelling__in=homes) | Q(dwelling=None, where__icontains=words) | Q(code=words.upper()))
    return rows.select_related("area")


def _says(reason: str) -> Q:
    """JSON lists are searched as text: SQLite has no other way, and the codes are words of their own."""
    return Q(outdated__icontains=f'"{reason}"')


def lacking(user: User, query: Mapping[str, str]) -> Rows:
    """Homes or places without a sign of the chosen kind."""
    rows = missing.without(user, missing_kind(query), **_where(query))
    words = query.get("q", "").strip()
    if not words:
        return rows
    if missing_kind(query) in HOME_KINDS:
        return rows.filter(pk__in=search.find_ids(user, words, limit=1000))
    return rows.filter(
        Q(name__icontains=words) | Q(parent__parent__name__icontains=words) | Q(parent__name__icontains=words)
    )


def missing_kind(query: Mapping[str, str]) -> str:
    return query["kind"] if query.get("kind") in K.values else K.INSIDE


def tabs(user: User, query: Mapping[str, str]) -> list[tuple[str, Text, str]]:
    """(value, label, number); counting stops at 1,000."""
    found = []
    for tab, label in TABS:
        number, more = _lacking(user, query) if tab == "missing" else capped_count(signs(user, query, tab))
        found.append((tab, label, _said(number, more)))
    return found


def _said(number: int, more: bool) -> str:
    return f"{number:,}+" if more else f"{number:,}"


def by_kind(user: User, query: Mapping[str, str]) -> list[tuple[str, Text, str]]:
    """(kind, label, how many are missing)."""
    return [(kind, label, _said(*capped_count(lacking(user, {**query, "kind": kind})))) for kind, label in K.choices]


def _lacking(user: User, query: Mapping[str, str]) -> tuple[int, bool]:
    """Of all four kinds."""
    counts = [capped_count(lacking(user, {**query, "kind": kind})) for kind in K.values]
    return sum(number for number, _more in counts), any(more for _number, more in counts)


def of_subject(user: User, **subject: Any) -> list[Sign]:
    """Live signs of a home or place for its page, by kind."""
    rows = visible(user).filter(state__in=LIVE, **subject)
    return sorted(rows, key=lambda sign: (list(K.values).index(sign.kind), sign.state))


def history(sign: Sign) -> Rows:
    """All prints of the same sign, newest first; the person may see this one, so he may see the others."""
    same = {"dwelling": sign.dwelling_id, "place": sign.place_id}
    return Sign._base_manager.filter(kind=sign.kind, **same).order_by("-edition", "-id")


def export_rows(user: User, query: Mapping[str, str], tab: str, limit: int) -> Iterator[tuple[Any, ...]]:
    rows = signs(user, query, tab).select_related("area", "posted_by").order_by("area_path", "place_path", "id")
    for row in rows[:limit].iterator(chunk_size=2000):
        yield (
            row.data["number"], row.get_kind_display(), row.where, row.area.name, row.edition, row.get_state_display(),
            "；".join(str(reason) for reason in reasons_of(row)), row.printed_at, row.posted_at,
            str(row.posted_by or ""), row.scanned_at, row.data.get("standard_code", ""),
        )  # fmt: skip
