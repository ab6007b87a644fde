"""/stations/callouts/: the list with its times, one call-out with its chain, and the steps from a desk."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.dwellings.models import Dwelling
from anju.files.services import serve, store_photo
from anju.stations import wording
from anju.stations.forms_callouts import CallForm, CloseForm, ReportForm
from anju.stations.models import CallOut
from anju.stations.selectors import briefing
from anju.stations.selectors import callouts as selectors
from anju.stations.selectors import stations as station_rows
from anju.stations.selectors.ladder import stations_for
from anju.stations.services import callouts
from anju.stations.views.acting import back_to, form_page, sent

MOST_EXPORTED = 20_000
S = CallOut.State


@needs("callout.view")
@require_GET
def callout_list(request: Request) -> HttpResponse:
    now, tab = time.now(), request.GET.get("state", "")
    filtered = selectors.filtered(request.user, request.GET)
    rows = selectors.of_tab(filtered, tab)
    page = keyset_page(rows, sort="-alarm_at", after=request.GET.get("after", ""))
    context = {
        "page": page, "lines": [_line(row) for row in page.rows], "now": now, "tab": tab, "shown": selectors.number(rows),
        "tab_rows": selectors.tabs(filtered), "levels": CallOut.Level.choices, "outcomes": CallOut.Outcome.choices,
        "areas": [(area.code, area.name) for area in station_rows.areas_of(request.user)], "times": selectors.times_of(filtered, now),
        "may_call": can(request.user, "callout.start"), "may_export": can(request.user, "station.export"),
    }  # fmt: skip
    return render(request, "stations/callouts.html", context)


def _line(row: CallOut) -> dict[str, Any]:
    tone, drawing = wording.STATES[row.state]
    label: Any = row.get_state_display()
    if row.outcome:
        tone, drawing = wording.OUTCOMES[row.outcome]
        label = row.get_outcome_display()
    return {
        "row": row, "tone": tone, "icon": drawing, "label": label, "level_icon": wording.LEVEL_ICONS[row.level],
        "answer": wording.seconds_words(row.answer_seconds), "there": wording.seconds_words(row.arrival_seconds),
        "answer_late": (row.answer_seconds or 0) > 60, "there_late": (row.arrival_seconds or 0) > 180,
    }  # fmt: skip


@needs("station.export")
@require_GET
def export(request: Request) -> HttpResponse:
    rows = selectors.of_tab(selectors.filtered(request.user, request.GET), request.GET.get("state", ""))
    record(by=request.user, verb="station.export", subject=request.user, after={"callouts": request.GET.dict()})
    header = [
        _("Code"), _("What is reported"), _("Level"), _("Where"), _("Station"), _("Alarm at"), _("Seconds to dispatch"),
        _("Seconds to answer"), _("Seconds to the spot"), _("State"), _("What it was"), _("What was found"), _("Lessons"),
    ]  # fmt: skip
    lines = (
        [
            row.code, row.title, row.get_level_display(), row.where, str(row.station or ""), row.alarm_at, row.dispatch_seconds,
            row.answer_seconds, row.arrival_seconds, row.get_state_display(), row.get_outcome_display(), row.finding, row.lessons,
        ]
        for row in rows.order_by("-alarm_at", "-id")[:MOST_EXPORTED]
    )  # fmt: skip
    return download(f"{_('Call-outs')} {time.today().isoformat()}", header, lines)


@needs("callout.start")
@require_http_methods(["GET", "POST"])
def callout_new(request: Request) -> HttpResponse:
    """From the page of a home (?home=D…), else for an estate or a building."""
    home = _home(request)
    estate = station_rows.places_seen(request.user).filter(code=request.GET.get("place", "")).first()
    form = CallForm(request.POST or None, user=request.user, at_home=home is not None, initial={"place": estate})
    made: list[CallOut] = []

    def act(data: dict[str, Any]) -> None:
        subject = callouts.Subject(dwelling=home) if home else callouts.Subject(place=data["place"])
        made.append(callouts.call_out(by=request.user, subject=subject, title=data["title"], level=data["level"]))

    if sent(request, form, act, _("The station is called.")):
        return back_to(reverse("stations:callout", args=[made[0].code]))
    place = home.place if home else estate
    return form_page(
        request, form, title=_("Call the station out to %(where)s") % {"where": home.address} if home else _("Call a station out"),
        back=reverse("stations:callouts"), save=_("Call now"), crumbs=_crumbs(), hot=True,
        consequence=_called(stations_for(place, time.now()) if place else None),
    )  # fmt: skip


def _called(found: list[Any] | None) -> str:
    if found is None:
        return _("Rings the station on duty there; who does not answer within a minute is passed over")
    if not found:
        return _("No station covers this place: the leader of the grid is rung")
    return _("Rings %(station)s, %(phone)s") % {"station": found[0].name, "phone": found[0].phone}


def _home(request: Request) -> Dwelling | None:
    code = request.GET.get("home", "")
    if not code:
        return None
    rows = Dwelling.objects.for_user(request.user).select_related("area", "place")
    found: Dwelling = get_object_or_404(rows, code=code)
    return found


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Micro fire stations"), reverse("stations:stations")), (_("Call-outs"), reverse("stations:callouts"))]


@needs("callout.view")
@require_GET
def callout(request: Request, code: str) -> HttpResponse:
    row = selectors.callout_or_404(request.user, code)
    user, tone = request.user, wording.STATES[row.state]
    if row.outcome:
        tone = wording.OUTCOMES[row.outcome]
    context = {
        "callout": row, "chain": [(step, wording.seconds_words(step.seconds)) for step in selectors.chain(row)],
        "know": briefing.lines(row), "route": briefing.route_of(row), "now": time.now(), "crumbs": _crumbs(),
        "calls": list(row.calls.select_related("station").order_by("order")), "responders": list(row.responders.order_by("pk")),
        "events": [_event(event) for event in row.events.select_related("by").order_by("-at", "-id")],
        "messages_sent": selectors.messages_of(row), "photos": list(row.photos.select_related("file")),
        "level_icon": wording.LEVEL_ICONS[row.level], "tone": tone, "moves": _moves(row, user),
        "sees_home": row.dwelling is not None and Dwelling.objects.for_user(user).filter(pk=row.dwelling_id).exists(),
        "sees_hazard": row.hazard_id is not None and can(user, "hazard.view"),
        "elapsed": wording.seconds_words(int(((row.closed_at or time.now()) - row.alarm_at).total_seconds())),
    }  # fmt: skip
    template = "stations/_callout.html" if request.htmx and request.GET.get("part") else "stations/callout.html"
    return render(request, template, context)


def _event(event: Any) -> dict[str, Any]:
    states = {"missed": "over", "nobody": "over", "accept": "ok", "arrive": "ok", "report": "now", "hazard": "bad"}
    who = str(event.by) if event.by and not event.by.is_system else ""
    return {"at": event.at, "title": event.text, "text": "", "who": who, "state": states.get(event.move, "")}


def _moves(row: CallOut, user: Any) -> list[dict[str, Any]]:
    """What the person may do now; `form` leads to a page, else one tap does it."""
    found: list[tuple[str, Any, str, bool]] = []
    if can(user, "callout.answer"):
        found += [("accept", _("Answer the call"), "check", False)] if row.state == S.CALLED else []
        found += [("arrive", _("I am there"), "map-pin", False)] if row.state in (S.CALLED, S.ACCEPTED) else []
        found += [("report", _("Report from the spot"), "message", True)] if row.state == S.ARRIVED else []
        found += [("close", _("Close the call-out"), "circle-check", True)] if row.state == S.REPORTED else []
        found += [("support", _("Ask for support"), "users-group", False)] if row.is_open else []
    if can(user, "callout.command") and row.state in (S.CALLED, S.ACCEPTED):
        found.append(("report_by_phone", _("Enter a report by telephone"), "phone", True))
    return [{"name": name, "label": label, "icon": drawing, "form": form} for name, label, drawing, form in found]


TAPS = {"accept": callouts.accept, "arrive": callouts.arrive, "support": callouts.ask_support}
WORDED = ("report", "report_by_phone", "close")


def form_of(request: Request, row: CallOut, name: str) -> ReportForm | CloseForm:
    """The form of a step that needs words."""
    sent_in = (request.POST, request.FILES) if request.method == "POST" else ()
    return CloseForm(*sent_in, callout=row) if name == "close" else ReportForm(*sent_in)


def act_with(request: Request, row: CallOut, name: str, data: dict[str, Any]) -> None:
    """A step that needs words."""
    photos = [store_photo(upload=upload, by=request.user) for upload in data.pop("photos")]
    if name == "close":
        callouts.close(by=request.user, callout=row, photos=photos, **data)
    else:
        callouts.report(by=request.user, callout=row, photos=photos, by_phone=name == "report_by_phone", **data)


def step_titles() -> dict[str, str]:
    return {
        "report": _("Report from the spot"), "report_by_phone": _("Enter a report by telephone"), "close": _("Close the call-out"),
    }  # fmt: skip


@needs("callout.view")
@require_http_methods(["GET", "POST"])
def step(request: Request, code: str, step: str) -> HttpResponse:
    row, back = selectors.callout_or_404(request.user, code), reverse("stations:callout", args=[code])
    if step in TAPS:
        if request.method == "POST":
            TAPS[step](by=request.user, callout=row)
        return redirect(back)
    if step not in WORDED:
        raise Http404
    form, title = form_of(request, row, step), step_titles()[step]
    if sent(request, form, lambda data: act_with(request, row, step, data), _("It is in the log.")):
        return back_to(back)
    return form_page(
        request,
        form,
        title=title,
        back=back,
        save=title,
        crumbs=[*_crumbs(), (row.where, back)],
        about=row.title,
        files=True,
    )


@needs("callout.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    row = selectors.callout_or_404(request.user, code)
    return serve(get_object_or_404(row.photos.select_related("file"), file__code=file).file)
