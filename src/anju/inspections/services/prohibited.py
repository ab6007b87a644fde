"""Prohibited is not eviction: no new letting, refuge only where the danger is real, and a move-out that is agreed.

Each step of the three clocks is recorded by a person. What is late counts against the letting party.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from anju.audit.services import audited
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.inspections.models import Clock, Hazard, MoveOut
from anju.inspections.services import clocks
from anju.inspections.services.moving import act, department_of, fresh, why_needed, with_remark

# Who may decide that people have to leave at once because of a real danger.
REFUGE_POWER = ("fire", "police", "housing")
TELLING = ("tenant_told_on", "tenant_told_how", "settled", "going_to", "need_help")


def _of(row: Hazard) -> MoveOut:
    if not row.is_prohibited or row.dwelling_id is None:
        raise Refused(_("“%(hazard)s” does not prohibit letting, so there is no move-out.") % {"hazard": row.title})
    return MoveOut.objects.get_or_create(hazard=row)[0]


@audited
def letting_stopped(*, by: Any, hazard: Hazard, text: str = "", version: int | None = None) -> MoveOut:
    """The letting party takes no new tenant: seen or promised in writing, from today."""
    row = fresh(hazard, version, by)
    told = _of(row)
    moment = time.now()
    act(
        row,
        by=by,
        verb="hazard.notice",
        name="letting_stopped",
        text=with_remark(_("No new letting from now on"), text),
    )
    told.no_new_letting_at = moment
    told.save(update_fields=["no_new_letting_at"])
    clocks.finish(row, (Clock.Kind.NO_NEW_LETTING,), moment)
    return told


def may_decide_refuge(by: Any, hazard: Hazard) -> bool:
    return department_of(by, hazard.area_path) in REFUGE_POWER


@audited
def decide_refuge(
    *, by: Any, hazard: Hazard, needed: bool, reason: str, until: date | None = None, version: int | None = None
) -> MoveOut:
    """Whether people have to stay elsewhere for a time. Only fire, police and housing decide, with the reason."""
    row = fresh(hazard, version, by)
    told = _of(row)
    if not may_decide_refuge(by, row):
        raise NotAllowed(
            _("Only fire, police or the housing department decide whether people have to leave at once."),
            instead=_("In danger call 119. Otherwise ask one of these bodies by a hand-over or a joint action."),
        )
    why = why_needed(reason)
    moment = time.now()
    text = _("Temporary refuge needed: %(why)s") if needed else _("Temporary refuge not needed: %(why)s")
    act(row, by=by, verb="hazard.escalate", name="refuge", text=text % {"why": why}, reason=why)
    told.refuge_needed, told.refuge_by = needed, by
    told.save(update_fields=["refuge_needed", "refuge_by"])
    clocks.finish(row, (Clock.Kind.REFUGE,), moment)
    if needed:
        clocks.start_until(
            row, Clock.Kind.REFUGE, due=time.day_end(until or time.day_of(moment)), at=moment, reason=why
        )
    return told


@audited
def record_move_out(*, by: Any, hazard: Hazard, version: int | None = None, **values: Any) -> MoveOut:
    """What was agreed: tenant told on and how, deposit and rent settled, where to, people who need help (a number)."""
    unknown = set(values) - set(TELLING) - {"until"}
    if unknown:
        raise TypeError(f"unknown {sorted(unknown)}")
    row = fresh(hazard, version, by)
    told = _of(row)
    until = values.pop("until", None)
    if values.get("tenant_told_on") and values["tenant_told_on"] > time.today():
        raise Refused(_("The day on which the tenant was told lies in the future."))
    act(row, by=by, verb="hazard.notice", name="move_out", text=_told_in_words(values))
    for name, value in values.items():
        setattr(told, name, value)
    told.save()
    if until is not None:
        _agree_until(row, until)
    clocks.settle(row)
    return told


def _told_in_words(values: dict[str, Any]) -> str:
    parts = []
    if values.get("tenant_told_on"):
        parts.append(
            _("tenant told on %(day)s (%(how)s)")
            % {"day": values["tenant_told_on"], "how": values.get("tenant_told_how") or _("how is not recorded")}
        )
    if values.get("going_to"):
        parts.append(_("moving to: %(where)s") % {"where": values["going_to"]})
    if values.get("settled"):
        parts.append(_("deposit and rent: %(how)s") % {"how": values["settled"]})
    return _("Move-out: %(what)s") % {"what": _("; ").join(parts) or _("recorded")}


def _agree_until(row: Hazard, until: date) -> None:
    clock = next(iter(clocks.running(row, (Clock.Kind.MOVE_OUT,))), None)
    if clock is None or clock.order or until < time.today():
        raise Refused(_("The day of the move-out cannot be set to %(day)s.") % {"day": until})
    if clock.missed_at is None:
        Clock.objects.filter(pk=clock.pk).update(due_at=time.day_end(until))


@audited
def moved_out(*, by: Any, hazard: Hazard, on: date, version: int | None = None) -> MoveOut:
    """Nobody lives there any more. The correction is still reported and re-inspected like any other."""
    row = fresh(hazard, version, by)
    told = _of(row)
    if on > time.today():
        raise Refused(_("The day of the move-out lies in the future."))
    act(row, by=by, verb="hazard.notice", name="moved_out", text=_("Moved out on %(day)s") % {"day": on})
    told.moved_out_on = on
    told.save(update_fields=["moved_out_on"])
    clocks.finish(row, (Clock.Kind.MOVE_OUT, Clock.Kind.REFUGE), time.now())
    if not clocks.running(row, clocks.CORRECTION):
        clocks.start(row, Clock.Kind.CORRECT, days=3, at=time.now())
    clocks.settle(row)
    return told
