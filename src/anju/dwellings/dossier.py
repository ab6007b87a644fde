"""一户一档 as PDF (X7): the same content as the printed page, made by typst with the fonts that the platform brings.

Upper apps add sections by a panel on "dwelling.file.pdf" that returns a JSON list of sections.
"""

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _

from anju import assets, standard
from anju.core import time
from anju.core.templatetags.state_tags import Event
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.selectors.equipment import Lack, Piece
from anju.dwellings.selectors.page import HomePage

SOURCE = Path(__file__).with_name("dossier.typ")
Section = dict[str, Any]


def section(
    title: str, widths: Sequence[int], rows: Iterable[Sequence[Any]], head: Sequence[str] = ()
) -> Section | None:
    """A table of text cells; None without rows, so that an empty section is not printed."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return {"title": title, "widths": list(widths), "head": list(head), "rows": cells} if cells else None


def _about(home: Dwelling, page: HomePage) -> Section | None:
    judged = f"{time.local(home.judged_at):%Y-%m-%d %H:%M}" if home.judged_at else ""
    let = _("%(rooms)s rooms, %(beds)s beds, %(people)s people") % {
        "rooms": "?" if home.rooms_let is None else home.rooms_let,
        "beds": "?" if home.beds_let is None else home.beds_let,
        "people": home.people,
    }
    people = ((_("Landlord"), home.landlord), (_("Sub-lessor"), home.sublessor), (_("Operator"), home.operator))
    rows = [
        (_("Verdict"), f"{home.get_verdict_display()}  {judged}  {page.edition.label.of(page.lang)}"),
        (_("Papers"), home.get_paperwork_display()),
        (_("Kind"), f"{home.get_kind_display()}  {home.get_letting_state_display()}  {let}"),
        (_("Grid"), f"{home.area.name} {home.area.leader_name}".strip()),
        *((label, f"{party.name} {party.masked_phone}".strip()) for label, party in people if party),
        (_("Standard address code"), home.standard_code),
    ]
    return section(_("Home"), (1, 4), rows)


def _judged(page: HomePage) -> list[Section | None]:
    violations = [
        (standard.SEVERITIES[line.severity].of(page.lang), f"{line.room} {line.title} {line.rule.id}".strip(), f"{line.party} {line.party_name}".strip(), line.todo)
        for line in page.violations()
    ]  # fmt: skip
    unknowns = [(f"{item.room} {item.label}".strip(), " ".join(item.rules)) for item in page.unknowns()]
    rooms = [(room.name, room.origin, room.area, room.persons, _(", ").join(room.words)) for room in page.rooms()]
    return [
        section(_("Violations"), (1, 5, 3, 4), violations),
        section(_("Not known"), (4, 2), unknowns),
        section(_("Rooms"), (1, 2, 2, 2, 5), rooms, (_("Room"), _("Built as"), _("Area"), _("People"), "")),
    ]


def _facts(page: HomePage) -> Section | None:
    rows = [(f"{line.room} {line.label}".strip(), line.value or _("unknown"), line.source) for line in page.facts()]
    return section(_("Facts"), (3, 2, 3), rows)


def _lives(occupants: Iterable[Occupant]) -> Section | None:
    rows = [
        (str(one.room or ""), one.party.masked_name, one.party.masked_id, one.party.masked_phone, one.get_registration_display())
        for one in occupants
    ]  # fmt: skip
    head = (_("Room"), _("Name"), _("ID number"), _("Phone"), _("Registration"))
    return section(_("Occupants"), (1, 2, 3, 2, 2), rows, head)


def _gear(pieces: Iterable[Piece], lacks: Iterable[Lack]) -> Section | None:
    missing = [(lack.label, _("%(n)s missing") % {"n": lack.quantity}, " ".join(lack.rules)) for lack in lacks]
    rows = [(str(piece.row), str(piece.row.expires_on or ""), str(piece.row.room or "")) for piece in pieces]
    return section(_("Equipment"), (3, 2, 2), missing + rows)


def _history(events: Iterable[Event]) -> Section | None:
    rows = [
        (f"{time.local(event.at):%Y-%m-%d %H:%M}" if isinstance(event.at, datetime) else str(event.at), f"{event.title} {event.text}".strip(), str(event.who))
        for event in events
    ]  # fmt: skip
    return section(_("What happened"), (2, 5, 2), rows)


def pdf(
    home: Dwelling, page: HomePage, *, occupants: Iterable[Occupant], pieces: Iterable[Piece], lacks: Iterable[Lack],
    events: Iterable[Event], more: Iterable[Section], printed_by: str,
) -> bytes:  # fmt: skip
    sections = [
        _about(home, page),
        *_judged(page),
        _lives(occupants),
        _gear(pieces, lacks),
        *more,
        _facts(page),
        _history(events),
    ]
    file = {
        "title": home.address,
        "kicker": f"{_('One home, one file')}  {home.code}",
        "footer": _("Printed %(when)s by %(who)s")
        % {"when": f"{time.local(time.now()):%Y-%m-%d %H:%M}", "who": printed_by},
        "sections": [found for found in sections if found],
    }
    with tempfile.TemporaryDirectory(prefix="anju-file-") as folder:
        (Path(folder) / "file.typ").write_bytes(SOURCE.read_bytes())
        return bytes(
            typst.compile(
                str(Path(folder) / "file.typ"),
                root=folder,
                ignore_system_fonts=True,
                font_paths=[str(assets.ensure() / "fonts")],
                sys_inputs={"file": json.dumps(file, ensure_ascii=False)},
            )
        )
