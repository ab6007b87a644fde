"""What a phone takes along: the inspector's own grid and nothing beyond it, later only what changed.

Who is posted to grids gets exactly these. Who is posted higher up (office, police) gets the homes of the own open visits
and cases: a lost phone must never hold a town.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anju import standard
from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.areas.scope import postings_of
from anju.core import crypto, paths, time
from anju.dwellings.models import Current, Dwelling, Finding, UnitState
from anju.field.models import GridCopy, TakenHome
from anju.inspections.models import Hazard, PlanItem, Visit
from anju.signage.models import LIVE, Sign
from anju.standard.facts import EntityName

COPIES_KEPT = 6  # of one person: an older token is answered in full
MOST_ELSEWHERE = 300  # homes of somebody without a grid of his own
AHEAD = timedelta(days=31)
KINDS = {
    "first": "first", "reinspection": "reinspection", "reoccupation": "recheck", "joint": "joint", "night": "night",
}  # fmt: skip


def grids_of(user: User) -> list[Area]:
    found = [p.area for p in postings_of(user, time.today()) if p.area is not None and p.area.kind == Area.Kind.GRID]
    return sorted({area.path: area for area in found}.values(), key=lambda area: area.path)


def _open_items(user: User) -> "QuerySet[PlanItem]":
    rows: QuerySet[PlanItem] = PlanItem.objects.for_user(user).filter(
        state=PlanItem.State.OPEN, due_on__lte=time.today() + AHEAD
    )
    return rows


def homes_of(user: User) -> "QuerySet[Dwelling]":
    rows: QuerySet[Dwelling] = Dwelling.objects.for_user(user)
    grids = grids_of(user)
    if grids:
        wanted = Q()
        for area in grids:
            wanted |= paths.under("area_path", area.path)
        return rows.filter(wanted)
    mine = _open_items(user).filter(inspector=user, dwelling__isnull=False).order_by("due_on", "id")
    cases = Hazard.objects.for_user(user).filter(handler=user, active=True, dwelling__isnull=False).order_by("due_at")
    ids = [
        *mine.values_list("dwelling_id", flat=True)[:MOST_ELSEWHERE],
        *cases.values_list("dwelling_id", flat=True)[:MOST_ELSEWHERE],
    ]
    return rows.filter(pk__in=list(dict.fromkeys(ids))[:MOST_ELSEWHERE])


def download(*, user: User, since: str = "") -> dict[str, Any]:
    """docs/field-api.md, "grid"; keeps what was given, so that the next answer holds only what differs from it."""
    require(user, "inspection.record")
    moment, on = time.now(), time.today()
    rows = homes_of(user).select_related(
        "place__parent__parent", "area", "landlord", "sublessor", "operator", "current"
    )
    rows = rows.defer("current__results", "current__missing")  # reasons for the desk
    homes = list(rows.order_by("place_path", "number", "id"))
    items = _items(user, homes)
    built = {home["code"]: _written(home) for home in _Builder(user, homes, items, on).all()}
    units = {unit["code"]: _written(unit) for unit in _units(user, homes, on)}
    marks = {code: _mark(home) for code, home in built.items()}
    unit_marks = {code: _mark(unit) for code, unit in units.items()}
    before = GridCopy.objects.filter(user=user, token=since).first() if since else None
    old, old_units = (before.homes, before.units) if before else ({}, {})
    changed = [code for code, mark in marks.items() if old.get(code) != mark]
    return {
        "token": _keep(user, marks, unit_marks, changed, moment),
        "full": before is None,
        "at": moment.isoformat(),
        "edition": standard.current_edition(on).name,
        "homes": [built[code] for code in changed],
        "units": [units[code] for code, mark in unit_marks.items() if old_units.get(code) != mark],
        "gone": [_gone(code) for code in old if code not in marks],
        "plan": [_item(item) for item in items],
    }


def _written(part: Mapping[str, Any]) -> msgspec.Raw:
    """As it is sent: written once, both to be compared and to be sent."""
    return msgspec.Raw(msgspec.json.encode(part, order="sorted"))


def _mark(part: msgspec.Raw) -> str:
    return hashlib.sha256(part).hexdigest()[:12]


def _keep(user: User, marks: dict[str, str], units: dict[str, str], sent: Sequence[str], moment: datetime) -> str:
    with transaction.atomic():
        copy = GridCopy.objects.create(user=user, made_at=moment, homes=marks, units=units)
        TakenHome.objects.bulk_create(
            [TakenHome(user=user, code=code, last_at=moment) for code in sent],
            update_conflicts=True, unique_fields=["user", "code"], update_fields=["last_at"],
        )  # fmt: skip
        kept = list(
            GridCopy.objects.filter(user=user).order_by("-made_at", "-id").values_list("pk", flat=True)[:COPIES_KEPT]
        )
        GridCopy.objects.filter(user=user).exclude(pk__in=kept).delete()
    return copy.token


def _gone(code: str) -> dict[str, str]:
    if Dwelling._base_manager.filter(code=code, hidden=False).exists():
        return {"code": code, "why": "moved", "text": _("The home has passed to another grid.")}
    return {"code": code, "why": "deleted", "text": _("The home no longer exists on the platform.")}


def _items(user: User, homes: Sequence[Dwelling]) -> list[PlanItem]:
    """One's own visits, and those of one's grid that nobody was given."""
    here = {home.pk for home in homes}
    rows = _open_items(user).filter(Q(inspector=user) | Q(inspector=None)).select_related("dwelling", "place", "hazard")
    found = [item for item in rows.order_by("due_on", "id")[:2000] if item.inspector_id or item.dwelling_id in here]
    return [item for item in found if item.dwelling_id is None or item.dwelling_id in here]


def _item(item: PlanItem) -> dict[str, Any]:
    ladder = item.attempt > 1 or item.next_try != PlanItem.Next.DAY
    return {
        "item": item.pk,
        "home": item.dwelling.code if item.dwelling else None,
        "unit": item.place.code if item.place else None,
        "hazard": item.hazard.code if item.hazard else None,
        "due": item.due_on.isoformat(),
        "reason": item.reason,
        "kind": "ladder" if ladder else KINDS.get(item.reason, "routine"),
        "attempt": item.attempt,
        "next": item.next_try,
    }


class _Builder:
    """Homes as the phone shows them; each kind of row is read once for all."""

    def __init__(self, user: User, homes: Sequence[Dwelling], items: Iterable[PlanItem], on: date) -> None:
        self.homes, self.on = homes, on
        ids = [home.pk for home in homes]
        self.facts = _Facts(on)
        self.hazards = _by_home(
            Hazard.objects.for_user(user).filter(dwelling__in=ids, active=True).order_by("due_at", "id")
        )
        self.findings = _by_home(
            Finding.objects.for_user(user).filter(dwelling__in=ids, status=Finding.Status.VIOLATION)
        )
        seen = Visit.objects.for_user(user).filter(dwelling__in=ids, result=Visit.Result.DONE).order_by("at")
        self.seen = dict(seen.values_list("dwelling_id", "at"))
        self.signs: dict[int, list[str]] = defaultdict(list)  # a scan on the phone opens the home by them
        live = Sign.objects.for_user(user).filter(dwelling__in=ids, state__in=LIVE).order_by("code")
        for pk, code in live.values_list("dwelling_id", "code"):
            self.signs[pk].append(code)
        self.items: dict[int, PlanItem] = {}
        for item in items:
            if item.dwelling_id is not None:
                self.items.setdefault(item.dwelling_id, item)

    def all(self) -> Iterable[dict[str, Any]]:
        return (self.home(home) for home in self.homes)

    def home(self, row: Dwelling) -> dict[str, Any]:
        current = row.current if hasattr(row, "current") else Current(dwelling=row)
        stamps = current.provenance or {}
        rooms = stamps.get("rooms", {})
        item, seen = self.items.get(row.pk), self.seen.get(row.pk)
        here = _position(row.place)
        return {
            "code": row.code, "version": current.version, "address": row.address, "place": row.place.name,
            "place_code": row.place.code, "number": row.number, "grid": row.area.name, "kind": row.kind,
            "letting_state": row.letting_state, "lat": here[0], "lon": here[1], "verdict": row.verdict,
            "paperwork": row.paperwork,
            "violated": sorted(f"{f.rule}@{f.room}" if f.room else f.rule for f in self.findings[row.pk]),
            "seen_at": seen.isoformat() if seen else None, "due": item.due_on.isoformat() if item else None,
            "landlord": {"name": row.letting_party.masked_name} if row.letting_party else None,
            "sublet": row.sublessor_id is not None,
            "need_help": current.facts.get("need_help") or 0,
            "facts": self.facts.of("dwelling", current.facts, stamps.get("facts", {})),
            "rooms": [
                {"name": name, "let": values.get("let"), "facts": self.facts.of("room", values, rooms.get(name, {}))}
                for name, values in current.rooms.items()
            ],
            "unit": row.place.code, "register": current.register,
            "hazards": [_hazard(hazard) for hazard in self.hazards[row.pk]],
            "signs": self.signs[row.pk],
            "ladder": {"step": item.next_try, "attempt": item.attempt, "due": item.due_on.isoformat()} if item else None,
        }  # fmt: skip


class _Facts:
    """Facts with where they come from and until when they count."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.book = standard.current_edition(on).facts
        self.terms: dict[tuple[str, int], tuple[bool, str]] = {}

    def of(self, entity: EntityName, facts: Mapping[str, Any], stamps: Mapping[str, Any]) -> dict[str, Any]:
        book, found = self.book[entity], {}
        for name, value in facts.items():
            definition, stamp = book.get(name), stamps.get(name)
            if definition is None or value is None:
                continue
            fresh, until = (
                self._term(stamp[1], definition.fresh_days) if definition.fresh_days and stamp else (True, None)
            )
            found[name] = {
                "value": value, "at": stamp[1] if stamp else None, "source": stamp[2] if stamp else None,
                "fresh": fresh, "until": until,
            }  # fmt: skip
        return found

    def _term(self, moment: str, days: int) -> tuple[bool, str]:
        """Whether it still counts, and until which day; a visit gives forty facts the same moment."""
        known = self.terms.get((moment, days))
        if known is None:
            until = time.day_of(datetime.fromisoformat(moment)) + timedelta(days=days)
            known = self.terms[moment, days] = until >= self.on, until.isoformat()
        return known


