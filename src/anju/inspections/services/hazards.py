"""What people do with a hazard, from assigning it to closing it. Each is one act: rights, state, row, event, audit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anju.areas.permissions import can, require
from anju.audit.services import audited
from anju.core import time
from anju.core.errors import Refused
from anju.core.workflow import Move
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.inspections import workflow
from anju.inspections.models import Clock, Correction, Hazard, HazardEvent, HazardPhoto, PlanItem, Visit
from anju.inspections.models.visits import Plan
from anju.inspections.services import clocks, tiers
from anju.inspections.services.moving import act, fresh, step, why_needed, with_remark, write
from anju.inspections.services.opening import Spot, existing

LONGEST_EXTENSION = timedelta(days=30)
REOCCUPATION = (
    (7, Clock.Kind.REOCCUPIED_7),
    (30, Clock.Kind.REOCCUPIED_30),
    (90, Clock.Kind.REOCCUPIED_90),
)


# The sentences of the history that the demo's plain cases share with the services.


def reported_words(said: str) -> str:
    return _("Correction reported: %(text)s") % {"text": said}


def passed_words(remark: str) -> str:
    return with_remark(_("Re-inspected, put right"), remark)


def confirmed_words(remark: str) -> str:
    return with_remark(_("Confirmed and closed"), remark)


def decided_words(is_security: bool, why: str) -> str:
    if is_security:
        return _("A security hazard, the police say: %(why)s") % {"why": why}
    return _("No security hazard, the police say: %(why)s") % {"why": why}


def add_photos(hazard: Hazard, event: HazardEvent, photos: Sequence[StoredFile]) -> None:
    HazardPhoto.objects.bulk_create(HazardPhoto(hazard=hazard, event=event, file=photo) for photo in photos)


@audited
def assign(*, by: Any, hazard: Hazard, handler: Any, version: int | None = None) -> Hazard:
    """Give the hazard to a person who sees to it; from "to be assigned" it becomes "being corrected"."""
    require(by, "hazard.assign")
    row = fresh(hazard, version, by)
    if not Hazard.objects.for_user(handler).filter(pk=row.pk).exists():
        raise Refused(
            _("%(who)s has no posting where “%(where)s” lies, so the hazard cannot be given to %(who)s.")
            % {"who": handler, "where": row.where},
            instead=_("Choose somebody of that area, or hand the hazard over to the body in charge."),
        )
    text = _("Assigned to %(who)s") % {"who": handler}
    if row.state == Hazard.State.OPEN:
        step(row, by=by, move="assign", text=text, values={"handler": handler})
    else:
        act(row, by=by, verb="hazard.assign", name="reassign", text=text, values={"handler": handler})
    clocks.settle(row)
    return row


@audited
def extend(*, by: Any, hazard: Hazard, until: date, reason: str, version: int | None = None) -> Hazard:
    """Set a later day, with a reason. The first day that was set stays what the tier looks at."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    clock = clocks.present(row)
    due = time.day_end(until)
    if clock is None or clock.kind not in clocks.CORRECTION:
        raise Refused(_("Only the term of a correction can be extended; “%(hazard)s” is %(state)s.")
                      % {"hazard": row.title, "state": row.get_state_display()})  # fmt: skip
    if clock.order:
        raise Refused(
            _("This day was set by a legal order. Only the body that issued it can change it, by a new order."),
            instead=_("Ask the body for a new order."),
        )
    if due <= clock.due_at or due > time.now() + LONGEST_EXTENSION:
        raise Refused(
            _(
                "%(day)s is not possible: the new day must be later than the present one and at most %(n)s days from today."
            )
            % {"day": until.isoformat(), "n": LONGEST_EXTENSION.days}
        )
    act(row, by=by, verb="hazard.extend", name="extend", reason=why,
        text=_("Extended to %(day)s: %(why)s") % {"day": until.isoformat(), "why": why})  # fmt: skip
    if clock.missed_at is None:
        Clock.objects.filter(pk=clock.pk).update(due_at=due, reason=why[:200])
    else:
        clocks.start_until(row, clock.kind, due=due, at=time.now(), reason=why)
    clocks.settle(row)
    return row


