"""/inspections/: today's visits, the form of a visit and what came of it, rounds, the fire-safety duties of large homes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju.accounts.http import Request
from anju.accounts.models import User
from anju.areas.models import Area, Department, Place
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused
from anju.core.forms import DayInput
from anju.core.policy import needs
from anju.dwellings.models import Dwelling
from anju.files.forms import PhotosField
from anju.files.services import serve, store_photo
from anju.inspections import selectors, wording, worklist
from anju.inspections.models import FireManagement, Plan, PlanItem, Visit
from anju.inspections.services import duties, plans
from anju.inspections.services.opening import Spot
from anju.inspections.services.visits import record_visit
from anju.inspections.visitform import VisitForm, edition_label

BODIES = ("police", "housing", "fire", "urban", "market", "water", "power", "gas", "community", "property")
REASONS = ("routine", "joint", "night", "reinspection", "reoccupation")


@needs("inspection.view")
@require_GET
def work(request: Request) -> HttpResponse:
    """Who goes where: overdue, today, this week, later; one's own unless the office looks at all."""
    mine = request.GET.get(
        "who", "me" if can(request.user, "inspection.record") and not can(request.user, "inspection.plan") else "all"
    )
    now = time.now()
    groups = worklist.visits(
        request.user, mine=mine == "me", reason=request.GET.get("reason", ""), area=request.GET.get("area", "")
    )
    return render(
        request,
        "inspections/work.html",
        {
            "groups": groups,
            "total": sum(len(group.items) for group in groups),
            "now": now,
            "tab_rows": [("all", _("Everybody’s"), None), ("me", _("Mine"), None)],
            "mine": mine,
            "reasons": Plan.Reason.choices,
            "areas": [(area.code, area.name) for area in selectors.areas_of(request.user)],
            "can_plan": can(request.user, "inspection.plan"),
            "can_record": can(request.user, "inspection.record"),
        },
    )


def _home(user: User, code: str) -> Dwelling:
    rows: QuerySet[Dwelling] = Dwelling.objects.for_user(user).select_related(
        "place", "area", "landlord", "sublessor", "operator"
    )
    return get_object_or_404(rows, code=code)


def _item(request: Request, home: Dwelling) -> PlanItem | None:
    number = request.POST.get("item") or request.GET.get("item", "")
    if not number.isdigit():
        return None
    found: PlanItem | None = (
        PlanItem.objects.for_user(request.user).filter(pk=int(number), dwelling=home, state="open").first()
    )
    return found


@needs("inspection.record")
@require_http_methods(["GET", "POST"])
def visit_new(request: Request, code: str) -> HttpResponseBase:
    home = _home(request.user, code)
    return _visit_page(request, home, _item(request, home), home.address, f"/dwellings/{home.code}/")


@needs("inspection.record")
@require_http_methods(["GET", "POST"])
def visit_shared(request: Request, code: str) -> HttpResponseBase:
    """The shared part of a unit alone: stairs, exits, fire doors (A9.4). Its hazards bind the property company."""
    place = selectors.place_or_404(request.user, code)
    return _visit_page(request, place, None, Spot(place=place).words, "/inspections/")


def _visit_page(
    request: Request, subject: Dwelling | Place, item: PlanItem | None, where: str, back: str
) -> HttpResponseBase:
    posted = request.method == "POST"
    form = VisitForm(subject, request.user, request.POST if posted else None, request.FILES if posted else None)
    refusal = None
    if posted and form.is_valid():
        try:
            made = record_visit(
                by=request.user, token=form.token, result=form.result, dwelling=form.dwelling,
                place=None if form.dwelling else form.place, seen=form.seen(), item=item,
                reason=_reason(request), with_departments=request.POST.getlist("with"),
                companion=request.POST.get("companion", ""), note=request.POST.get("note", ""),
            )  # fmt: skip
            return redirect("inspections:visit", code=made.code)
        except Refused as error:
            refusal = error
    labels = dict(Department.choices)
    context = {
        "home": form.dwelling, "where": where, "back": back, "form": form, "item": item, "refusal": refusal, "post": request.POST,
        "results": [(value, label, value == form.result) for value, label in Visit.Result.choices],
        "bodies": [(name, labels[name], name in request.POST.getlist("with")) for name in BODIES],
        "reasons": [(value, label) for value, label in Plan.Reason.choices if value in REASONS],
        "reason": _reason(request) or (item.reason if item else "routine"), "edition": edition_label(form.on),
        "tries": item.get_next_try_display() if item else "",
    }  # fmt: skip
    return render(request, "inspections/visit_form.html", context, status=422 if posted and not form.adds_room else 200)


def _reason(request: Request) -> str:
    reason = request.POST.get("reason", "")
    return reason if reason in Plan.Reason.values else ""


@needs("inspection.view")
@require_GET
def visit(request: Request, code: str) -> HttpResponse:
    """What came of it: the verdict before and after, what was found, who has to do what by when."""
    rows = Visit.objects.for_user(request.user).select_related("dwelling", "place", "inspector", "item")
    row = get_object_or_404(rows, code=code)
    outcome = row.outcome
    seen = can(request.user, "hazard.view")
    found = {
        name: selectors.by_code(request.user, outcome.get(name, [])) if seen else []
        for name in ("opened", "again", "gone")
    }
    labels = dict(Department.choices)
    context = {
        "visit": row, "now": time.now(), "before": outcome.get("before", ""), "after": outcome.get("after", ""),
        "found": [(hazard, wording.title(hazard), wording.party(hazard), wording.todo(hazard), wording.days(hazard)) for hazard in [*found["opened"], *found["again"]]],
        "new": len(found["opened"]), "gone": [(hazard, wording.title(hazard)) for hazard in found["gone"]],
        "advice": outcome.get("advice", []), "bodies": [labels[name] for name in row.with_departments if name in labels],
        "can_notice": can(request.user, "hazard.notice"), "photos": row.photos.select_related("file"),
    }  # fmt: skip
    return render(request, "inspections/visit.html", context)


