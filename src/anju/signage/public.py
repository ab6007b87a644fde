"""What a scan may show to everybody, and which page shows it (A8.5).

`public_state(code)` is the whole of it: no field can hold a tenant, a telephone of who lets, or a name in full. The page is
drawn by `page(request, state)`; an app above that has a richer one puts it in its place with `use_page`. Both see the same
state, so a richer page can show no more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse

from anju.core import time
from anju.signage.models import HOME_KINDS, Sign
from anju.signage.selectors import doors
from anju.signage.selectors.checks import found_in_order
from anju.signage.selectors.drafts import draft
from anju.signage.selectors.surroundings import Line
from anju.signage.services import comparing, scanning


@dataclass(frozen=True)
class PublicState:
    """validity: good, outdated, unposted, replaced, revoked (Scan.Result). state: ok, fix, unknown, new, or blank for what is
    not let; "" for a board, whose `counts` are the let homes by state. `people`: role, name, and tel or note.
    """

    code: str
    kind: str
    validity: str
    edition: int
    printed_on: date
    estate: str
    door: str
    state: str
    found_on: date | None
    check_by: date | None
    people: list[Line]
    counts: dict[str, int]
    elsewhere: bool  # somebody met it far from where it belongs, and nobody has looked since

    @property
    def is_valid(self) -> bool:
        return self.validity in ("good", "outdated", "unposted")

    @property
    def of_home(self) -> bool:
        return self.kind in HOME_KINDS


def sign_of(code: str) -> Sign | None:
    """The sign of a code that somebody scanned, whoever he is."""
    rows = Sign._base_manager.select_related("dwelling", "place", "area")
    return rows.filter(code=code.strip().upper()).first()


def public_state(code: str) -> PublicState | None:
    """None for a code that no sign carries. A revoked sign shows that it is revoked and nothing of the home."""
    sign = sign_of(code)
    return state_of(sign) if sign is not None else None


def state_of(sign: Sign) -> PublicState:
    comparing.compare_now(sign)
    validity = scanning.result_of(sign)
    known: dict[str, Any] = {}
    if validity != scanning.R.REVOKED:
        known = _home(sign) if sign.kind in HOME_KINDS else _board(sign)
    return PublicState(
        code=sign.code, kind=sign.kind, validity=validity, edition=sign.edition, printed_on=time.day_of(sign.printed_at),
        elsewhere=sign.elsewhere_at is not None, **(_nothing() | known),
    )  # fmt: skip


def _nothing() -> dict[str, Any]:
    return {"estate": "", "door": "", "state": "", "found_on": None, "check_by": None, "people": [], "counts": {}}


def _home(sign: Sign) -> dict[str, Any]:
    """Live, not as printed: the print may be old."""
    home = comparing.subjects_of(sign.kind, [sign])[0]
    data = doors.outside([home])[home.pk]
    let = data["state"] != "blank"
    day = found_in_order([home]).get(home.pk)
    return {
        "estate": data["address"], "door": data["door"], "state": data["state"], "found_on": day,
        "check_by": date.fromisoformat(data["next_on"]) if data["next_on"] else None,
        "people": data["people"] if let else [line for line in data["people"] if line["role"] not in comparing.LETTING_ROLES],
    }  # fmt: skip


def _board(sign: Sign) -> dict[str, Any]:
    data = draft(sign.kind, sign.subject, time.today()).data
    if sign.kind == Sign.Kind.ESTATE:
        columns = [row["counts"] for row in data["buildings"]]
        counts = {
            state: sum(row[number] for row in columns) for number, state in enumerate(("ok", "fix", "unknown", "new"))
        }
        return {"estate": data["name"], "people": data["people"], "counts": counts}
    states = [cell["state"] for floor in data["floors"] for cell in floor["cells"]]
    counts = {state: states.count(state) for state in ("ok", "fix", "unknown", "new")}
    return {"estate": data["estate"], "door": data["name"], "people": data["people"], "counts": counts}


# --- the page ------------------------------------------------------------------------------------------------------------

Page = Callable[[HttpRequest, PublicState | None], HttpResponse]
_pages: list[Page] = []


def use_page(page: Page) -> None:
    """Called in `AppConfig.ready` by the app whose page everybody is to see; the last one counts. It gets None for a code that
    no sign carries, and answers it with 404."""
    _pages.append(page)


def page(request: HttpRequest, state: PublicState | None) -> HttpResponse:
    if _pages:
        return _pages[-1](request, state)
    from anju.signage.views.scan import plain_page

    return plain_page(request, state)
