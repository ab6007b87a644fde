"""Joint action (A11.2): who was asked, by when, what they answered. The receiving body sees exactly this hazard.

Cutting water, power or gas cannot be asked for here: it is a legal act of its own behind a gate (A11.3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from anju.areas.models import Area, Department, Grant
from anju.areas.permissions import departments_with, require
from anju.areas.scope import postings_of
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.documents import services as documents
from anju.documents.models import Document, IssuingBody
from anju.enforcement.models import HAZARD, JointAction, Request
from anju.files.models import StoredFile
from anju.inspections import wording
from anju.inspections.models import Clock, Hazard
from anju.inspections.services import clocks
from anju.inspections.services.moving import act, department_of, fresh, step

MOST_DAYS = 30
DAYS = 5  # working days to answer unless another number is given
CUT = re.compile(r"(断|停|切断|停止供|中止供)(水|电|气|热|暖|燃)")
CUT_LAW = "《行政强制法》第四十三条第二款"


@dataclass(frozen=True)
class Ask:
    """What one department is asked; `days` are working days."""

    department: str
    area: Area
    asked: str
    days: int = DAYS


def cut_instead() -> str:
    return _(
        "Make the dangerous appliance safe for now, call 119, ask the body with the power to act, or agree on moving out."
    )


def _check(row: Hazard, own: str, asks: Sequence[Ask]) -> None:
    if not asks:
        raise Refused(_("Choose at least one department to ask."))
    may_answer = departments_with("enforcement.reply")
    for ask in asks:
        label = Department(ask.department).label if ask.department in Department.values else ask.department
        if ask.department not in may_answer or ask.department == own:
            raise Refused(
                _("%(body)s cannot be asked here: choose a department other than your own.") % {"body": label}
            )
        if not ask.asked.strip():
            raise Refused(_("Say what %(body)s is asked to do.") % {"body": label})
        if CUT.search(ask.asked):
            raise Refused(
                _("People live there: cutting water, power or gas cannot be asked for."),
                law=CUT_LAW,
                instead=cut_instead(),
            )
        if not 1 <= ask.days <= MOST_DAYS:
            raise Refused(
                _("%(n)s working days are not possible: from 1 to %(most)s.") % {"n": ask.days, "most": MOST_DAYS}
            )
        if not row.area_path.startswith(ask.area.path):
            raise Refused(_("%(area)s is not responsible for “%(where)s”.") % {"area": ask.area, "where": row.where})


@audited
def start(*, by: Any, hazard: Hazard, aim: str, asks: Sequence[Ask], version: int | None = None) -> JointAction:
    """Begin a joint action and send one letter (抄告函) to each department. Tier 2 and 3 only."""
    require(by, "enforcement.ask")
    row = fresh(hazard, version, by)
    if row.tier < 2:
        raise Refused(
            _("“%(hazard)s” is in tier 1 (%(why)s). Departments are told from tier 2 on.")
            % {"hazard": wording.title(row), "why": row.tier_reason},
            instead=_("Send a notice, hand it over to the body in charge, or raise it to tier 2 with a reason."),
        )
    why = aim.strip()
    if not why:
        raise Refused(_("Say in one sentence what the joint action is to reach."))
    own = department_of(by, row.area_path)
    _check(row, own, asks)
    step(row, by=by, move="join", text=_("Joint action: %(aim)s") % {"aim": why}, reason=why)
    moment = time.now()
    JointAction._base_manager.filter(hazard=row, ended_at=None).update(
        ended_at=moment, ended_by=by, outcome=_("The hazard had left the joint action.")
    )
    action: JointAction = JointAction.objects.create(hazard=row, aim=why[:300], started_at=moment, started_by=by)
    record(by=by, verb="enforcement.ask", subject=action, after={"hazard": row.code, "asked": len(asks)}, reason=why)
    for ask in asks:
        _send(by, row, action, ask, own)
    clocks.finish(row, (Clock.Kind.REINSPECT,), moment)
    clocks.settle(row)
    return action


@audited
def ask_also(*, by: Any, action: JointAction, ask: Ask) -> Request:
    """One more department for an action under way."""
    require(by, "enforcement.ask")
    row = fresh(action.hazard, None, by)
    _under_way(action, row)
    own = department_of(by, row.area_path)
    _check(row, own, [ask])
    waiting = Request._base_manager.filter(
        action=action, to_department=ask.department, to_area=ask.area, answered_at=None
    )
    if waiting.exists():
        raise Refused(
            _("%(body)s has been asked and has not answered yet.") % {"body": Department(ask.department).label}
        )
    return _send(by, row, action, ask, own)


def _under_way(action: JointAction, row: Hazard) -> None:
    if action.ended_at is not None or row.state != Hazard.State.JOINT:
        raise Refused(_("The joint action on “%(hazard)s” has ended.") % {"hazard": wording.title(row)})


def receiver_name(department: str, area: Area) -> str:
    """The body's own name where one is recorded at or above the area, else area and kind."""
    rows = IssuingBody.objects.filter(department=department, area__path__in=paths.ancestors(area.path))
    found = rows.order_by("-area__path").first()
    with translation.override("zh-hans"):
        return found.name if found else f"{area.name}{Department(department).label}"


