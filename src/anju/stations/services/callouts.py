"""A call-out from the call to its end: called, answered, there, reported, closed (A4.4, A6.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anju.areas.models import Place
from anju.areas.permissions import require
from anju.areas.scope import postings_of, scope_of
from anju.audit.services import audited, record
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services.evidence import tell_of_hazard
from anju.inspections.services.opening import Spot
from anju.stations import norms, workflow
from anju.stations.models import Call, CallClock, CallOut, CallOutPhoto, Responder
from anju.stations.selectors.briefing import known_of
from anju.stations.services.calling import call, log, next_target
from anju.stations.services.findings import hazard_of
from anju.stations.services.sight import callout_in_sight
from anju.stations.signals import callout_moved

TWICE = timedelta(seconds=30)  # the same person, the same spot: one call sent twice
S = CallOut.State


@dataclass(frozen=True)
class Subject:
    """Where somebody is sent: a home (with a room), or a place without one."""

    dwelling: Dwelling | None = None
    room: str = ""
    place: Place | None = None

    @property
    def spot(self) -> Spot:
        return Spot(self.dwelling, self.room, self.place)

    @property
    def at(self) -> Place:
        place = self.dwelling.place if self.dwelling else self.place
        assert place is not None
        return place


def _require_sight(by: Any, subject: Subject) -> None:
    scope, spot = scope_of(by), subject.spot
    if scope.everything or scope.has_area(spot.area_path):
        return
    if not any(spot.place_path.startswith(root) for root in scope.place_paths):
        raise NotAllowed(_("%(place)s is not in your area.") % {"place": spot.words})


def _open_for(by: Any, subject: Subject, source: str, source_code: str) -> CallOut | None:
    """The call-out that this call belongs to: of the same alarm; of the same home while it is open; sent twice."""
    rows = CallOut._base_manager.all()
    own = rows.filter(source=source, source_code=source_code).first() if source_code else None
    if own is not None and own.is_open:
        return own
    running = rows.filter(state__in=workflow.OPEN_STATES)
    if source == CallOut.Source.ALARM:
        return (running.filter(dwelling=subject.dwelling).first() if subject.dwelling else None) or own
    since = time.now() - TWICE
    here = running.filter(dwelling=subject.dwelling, room=subject.room, place=subject.at)
    return here.filter(opened_by=by, called_at__gte=since).first()


@audited
def call_out(
    *,
    by: Any,
    subject: Subject,
    title: str,
    level: str = CallOut.Level.FIRE,
    source: str = CallOut.Source.PERSON,
    source_code: str = "",
    alarm_at: datetime | None = None,
    again: bool = False,
) -> CallOut:
    """Call the station on duty. One call-out per alarm; a further alarm of the same home joins the one that runs.

    `alarm_at`: when the platform knew of it; the three minutes count from there. `again`: the alarm had a call-out, which is over.
    """
    require(by, "callout.start")
    _require_sight(by, subject)
    if not title.strip():
        raise Refused(_("Say what is reported: smoke, a fire alarm, somebody shut in …"))
    found = _open_for(by, subject, source, "" if again else source_code)
    if found is not None:
        return _joined(by, found, title, source_code)
    try:
        with transaction.atomic():
            return _begin(by, subject, title.strip(), level, source, source_code, alarm_at, again)
    except IntegrityError:  # another worker was first with this alarm
        found = _open_for(by, subject, source, source_code)
        if found is None:
            raise
        return _joined(by, found, title, source_code)


def _joined(by: Any, row: CallOut, title: str, source_code: str) -> CallOut:
    if source_code and source_code != row.source_code and source_code not in row.also:
        row.also = [*row.also, source_code]
        CallOut._base_manager.filter(pk=row.pk).update(also=row.also)
        log(row, move="joined", text=_("Further alarm of the same home: %(title)s") % {"title": title}, at=time.now())
    record(by=by, verb="callout.repeated", subject=row, after={"source_code": source_code})
    return row


def _begin(
    by: Any,
    subject: Subject,
    title: str,
    level: str,
    source: str,
    source_code: str,
    alarm_at: datetime | None,
    again: bool,
) -> CallOut:
    """One that is called again stands among the alarms that joined: its own call-out is the first one."""
    now, spot, known = time.now(), subject.spot, known_of(subject.dwelling)
    began = min(alarm_at or now, now)
    row: CallOut = CallOut.objects.create(
        dwelling=subject.dwelling, room=subject.room, place=subject.at, place_path=spot.place_path, area=spot.area,
        area_path=spot.area_path, where=spot.words[:200], title=title[:120], level=level, source=source,
        source_code="" if again else source_code, also=[source_code] if again else [], people=known.people,
        need_help=known.need_help, known=known.facts, alarm_at=began, called_at=now, dispatch_seconds=int((now - began).total_seconds()), opened_by=by,
    )  # fmt: skip
    target = next_target(row, now)
    if target is not None:
        made = call(row, target, why=Call.Why.FIRST, moment=now)
        row.station = made.station
        CallOut._base_manager.filter(pk=row.pk).update(station=made.station)
        log(row, move="call", text=_("%(who)s is called") % {"who": made.name}, at=now, by=by)
    CallClock.objects.create(callout=row, kind=CallClock.Kind.ARRIVE, due_at=began + norms.ARRIVE)
    record(by=by, verb="callout.start", subject=row, after={"where": row.where, "title": title, "source": source_code})
    callout_moved.send(CallOut, callout=row, move="call")
    return row


def _call_of(row: CallOut, by: Any) -> Call | None:
    """Which call the person answers: that of the own station, of the own area, else the last one."""
    places = [p.place.path for p in postings_of(by, time.today()) if p.place]
    areas = [p.area.path for p in postings_of(by, time.today()) if p.area]
    calls = list(Call.objects.filter(callout=row).select_related("station", "area").order_by("order"))
    for made in calls:
        if made.station and any(made.station.place_path.startswith(path) for path in places):
            return made
    for made in calls:
        if made.area and made.area.path in areas:
            return made
    return calls[-1] if calls else None


@audited
def accept(*, by: Any, callout: CallOut) -> CallOut:
    """ "I am coming." The first answers the call and stops its clock; whoever taps at the same moment joins."""
    require(by, "callout.answer")
    row, now = callout_in_sight(by, callout), time.now()
    if row.state not in (S.CALLED, S.ACCEPTED, S.ARRIVED):
        workflow.callouts.check("accept", row.state, row, by)
    _new, joined = Responder.objects.get_or_create(
        callout=row, user=by, defaults={"name": str(by)[:60], "accepted_at": now}
    )
    made = _call_of(row, by)
    seconds = int((now - row.called_at).total_seconds())
    values: dict[str, Any] = {"state": S.ACCEPTED, "accepted_at": now, "answer_seconds": seconds}
    if made is not None and made.station_id:
        values["station"] = made.station
    first = CallOut._base_manager.filter(pk=row.pk, state=S.CALLED).update(**values) == 1
    if first:
        CallClock.objects.filter(callout=row, kind=CallClock.Kind.ACCEPT, done_at=None).update(done_at=now)
        log(row, move="accept", text=_("Answered after %(n)s seconds") % {"n": seconds}, at=now, by=by)
    elif joined:
        log(row, move="join", text=_("Is coming too"), at=now, by=by)
    if made is not None:
        Call.objects.filter(pk=made.pk, answered_at=None).update(answered_at=now)
    record(
        by=by, verb="callout.answer", subject=row, after={"state": S.ACCEPTED if first else row.state, "first": first}
    )
    row = callout_in_sight(by, row)
    if first:
        callout_moved.send(CallOut, callout=row, move="accept")
    return row


def _step(row: CallOut, *, by: Any, move: str, text: str, values: dict[str, Any], at: datetime) -> CallOut:
    """One move of the table, claimed by a conditional update: who comes second is told what happened meanwhile."""
    wanted = workflow.callouts.moves[move]
    require(by, wanted.verb)
    workflow.callouts.check(move, row.state, row, by)
    moved = CallOut._base_manager.filter(pk=row.pk, state=row.state).update(**{**values, "state": wanted.target})
    if moved != 1:
        row.refresh_from_db()
        workflow.callouts.check(move, row.state, row, by)
        raise Refused(_("Somebody was faster. Look again at what is to be done."))
    before = {"state": row.state}
    for name, value in {**values, "state": wanted.target}.items():
        setattr(row, name, value)
    log(row, move=move, text=text, at=at, by=by)
    record(by=by, verb=wanted.verb, subject=row, before=before, after={**values, "state": wanted.target}, reason=text)
    callout_moved.send(CallOut, callout=row, move=move)
    return row


@audited
def arrive(*, by: Any, callout: CallOut) -> CallOut:
    row, now = callout_in_sight(by, callout), time.now()
    seconds = int((now - row.alarm_at).total_seconds())
    values: dict[str, Any] = {"arrived_at": now, "arrival_seconds": seconds}
    if row.state == S.CALLED:
        values |= {"accepted_at": now, "answer_seconds": int((now - row.called_at).total_seconds())}
    text = _("There %(n)s seconds after the alarm") % {"n": seconds}
    row = _step(row, by=by, move="arrive", text=text, values=values, at=now)
    Responder.objects.get_or_create(callout=row, user=by, defaults={"name": str(by)[:60], "accepted_at": now})
    CallClock.objects.filter(callout=row, done_at=None).update(done_at=now)
    return row


@audited
def report(
    *,
    by: Any,
    callout: CallOut,
    outcome: str,
    finding: str = "",
    hazard: bool = False,
    photos: Sequence[StoredFile] = (),
    by_phone: bool = False,
) -> CallOut:
    """What it was. A real fire opens a hazard; so does anything else that has to be put right (`hazard`)."""
    row, now, said = callout_in_sight(by, callout), time.now(), finding.strip()
    if outcome not in CallOut.Outcome.values:
        raise Refused(_("Choose what it was: a real fire, a false alarm, a test, a device fault."))
    if (hazard or by_phone) and not said:
        raise Refused(_("Write what was found: it stands in the log and in the hazard."))
    values: dict[str, Any] = {"reported_at": now, "outcome": outcome, "finding": said[:500]}
    text = _("%(outcome)s. %(said)s") % {"outcome": CallOut.Outcome(outcome).label, "said": said}
    move = "report_by_phone" if by_phone else "report"
    row = _step(row, by=by, move=move, text=text.strip(), values=values, at=now)
    _keep(row, photos)
    CallClock.objects.filter(callout=row, done_at=None).update(done_at=now)
    if outcome == CallOut.Outcome.REAL or hazard:
        _open_hazard(row, by, now, photos)
    return row


def _keep(row: CallOut, photos: Sequence[StoredFile]) -> None:
    CallOutPhoto.objects.bulk_create(CallOutPhoto(callout=row, file=file) for file in photos)


def _open_hazard(row: CallOut, by: Any, at: datetime, photos: Sequence[StoredFile]) -> None:
    row.hazard = hazard_of(row, by=by, at=at)
    _hand_on(row.hazard, by, at, "", photos)
    CallOut._base_manager.filter(pk=row.pk).update(hazard=row.hazard)
    log(row, move="hazard", text=_("Hazard %(code)s is opened") % {"code": row.hazard.code}, at=at, by=by)


def _hand_on(hazard: Hazard, by: Any, at: datetime, words: str, photos: Sequence[StoredFile]) -> None:
    """Who sees to the hazard reads and sees what the station did."""
    if words or photos:
        tell_of_hazard(by=by, hazard=hazard, words=words, photos=photos, at=at)


@audited
def close(
    *,
    by: Any,
    callout: CallOut,
    lessons: str = "",
    finding: str = "",
    hazard: bool = False,
    photos: Sequence[StoredFile] = (),
) -> CallOut:
    """The end, with what the report had no time for: what was found, photos, lessons; a hazard if there is none yet."""
    row, now = callout_in_sight(by, callout), time.now()
    known = row.finding
    row.lessons, row.finding = lessons.strip()[:500], (finding.strip() or row.finding)[:500]
    if hazard and not row.finding:
        raise Refused(_("Write what was found: it stands in the log and in the hazard."))
    text = _("Closed. %(lessons)s") % {"lessons": row.lessons}
    values = {"closed_at": now, "lessons": row.lessons, "finding": row.finding}
    row = _step(row, by=by, move="close", text=text.strip(), values=values, at=now)
    _keep(row, photos)
    if row.hazard is not None:
        learned = row.finding if row.finding != known else ""
        _hand_on(row.hazard, by, now, learned, photos)
    elif hazard:
        _open_hazard(row, by, now, photos)
    return row


@audited
def ask_support(*, by: Any, callout: CallOut) -> Call:
    """Call the next station too; the one that goes keeps going."""
    require(by, "callout.answer")
    row, now = callout_in_sight(by, callout), time.now()
    if not row.is_open:
        raise Refused(_("%(callout)s is closed: nobody is called any more.") % {"callout": row.code})
    target = next_target(row, now, only_stations=True) or next_target(row, now)
    if target is None:
        raise Refused(_("Everybody on the list has been called."), instead=_("Call 119."))
    made = call(row, target, why=Call.Why.ASKED, moment=now)
    log(row, move="support", text=_("%(who)s is asked for support") % {"who": made.name}, at=now, by=by)
    record(by=by, verb="callout.answer", subject=row, after={"support": made.name})
    callout_moved.send(CallOut, callout=row, move="call")
    return made
