"""What waits for a grid worker or a community: signs to print, to post, to take down (A8.5). One line a grid and kind of work:
a sheet of paper is no visit of its own."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.core import paths
from anju.core.paging import capped_count
from anju.core.registry import WorkItem
from anju.signage.models import Sign
from anju.signage.selectors import lists, missing

GRIDS = 6  # lines of missing signs; a town's office reads the list instead


def _grids(user: User) -> list[Area]:
    """The grids of who looks after one or a few of them."""
    found: list[Area] = []
    for path in scope_of(user).area_paths:
        found += Area.objects.filter(paths.under("path", path), kind=Area.Kind.GRID, closed_on=None)[: GRIDS + 1]
    return found if len(found) <= GRIDS else []


def _said(number: int, more: bool) -> str:
    return f"{number:,}+" if more else f"{number:,}"


def missing_signs(user: User, now: datetime) -> Iterable[WorkItem]:
    if not can(user, "sign.print"):
        return []
    return [item for grid in _grids(user) for item in [_missing_in(user, grid)] if item is not None]


def _missing_in(user: User, grid: Area) -> WorkItem | None:
    numbers = {kind: capped_count(missing.without(user, kind, area_path=grid.path)) for kind in Sign.Kind.values}
    lacking = [(Sign.Kind(kind).label, _said(*number)) for kind, number in numbers.items() if number[0]]
    if not lacking:
        return None
    return WorkItem(
        title=_("%(grid)s: signs are missing") % {"grid": grid.name},
        reason=_(", ").join(f"{label} {number}" for label, number in lacking),
        url=f"{reverse('signs:batch-new')}?area={grid.code}&which=missing", action=_("Print them"), icon="printer", due_at=None,
        person=grid.leader_name, kind="sign",
    )  # fmt: skip


def to_post(user: User, now: datetime) -> Iterable[WorkItem]:
    return _lines(user, "unposted", _("Signs are printed and not posted"), _("Post them"))


def out_of_date(user: User, now: datetime) -> Iterable[WorkItem]:
    return _lines(user, "outdated", _("Signs that hang are out of date"), _("See which"))


def _lines(user: User, tab: str, title: str, action: str) -> list[WorkItem]:
    if not can(user, "sign.post") or not _grids(user):
        return []
    number, more = capped_count(lists.signs(user, {}, tab))
    if not number:
        return []
    url = f"{reverse('signs:signs')}?state={tab}"
    reason = _("%(n)s signs") % {"n": _said(number, more)}
    return [WorkItem(title=title, reason=reason, url=url, action=action, icon="sign-right", due_at=None, kind="sign")]


SOURCES: tuple[Any, ...] = (missing_signs, to_post, out_of_date)
