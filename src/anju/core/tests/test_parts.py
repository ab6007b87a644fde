"""What htmx swaps into a page is a part: no answer brings a second frame along, not even a refusal."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from anju.core.policy import PolicyMiddleware, needs
from anju.core.views import not_found

pytestmark = pytest.mark.nodatabase


@needs("document.view")
def view(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the gate comes before the view")


def refused(*, htmx: bool) -> HttpResponse:
    request: Any = RequestFactory().get("/documents/")
    request.htmx, request.user = htmx, SimpleNamespace(is_authenticated=True, pk=None, title="")
    answer = PolicyMiddleware(lambda request: HttpResponse()).process_view(request, view, (), {})
    assert answer is not None
    return answer


def test_a_refusal_by_posting_is_a_note_for_htmx_and_a_page_otherwise() -> None:
    part, page = refused(htmx=True), refused(htmx=False)
    assert (part.status_code, page.status_code) == (403, 403)
    assert "<html" not in part.content.decode()
    assert 'role="alert"' in part.content.decode()
    assert "<html" in page.content.decode()


def test_nothing_found_is_a_note_for_htmx_and_a_page_otherwise() -> None:
    request: Any = RequestFactory().get("/documents/W0/")
    for htmx in (True, False):
        request.htmx = htmx
        answer = not_found(request, Http404())
        assert answer.status_code == 404
        assert ("<html" in answer.content.decode()) is not htmx
        assert "zoom-question" in answer.content.decode()
