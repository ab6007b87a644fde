"""What a scan may show to everybody, and which page shows it (A8.5).

`public_state(code)` is the whole of it: no field can hold a tenant, a telephone of who lets, or a name in full. `words` are
the one wording of it, for strangers, for who lets and for staff. The page itself belongs to the app of the residents' pages,
which puts it here with `use_pages`; it sees the state and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anju.core import time
from anju.dwellings.models import Dwelling
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
    """The sign of a code that somebody scanned, whoever he is. One of a hidden home is unknown."""
    rows = Sign._base_manager.select_related("dwelling__place__parent__parent", "place__parent__parent", "area")
    return rows.filter(code=code.strip().upper()[:16]).exclude(dwelling__hidden=True).first()


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


# --- the words -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """tone: ok, fix, unknown, new, blank, ended, board: the plate's colour and pattern. `word` is empty for a board."""

    tone: str
    icon: str
    word: str
    line: str


def words(state: PublicState) -> Words:
    """In order on a day, being corrected, being checked, not inspected; never a delay, and nothing of what is not let."""
    if state.validity == "revoked":
        line = _("This sign is no longer valid. Do not rely on what is printed on it.")
        return Words("ended", "circle-x", _("Revoked"), line)
    if not state.is_valid:
        line = _("A newer sign has taken its place. What stands here may no longer be right.")
        return Words("ended", "circle-x", _("Old sign"), line)
    if not state.of_home:
        return Words("board", "building", "", _("Homes that are let, by their state now"))
    return _words(state.state, state.found_on)


def home_words(home: Dwelling) -> Words:
    """The same of a home without a sign, for the pages of who lets it."""
    return _words(doors.state_of(home), found_in_order([home]).get(home.pk))


def _words(state: str, found_on: date | None) -> Words:
    if state == "ok" and found_on is not None:
        day = {"year": found_on.year, "month": found_on.month, "day": found_on.day}
        line = _("Met the rules when checked on %(year)s-%(month)s-%(day)s") % day
        return Words("ok", "circle-check", _("Found in order"), line)
    if state == "fix":
        line = _("Something does not meet the safety rules and is being put right")
        return Words("fix", "tool", pgettext("sign", "Being corrected"), line)
    if state == "new":
        return Words("new", "help-circle", _("Not inspected"), _("Nobody has checked this home yet"))
    if state == "blank":
        return Words("blank", "home", _("Nothing is posted"), _("Nothing is posted about this home"))
    line = _("Nobody has seen it in order yet") if state == "ok" else _("Some things are not known yet")
    return Words("unknown", "help-circle", pgettext("sign", "Being checked"), line)


def counts(state: PublicState) -> list[tuple[str, int]]:
    """Of a board: (word, let homes) by state."""
    names = {
        "ok": _("Compliant"), "fix": pgettext("sign", "Being corrected"), "unknown": pgettext("sign", "Being checked"),
        "new": _("Not inspected"),
    }  # fmt: skip
    return [(names[name], number) for name, number in state.counts.items()]


@dataclass(frozen=True)
class Face:
    """One who answers for the place: what he is in the reader's language, his name, a duty telephone or a note."""

    role: str
    name: str
    icon: str
    tel: str
    note: str
    lets: bool


def faces(state: PublicState) -> list[Face]:
    roles = {
        "出租人": _("Lets this home"), "经营单位": _("Runs this home"), "社区民警": _("Community police officer"), "派出所": _("Police post"),
        "网格长": _("Grid leader"), "社区负责人": _("Community committee"), "网格员": _("Grid worker"), "消防楼院长": _("Fire warden of the house"),
        "物业消防负责人": _("Property company, fire safety"), "物业企业": _("Property company"), "微型消防站（24小时）": _("Micro fire station, day and night"),
    }  # fmt: skip
    found = []
    for line in state.people:
        lets = line["role"] in comparing.LETTING_ROLES
        icon = "key" if lets else "shield" if line["role"] in ("社区民警", "派出所") else "users"
        note = "" if lets else line.get("note", "")  # of who lets: the page has a button
        found.append(Face(roles.get(line["role"], line["role"]), line["name"], icon, line.get("tel", ""), note, lets))
    return found


# --- the page ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pages:
    """`stopped`: an answer for who tried too many codes, else None; asked before anything is looked up. `page`: what everybody
    sees; its state is None for a code that no sign carries, which it counts and answers with 404.
    """

    stopped: Callable[[HttpRequest], HttpResponse | None]
    page: Callable[[HttpRequest, PublicState | None], HttpResponse]


_pages: list[Pages] = []


def use_pages(pages: Pages) -> None:
    """Called in `AppConfig.ready` by the app whose pages everybody is to see."""
    _pages[:] = [pages]


def stopped(request: HttpRequest) -> HttpResponse | None:
    return _pages[0].stopped(request)


def page(request: HttpRequest, state: PublicState | None) -> HttpResponse:
    return _pages[0].page(request, state)
