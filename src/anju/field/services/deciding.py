"""Two versions of one record: a person decides, the inspector on the phone or somebody of the office on the desk."""

from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import can, require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.field import workflow
from anju.field.models import Envelope
from anju.field.services import applying


def decide(*, by: Any, envelope: Envelope, choice: str, text: str = "") -> Envelope:
    """`envelope` is the version that came second; nothing of either is deleted whatever is chosen."""
    if choice not in Envelope.Choice.values:
        raise Refused(_("Choose which version counts."))
    decided = _decide(by=by, envelope=envelope, choice=choice, text=text)
    if choice != Envelope.Choice.THEIRS:
        applying.apply_decided(decided, choice)
        decided.refresh_from_db()
    return decided


@audited
def _decide(*, by: Any, envelope: Envelope, choice: str, text: str) -> Envelope:
    row: Envelope = (
        Envelope._base_manager.select_for_update(of=("self",)).select_related("rival_of").get(pk=envelope.pk)
    )
    if row.user_id != by.pk:
        require(by, "field.decide")
        if not scope_of(by).has_area(row.area_path):
            raise NotAllowed(_("There is no such record in your area."))
    elif not can(by, "inspection.record"):
        require(by, "field.decide")
    if row.state != Envelope.State.CONFLICT:
        raise Refused(_("This record is “%(state)s”; there is nothing to decide.") % {"state": row.get_state_display()})
    row.choice, row.decided_at, row.decided_by = choice, time.now(), by
    if choice == Envelope.Choice.THEIRS:
        workflow.move(
            row, "set_aside", _("Decided by %(who)s: the first version stays. %(text)s") % {"who": by, "text": text}
        )
    row.save(update_fields=["choice", "decided_at", "decided_by", "state", "reason"])
    record(by=by, verb="field.decide", subject=row, after={"choice": choice}, reason=text)
    return row


@audited
def again(*, by: Any, envelope: Envelope) -> None:
    """The office lets a refused record be tried again, after the reason was removed (a missing posting, a server's fault)."""
    require(by, "field.decide")
    row: Envelope = Envelope._base_manager.select_for_update(of=("self",)).get(pk=envelope.pk)
    if not scope_of(by).has_area(row.area_path):
        raise NotAllowed(_("There is no such record in your area."))
    workflow.move(row, "retry", by=by)
    row.attempts = 0
    row.save(update_fields=["state", "reason", "attempts"])
    record(by=by, verb="field.decide", subject=row, after={"state": row.state})
