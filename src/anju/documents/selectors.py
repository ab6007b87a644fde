"""What the pages of documents read: the filtered list, one document, how it was served."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, QueryDict
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area
from anju.areas.scope import scope_of
from anju.core import paths
from anju.core.paging import capped_count
from anju.documents.models import Document, IssuingBody, Service

SERVED_KINDS = (Document.Kind.NOTICE, Document.Kind.ORDER)  # letters between bodies are answered, not served

TABS = (
    ("", _("All")),
    ("unserved", _("To be served")),
    ("served", _("Served")),
    ("void", _("Void")),
)


def visible(user: User) -> "QuerySet[Any]":
    """Documents, with `is_served`."""
    served = Exists(Service.objects.filter(document=OuterRef("pk")))
    rows: QuerySet[Any] = Document.objects.for_user(user).annotate(is_served=served)
    return rows


def document_or_404(user: User, code: str) -> Document:
    rows = visible(user).select_related("body", "body__area", "issued_by", "word", "pdf")
    found: Document | None = rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def filtered(user: User, query: QueryDict) -> "QuerySet[Any]":
    """The documents of a query string without its tab: area, kind, body, year, q (number, addressee, code)."""
    rows = visible(user)
    area = Area.objects.filter(code=query.get("area", "")).first()
    if area is not None:
        rows = rows.filter(paths.under("area_path", area.path))
    if query.get("kind") in Document.Kind.values:
        rows = rows.filter(kind=query["kind"])
    for name, column in (("body", "body_id"), ("year", "year")):
        value = str(query.get(name, ""))
        if value.isascii() and value.isdigit() and len(value) < 10:
            rows = rows.filter(**{column: int(value)})
    words = query.get("q", "").strip()
    if words:
        rows = rows.filter(Q(reference__icontains=words) | Q(addressee__icontains=words) | Q(code__iexact=words))
    return rows


def of_tab(rows: "QuerySet[Any]", tab: str) -> "QuerySet[Any]":
    """`rows` as `filtered` gives them."""
    if tab == "void":
        return rows.exclude(voided_at=None)
    if tab == "unserved":
        return rows.filter(voided_at=None, kind__in=SERVED_KINDS, is_served=False)
    if tab == "served":
        return rows.filter(voided_at=None, is_served=True)
    return rows


def tabs(rows: "QuerySet[Any]") -> list[tuple[str, Any, str]]:
    """(value, label, count) for the list's head; counts stop at a thousand."""
    return [(value, label, number(of_tab(rows, value))) for value, label in TABS]


def number(rows: "QuerySet[Any]") -> str:
    found, more = capped_count(rows)
    return f"{found:,}+" if more else f"{found:,}"


def choices(user: User) -> dict[str, list[tuple[str, Any]]]:
    """What the filters offer: bodies and years that occur in what the person sees."""
    seen = visible(user).order_by()
    used = {row[0] for row in seen.values_list("body_id").distinct()}
    bodies = IssuingBody.objects.filter(pk__in=used).order_by("area__path", "name")
    years = sorted({row[0] for row in seen.values_list("year").distinct()}, reverse=True)
    return {
        "kinds": list(Document.Kind.choices),
        "bodies": [(str(body.pk), body.name) for body in bodies],
        "years": [(str(year), str(year)) for year in years],
    }


def services_of(document: Document) -> list[Service]:
    """Newest first, with their proof."""
    rows = Service.objects.filter(document=document).select_related("served_by").prefetch_related("proof")
    return list(rows.order_by("-served_at", "-id"))


def awaits_service(document: Document) -> bool:
    """`document` as `document_or_404` gives it."""
    return document.voided_at is None and document.kind in SERVED_KINDS and not document.is_served  # type: ignore[attr-defined]


def own_bodies(user: User) -> "QuerySet[IssuingBody]":
    """Bodies in the person's areas."""
    scope = scope_of(user)
    rows = IssuingBody.objects.select_related("area").order_by("area__path", "department")
    return rows if scope.everything else rows.filter(scope.under_areas("area__path"))


def bodies_of(user: User, year: int) -> "QuerySet[Any]":
    """With `issued`: how many numbers each gave in the year."""
    given: QuerySet[Any] = own_bodies(user).annotate(
        issued=Coalesce(Sum("series__last", filter=Q(series__year=year)), 0)
    )
    return given


def own_areas(user: User) -> list[Area]:
    """City, towns and communities of the person's areas: where offices sit."""
    scope = scope_of(user)
    rows = Area.objects.filter(closed_on=None).exclude(kind=Area.Kind.GRID)
    return list(rows if scope.everything else rows.filter(scope.under_areas("path")))
