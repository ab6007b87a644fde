"""/hazards/: the list by urgency, the board by state, the export, the bar that acts on many."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anju.accounts.http import Request
from anju.accounts.models import User
from anju.areas.permissions import can, require
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.dwellings.models import Dwelling
from anju.inspections import selectors, wording
from anju.inspections.forms import BulkForm
from anju.inspections.models import Hazard
from anju.inspections.services import hazards, tiers

MOST_EXPORTED = 20_000
PAGE = 50
BULK_VERB = {"assign": "hazard.assign", "extend": "hazard.extend", "escalate": "hazard.escalate"}


def _choices(user: User) -> dict[str, Any]:
    return {
        "severities": [
            ("serious", _("Prohibited and severe")),
            *[c for c in Dwelling.Severity.choices if c[0] != "advice"],
        ],
        "tiers": [("1", _("Tier 1 notice")), ("2", _("Tier 2 report")), ("3", _("Tier 3 measures"))],
        "handlers": [("me", _("My own")), ("none", _("Nobody yet")), *selectors.handlers(user)],
        "terms": [("overdue", _("Overdue")), ("today", _("Due today")), ("week", _("This week"))],
        "areas": [(area.code, area.name) for area in selectors.areas_of(user)],
        "categories": Hazard.Category.choices,
    }


def _frame(request: Request, now: Any) -> dict[str, Any]:
    """Heading counts and filters that the list and the board share."""
    every = selectors.visible(request.user).filter(active=True)
    return {
        "now": now,
        "all": selectors.number(every),
        "overdue": selectors.number(every.filter(overdue=True)),
        "today": selectors.number(selectors.filtered(request.user, QueryDict("when=today"), now).filter(active=True)),
        "can_export": can(request.user, "hazard.export"),
        "can_open": can(request.user, "hazard.open"),
        "inbox": selectors.inbox(request.user).count() if can(request.user, "hazard.answer") else 0,
        **_choices(request.user),
    }  # fmt: skip


def _of_tab(request: Request, rows: "QuerySet[Hazard]") -> "QuerySet[Hazard]":
    return selectors.of_tab(rows, request.GET.get("state", ""))


@needs("hazard.view")
@require_GET
def hazard_list(request: Request) -> HttpResponse:
    now = time.now()
    filtered = selectors.filtered(request.user, request.GET, now)
    rows = _of_tab(request, filtered)
    done = request.GET.get("state") == "closed"
    sort = "-closed_at" if done else ("-due_at" if request.GET.get("sort") == "-due_at" else "due_at")
    page = keyset_page(selectors.with_details(rows), sort=sort, after=request.GET.get("after", ""), size=PAGE)
    if done:
        groups = [selectors.Group("done", "", "", "", [selectors.line(row, request.user) for row in page.rows])]
    else:
        groups = selectors.grouped(page.rows, request.user, now, selectors.group_counts(rows, now))
    shown = selectors.number(rows)
    return render(
        request,
        "hazards/list.html",
        {
            **_frame(request, now),
            "page": page,
            "groups": groups,
            "shown_count": shown,
            "tab_rows": selectors.tabs(filtered),
            "bulk": [name for name, verb in BULK_VERB.items() if can(request.user, verb)],
            "done": done,
        },
    )


@needs("hazard.view")
@require_GET
def board(request: Request) -> HttpResponse:
    now = time.now()
    rows = selectors.filtered(request.user, request.GET, now).filter(active=True)
    columns = selectors.board(rows, request.user)
    return render(
        request,
        "hazards/board.html",
        {**_frame(request, now), "columns": columns, "shown_count": selectors.number(rows)},
    )


def _export_row(row: Hazard) -> list[Any]:
    return [
        row.code, wording.title(row), row.rule, row.where, row.get_severity_display(), row.get_category_display(),
        row.get_state_display(), row.tier, row.tier_reason, wording.party(row), str(row.handler or ""),
        time.day_of(row.found_at), row.due_on, _("yes") if row.overdue else _("no"), row.closed_at,
    ]  # fmt: skip


def _header() -> list[str]:
    return [
        _("Code"), _("Hazard"), _("Rule"), _("Where"), _("Severity"), _("Category"), _("State"), _("Tier"),
        _("Reason of the tier"), _("Responsible"), _("Handler"), _("Found on"), _("Due"), _("Overdue"), _("Closed on"),
    ]  # fmt: skip


@needs("hazard.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    codes = request.GET.getlist("ids")
    rows = _of_tab(request, selectors.filtered(request.user, request.GET, time.now()))
    if codes:
        rows = selectors.visible(request.user).filter(code__in=codes[:1000])
    rows = rows.select_related("handler", "answerable_party").order_by("due_at", "id")[:MOST_EXPORTED]
    return download(_("Hazards"), _header(), (_export_row(row) for row in rows))


def _do(act: str, user: User, row: Hazard, data: dict[str, Any]) -> None:
    if act == "assign":
        hazards.assign(by=user, hazard=row, handler=User.objects.get(username=data["handler"]))
    elif act == "extend":
        hazards.extend(by=user, hazard=row, until=data["until"], reason=data["reason"])
    else:
        tiers.escalate(by=user, hazard=row, reason=data["reason"])


def _do_all(act: str, user: User, rows: list[Hazard], data: dict[str, Any]) -> tuple[int, list[str]]:
    done, refused = 0, []
    for row in rows:
        try:
            _do(act, user, row, data)
            done += 1
        except Refused as refusal:
            refused.append(f"{wording.title(row)}: {refusal.message}")
    return done, refused


@needs("hazard.view")
@require_POST
def bulk(request: Request) -> HttpResponseBase:
    """First the form for the ticked hazards, then the act on each; what is refused is listed with its reason."""
    act = request.POST.get("do", "")
    rows = selectors.by_code(request.user, request.POST.getlist("ids"))
    if act == "export":
        require(request.user, "hazard.export")
        return download(_("Hazards"), _header(), (_export_row(row) for row in rows))
    if act not in BULK_VERB or not rows:
        raise Refused(_("Tick at least one hazard and choose what to do with it."))
    require(request.user, BULK_VERB[act])
    titles = {"assign": _("Change the handler"), "extend": _("Extend"), "escalate": _("Raise the tier")}
    sent = "sure" in request.POST
    form = BulkForm(request.POST if sent else None, act=act, area_path=_common([row.area_path for row in rows]))
    if sent and form.is_valid():
        done, refused = _do_all(act, request.user, rows, form.cleaned_data)
        if done:
            messages.success(request, ngettext("%(n)d hazard done.", "%(n)d hazards done.", done) % {"n": done})
        for text in refused:
            messages.error(request, text)
        return redirect("hazards:list")
    return render(
        request,
        "hazards/bulk.html",
        {"form": form, "rows": rows, "act": act, "title": titles[act]},
        status=422 if sent else 200,
    )


def _common(area_paths: list[str]) -> str:
    """The longest area that holds all of them: its people can be chosen."""
    first = min(area_paths)
    last = max(area_paths)
    length = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: length - length % 5]
