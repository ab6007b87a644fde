"""The Word and PDF files of a document: made after its transaction, by the worker or when somebody first asks."""

import hashlib
import io
import json

import segno
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.core import crypto
from anju.core.errors import Refused
from anju.documents.layout import paper_of
from anju.documents.layout.blocks import Paper
from anju.documents.layout.pdf import pdf
from anju.documents.models import Document
from anju.files.models import StoredFile
from anju.files.services import keep, store_bytes
from anju.jobs.models import Job
from anju.jobs.services import job_kind, save_step

KIND = "render-document"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def check_code(document: Document) -> str:
    """Eight letters over number, addressee and content: a paper whose code differs was changed after it was issued."""
    content = json.dumps(document.data, sort_keys=True, ensure_ascii=False)
    text = f"{document.code}|{document.reference}|{document.addressee}|{hashlib.sha256(content.encode()).hexdigest()}"
    return crypto.index(text, "document-check")[:8].upper()


def _qr(paper: Paper, kind: str) -> bytes:
    out = io.BytesIO()
    code = segno.make(f"{paper.reference} {paper.code} {paper.check}", error="m", micro=False)
    code.save(out, kind=kind, border=1, scale=8 if kind == "png" else 1)
    return out.getvalue()


def _attach(document: Document, name: str, data: bytes, ending: str, media_type: str) -> None:
    """Keep the bytes on the disk first, then link them in a short transaction; who comes second changes nothing."""
    keep(data)
    with transaction.atomic():
        row = Document._base_manager.select_for_update(of=("self",)).get(pk=document.pk)
        if row.voided_at != document.voided_at:
            raise Refused(_("%(number)s was declared void in this moment. Open it again.") % {"number": row})
        if getattr(row, f"{name}_id") is None:
            file_name = f"{row.reference} {paper_of(row, '').title}.{ending}"
            stored = store_bytes(data=data, name=file_name, media_type=media_type, by=row.issued_by)
            setattr(row, name, stored)
            row.save(update_fields=[name])
    setattr(document, name, getattr(row, name))


def _make_word(document: Document, paper: Paper) -> None:
    from anju.documents.layout.word import word  # here: every process would load python-docx, and few write a document

    _attach(document, "word", word(paper, _qr(paper, "png")), "docx", WORD_TYPE)


def rendered(document: Document) -> Document:
    """Make what is missing; safe to call again. Refused when the PDF's font lacks a character (Word is kept then)."""
    if document.word_id and document.pdf_id:
        return document
    paper = paper_of(document, check_code(document))
    if document.word_id is None:
        _make_word(document, paper)
    if document.pdf_id is None:
        _attach(document, "pdf", pdf(paper, _qr(paper, "svg")), "pdf", "application/pdf")
    return document


def pdf_of(document: Document) -> StoredFile:
    found = rendered(document).pdf
    assert found is not None
    return found


def word_of(document: Document) -> StoredFile:
    if document.word is None:
        _make_word(document, paper_of(document, check_code(document)))
    assert document.word is not None
    return document.word


@job_kind(KIND, label=gettext_lazy("Make the files of a document"))
def render(job: Job) -> bool:
    document = Document._base_manager.select_related("body", "issued_by").get(code=job.state["code"])
    rendered(document)
    job.done = 1
    save_step(job)
    return True
