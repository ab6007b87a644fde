"""Parts of the import's pages: the line of steps, an import's state and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anju.core.templatetags.state_tags import chip
from anju.dwellings.models import LedgerImport

register = template.Library()
State = LedgerImport.State
LOOK = {
    State.PREVIEW: ("due", "eye"),
    State.COLUMNS: ("due", "columns"),
    State.DONE: ("ok", "circle-check"),
    State.FAILED: ("bad", "circle-x"),
    State.UNDONE: ("plain", "arrow-back-up"),
    State.GIVEN_UP: ("plain", "x"),
}


@register.inclusion_tag("ledger/_steps.html")
def ledger_steps(now: int, waiting: Sequence[Any] = ()) -> dict[str, Any]:
    """{% ledger_steps 3 columns.waiting %}: 1 upload, 2 columns, 3 preview, 4 write, 5 all done. Columns that wait for a
    confirmation are not done yet."""
    words = (_("Upload"), _("Match columns"), _("Preview"), _("Write"))
    steps = []
    for number, word in enumerate(words, start=1):
        state = "now" if number == now else "done" if number < now else ""
        steps.append((number, word, "" if number == 2 and waiting else state))
    return {"steps": steps}


@register.filter
def ledger_chip(ledger: LedgerImport) -> SafeString:
    tone, drawing = LOOK.get(State(ledger.state), ("work", "progress"))
    return chip(tone, ledger.get_state_display(), drawing)


@register.filter
def ledger_next(ledger: LedgerImport) -> str:
    return {
        State.COLUMNS: _("Match the columns"),
        State.PREVIEW: _("Look and write"),
        State.FAILED: _("See why"),
        State.DONE: _("See what was written"),
    }.get(State(ledger.state), _("Open it"))