def _by_home(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.dwelling_id].append(row)
    return found


def _hazard(row: Hazard) -> dict[str, Any]:
    return {
        "code": row.code, "rule": row.rule, "title": row.title, "room": row.room, "severity": row.severity,
        "state": row.state, "due": row.due_at.isoformat(), "party": row.answerable,
        "party_name": crypto.mask_name(row.answerable_name), "version": row.version,
    }  # fmt: skip


def _position(place: Place | None) -> tuple[float | None, float | None]:
    while place is not None:
        if place.latitude is not None and place.longitude is not None:
            return place.latitude, place.longitude
        place = place.parent
    return None, None


def _units(user: User, homes: Sequence[Dwelling], on: date) -> Iterable[dict[str, Any]]:
    """The shared parts of these homes, once each."""
    counts: dict[int, int] = defaultdict(int)
    places: dict[int, Place] = {}
    for home in homes:
        counts[home.place_id] += 1
        places[home.place_id] = home.place
    states = UnitState.objects.in_bulk(list(places))
    rows = Hazard.objects.for_user(user).filter(dwelling=None, place__in=list(places), active=True)
    hazards: dict[int | None, list[Hazard]] = defaultdict(list)
    for row in rows.order_by("due_at", "id"):
        hazards[row.place_id].append(row)
    facts = _Facts(on)
    for pk, place in places.items():
        state = states.get(pk) or UnitState(place=place)
        yield {
            "code": place.code, "name": place.name, "address": _address(place), "homes": counts[pk],
            "facts": facts.of("unit", state.facts, state.provenance or {}),
            "hazards": [_hazard(hazard) for hazard in hazards[pk]],
        }  # fmt: skip


def _address(place: Place) -> str:
    names, here = [], place
    while here is not None:
        names.append(here.name)
        here = here.parent  # type: ignore[assignment]
    return " ".join(reversed(names))
