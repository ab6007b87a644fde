"""/hazards/H…/: one hazard, its steps, its photos; the notice of a place; the inbox of hand-overs."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request
from anju.areas.models import Place
from anju.areas.permissions import can, require
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.core.policy import needs
from anju.core.registry import registry
from anju.core.templatetags.state_tags import Event
from anju.dwellings.models import Dwelling
from anju.files.services import serve, store_photo
from anju.inspections import selectors, steps, wording
from anju.inspections.forms import HazardForm, NoticeForm
from anju.inspections.models import Clock, Hazard, HazardPhoto
from anju.inspections.services import clocks, notices, tiers
from anju.inspections.services.opening import Finding, Spot, record_hazard

TONES = {"overdue": "over", "open": "bad", "again": "bad", "fail": "bad", "pass": "ok", "confirm": "ok", "tier": "over"}


def _events(hazard: Hazard) -> list[Event]:
    rows = hazard.events.select_related("by").order_by("-at", "-id")[:100]
    return [Event(at=row.at, title=row.text, who=str(row.by or ""), state=TONES.get(row.move, "")) for row in rows]


def _photos(hazard: Hazard) -> list[dict[str, Any]]:
    links = hazard.photos.select_related("file", "event", "file__created_by").order_by("-file__created_at", "-id")
    return [
        {
            "url": reverse("hazards:photo", args=[hazard.code, link.file.code]),
            "at": link.file.taken_at or link.file.created_at,
            "who": link.file.created_by,
            "correction": bool(link.event and link.event.move == "correct"),
        }
        for link in links
    ]


def three_clocks(hazard: Hazard) -> list[dict[str, Any]]:
    """No new letting, refuge, move-out: for each done, not needed, or the clock."""
    if not hazard.is_prohibited or hazard.dwelling_id is None:
        return []
    told = getattr(hazard, "move_out", None)
    running = {clock.kind: clock for clock in clocks.running(hazard)}
    refuge = told.refuge_needed if told else None
    return [
        {"label": _("Stop new letting"), "done": bool(told and told.no_new_letting_at), "clock": running.get(Clock.Kind.NO_NEW_LETTING)},
        {"label": _("Temporary refuge"), "clock": running.get(Clock.Kind.REFUGE),
         "word": {None: _("not decided"), False: _("not needed"), True: _("needed")}[refuge]},
        {"label": _("Agreed move-out"), "done": bool(told and told.moved_out_on), "clock": running.get(Clock.Kind.MOVE_OUT)},
    ]  # fmt: skip


@needs("hazard.view")
@require_GET
def hazard(request: Request, code: str) -> HttpResponse:
    row = selectors.hazard_or_404(request.user, code)
    offers = steps.offers(row, request.user)
    tone, icon = wording.state_mark(row)
    panels = [panel.render(request, row) for panel in registry.panels_of("hazard.side")]
    actions = [panel.render(request, row) for panel in registry.panels_of("hazard.actions")]
    return render(
        request,
        "hazards/hazard.html",
        {
            "hazard": row,
            "now": time.now(),
            "words": wording,
            "title": wording.title(row),
            "says": wording.says(row),
            "why": wording.why(row),
            "todo": wording.todo(row),
            "sources": wording.sources(row),
            "because": wording.because(row),
            "party": wording.party(row),
            "bound": wording.bound(row),
            "days": wording.days(row),
            "tier_reason": tiers.reason_now(row),
            "tone": tone,
            "icon": icon,
            "present": clocks.present(row),
            "three": three_clocks(row),
            "photos": _photos(row),
            "events": _events(row),
            "sent": row.hand_overs.select_related("to_area", "document").order_by("-id").first(),
            "notices": row.notices.select_related("document").order_by("-id"),
            "offers": offers,
            "lead": steps.leading(offers, row, request.user),
            "can_notice": row.is_open and can(request.user, "hazard.notice"),
            "panels": [part for part in panels if part],
            "more_actions": [part for part in actions if part],
            "crumbs": [(_("Hazards"), reverse("hazards:list")), (row.where, _home_url(row))],
        },
    )


def _home_url(row: Hazard) -> str:
    return f"/dwellings/{row.dwelling.code}/" if row.dwelling else ""


@needs("hazard.view")
@require_http_methods(["GET", "POST"])
def step(request: Request, code: str, name: str) -> HttpResponseBase:
    """The form of one step, and the step. Who comes second is told what changed and keeps what was typed."""
    row = selectors.hazard_or_404(request.user, code)
    wanted = steps.STEPS.get(name)
    if wanted is None:
        raise Http404
    require(request.user, wanted.verb)
    form = wanted.form(request.POST or None, request.FILES or None, hazard=row, user=request.user)
    status, refusal = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                wanted.run(request.user, row, form.cleaned_data)
            except Refused as error:
                status, refusal = error.status, error
                if isinstance(error, Stale):
                    row.refresh_from_db()
                    form.data = {**form.data.dict(), "version": row.version}  # type: ignore[attr-defined]
            else:
                messages.success(request, _("%(step)s: done.") % {"step": wanted.title})
                return redirect("hazards:hazard", code=code)
    context = {
        "hazard": row,
        "step": wanted,
        "form": form,
        "refusal": refusal,
        "title": wording.title(row),
        "now": time.now(),
    }
    return render(request, "hazards/step.html", context, status=status)


@needs("hazard.view")
@require_GET
def photo(request: Request, code: str, file: str) -> HttpResponse:
    row = selectors.hazard_or_404(request.user, code)
    # One picture may prove both the hazard and its correction, so it may be linked twice.
    link = HazardPhoto.objects.filter(hazard=row, file__code=file).select_related("file").first()
    if link is None:
        raise Http404
    return serve(link.file)


@needs("hazard.notice")
@require_http_methods(["GET", "POST"])
def notice(request: Request) -> HttpResponseBase:
    """One notice for the ticked hazards of one place and one party; grouped so that one cannot choose a wrong pair."""
    groups: dict[tuple[str, int | None], list[Hazard]] = defaultdict(list)
    for row in _of_notice(request):
        groups[(row.answerable, row.answerable_party_id)].append(row)
    if not groups:
        raise Refused(_("There is no open hazard for a notice here."), instead=_("Record an inspection first."))
    chosen = request.POST.getlist("ids")
    first = next(iter(groups.values()))
    form = NoticeForm(request.POST or None, initial={"addressee": first[0].answerable_name})
    refusal = None
    if request.method == "POST" and form.is_valid():
        rows = [row for row in selectors.by_code(request.user, chosen) if row.is_open]
        try:
            made = notices.issue(
                by=request.user, hazards=rows, addressee=form.cleaned_data["addressee"], versions=_seen(request)
            )
        except Refused as error:
            refusal = error
        else:
            text = _("Notice %(number)s is ready. Its service starts the term: record how it was served.")
            messages.success(request, text % {"number": made.document.reference})
            return redirect(f"/documents/{made.document.code}/")
    parties = [
        {
            "name": wording.party(rows[0]),
            "rows": [(row, wording.title(row), wording.days(row)) for row in rows],
            "addressee": _typed(request, rows) or rows[0].answerable_name,
        }
        for rows in groups.values()
    ]
    where = first[0].dwelling.address if first[0].dwelling else first[0].where
    context = {
        "form": form,
        "parties": parties,
        "chosen": chosen,
        "where": where,
        "refusal": refusal,
        "back": _home_url(first[0]),
    }
    return render(request, "hazards/notice.html", context, status=409 if refusal else (422 if form.errors else 200))


def _seen(request: Request) -> dict[str, int]:
    """{code: version} of the hazards on the page that was sent."""
    pairs = [text.partition(":") for text in request.POST.getlist("seen")]
    return {code: int(version) for code, _colon, version in pairs if version.isascii() and version.isdigit()}


def _typed(request: Request, rows: list[Hazard]) -> str:
    """What was typed for these hazards, when the form comes back."""
    chosen = request.POST.getlist("ids")
    return request.POST.get("addressee", "")[:80] if any(row.code in chosen for row in rows) else ""


def _of_notice(request: Request) -> list[Hazard]:
    if request.GET.get("home"):
        dwelling = get_object_or_404(Dwelling.objects.for_user(request.user), code=request.GET["home"])
        return list(selectors.open_of_dwelling(request.user, dwelling).select_related("dwelling").order_by("due_at"))
    row = selectors.hazard_or_404(request.user, request.GET.get("hazard", ""))
    rows = selectors.visible(request.user).filter(dwelling=row.dwelling, place=row.place, active=True)
    return list(rows.select_related("dwelling").order_by("due_at"))


@needs("hazard.answer")
@require_GET
def inbox(request: Request) -> HttpResponse:
    rows = [(sent, wording.title(sent.hazard)) for sent in selectors.inbox(request.user)[:200]]
    return render(request, "hazards/inbox.html", {"rows": rows, "now": time.now()})


def _spot(request: Request, code: str) -> Spot | None:
    home = Dwelling.objects.for_user(request.user).filter(code=code).select_related("place", "area").first()
    if home is not None:
        return Spot(dwelling=home)
    place = Place.objects.filter(code=code).select_related("area").first()
    return Spot(place=place) if place else None


@needs("hazard.open")
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    form = HazardForm(request.POST or None, request.FILES or None, initial={"where": request.GET.get("where", "")})
    refusal = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        spot = _spot(request, data["where"].strip().upper())
        if spot is None:
            form.add_error("where", _("No home or place with this code is in your area."))
        else:
            finding = Finding(
                title=data["title"], category=data["category"], severity=data["severity"], days=data["days"],
                detail=data["detail"], bound=[data["bound"]], outside=data["outside"],
            )  # fmt: skip
            try:
                photos = [store_photo(upload=upload, by=request.user) for upload in data["photos"]]
                made = record_hazard(by=request.user, spot=spot, finding=finding, source=data["source"], photos=photos)
                return redirect("hazards:hazard", code=made.code)
            except Refused as error:
                refusal = error
    return render(
        request, "hazards/new.html", {"form": form, "refusal": refusal}, status=422 if request.method == "POST" else 200
    )
