"""A new edition of a text: never an edit of the old one, which people have signed."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused
from anju.registration import texts
from anju.registration.models import TextEdition


@audited
def new_edition(*, by: Any, kind: str, title: str, body: str, since: date) -> TextEdition:
    require(by, "text.edit")
    if since < time.today():
        raise Refused(_("An edition cannot begin in the past: people have signed another text since then."))
    newest = texts.editions(kind)[0]
    if (title.strip(), body.strip()) == (newest.title, newest.body.strip()):
        raise Refused(_("Nothing differs from edition %(n)s.") % {"n": newest.edition})
    row = TextEdition.objects.create(
        kind=kind, edition=newest.edition + 1, title=title.strip(), body=body.strip(), since=since, made_by=by,
        made_at=time.now(),
    )  # fmt: skip
    record(by=by, verb="text.edit", subject=row, after={"kind": kind, "edition": row.edition, "since": since})
    return row