@needs("inspection.view")
@require_GET
def visit_photo(request: Request, code: str, file: str) -> HttpResponse:
    row = get_object_or_404(Visit.objects.for_user(request.user), code=code)
    link = get_object_or_404(row.photos.select_related("file"), file__code=file)
    return serve(link.file)


@needs("inspection.plan")
@require_POST
def ask_check(request: Request, code: str) -> HttpResponseBase:
    home = _home(request.user, code)
    item = plans.ask_check(by=request.user, dwelling=home)
    who = item.inspector or _("nobody yet")
    messages.success(request, _("Check planned by %(day)s: %(who)s") % {"day": item.due_on, "who": who})
    return redirect(f"/dwellings/{home.code}/")


class PlanForm(forms.Form):
    area = forms.ModelChoiceField(Area.objects.none(), label=gettext_lazy("Area"))
    reason = forms.ChoiceField(
        label=gettext_lazy("Which homes"),
        choices=[
            ("first", gettext_lazy("Never inspected")),
            ("unknown", gettext_lazy("Something is unknown")),
            ("red", gettext_lazy("Not compliant")),
            ("routine", gettext_lazy("Routine by risk")),
        ],
        widget=forms.RadioSelect,
    )
    due_on = forms.DateField(label=gettext_lazy("To be done by"), widget=DayInput())
    most = forms.IntegerField(
        label=gettext_lazy("At most this many homes"), min_value=1, max_value=plans.MOST_ITEMS, initial=100
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)


@needs("inspection.plan")
@require_http_methods(["GET", "POST"])
def plan_new(request: Request) -> HttpResponseBase:
    areas = selectors.areas_of(request.user)
    form = PlanForm(
        request.POST or None,
        initial={
            "due_on": time.today() + timedelta(days=settings.ANJU_FIRST_VISIT_DAYS),
            "area": areas[0] if areas else None,
            "reason": "first",
        },
    )
    form.fields["area"].queryset = Area.objects.filter(pk__in=[area.pk for area in areas]).order_by("path")  # type: ignore[attr-defined]
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = plans.create_plan(by=request.user, **form.cleaned_data)
            return redirect("inspections:plan", code=made.code)
        except Refused as error:
            refusal = error
    return render(
        request,
        "inspections/plan_new.html",
        {"form": form, "refusal": refusal},
        status=422 if request.method == "POST" else 200,
    )


@needs("inspection.view")
@require_GET
def plan_list(request: Request) -> HttpResponse:
    rows = worklist.rounds(request.user)
    return render(request, "inspections/plans.html", {"rows": rows, "can_plan": can(request.user, "inspection.plan")})


@needs("inspection.view")
@require_http_methods(["GET", "POST"])
def plan(request: Request, code: str) -> HttpResponseBase:
    row = get_object_or_404(Plan.objects.for_user(request.user), code=code)
    if request.method == "POST":
        chosen = PlanItem.objects.for_user(request.user).filter(
            plan=row, pk__in=[pk for pk in request.POST.getlist("ids") if pk.isdigit()]
        )
        person = get_object_or_404(User, username=request.POST.get("inspector", ""), is_active=True)
        done = plans.give(by=request.user, items=list(chosen), inspector=person)
        messages.success(request, _("%(n)s visits given to %(who)s") % {"n": done, "who": person})
        return redirect("inspections:plan", code=code)
    items = (
        PlanItem.objects.for_user(request.user)
        .filter(plan=row)
        .select_related("dwelling", "inspector")
        .order_by("state", "due_on", "id")[:300]
    )
    people = {user.username: str(user) for _path, user in plans.walkers(row.area_path)}
    context = {
        "plan": row,
        "items": items,
        "people": people.items(),
        "can_plan": can(request.user, "inspection.plan"),
        "now": time.now(),
    }
    return render(request, "inspections/plan.html", context)


class ManagementForm(forms.Form):
    system = PhotosField(label=gettext_lazy("Fire-safety management system, photographed"), required=False)
    manager_name = forms.CharField(label=gettext_lazy("Fire-safety manager"), max_length=60, required=False)
    duties = forms.CharField(
        label=gettext_lazy("Who does what"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


@needs("dwelling.edit")
@require_http_methods(["GET", "POST"])
def management(request: Request, code: str) -> HttpResponseBase:
    """A2.5: the three duties of a home with ten or more rooms or beds let."""
    home = _home(request.user, code)
    row = FireManagement.objects.for_user(request.user).filter(dwelling=home).first()
    initial = {"manager_name": row.manager_name, "duties": row.duties} if row else {}
    form = ManagementForm(request.POST or None, request.FILES or None, initial=initial)
    refusal = None
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        try:
            uploads = [store_photo(upload=upload, by=request.user) for upload in data["system"]]
            duties.record_management(
                by=request.user, dwelling=home, system=uploads[0] if uploads else None,
                manager_name=data["manager_name"], duties=data["duties"],
            )  # fmt: skip
            messages.success(request, _("Recorded, and the home was judged anew."))
            return redirect(f"/dwellings/{home.code}/")
        except Refused as error:
            refusal = error
    return render(request, "inspections/management.html", {"home": home, "form": form, "row": row, "refusal": refusal})


@needs("dwelling.view")
@require_GET
def management_file(request: Request, code: str) -> HttpResponse:
    home = _home(request.user, code)
    row = FireManagement.objects.for_user(request.user).filter(dwelling=home).select_related("system").first()
    if row is None or row.system is None:
        raise Http404
    return serve(row.system)
