"""Handing the rows with errors back to the office that wrote them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core.errors import Refused
from anju.dwellings.ledger import export
from anju.dwellings.ledger.problems import Refused as FileRefused
from anju.dwellings.models import LedgerImport
from anju.dwellings.services.imports.jobs import checked_of, open_again


@audited
def bad_rows(*, by: Any, ledger: LedgerImport) -> bytes:
    """The .xlsx of the rows with errors, read anew from the kept file with the columns and corrections chosen since."""
    require(by, "ledger.import")
    if not ledger.columns:
        raise Refused(_("“%(name)s” has not been read yet.") % {"name": ledger.name})
    try:
        checked = checked_of(ledger, open_again(ledger))
    except FileRefused as refusal:
        raise Refused(str(refusal)) from refusal
    wrong = {
        (error["sheet"], error["number"]) for error in ledger.rows.filter(action="error").values("sheet", "number")
    }
    parts = [(table, [row for row in rows if (row.sheet[:60], row.number) in wrong]) for table, rows in checked.parts]
    record(by=by, verb="ledger.import", subject=ledger, after={"handed_back": len(wrong)})
    return export.bad_rows(*parts)
