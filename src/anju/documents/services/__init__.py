"""Issuing, serving and voiding of documents. Numbers are gapless per body, kind and year."""

from anju.documents.services.bodies import body_of, change_body, own_body, record_body
from anju.documents.services.files import KIND as RENDER
from anju.documents.services.files import pdf_of, rendered, word_of
from anju.documents.services.issuing import issue, void
from anju.documents.services.serving import serve

__all__ = [
    "RENDER",
    "body_of",
    "change_body",
    "issue",
    "own_body",
    "pdf_of",
    "record_body",
    "rendered",
    "serve",
    "void",
    "word_of",
]
