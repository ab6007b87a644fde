"""What the standard's answers did since yesterday morning: turned red, turned green, lost an answer, came new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anju import standard
from anju.accounts.models import User
from anju.areas.models import Area
from anju.core import paths, time
from anju.core.paging import CAP, capped_count
from anju.dwellings.models import Dwelling, VerdictRecord

V = Dwelling.Verdict
HOUR = timedelta(hours=9)
SOON = timedelta(days=60)
LOOKED_AT = 2 * CAP  # homes of one page
IN_THE_CITY = 5 * LOOKED_AT  # answers of a day


@dataclass(frozen=True)
class Kind:
    """A change: how it is shown, and which homes it is about."""

    key: str
    state: str
    label: str | Promise
    words: str | Promise  # after the number
    where: Q
    before: Q


KINDS = {
    kind.key: kind
    for kind in (
        Kind("red", "bad", _("Turned red"), _("homes have become not compliant"),
             Q(verdict=V.NON_COMPLIANT), ~Q(before=V.NON_COMPLIANT) & ~Q(before=None)),
        Kind("green", "ok", _("Turned green"), _("homes have become compliant"),
             Q(verdict=V.COMPLIANT), ~Q(before=V.COMPLIANT) & ~Q(before=None)),
        Kind("unknown", "unk", _("To be checked"), _("homes have an answer that ran out or was doubted, look again"),
             Q(verdict=V.UNKNOWN), ~Q(before=V.UNKNOWN) & ~Q(before=None)),
        Kind("new", "new", _("Not inspected"), _("homes are new and nobody has been there"),
             Q(verdict=V.UNCHECKED), Q(before=None)),
    )
}  # fmt: skip
ICONS = {"bad": "circle-x", "ok": "circle-check", "unk": "help-circle", "new": "circle-dotted"}


def since(now: datetime) -> datetime:
    """Yesterday 09:00, when yesterday's page was read."""
    return time.day_start(time.day_of(now) - timedelta(days=1)) + HOUR


def _newest(start: datetime) -> "QuerySet[VerdictRecord]":
    rows: QuerySet[VerdictRecord] = VerdictRecord._base_manager.filter(at__gte=start).order_by("-at")
    return rows[:IN_THE_CITY]


def _lately(user: User, start: datetime, area: Area | None) -> list[int]:
    """Ids of homes with an answer since `start`, no more than a page can look at. The day's answers come first and the area
    after: a city has far more homes than a day has answers."""
    rows = Dwelling.objects.for_user(user).filter(pk__in=_newest(start).values("dwelling"))
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    return list(rows.values_list("pk", flat=True)[:LOOKED_AT])


def homes_changed(user: User, kind: Kind, start: datetime, area: Area | None = None) -> "QuerySet[Dwelling]":
    """Homes whose answer is now of the kind and was another one (or none) before `start`."""
    return _changed(user, kind, start, _lately(user, start, area))


def _changed(user: User, kind: Kind, start: datetime, among: Sequence[int]) -> "QuerySet[Dwelling]":
    last = VerdictRecord._base_manager.filter(dwelling=OuterRef("pk"), at__lt=start).order_by("-at", "-id")
    rows: QuerySet[Dwelling] = Dwelling.objects.for_user(user).filter(pk__in=among)
    return rows.filter(kind.where).annotate(before=Subquery(last.values("verdict")[:1])).filter(kind.before)


@dataclass(frozen=True)
class Change:
    kind: Kind
    number: int
    more: bool

    @property
    def icon(self) -> str:
        return ICONS[self.kind.state]


def changes(user: User, now: datetime, area: Area | None = None) -> list[Change]:
    """Only what happened; counting stops at a thousand."""
    start = since(now)
    among = _lately(user, start, area)
    all_looked_at = len(among) < LOOKED_AT and _newest(start).count() < IN_THE_CITY
    found = []
    for kind in KINDS.values():
        number, more = capped_count(_changed(user, kind, start, among), CAP)
        if number:
            found.append(Change(kind, number, more or not all_looked_at))
    return found


def coming_rules(on: date) -> list[tuple[date, list[str]]]:
    """The days ahead on which rules of the present edition begin or end, with their ids."""
    days: dict[date, list[str]] = {}
    for rule in standard.current_edition(on).rules:
        for day in _turns(rule):
            if on < day <= on + SOON:
                days.setdefault(day, []).append(rule.id)
    return sorted(days.items())


def _turns(rule: standard.Rule) -> Iterable[date]:
    yield rule.valid_from
    if rule.valid_to:
        yield rule.valid_to + timedelta(days=1)
