"""Paging by token: the log is the list that sorts by a number and by a moment."""

import base64
import json
from typing import Any

import pytest

from anju.audit.models import Entry
from anju.audit.testing import make_log
from anju.core.paging import keyset_page

pytestmark = pytest.mark.django_db


def token(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_pages_follow_each_other_without_a_gap() -> None:
    make_log(5)
    first = keyset_page(Entry.objects.all(), sort="-at", size=2)
    second = keyset_page(Entry.objects.all(), sort="-at", after=first.next_token, size=2)
    third = keyset_page(Entry.objects.all(), sort="-at", after=second.next_token, size=2)
    seen = [row.pk for page in (first, second, third) for row in page.rows]
    assert sorted(seen) == sorted(Entry.objects.values_list("pk", flat=True))
    assert (first.first, second.first, third.next_token) == (True, False, "")


@pytest.mark.parametrize("sort", ["-id", "-at", "verb"])
@pytest.mark.parametrize(
    "after",
    ["%", "WyIyMD", token("x"), token("x", "y"), token(None, None), token({}, []), token("a\0", 1), token(1, 10**40),
     token(10**40, 1), token("2026-13-45", 1), token([1], True), token(7, 1.5)],
)  # fmt: skip
def test_a_token_that_is_not_of_this_list_breaks_no_page(after: str, sort: str) -> None:
    make_log(3)
    assert len(keyset_page(Entry.objects.all(), sort=sort, after=after).rows) in (0, 3)
