"""Giving a document its number, and declaring one void. A number once given is never given again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document, IssuingBody, Series
from anju.documents.services import files
from anju.documents.signals import document_voided
from anju.jobs.services import enqueue

# The word of the kind in the number, between the body's short name and 字/〔year〕: 周安告〔2026〕17 号.
KIND_WORDS: dict[str, str] = {
    Document.Kind.NOTICE: "告",
    Document.Kind.ORDER: "责改",
    Document.Kind.HAND_OVER: "流转",
    Document.Kind.REQUEST: "抄告",
}


def next_number(body: IssuingBody, kind: str, year: int) -> int:
    """The next number of the series, held by its row's lock until the transaction ends: a rollback gives it back."""
    Series.objects.get_or_create(body=body, kind=kind, year=year)
    series = Series.objects.select_for_update(of=("self",)).get(body=body, kind=kind, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return series.last


def reference_of(body: IssuingBody, kind: str, year: int, number: int) -> str:
    return f"{body.short_name}{KIND_WORDS[kind]}〔{year}〕{number} 号"


@transaction.atomic
def issue(
    *,
    by: Any,
    kind: str,
    body: IssuingBody,
    addressee: str,
    title: str,
    data: Mapping[str, Any],
    area_path: str,
    at: datetime | None = None,
) -> Document:
    """Number and keep a document; its files are made afterwards, outside the transaction.

    `data` (plain JSON) is all that the files are made from: see `documents/layout`. What may be issued by whom is the
    calling service's business.
    """
    moment = at or time.now()
    name = addressee.strip()
    if not name:
        raise Refused(_("The document has no addressee."), instead=_("Enter the name of the person or body."))
    year = time.local(moment).year
    number = next_number(body, kind, year)
    document: Document = Document.objects.create(
        kind=kind,
        body=body,
        area_path=area_path,
        year=year,
        number=number,
        reference=reference_of(body, kind, year, number),
        title=title[:120],
        addressee=name[:80],
        data=dict(data),
        issued_at=moment,
        issued_by=by,
    )
    after = {"reference": document.reference, "to": document.addressee, "kind": kind}
    record(by=by, verb="document.issue", subject=document, after=after)
    enqueue(kind=files.KIND, by=by, key=document.code, state={"code": document.code}, total=1)
    return document


@audited
def void(*, by: Any, document: Document, reason: str) -> Document:
    """Declare a wrong document void: it keeps its number and its place in the list, a new one gets the next number."""
    require(by, "document.void")
    if not Document.objects.for_user(by).filter(pk=document.pk).exists():
        raise NotAllowed(_("There is no such document in your area."))
    why = reason.strip()
    if not why:
        raise Refused(
            _("Say why %(number)s is void: the reason stands beside the number for good.") % {"number": document}
        )
    row = Document._base_manager.select_for_update(of=("self",)).get(pk=document.pk)
    if row.voided_at:
        raise Refused(
            _("%(number)s was declared void on %(day)s: %(why)s")
            % {"number": row, "day": time.day_of(row.voided_at), "why": row.void_reason}
        )
    files_before = {kind: file.sha256 for kind, file in (("word", row.word), ("pdf", row.pdf)) if file}
    row.voided_at, row.void_reason = time.now(), why[:200]
    row.word = row.pdf = None  # made again with the mark across; the bytes of before stay in the store
    row.save(update_fields=["voided_at", "void_reason", "word", "pdf"])
    record(
        by=by, verb="document.void", subject=row, before=files_before, after={"voided_at": row.voided_at}, reason=why
    )
    enqueue(kind=files.KIND, by=by, key=row.code, state={"code": row.code}, total=1)
    document_voided.send(sender=Document, document=row, by=by)
    return row
