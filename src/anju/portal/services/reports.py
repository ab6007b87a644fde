"""Reports of residents: made without a name, looked at by an officer, turned into a hazard, answered, followed by a code."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.areas.permissions import require
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.core.workflow import Machine, Move
from anju.dwellings.models import Dwelling
from anju.dwellings.services.people import phone_problem
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services.opening import Finding, Spot, record_hazard
from anju.jobs.services import every
from anju.portal import kinds as kinds_module
from anju.portal.models import Report, ReportEvent, ReportPhoto
from anju.portal.services import letters, limits

S = Report.State
MOST_PHOTOS = 3
SAY_AGAIN = timedelta(days=30)  # so long who reported may say that it is not solved
MOST_AGAIN = 3

machine = Machine(
    states=dict(S.choices),
    moves=(
        Move("open", frozenset({S.NEW.value}), S.OPENED, "report.answer", gettext_lazy("Open a hazard")),
        Move("answer", frozenset({S.NEW.value, S.OPENED.value}), S.ANSWERED, "report.answer", gettext_lazy("Answer")),
        Move("reject", frozenset({S.NEW.value}), S.REJECTED, "report.answer", gettext_lazy("Reject")),
        Move("again", frozenset({S.OPENED.value, S.ANSWERED.value, S.REJECTED.value}), S.NEW, "report.answer", gettext_lazy("Not solved")),
    ),
)  # fmt: skip


def within_limits(address: str) -> None:
    """Refused when too many came from one address or in all; what burns goes to 119 and not here."""
    fine = limits.spend("report-address", address, settings.ANJU_REPORTS_PER_ADDRESS)
    fine = limits.spend("report-city", limits.EVERYBODY, settings.ANJU_REPORTS_PER_CITY) and fine
    if not fine:
        raise Refused(
            _("Too many reports came in this hour, so this one was not taken."),
            instead=_("If it is dangerous now, call 119. Else try again later, or call 12345."),
        )


def _place_of(where_kind: str, dwelling: Dwelling | None, place: Place | None) -> Place | None:
    """Stairs belong to the unit, the grounds to the estate."""
    found = place or (dwelling.place if dwelling else None)
    if where_kind == Report.Where.GROUNDS:
        while found is not None and found.parent is not None:
            found = found.parent
    return found


@audited
def make_report(
    *, token: str, kinds: Sequence[str], where_kind: str, area: Area, dwelling: Dwelling | None = None,
    place: Place | None = None, where_text: str = "", text: str = "", phone: str = "", photos: Sequence[StoredFile] = (),
) -> Report:  # fmt: skip
    """Anybody tells of something. The same form sent twice is one report."""
    known = Report._base_manager.filter(token=token).first()
    if known is not None:
        return _once(known)
    chosen = [kind for kind in kinds if kind in kinds_module.KINDS]
    if not chosen:
        raise Refused(_("Tick what you saw."))
    if phone and (problem := phone_problem(phone)):
        raise Refused(problem)
    spot = _place_of(where_kind, dwelling, place)
    now = time.now()
    row = Report(
        token=token, kinds=chosen, where_kind=where_kind, where_text=where_text.strip()[:120], text=text.strip()[:500],
        dwelling=dwelling if where_kind == Report.Where.HOME else None, place=spot, area=area, area_path=area.path,
        place_path=spot.path if spot else "", made_at=now, due_at=now + timedelta(hours=settings.ANJU_REPORT_HOURS),
    )  # fmt: skip
    if phone:
        row.phone = phone
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the other click was faster by less than a moment
        return _once(Report._base_manager.get(token=token))
    ReportPhoto.objects.bulk_create(ReportPhoto(report=row, file=photo) for photo in photos[:MOST_PHOTOS])
    with translation.override("zh-hans"):  # read by officers, whatever language who reported reads
        words = _("Received: %(what)s") % {"what": _(", ").join(kinds_module.words(chosen))}
    _event(row, None, "made", words)
    record(by=system_actor(), verb="report.made", subject=row, name=row.code, after={"kinds": chosen, "where": where_kind, "photos": len(photos)})  # fmt: skip
    return row


def _once(known: Report) -> Report:
    record(by=system_actor(), verb="report.made", subject=known, name=known.code, after={"again": True})
    return known


def _event(row: Report, by: Any, move: str, text: str) -> ReportEvent:
    made: ReportEvent = ReportEvent.objects.create(report=row, at=time.now(), by=by, move=move, text=text[:500])
    return made


@audited
def add(*, report: Report, text: str, photos: Sequence[StoredFile]) -> Report:
    """Who reported adds a photo or a word, as long as nobody answered."""
    row = _locked(report)
    if row.state not in (S.NEW, S.OPENED):
        raise Refused(_("This report is answered. If it is not solved, say so below."))
    have = row.photos.count()
    if have + len(photos) > 2 * MOST_PHOTOS:
        raise Refused(_("A report takes %(n)s photos at most.") % {"n": 2 * MOST_PHOTOS})
    if not (text.strip() or photos):
        raise Refused(_("Add a photo or a word."))
    ReportPhoto.objects.bulk_create(ReportPhoto(report=row, file=photo) for photo in photos)
    _event(row, None, "added", text.strip() or _("%(n)s photos added") % {"n": len(photos)})
    record(
        by=system_actor(), verb="report.made", subject=row, name=row.code, after={"added": True, "photos": len(photos)}
    )
    return row


def may_say_again(row: Report, now: datetime) -> bool:
    """Answered, or the hazard it opened is closed, not too long ago, and not said too often."""
    done = row.state in (S.ANSWERED, S.REJECTED) or bool(row.hazard and not row.hazard.is_open)
    ended = row.hazard.closed_at if row.hazard and row.hazard.closed_at else row.decided_at
    return bool(done and ended and now < ended + SAY_AGAIN and row.again < MOST_AGAIN)


@audited
def not_solved(*, report: Report, text: str) -> Report:
    """Who reported says that it is still there: somebody looks again."""
    row, now = _locked(report), time.now()
    if not may_say_again(row, now):
        raise Refused(
            _("This report cannot be opened again."), instead=_("Report it anew; the photo shows how it is now.")
        )
    machine.check("again", row.state, row, None)
    row.state, row.again, row.due_at = S.NEW, row.again + 1, now + timedelta(hours=settings.ANJU_REPORT_HOURS)
    row.save(update_fields=["state", "again", "due_at"])
    _event(row, None, "again", text.strip() or _("Not solved, who reported says"))
    record(by=system_actor(), verb="report.made", subject=row, name=row.code, after={"not_solved": row.again})
    return row


def _locked(report: Report) -> Report:
    row: Report = Report._base_manager.select_for_update(of=("self",)).get(pk=report.pk)
    return row


def _for_officer(by: Any, report: Report, move: str, seen: str) -> Report:
    require(by, "report.answer")
    rows = Report.objects.for_user(by).select_for_update(of=("self",))
    row: Report = rows.select_related("dwelling", "place", "area").get(pk=report.pk)
    if seen and row.state != seen:
        raise Stale(
            _("%(who)s was faster: the report is “%(state)s” now.")
            % {"who": row.decided_by or _("Somebody"), "state": row.get_state_display()}
        )
    machine.check(move, row.state, row, by)
    return row


def _decide(row: Report, by: Any, state: str, answer: str, *, hazard: Hazard | None = None) -> None:
    before = row.state
    row.state, row.answer, row.decided_at, row.decided_by = state, answer[:500], time.now(), by
    if hazard is not None:
        row.hazard = hazard
    row.save(update_fields=["state", "answer", "decided_at", "decided_by", "hazard"])
    record(
        by=by, verb="report.answer", subject=row, name=row.code, before={"state": before},
        after={"state": state, "hazard": hazard.code if hazard else ""}, reason=answer,
    )  # fmt: skip


@audited
def open_hazard(
    *, by: Any, report: Report, spot: Spot, finding: Finding, answer: str = "", seen: str = ""
) -> Report:  # fmt: skip
    """The report becomes a hazard of the right place, with its photos; the same hazard again is found, not doubled."""
    row = _for_officer(by, report, "open", seen)
    photos = [link.file for link in row.photos.select_related("file")]
    hazard = record_hazard(by=by, spot=spot, finding=finding, source=Hazard.Source.REPORT, photos=photos)
    _decide(row, by, S.OPENED, answer.strip(), hazard=hazard)
    _event(row, by, "opened", _("Passed on: somebody sees to it"))
    return row


@audited
def answer_report(*, by: Any, report: Report, answer: str, seen: str = "") -> Report:
    """Say what was done or found; no hazard is needed for it."""
    row = _for_officer(by, report, "answer", seen)
    if not answer.strip():
        raise Refused(_("Write the answer. Who reported reads it under the code."))
    _decide(row, by, S.ANSWERED, answer.strip())
    _event(row, by, "answered", answer.strip())
    tell(row)
    return row


@audited
def reject(*, by: Any, report: Report, reason: str, seen: str = "") -> Report:
    """Nothing of ours, or nothing there. The reason is what who reported reads."""
    row = _for_officer(by, report, "reject", seen)
    if not reason.strip():
        raise Refused(_("Write the reason. Who reported reads it under the code."))
    _decide(row, by, S.REJECTED, reason.strip())
    _event(row, by, "rejected", reason.strip())
    tell(row)
    return row


def tell(row: Report) -> None:
    """An SMS that there is a result, without what it is, to who left a number."""
    if not row.phone_sealed:
        return
    with translation.override("zh-hans"):
        text = _("[Anju] There is a result to your report %(code)s. Look it up with the code on the page of any sign.") % {"code": row.tracking}  # fmt: skip
    now = time.now()
    letters.write(key=f"report-{row.pk}-{row.again}-{int(now.timestamp())}", number=row.phone, text=text, useless_after=now + timedelta(days=2))  # fmt: skip
    Report._base_manager.filter(pk=row.pk).update(told_at=now)


@every("portal.results", timedelta(minutes=5))
def tell_results(moment: datetime) -> None:
    """Who left a telephone hears when the hazard that a report opened is closed."""
    rows = Report._base_manager.filter(state=S.OPENED, hazard__active=False).exclude(phone_sealed="")
    for row in rows.filter(Q(told_at=None) | Q(told_at__lt=F("decided_at"))).order_by("id")[:100]:
        with transaction.atomic():
            tell(row)