@audited
def correct(
    *, by: Any, hazard: Hazard, text: str, photos: Sequence[StoredFile] = (), version: int | None = None
) -> Correction:
    """Say that it is put right, with photos. The correction clock stands; a re-inspection decides."""
    row = fresh(hazard, version, by)
    if not photos and row.category != Hazard.Category.PAPERWORK:
        raise Refused(_("A correction needs at least one photo that shows it."))
    said = text.strip() or _("put right")
    moment = time.now()
    event = step(
        row,
        by=by,
        move="correct",
        text=reported_words(said),
        values={"corrected_by": by},
    )
    add_photos(row, event, photos)
    correction = Correction.objects.create(hazard=row, at=moment, by=by, text=said[:500], event=event)
    clocks.finish(row, clocks.CORRECTION, moment)
    clocks.start(row, Clock.Kind.REINSPECT, days=clocks.REINSPECT_DAYS, at=moment)
    clocks.settle(row)
    tiers.refresh(row)
    return correction


@audited
def reinspect(
    *,
    by: Any,
    hazard: Hazard,
    put_right: bool,
    text: str = "",
    days: int | None = None,
    photos: Sequence[StoredFile] = (),
    visit: Visit | None = None,
    version: int | None = None,
) -> Hazard:
    """Look whether it is put right. Minor: closed. Severe and prohibited: a second person confirms. Not: a new term.

    days: the new term when it is not put right, in the rule's kind of days; the rule's own term at most.
    """
    row = fresh(hazard, version, by)
    if put_right:
        return _passed(row, by, text, photos, visit)
    new_days = min(row.days, 3) if days is None else days
    if not 0 <= new_days <= max(row.days, 3):
        raise Refused(_("%(n)s days are not possible: from 0 to %(most)s.") % {"n": new_days, "most": max(row.days, 3)})
    why = why_needed(text)
    event = step(
        row,
        by=by,
        move="fail",
        text=_("Re-inspected, not put right: %(why)s") % {"why": why},
        values={"reinspected_by": None},
    )
    add_photos(row, event, photos)
    _judge_correction(row, False, visit)
    moment = time.now()
    _count_what_the_report_hid(row, moment)
    clocks.finish(row, (Clock.Kind.REINSPECT,), moment)
    kind = Clock.Kind.MOVE_OUT if row.is_prohibited and row.dwelling_id and row.days else Clock.Kind.CORRECT
    clocks.start(row, kind, days=new_days, at=moment, working=row.working_days, order=row.order_served_at is not None)
    clocks.settle(row)
    tiers.refresh(row)
    return row


def _passed(row: Hazard, by: Any, text: str, photos: Sequence[StoredFile], visit: Visit | None) -> Hazard:
    moment = time.now()
    words = passed_words(text)
    move = "pass_on" if row.needs_second else "pass"
    values: dict[str, Any] = {"reinspected_by": by}
    if move == "pass":
        values["closed_at"] = moment
    event = step(row, by=by, move=move, text=words, values=values)
    add_photos(row, event, photos)
    _judge_correction(row, True, visit)
    clocks.finish(row, (Clock.Kind.REINSPECT,), moment)
    if move == "pass":
        clocks.finish_all(row, moment)
    else:
        clocks.start(row, Clock.Kind.CONFIRM, days=clocks.CONFIRM_DAYS, at=moment)
    clocks.settle(row)
    tiers.refresh(row)
    return row


def _judge_correction(row: Hazard, accepted: bool, visit: Visit | None) -> None:
    last = row.corrections.order_by("-id").first()
    if last is not None:
        last.accepted, last.visit = accepted, visit
        last.save(update_fields=["accepted", "visit"])


