"""/enforcement/orders/: the list, and the form that says while it is filled in what an order still needs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.core import time
from anju.core.errors import Refused
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.documents import services as documents
from anju.enforcement import lawful, selectors
from anju.enforcement.forms import OrderForm
from anju.enforcement.models import LegalOrder
from anju.enforcement.services.orders import issue_order
from anju.enforcement.views.powers import status
from anju.inspections import selectors as hazards
from anju.inspections import wording
from anju.inspections.models import Hazard

MOST_EXPORTED = 20_000


@needs("enforcement.view")
@require_GET
def order_list(request: Request) -> HttpResponse:
    now = time.now()
    filtered = selectors.filtered_orders(request.user, request.GET)
    rows = selectors.orders_of_tab(filtered, request.GET.get("state", ""), now)
    page = keyset_page(rows, sort="-issued_at", after=request.GET.get("after", ""))
    named = selectors.hazards_of(list(page.rows))
    context = {
        "page": page,
        "lines": [(order, [wording.title(row) for row in named.get(order.pk, [])], _where(named.get(order.pk))) for order in page.rows],
        "tab_rows": selectors.order_tabs(filtered, now),
        "areas": [(area.code, area.name) for area in hazards.areas_of(request.user)],
        "shown": selectors.number(rows),
        "now": now,
    }  # fmt: skip
    return render(request, "enforcement/orders.html", context)


def _where(rows: list[Hazard] | None) -> str:
    return rows[0].where if rows else ""


@needs("enforcement.view")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    filtered = selectors.filtered_orders(request.user, request.GET)
    rows = list(
        selectors.orders_of_tab(filtered, request.GET.get("state", ""), time.now()).order_by("-issued_at")[
            :MOST_EXPORTED
        ]
    )
    named = selectors.hazards_of(rows)
    header = [_("Document number"), _("Body"), _("To"), _("Where"), _("Hazards"), _("Power"), _("Officers"), _("Issued"), _("Served"), _("To be corrected by"), _("Void since")]  # fmt: skip
    return download(_("Legal orders"), header, (_export_row(order, named.get(order.pk, [])) for order in rows))


def _export_row(order: LegalOrder, rows: list[Hazard]) -> list[Any]:
    document = order.document
    return [
        document.reference, document.body.name, document.addressee, _where(rows), _("; ").join(map(wording.title, rows)),
        str(order.power), f"{order.officer} {order.second_officer}", document.issued_at, order.served_at, order.due_at,
        document.voided_at,
    ]  # fmt: skip


def _case(request: Request) -> list[Hazard]:
    """The open hazards of the same place and party as the one in the address, that one first."""
    first = hazards.hazard_or_404(request.user, request.GET.get("hazard", ""))
    rows = hazards.visible(request.user).filter(
        dwelling=first.dwelling, place=first.place, answerable=first.answerable,
        answerable_party=first.answerable_party, state__in=lawful.STATES,
    )  # fmt: skip
    others = rows.exclude(pk=first.pk).select_related("dwelling", "area", "answerable_party").order_by("due_at", "id")
    return [first, *others[:20]]


def _chosen(request: Request, case: list[Hazard]) -> list[Hazard]:
    codes = request.POST.getlist("ids") or request.GET.getlist("ids")
    return [row for row in case if row.code in codes] or case[:1]


def _form(request: Request, chosen: list[Hazard]) -> OrderForm:
    """Filled from what was sent (POST), from what is being chosen (GET by htmx), or with the best guess."""
    body = documents.body_of(request.user, chosen[0].area)
    best = lawful.best_power(body, chosen, time.today())
    first = {
        "power": best.pk if best else None,
        "days": max(row.days for row in chosen),
        "certificate": selectors.last_certificate(request.user),
    }
    picked = {
        name: request.GET[name]
        for name in ("power", "second_officer", "days", "certificate", "second_certificate")
        if name in request.GET
    }
    return OrderForm(
        request.POST or None, powers=lawful.powers_of(body), officers=selectors.officers(request.user, body), initial={**first, **picked}
    )  # fmt: skip


def _found(form: OrderForm, name: str) -> Any:
    """The object chosen in a field, whether the form was sent or is only being filled in; None for nothing or nonsense."""
    value = form.data.get(name) if form.is_bound else form.initial.get(name)
    rows = form.fields[name].queryset  # type: ignore[attr-defined]
    number = str(value or "")
    return rows.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None


@needs("enforcement.order")
@require_http_methods(["GET", "POST"])
def order_new(request: Request) -> HttpResponseBase:
    case = _case(request)
    chosen = _chosen(request, case)
    form, refusal = _form(request, chosen), None
    power, second = _found(form, "power"), _found(form, "second_officer")
    if request.method == "POST" and form.is_valid():
        try:
            made = issue_order(by=request.user, hazards=chosen, **form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            text = _("Order %(number)s is ready. Its service starts the term: record how it was served.")
            messages.success(request, text % {"number": made.document})
            return redirect("documents:document", code=made.document.code)
    checks = lawful.checks(by=request.user, hazards=chosen, power=power, second=second, on=time.today())
    context = {
        "case": [(row, wording.title(row), wording.days(row), row in chosen) for row in case],
        "first": case[0], "form": form, "refusal": refusal, "checks": checks, "now": time.now(),
        "missing": sum(not check.ok for check in checks), "power_less": not checks[0].ok and checks[0],
        "crumbs": [(_("Hazards"), reverse("hazards:list")), (wording.title(case[0]), reverse("hazards:hazard", args=[case[0].code]))],
    }  # fmt: skip
    return render(request, "enforcement/order_new.html", context, status=status(request, refusal))
