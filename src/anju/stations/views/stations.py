"""/stations/: the list, one station, its staff, kit, coverage and notes."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.areas.scope import scope_of
from anju.audit.services import record
from anju.core import time
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.core.sheets import download
from anju.stations import norms, wording
from anju.stations.forms import CoverForm, KitForm, NoteForm, OpenForm, ReasonForm, StationForm
from anju.stations.models import Certificate, Station
from anju.stations.selectors import callouts as callout_rows
from anju.stations.selectors import drills as drill_rows
from anju.stations.selectors import roster
from anju.stations.selectors import stations as selectors
from anju.stations.services import kit as kits
from anju.stations.services import stations
from anju.stations.views.acting import back_to, form_page, sent

MOST_EXPORTED = 20_000
MOST_ESTATES = 200


@needs("station.view")
@require_GET
def station_list(request: Request) -> HttpResponse:
    now, query = time.now(), request.GET
    tab = query.get("state", "")
    rows = selectors.filtered(request.user, query)
    context: dict[str, Any] = {
        "tab_rows": selectors.tabs(request.user, rows, query), "kinds": Station.Kind.choices, "now": now, "today": time.day_of(now),
        "areas": [(area.code, area.name) for area in selectors.areas_of(request.user)],
        "may_open": can(request.user, "station.edit") and bool(scope_of(request.user).area_paths),
        "may_export": can(request.user, "station.export"), "tab": tab,
    }  # fmt: skip
    if tab == "uncovered":
        estates = selectors.uncovered(request.user, query)
        context |= {"estates": estates.order_by("area_path", "path")[:MOST_ESTATES], "shown": selectors.number(estates)}
        return render(request, "stations/list.html", context)
    sort = query.get("sort", "")
    rows = selectors.of_tab(rows, tab)
    page = keyset_page(rows, sort=sort if sort in selectors.SORTS else "name", after=query.get("after", ""))
    context |= {
        "page": page, "shown": selectors.number(rows),
        "lines": [(line, wording.names(line.on_duty), *wording.READINESS[line.station.readiness], wording.whys(line.station)[:1])
                  for line in selectors.lines(list(page.rows), now)],
    }  # fmt: skip
    return render(request, "stations/list.html", context)


@needs("station.export")
@require_GET
def export(request: Request) -> HttpResponse:
    """What the list shows, with the same filters."""
    rows = selectors.of_tab(selectors.filtered(request.user, request.GET), request.GET.get("state", ""))
    found = list(rows.order_by("name", "id")[:MOST_EXPORTED])
    record(
        by=request.user, verb="station.export", subject=request.user, after={"filter": request.GET.dict(), "rows": len(found)}
    )  # fmt: skip
    staff = selectors.staff_numbers(found, time.today())
    header = [
        _("Code"), _("Station"), _("Kind of station"), _("Estate"), _("Area"), _("Duty telephone"), _("People on the list"),
        _("Readiness"), _("Reasons"), _("Shifts without enough people"), _("Run out"), _("Runs out next"), _("Last drill"),
    ]  # fmt: skip
    lines = (
        [
            row.code, row.name, row.get_kind_display(), row.place.name, row.area.name, row.phone, staff.get(row.pk, 0),
            row.get_readiness_display(), _("; ").join(why.text for why in wording.whys(row)), row.gaps_ahead, row.expired,
            row.next_expiry_on, row.drilled_on,
        ]
        for row in found
    )  # fmt: skip
    return download(f"{_('Micro fire stations')} {time.today().isoformat()}", header, lines)


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def station_new(request: Request) -> HttpResponse:
    form = OpenForm(request.POST or None, user=request.user, initial={"place": _estate(request)})
    made: list[Station] = []

    def act(data: dict[str, Any]) -> None:
        values = {name: data[name] for name in stations.FIELDS}
        made.append(
            stations.open_station(by=request.user, place=data["place"], values=values, opened_on=data["opened_on"])
        )

    if sent(request, form, act, _("The station is on record. Add its people, then the roster.")):
        return back_to(reverse("stations:station", args=[made[0].code]))
    return form_page(
        request, form, title=_("Record a station"), back=reverse("stations:stations"), save=_("Record the station"),
        crumbs=[(_("Micro fire stations"), reverse("stations:stations"))],
    )  # fmt: skip


def _estate(request: Request) -> Any:
    return selectors.homes_near(request.user).filter(code=request.GET.get("estate", "")).first()


def crumbs(station: Station) -> list[tuple[str, str]]:
    return [
        (_("Micro fire stations"), reverse("stations:stations")),
        (station.name, reverse("stations:station", args=[station.code])),
    ]


@needs("station.view")
@require_GET
def station(request: Request, code: str) -> HttpResponse:
    row, now = selectors.station_or_404(request.user, code), time.now()
    today = time.day_of(now)
    members = [member for member in roster.members_of(row, today) if member.since <= today]
    coverage = selectors.coverage_of(row)
    tone, drawing = wording.READINESS[row.readiness]
    context = {
        "station": row, "now": now, "today": today, "tone": tone, "icon_name": drawing, "whys": wording.whys(row),
        "shift": _shift_now(row, now), "holders": _holders(row, members, today), "soon": norms.SOON,
        "kit": [(piece, wording.certificate_tone(piece.expires_on, today, norms.SOON)) for piece in selectors.kit_of(row)],
        "coverage": coverage, "notes": selectors.notes_of(coverage), "norm": row.norm,
        "drills": drill_rows.of_station(request.user, row)[:5],
        "callouts": callout_rows.of_station(request.user, row)[:5] if can(request.user, "callout.view") else [],
        "times": callout_rows.times_of(callout_rows.of_station(request.user, row)) if can(request.user, "callout.view") else None,
        "may_edit": can(request.user, "station.edit") and row.closed_on is None,
        "needed": dict(Certificate.Kind.choices)[row.norm.needs],
        "crumbs": [(_("Micro fire stations"), reverse("stations:stations"))],
    }  # fmt: skip
    return render(request, "stations/station.html", context)


def _holders(row: Station, members: list[Any], today: Any) -> list[tuple[Any, list[tuple[Any, str]], bool]]:
    """(member, certificates with their tone, whether the needed one is missing)."""
    found = []
    for holder in selectors.holders(members):
        marked = [(c, wording.certificate_tone(c.expires_on, today, norms.SOON)) for c in holder.certificates]
        found.append((holder.member, marked, not any(c.kind == row.norm.needs for c, _tone in marked)))
    return found


def _shift_now(row: Station, now: Any) -> dict[str, Any]:
    """The shift that runs and who stands on it, and the one after."""
    days = [time.day_of(now) + (n - 1) * timedelta(days=1) for n in range(4)]
    coming = [slot for slot in norms.slots(row.pattern, days[0], days[-1]) if slot.ends > now][:2]
    there = [roster.on_duty([row.pk], slot.starts).get(row.pk, []) for slot in coming]
    return {
        "slots": [
            (wording.shift_name(s.key), s, who, len(who) < row.least) for s, who in zip(coming, there, strict=True)
        ]
    }


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def station_edit(request: Request, code: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    form = StationForm(request.POST or None, initial={name: getattr(row, name) for name in stations.FIELDS})
    back = reverse("stations:station", args=[code])
    if sent(request, form, lambda data: stations.edit_station(by=request.user, station=row, values=data), _("Saved.")):
        return back_to(back)
    return form_page(
        request, form, title=_("Change %(station)s") % {"station": row}, back=back, save=_("Save"), crumbs=crumbs(row),
        consequence=_("Other shifts empty the roster from tomorrow on"),
        danger=(reverse("stations:station-close", args=[code]), _("Close this station")),
    )  # fmt: skip


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def station_close(request: Request, code: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    form, back = ReasonForm(request.POST or None), reverse("stations:station", args=[code])

    def act(data: dict[str, Any]) -> None:
        stations.close_station(by=request.user, station=row, reason=data["reason"])

    if sent(request, form, act, _("%(station)s is closed and no longer called.") % {"station": row}):
        return back_to(back)
    return form_page(
        request, form, title=_("Close %(station)s") % {"station": row}, back=back, save=_("Close the station"), crumbs=crumbs(row),
        consequence=_("It is no longer called; its history stays"),
    )  # fmt: skip


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def kit_new(request: Request, code: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    form, back = KitForm(request.POST or None), reverse("stations:station", args=[code])

    def act(data: dict[str, Any]) -> None:
        kits.add_kit(by=request.user, station=row, **data)

    if sent(request, form, act, _("Added to the kit.")):
        return back_to(back, "kit")
    return form_page(request, form, title=_("Add kit"), back=back, save=_("Add"), crumbs=crumbs(row))


@needs("station.edit")
@require_POST
def kit_remove(request: Request, code: str, piece: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    kits.remove_kit(by=request.user, kit=get_object_or_404(row.kit, code=piece))
    return back_to(reverse("stations:station", args=[code]), "kit")


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def cover_new(request: Request, code: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    form, back = CoverForm(request.POST or None, station=row), reverse("stations:station", args=[code])

    def act(data: dict[str, Any]) -> None:
        stations.cover(by=request.user, station=row, **data)

    if sent(request, form, act, _("The coverage is on record.")):
        return back_to(back, "coverage")
    return form_page(
        request, form, title=_("Add what it covers"), back=back, save=_("Add"), crumbs=crumbs(row),
        consequence=_("Said of a building it outweighs what is said of the estate"),
    )  # fmt: skip


@needs("station.edit")
@require_POST
def cover_remove(request: Request, code: str, place: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    stations.uncover(by=request.user, station=row, place=selectors.place_in_cover(row, place))
    return back_to(reverse("stations:station", args=[code]), "coverage")


@needs("station.edit")
@require_http_methods(["GET", "POST"])
def site_note(request: Request, code: str, place: str) -> HttpResponse:
    row = selectors.station_or_404(request.user, code)
    spot, back = selectors.place_in_cover(row, place), reverse("stations:station", args=[code])
    note = getattr(spot, "site_note", None)
    initial = {name: getattr(note, name) for name in stations.NOTE_FIELDS} if note else None
    form = NoteForm(request.POST or None, initial=initial)

    def act(data: dict[str, Any]) -> None:
        stations.note_site(by=request.user, station=row, place=spot, values=data)

    if sent(request, form, act, _("The note is shown on every call-out there.")):
        return back_to(back, "notes")
    return form_page(
        request, form, title=_("Before going in: %(place)s") % {"place": spot}, back=back, save=_("Save"), crumbs=crumbs(row),
    )  # fmt: skip