def _send(by: Any, row: Hazard, action: JointAction, ask: Ask, own: str) -> Request:
    moment = time.now()
    due = time.due_at(time.day_of(moment), ask.days, working=True)
    clock = clocks.start_until(row, Clock.Kind.REPLY, due=due, at=moment, reason=str(Department(ask.department).label))
    document = documents.issue(
        by=by, kind=Document.Kind.REQUEST, body=documents.own_body(by, row.area),
        addressee=receiver_name(ask.department, ask.area), title=_("Letter to a department"),
        data=_letter(row, action, ask, time.day_of(due - timedelta(seconds=1)).isoformat()), area_path=row.area_path,
    )  # fmt: skip
    request: Request = Request.objects.create(
        action=action, to_department=ask.department, to_area=ask.area, from_department=own, asked=ask.asked.strip()[:500],
        document=document, clock=clock, sent_at=moment, sent_by=by, due_at=due,
    )  # fmt: skip
    for kind, pk in ((HAZARD, row.pk), ("documents.document", document.pk)):
        Grant.objects.create(
            department=ask.department, area=ask.area, subject_type=kind, subject_id=pk, since=time.day_of(moment),
            reason=_("Joint action %(code)s") % {"code": action.code},
        )  # fmt: skip
    text = _("%(body)s asked by letter %(number)s to answer by %(day)s: %(what)s")
    values = {"body": document.addressee, "number": document, "day": _last(request), "what": request.asked}
    act(row, by=by, verb="enforcement.ask", name="ask", text=text % values)
    record(by=by, verb="enforcement.ask", subject=request, after={"to": document.addressee, "due_at": due})
    return request


def _last(request: Request) -> str:
    return time.day_of(request.due_at - timedelta(seconds=1)).isoformat()


def _letter(row: Hazard, action: JointAction, ask: Ask, reply_by: str) -> dict[str, Any]:
    with translation.override("zh-hans"):
        hazard = {
            "code": row.code, "title": row.title, "severity": str(row.get_severity_display()), "source": wording.sources(row),
        }  # fmt: skip
    return {
        "where": row.where,
        "hazards": [hazard],
        "asked": ask.asked.strip(),
        "reason": action.aim,
        "reply_by": reply_by,
    }


def may_reply(by: Any, request: Request) -> bool:
    """People of the department asked whose posting covers the area asked, or lies in it and covers the hazard."""
    where = request.action.hazard.area_path
    return any(
        posting.department == request.to_department
        and posting.area is not None
        and (request.to_area.path.startswith(posting.area.path) or where.startswith(posting.area.path))
        for posting in postings_of(by, time.today())
    )


@audited
def reply(*, by: Any, request: Request, answer: str, text: str, files: Sequence[StoredFile] = ()) -> Request:
    """What the department says. Late answers are taken; that they were late stays in the history."""
    require(by, "enforcement.reply")
    row = fresh(request.action.hazard, None, by)
    asked = (
        Request._base_manager.select_for_update(of=("self",))
        .select_related("action__hazard", "to_area")
        .get(pk=request.pk)
    )
    if not may_reply(by, asked):
        raise NotAllowed(_("Only %(body)s can answer this letter.") % {"body": asked.get_to_department_display()})
    if asked.answered_at is not None:
        raise Refused(
            _("%(body)s answered on %(day)s: %(text)s")
            % {
                "body": asked.get_to_department_display(),
                "day": time.day_of(asked.answered_at),
                "text": asked.answer_text,
            }
        )
    if answer not in Request.Answer.values:
        raise Refused(_("Choose what the answer is."))
    said = text.strip()
    if not said:
        raise Refused(_("Say in words what was done, or why it is not within your power."))
    moment = time.now()
    asked.answer, asked.answer_text, asked.answered_at, asked.answered_by = answer, said[:500], moment, by
    asked.save(update_fields=["answer", "answer_text", "answered_at", "answered_by"])
    asked.files.set(files)
    Clock.objects.filter(pk=asked.clock_id, done_at=None).update(done_at=moment)
    label = Request.Answer(answer).label
    if row.is_open:
        what = {"body": asked.get_to_department_display(), "answer": label, "text": said}
        act(
            row, by=by, verb="enforcement.reply", name="reply", text=_("%(body)s answered: %(answer)s. %(text)s") % what
        )
    record(by=by, verb="enforcement.reply", subject=asked, after={"answer": answer, "files": len(files)}, reason=said)
    return asked


@audited
def end(*, by: Any, action: JointAction, outcome: str) -> JointAction:
    """The case goes back to its handler; who was asked loses sight of it tomorrow."""
    require(by, "enforcement.ask")
    row = fresh(action.hazard, None, by)
    _under_way(action, row)
    said = outcome.strip()
    if not said:
        raise Refused(_("Say what the joint action reached."))
    moment = time.now()
    step(row, by=by, move="leave_joint", text=_("Joint action ended: %(what)s") % {"what": said}, reason=said)
    kept = JointAction._base_manager.select_for_update(of=("self",)).get(pk=action.pk)
    kept.ended_at, kept.ended_by, kept.outcome = moment, by, said[:300]
    kept.save(update_fields=["ended_at", "ended_by", "outcome"])
    waiting = Request._base_manager.filter(action=kept, answered_at=None).values_list("clock_id", flat=True)
    Clock.objects.filter(pk__in=list(waiting), done_at=None).update(stopped_at=moment, reason=said[:200])
    for kind, pk in _granted(kept):
        rows = Grant.objects.filter(subject_type=kind, subject_id=pk, until=None, reason__endswith=kept.code)
        rows.update(until=time.day_of(moment))
    clocks.settle(row)
    record(by=by, verb="enforcement.ask", subject=kept, after={"ended": True}, reason=said)
    return kept


def _granted(action: JointAction) -> list[tuple[str, int]]:
    letters = Request._base_manager.filter(action=action).values_list("document_id", flat=True)
    return [(HAZARD, action.hazard_id), *(("documents.document", pk) for pk in letters)]
