"""Giving a hazard to the body in charge (流转, A3.4) and following it until that body accepts or returns it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.areas.models import Area, Department, Grant
from anju.areas.scope import postings_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents import services as documents
from anju.documents.models import Document
from anju.inspections.models import Clock, HandOver, Hazard
from anju.inspections.services import clocks, tiers
from anju.inspections.services.moving import department_of, fresh, step, why_needed

REPLY_WORKING_DAYS = 1
SUBJECT = "inspections.hazard"


def _letter(
    by: Any, row: Hazard, to_department: str, to_area: Area, reason: str, due: datetime, at: datetime
) -> Document | None:
    """The hand-over letter, when the sender's office issues documents."""
    body = documents.body_of(by, row.area)
    if body is None:
        return None
    return documents.issue(
        by=by,
        kind=Document.Kind.HAND_OVER,
        body=body,
        addressee=to_area.name + _in_chinese(lambda: Department(to_department).label),
        title=_("Hand-over of a hazard"),
        data={
            "where": row.where,
            "hazard": row.title,
            "code": row.code,
            "severity": _in_chinese(row.get_severity_display),
            "rule": row.rule,
            "found_on": time.day_of(row.found_at).isoformat(),
            "reason": reason,
            "reply_by": clocks.last_day(due).isoformat(),
        },
        area_path=row.area_path,
        at=at,
    )


def _in_chinese(words: Callable[[], Any]) -> str:
    """Papers are Chinese whatever language their writer reads."""
    with translation.override("zh-hans"):
        return str(words())


@audited
def send(
    *, by: Any, hazard: Hazard, to_department: str, to_area: Area, reason: str, version: int | None = None
) -> HandOver:
    """Hand over. The receiving body sees exactly this hazard from now on and has one working day to answer."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    own = department_of(by, row.area_path)
    if to_department not in Department.values or to_department == row.department:
        raise Refused(
            _("Choose another body than the one whose case it is (%(body)s).") % {"body": row.get_department_display()}
        )
    moment = time.now()
    due = time.due_at(time.day_of(moment), REPLY_WORKING_DAYS, working=True)
    body = Department(to_department).label
    values: dict[str, Any] = {}
    if not row.outside_jurisdiction:
        values = {"outside_jurisdiction": True, "outside_since": moment}
    step(row, by=by, move="hand_over", reason=why, values=values,
         text=_("Handed over to %(area)s %(body)s: %(why)s") % {"area": to_area.name, "body": body, "why": why})  # fmt: skip
    sent = HandOver.objects.create(
        hazard=row,
        to_department=to_department,
        to_area=to_area,
        from_department=own or row.department,
        document=_letter(by, row, to_department, to_area, why, due, moment),
        sent_at=moment,
        sent_by=by,
        reason=why[:300],
        reply_due_at=due,
    )
    Grant.objects.create(
        department=to_department, area=to_area, subject_type=SUBJECT, subject_id=row.pk, since=time.day_of(moment),
        reason=_("Hand-over of %(code)s") % {"code": row.code},
    )  # fmt: skip
    clocks.start_until(row, Clock.Kind.HAND_OVER, due=due, at=moment)
    clocks.settle(row)
    record(by=by, verb="hazard.hand_over", subject=row, after={"to": to_department, "area": to_area.name}, reason=why)
    return sent  # type: ignore[no-any-return]


def _under_way(row: Hazard) -> HandOver:
    found: HandOver | None = HandOver._base_manager.filter(hazard=row, state=HandOver.State.SENT).first()
    if found is None:
        raise Refused(_("“%(hazard)s” is not being handed over.") % {"hazard": row.title})
    return found


def may_answer(by: Any, sent: HandOver) -> bool:
    """Only people of the receiving body in the receiving area (or above it)."""
    return any(
        posting.department == sent.to_department
        and posting.area is not None
        and (sent.to_area.path.startswith(posting.area.path) or posting.area.path.startswith(sent.to_area.path))
        for posting in postings_of(by, time.today())
    )


def _answer(by: Any, row: Hazard, state: str, text: str, moment: datetime) -> HandOver:
    sent = _under_way(row)
    if not may_answer(by, sent):
        raise NotAllowed(
            _("Only %(area)s %(body)s can answer this hand-over.")
            % {"area": sent.to_area.name, "body": sent.get_to_department_display()}
        )
    sent.state, sent.answered_at, sent.answered_by, sent.answer = state, moment, by, text[:300]
    sent.save(update_fields=["state", "answered_at", "answered_by", "answer"])
    return sent


@audited
def accept(*, by: Any, hazard: Hazard, text: str = "", version: int | None = None) -> HandOver:
    """The case is now the receiving body's: it names a handler and goes on."""
    row = fresh(hazard, version, by)
    moment = time.now()
    sent = _answer(by, row, HandOver.State.ACCEPTED, text.strip(), moment)
    step(row, by=by, move="accept", values={"department": sent.to_department, "handler": None},
         text=_("Accepted by %(body)s") % {"body": sent.get_to_department_display()})  # fmt: skip
    clocks.finish(row, (Clock.Kind.HAND_OVER,), moment)
    clocks.settle(row)
    tiers.refresh(row)
    return sent


@audited
def give_back(*, by: Any, hazard: Hazard, reason: str, version: int | None = None) -> HandOver:
    """Return it with a reason. It counts as not handed over, and the body that answers loses sight of it tomorrow."""
    row = fresh(hazard, version, by)
    why = why_needed(reason)
    moment = time.now()
    sent = _answer(by, row, HandOver.State.RETURNED, why, moment)
    step(row, by=by, move="return", reason=why,
         text=_("Returned by %(body)s: %(why)s") % {"body": sent.get_to_department_display(), "why": why})  # fmt: skip
    Grant.objects.filter(
        subject_type=SUBJECT, subject_id=row.pk, department=sent.to_department, area=sent.to_area, until=None
    ).update(until=time.day_of(moment))
    clocks.finish(row, (Clock.Kind.HAND_OVER,), moment)
    clocks.settle(row)
    return sent


def counts(hazards: Any, on: date) -> tuple[int, int]:
    """(accepted, found outside the jurisdiction for one working day or more) of a scoped set of hazards on a day (A3.4).

    Returned ones stay in the second number and are not in the first: they count as not handed over.
    """
    rows = hazards.filter(outside_jurisdiction=True).exclude(void_reason__in=[Hazard.Void.FALSE, Hazard.Void.DUPLICATE])
    due = [
        row
        for row in rows.only("pk", "outside_since", "found_at")
        if time.due_at(time.day_of(row.outside_since or row.found_at), 1, working=True) <= time.day_end(on)
    ]
    accepted = HandOver._base_manager.filter(
        hazard__in=[row.pk for row in due], state=HandOver.State.ACCEPTED, answered_at__lt=time.day_end(on)
    )
    return accepted.values("hazard").distinct().count(), len(due)
