"""Pages of long lists at the same cost on the first and the ten-thousandth page, and counts that stop in time.

Keyset paging: the next page starts after the last row's sort value. The condition is written
`a >= x AND (a > x OR id > y)`, which an index answers; `(a, id) > (x, y)` made SQLite scan from the range's start.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
CAP = 1000
LARGEST = 2**63 - 1  # of a database integer


@dataclass(frozen=True)
class Page(Generic[M]):
    rows: Sequence[M]
    next_token: str  # "" on the last page
    first: bool


def capped_count(rows: "QuerySet[Any]", cap: int = CAP) -> tuple[int, bool]:
    """(number, more): counting stops at `cap`, and the page then shows "1,000+"."""
    found = len(rows.order_by().values_list("pk", flat=True)[: cap + 1])
    return (cap, True) if found > cap else (found, False)


def _encode(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, datetime | date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(token: str) -> tuple[str | int | float, int] | None:
    """What `_encode` wrote; None for anything else (an address cut short by a mail, or made up)."""
    try:
        values = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        return None
    if not (isinstance(values, list) and len(values) == 2):
        return None
    value, last_id = values
    known = isinstance(value, str | int | float) and "\0" not in str(value)
    return (value, last_id) if known and type(last_id) is int and abs(last_id) <= LARGEST else None


def _beyond(rows: "QuerySet[M]", field: str, down: bool, key: tuple[Any, int]) -> "QuerySet[M] | None":
    """The rows after `key`; None when the token was made for a list that is sorted by something else."""
    value, last_id = key
    beyond, edge = ("lt", "lte") if down else ("gt", "gte")
    if field == "id":
        return rows.filter(**{f"id__{beyond}": last_id})
    try:
        return rows.filter(
            Q(**{f"{field}__{edge}": value}), Q(**{f"{field}__{beyond}": value}) | Q(**{f"id__{beyond}": last_id})
        )
    except (ValidationError, ValueError, TypeError):
        return None


def keyset_page(rows: "QuerySet[M]", *, sort: str = "id", after: str = "", size: int = 50) -> Page[M]:
    """One page of `rows` sorted by `sort` ("field" or "-field", a column that is never NULL), ties by id.

    `after` is the token of the page before; one that is not of this list gives the first page.
    """
    down = sort.startswith("-")
    field = sort.lstrip("-")
    key = _decode(after) if after else None
    rest = _beyond(rows, field, down, key) if key is not None else None
    if rest is not None:
        rows = rest
    sign = "-" if down else ""
    order = [f"{sign}id"] if field == "id" else [f"{sign}{field}", f"{sign}id"]
    found = list(rows.order_by(*order)[: size + 1])
    token = ""
    if len(found) > size:
        found = found[:size]
        last: Any = found[-1]
        for part in field.split("__"):
            last = getattr(last, part)
        token = _encode([last, found[-1].pk])
    return Page(found, token, rest is None)
