"""Whose area the page shows: the name in the top bar and the areas one can narrow a page to."""

from functools import partial
from operator import getitem
from typing import Any

from django.http import HttpRequest

from anju.areas.models import Area
from anju.areas.scope import postings_of
from anju.core.context import once
from anju.core.time import today


def scope(request: HttpRequest) -> dict[str, Any]:
    """`area_choices` keep the rest of the query, so that a filtered list stays filtered in the other area."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {}
    frame = once(request, "scope", lambda: _frame(request, user))
    names = ("scope_label", "user_office", "area_choices")
    return {name: once(request, name, partial(getitem, frame, name)) for name in names}


def _frame(request: HttpRequest, user: Any) -> dict[str, Any]:
    postings = postings_of(user, today())
    roots = [posting.area for posting in postings if posting.area]
    label = roots[0].name if roots else next((p.place.name for p in postings if p.place), "")
    office = user.title or (postings[0].get_department_display() if postings else "")
    chosen = request.GET.get("area", "")
    found = [(root, 0) for root in roots] + [
        (child, 1) for child in Area.objects.filter(parent__in=roots, closed_on=None).order_by("path")
    ]
    choices = [
        {
            "label": area.name,
            "url": _with_area(request, area.code if depth else ""),
            "depth": depth,
            "active": area.code == chosen,
        }
        for area, depth in found
    ]
    shown = next((area.name for area, _depth in found if area.code == chosen), label)
    return {"scope_label": shown, "user_office": office, "area_choices": choices}


def _with_area(request: HttpRequest, code: str) -> str:
    query = request.GET.copy()
    for name in ("area", "after"):
        query.pop(name, None)
    if code:
        query["area"] = code
    return f"{request.path}?{query.urlencode()}" if query else request.path
