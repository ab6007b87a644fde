"""The one road on which a hazard changes: who may, which state, which version, then row, event and audit in one piece.

Two people who edit one hazard: the row carries a version. Who comes second gets a Stale that tells what the first did;
what he typed stays in his form, and he sends it again on the new state.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import require
from anju.areas.scope import postings_of, scope_of
from anju.audit.models import Entry
from anju.audit.services import changes, entry_of, keep
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.inspections import workflow
from anju.inspections.models import Hazard, HazardEvent


def department_of(by: Any, area_path: str) -> str:
    """For which department the person acts in an area; "" for the system and for relations (landlord)."""
    if getattr(by, "is_system", False):
        return ""
    found = ""
    for posting in postings_of(by, time.today()):
        root = posting.area.path if posting.area else ""
        if root and (area_path.startswith(root) or root.startswith(area_path)):
            return str(posting.department)
        found = found or str(posting.department)
    return found


def require_sight(by: Any, hazard: Hazard) -> None:
    """The person's scope must hold the hazard; one of another town does not exist for him."""
    if not scope_of(by).everything and not Hazard.objects.for_user(by).filter(pk=hazard.pk).exists():
        raise NotAllowed(_("There is no such hazard in your area."))


def _stale(hazard: Hazard, version: int) -> Stale:
    since = (
        HazardEvent._base_manager.filter(hazard_id=hazard.pk, version__gt=version).select_related("by").order_by("id")
    )
    lines = [
        _("%(at)s %(who)s: %(text)s")
        % {"at": time.local(event.at).strftime("%H:%M"), "who": event.by, "text": event.text}
        for event in since
    ]
    return Stale(
        _("Somebody was faster. Meanwhile: %(changes)s")
        % {"changes": _("; ").join(lines) or _("the hazard was changed")},
        instead=_("What you typed is still here. Look at the new state and send it again if it still holds."),
    )


def fresh(hazard: Hazard, version: int | None, by: Any = None) -> Hazard:
    """The row as it is now, for somebody who may see it; Stale when the caller looked at an older one."""
    if by is not None:
        require_sight(by, hazard)
    row = Hazard._base_manager.get(pk=hazard.pk)
    if version is not None and row.version != version:
        raise _stale(row, version)
    return row


def laid_over(
    row: Hazard,
    *,
    by: Any,
    verb: str,
    move: str,
    text: str,
    values: Mapping[str, Any],
    at: datetime | None = None,
    reason: str = "",
) -> tuple[HazardEvent, Entry]:
    """Lay the values over the row; the line of its history and the entry of the log, nothing of it written yet."""
    before, after = changes(row, values)
    old_state = row.state
    for name, value in values.items():
        setattr(row, name, value)
    row.active = row.state in workflow.OPEN_STATES
    row.version += 1
    event = HazardEvent(
        hazard=row,
        at=at or time.now(),
        by=by,
        move=move,
        from_state=old_state,
        to_state=row.state,
        text=text[:500],
        version=row.version,
    )
    return event, entry_of(by=by, verb=verb, subject=row, before=before, after=after, reason=reason or text)


def write(
    row: Hazard,
    *,
    by: Any,
    verb: str,
    move: str,
    text: str,
    values: Mapping[str, Any],
    at: datetime | None = None,
    reason: str = "",
) -> HazardEvent:
    """Write the columns if nobody was faster, then the event and the audit entry. Inside the caller's transaction."""
    version = row.version
    columns = dict(values)
    if "state" in values:
        columns["active"] = values["state"] in workflow.OPEN_STATES
    if Hazard._base_manager.filter(pk=row.pk, version=version).update(version=version + 1, **columns) != 1:
        raise _stale(row, version)
    event, entry = laid_over(row, by=by, verb=verb, move=move, text=text, values=values, at=at, reason=reason)
    event.save(force_insert=True)
    keep(entry)
    return event


def step(
    row: Hazard,
    *,
    by: Any,
    move: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    reason: str = "",
) -> HazardEvent:
    """Make a move of the table: verb, sight, state and guard first."""
    wanted = workflow.hazards.moves[move]
    require(by, wanted.verb)
    workflow.hazards.check(move, row.state, row, by)
    return write(
        row,
        by=by,
        verb=wanted.verb,
        move=move,
        text=text,
        values={**(values or {}), "state": wanted.target},
        at=at,
        reason=reason,
    )


def act(
    row: Hazard, *, by: Any, verb: str, name: str, text: str, values: Mapping[str, Any] | None = None, reason: str = ""
) -> HazardEvent:
    """An act that moves no state (extend, remind, raise the tier …) on a hazard that is still open."""
    require(by, verb)
    if not row.is_open:
        raise Refused(
            _("“%(hazard)s” is %(state)s, so there is nothing to change. Open it again first.")
            % {"hazard": row.title, "state": row.get_state_display()}
        )
    return write(row, by=by, verb=verb, move=name, text=text, values=values or {}, reason=reason)


def with_remark(text: str, remark: str) -> str:
    """The sentence of the history, with what the person added."""
    said = remark.strip()
    return _("%(text)s: %(remark)s") % {"text": text, "remark": said} if said else text


def why_needed(reason: str) -> str:
    """A reason that is a reason; Refused when it is empty."""
    text = reason.strip()
    if not text:
        raise Refused(_("This step needs a reason in words, because it stands in the history of the hazard."))
    return text