def _count_what_the_report_hid(row: Hazard, moment: datetime) -> None:
    """The report stopped the clock; it was wrong, so a day that passed meanwhile counts as missed after all."""
    last = (
        Clock.objects.filter(hazard=row, kind__in=clocks.CORRECTION, missed_at=None)
        .exclude(done_at=None)
        .order_by("-id")
        .first()
    )
    values: dict[str, Any] = {}
    if last is not None and last.due_at <= moment:
        Clock.objects.filter(pk=last.pk).update(missed_at=moment)
        if last.order:
            values["misses"] = row.misses + 1
    if row.first_missed_at is None and row.first_due_at <= moment:
        values["first_missed_at"] = moment
    if values:
        Hazard._base_manager.filter(pk=row.pk).update(**values)
        for name, value in values.items():
            setattr(row, name, value)


@audited
def confirm(
    *, by: Any, hazard: Hazard, text: str = "", photos: Sequence[StoredFile] = (), version: int | None = None
) -> Hazard:
    """The second person closes a severe or prohibited hazard; a prohibited home is then looked at after 7, 30, 90 days."""
    row = fresh(hazard, version, by)
    moment = time.now()
    event = step(row, by=by, move="confirm", text=confirmed_words(text),
                 values={"closed_at": moment})  # fmt: skip
    add_photos(row, event, photos)
    clocks.finish_all(row, moment)
    if row.is_prohibited and row.dwelling_id:
        _plan_reoccupation_checks(row, moment)
    tiers.refresh(row)
    return row


def _plan_reoccupation_checks(row: Hazard, moment: datetime) -> None:
    for days, kind in REOCCUPATION:
        clock = clocks.start(row, kind, days=days, at=moment)
        PlanItem.objects.create(
            dwelling=row.dwelling,
            hazard=row,
            reason=Plan.Reason.REOCCUPATION,
            area_path=row.area_path,
            inspector=row.handler,
            due_on=clocks.last_day(clock.due_at),
            created_at=moment,
        )


