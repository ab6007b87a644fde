"""What stands on the paper, once for both files: Word and PDF are drawn from the same blocks.

The text of a document is Chinese whatever language its writer reads: it goes to people and bodies in China and cites
Chinese law. Kinds and their data (plain JSON, kept in `Document.data`):

notice     place, party, found_on, hazards: [{code, title, where, severity, todo, source, force, due_on}]
order      as notice, and days (calendar days from service, 0 = at once), law, article, delegation, officers: [{name, certificate}], review_by, court
hand_over  where, hazard, code, severity, rule, found_on, reason, reply_by
request    where, hazards: [{code, title, severity, source}], asked, reason, legal_basis, reply_by
"""

from collections.abc import Callable, Mapping
from typing import Any

from anju.documents.layout import letters, order, warning
from anju.documents.layout.blocks import Paper, Say, Table, chinese_day, day_in_numerals
from anju.documents.models import Document

__all__ = ["Paper", "Say", "Table", "chinese_day", "paper_of"]

WRITERS: dict[str, Callable[[Mapping[str, Any]], tuple[str, list[Say | Table]]]] = {
    Document.Kind.NOTICE: warning.write,
    Document.Kind.ORDER: order.write,
    Document.Kind.HAND_OVER: letters.hand_over,
    Document.Kind.REQUEST: letters.request,
}
WITH_RECEIPT = (Document.Kind.NOTICE, Document.Kind.ORDER)


def paper_of(document: Document, check: str) -> Paper:
    """`check`: the code with which a reader can compare the paper with the record (see services/files)."""
    title, blocks = WRITERS[document.kind](document.data)
    body = document.body
    return Paper(
        title=title,
        body=body.name,
        reference=document.reference,
        addressee=document.addressee,
        blocks=blocks,
        day=day_in_numerals(document.issued_at),
        contact="；".join(
            part
            for part in (
                f"联系电话：{body.phone}" if body.phone else "",
                f"地址：{body.address}" if body.address else "",
            )
            if part
        ),
        place=str(document.data.get("place") or document.data.get("where") or ""),
        code=document.code,
        check=check,
        receipt=document.kind in WITH_RECEIPT,
        void=chinese_day(document.voided_at) if document.voided_at else "",
        officers=tuple(str(one["name"]) for one in document.data.get("officers", ())),
    )
