"""What every page needs around its content: the menu by job, with its numbers, and who is looking at what."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from anju.core.policy import allowed
from anju.core.registry import registry

GROUP_LABELS = {"today": "", "homes": _("Homes"), "remedy": _("Remediation"), "basis": _("Basis and data")}


def menu_of(request: HttpRequest) -> list[dict[str, Any]]:
    user = request.user
    groups = []
    for group, items in registry.menu_for(lambda verb: allowed(user, verb)):
        rows = []
        for item in items:
            url = reverse(item.url_name)
            here = request.path == url if url == "/" else request.path.startswith(url)
            count = item.count(user) if item.count else None
            rows.append(
                {
                    "label": item.label,
                    "icon": item.icon,
                    "url": url,
                    "active": here,
                    "count": count,
                    "urgent": item.urgent,
                }
            )
        groups.append({"label": GROUP_LABELS[group], "items": rows})
    return groups


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(request, "htmx", False):
        return {"menu": []}
    return {"menu": once(request, "menu", lambda: menu_of(request))}


def once(request: HttpRequest, name: str, make: Callable[[], Any]) -> Any:
    """Made when a template first reads it, and once per request: the panels of a page are templates that read no menu."""
    kept: dict[str, Any] = request.__dict__.setdefault("anju_frame", {})
    if name not in kept:
        kept[name] = SimpleLazyObject(make)
    return kept[name]