@audited
def send_back(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> Hazard:
    """The second person does not confirm: it is looked at again."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    moment = time.now()
    step(
        row,
        by=by,
        move="send_back",
        text=_("Not confirmed: %(why)s") % {"why": why},
        values={"reinspected_by": None},
        reason=why,
    )
    clocks.finish(row, (Clock.Kind.CONFIRM,), moment)
    clocks.start(row, Clock.Kind.REINSPECT, days=clocks.REINSPECT_DAYS, at=moment)
    clocks.settle(row)
    return row


@audited
def void(*, by: Any, hazard: Hazard, kind: str, reason: str, version: int | None = None) -> Hazard:
    """Take a hazard out of the count: no hazard, recorded twice, another body's, no longer let. Always a person's decision."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    if kind not in Hazard.Void.values:
        raise Refused(_("Choose why the hazard is void."))
    if kind == Hazard.Void.NOT_LET and row.dwelling and row.dwelling.letting_state == Dwelling.LettingState.LET:
        raise Refused(
            _("%(where)s is recorded as let, so the hazard cannot be void because it is not.") % {"where": row.where},
            instead=_("Record a visit that finds the letting ended, then decide."),
        )
    text = _("Declared void, %(kind)s: %(why)s") % {"kind": Hazard.Void(kind).label, "why": why}
    moment = time.now()
    step(row, by=by, move="void", text=text, values={"void_reason": kind, "closed_at": moment}, reason=why)
    clocks.finish_all(row, moment)
    tiers.refresh(row)
    return row


@audited
def reopen(*, by: Any, hazard: Hazard, reason: str, let_again: bool = False, version: int | None = None) -> Hazard:
    """Open a closed or void hazard again. `let_again`: a prohibited home was found let again (tier 3 after an order)."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    other = existing(Spot(dwelling=row.dwelling, room=row.room, place=row.place), row.rule)
    if other is not None and other.pk != row.pk:
        raise Refused(
            _("The same hazard is open already: %(code)s.") % {"code": other.code}, instead=_("Go on with that one.")
        )
    moment = time.now()
    values: dict[str, Any] = {
        "void_reason": "", "closed_at": None, "corrected_by": None, "reinspected_by": None, "gone_at": None,
        "first_due_at": time.due_at(time.day_of(moment), row.days, working=row.working_days), "first_missed_at": None,
    }  # fmt: skip
    if let_again:
        values["let_again_at"] = moment
    step(row, by=by, move="reopen", text=_("Opened again: %(why)s") % {"why": why}, values=values, reason=why)
    Clock.objects.filter(hazard=row, done_at=None, stopped_at=None).update(done_at=moment)
    PlanItem._base_manager.filter(hazard=row, state=PlanItem.State.OPEN).update(state=PlanItem.State.DROPPED)
    clocks.begin(row, moment)
    clocks.settle(row)
    tiers.refresh(row)
    return row


@audited
def remind(*, by: Any, hazard: Hazard, text: str = "", version: int | None = None) -> Hazard:
    """催办: remind the party and the handler; it stands in the history and changes nothing else."""
    row = fresh(hazard, version, by)
    act(row, by=by, verb="hazard.notice", name="remind", text=with_remark(_("Reminder"), text))
    return row


@audited
def mark_outside(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> Hazard:
    """A3.4: found outside one's own jurisdiction. From the next working day on it counts as to be handed over."""
    row = fresh(hazard, version, by)
    if row.outside_jurisdiction:
        raise Refused(_("“%(hazard)s” is already marked as outside the jurisdiction.") % {"hazard": row.title})
    act(row, by=by, verb="hazard.hand_over", name="outside", reason=why_needed(reason),
        text=_("Outside the jurisdiction: %(why)s") % {"why": reason.strip()},
        values={"outside_jurisdiction": True, "outside_since": time.now()})  # fmt: skip
    return row


@audited
def decide_security(*, by: Any, hazard: Hazard, is_security: bool, reason: str, version: int | None = None) -> Hazard:
    """A3.3: the police confirm or correct the rule's mark. Until then the mark of the rule counts."""
    row = fresh(hazard, version, by)
    values = {"is_security": is_security, "security_decided_at": time.now(), "security_decided_by": by}
    act(row, by=by, verb="hazard.security", name="security", text=decided_words(is_security, why_needed(reason)),
        values=values, reason=reason.strip())  # fmt: skip
    return row


def notice_served(hazard: Hazard, served_at: datetime, by: Any) -> None:
    """The first notice reached the party: a term that is still running is counted from that day (A11.5)."""
    row = fresh(hazard, None)
    if not row.is_open or row.order_served_at or row.overdue:
        return
    first = not row.events.filter(move="notice_served").exists()
    clock = clocks.present(row)
    values: dict[str, Any] = {}
    if first and clock and clock.kind in clocks.CORRECTION:
        days = row.days or (clocks.MOVE_OUT_DAYS if clock.kind == Clock.Kind.MOVE_OUT else 0)
        due = time.due_at(time.day_of(served_at), days, working=row.working_days)
        if due > clock.due_at:
            Clock.objects.filter(pk=clock.pk).update(due_at=due, started_at=served_at)
            if row.first_due_at == clock.due_at:
                values["first_due_at"] = due
    write(row, by=by, verb="hazard.notice", move="notice_served", text=_("The notice was served"), values=values)
    clocks.settle(row)


def possible(hazard: Hazard, by: Any) -> list[tuple[Move, str]]:
    """(move, reason it is refused or "") of everything the present state knows and the person's posting includes."""
    return [
        (move, (move.guard(hazard, by) if move.guard else None) or "")
        for move in workflow.hazards.possible(hazard.state)
        if can(by, move.verb)
    ]
