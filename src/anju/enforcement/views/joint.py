"""/enforcement/: letters to and from departments; /enforcement/joint/: one joint action."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anju.accounts.http import Request as HttpRequest
from anju.areas.permissions import can
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.core.paging import keyset_page
from anju.core.policy import needs
from anju.documents import services as documents
from anju.enforcement import selectors
from anju.enforcement.forms import AnswerForm, AskForm, EndForm, JointForm
from anju.enforcement.services import joint
from anju.enforcement.uploads import store_answer_file
from anju.enforcement.views.powers import status
from anju.files.models import StoredFile
from anju.files.services import serve, stored
from anju.inspections import selectors as hazards
from anju.inspections import wording
from anju.inspections.models import Hazard
from anju.inspections.services.moving import department_of


@needs("enforcement.view")
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """What others ask of us, what we asked of others, what is late."""
    now = time.now()
    tabs = selectors.letter_tabs(request.user, now)
    tab = request.GET.get("box", "")
    tab = tab if any(tab == row[0] for row in tabs) else tabs[0][0]
    page = keyset_page(selectors.letters(request.user, tab, now), sort="due_at", after=request.GET.get("after", ""))
    context = {
        "page": page,
        "lines": [(selectors.letter(row), wording.title(row.action.hazard)) for row in page.rows],
        "tab_rows": tabs,
        "box": tab,
        "now": now,
    }
    return render(request, "enforcement/letters.html", context)


@needs("enforcement.view")
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, code: str) -> HttpResponseBase:
    row = selectors.request_or_404(request.user, code)
    mine = can(request.user, "enforcement.reply") and joint.may_reply(request.user, row)
    form, refusal = AnswerForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        try:
            _answer(request, row, form.cleaned_data)
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("The answer is recorded and its clock has stopped."))
            return redirect("enforcement:request", code=code)
    hazard = row.action.hazard
    context = {
        "line": selectors.letter(row), "row": row, "hazard": hazard, "title": wording.title(hazard), "form": form,
        "refusal": refusal, "mine": mine and row.answered_at is None, "files": row.files.order_by("id"), "now": time.now(),
        "crumbs": [(_("Enforcement"), reverse("enforcement:letters")), (title_of(hazard), reverse("enforcement:joint", args=[row.action.code]))],
    }  # fmt: skip
    return render(request, "enforcement/letter.html", context, status=status(request, refusal))


def title_of(hazard: Hazard) -> str:
    return f"{wording.title(hazard)} {hazard.where}"


def _answer(request: HttpRequest, row: Any, data: dict[str, Any]) -> None:
    with stored(data["attachments"], by=request.user, store=store_answer_file) as files:
        joint.reply(by=request.user, request=row, answer=data["answer"], text=data["text"], files=files)


@needs("enforcement.view")
@require_GET
def letter_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The letter itself, also for bodies that have no access to other documents."""
    return serve(documents.pdf_of(selectors.request_or_404(request.user, code).document))


@needs("enforcement.view")
@require_GET
def letter_file(request: HttpRequest, code: str, file: str) -> HttpResponse:
    row = selectors.request_or_404(request.user, code)
    found: StoredFile = get_object_or_404(row.files, code=file)
    return serve(found, attachment=found.media_type != "image/jpeg")


@needs("enforcement.ask")
@require_http_methods(["GET", "POST"])
def joint_new(request: HttpRequest) -> HttpResponseBase:
    hazard = hazards.hazard_or_404(request.user, request.GET.get("hazard", ""))
    own = department_of(request.user, hazard.area_path)
    form, refusal = JointForm(request.POST or None, hazard=hazard, own=own), None
    if request.method == "POST" and form.is_valid():
        try:
            made = _start(request, hazard, form.cleaned_data)
        except Refused as error:
            refusal = error
            if isinstance(error, Stale):
                hazard.refresh_from_db()
                again = request.POST.copy()
                again["version"] = str(hazard.version)
                form = JointForm(again, hazard=hazard, own=own)
        else:
            messages.success(request, _("The letters are written. Each answer has its own day."))
            return redirect("enforcement:joint", code=made.code)
    context = {
        "hazard": hazard, "title": wording.title(hazard), "form": form, "refusal": refusal, "now": time.now(),
        "crumbs": [(_("Hazards"), reverse("hazards:list")), (title_of(hazard), reverse("hazards:hazard", args=[hazard.code]))],
    }  # fmt: skip
    return render(request, "enforcement/joint_new.html", context, status=status(request, refusal))


def _start(request: HttpRequest, hazard: Hazard, data: dict[str, Any]) -> Any:
    asks = [joint.Ask(name, data["area"], data["asked"], data["days"]) for name in data["departments"]]
    return joint.start(by=request.user, hazard=hazard, aim=data["aim"], asks=asks, version=data["version"])


@needs("enforcement.view")
@require_GET
def joint_action(request: HttpRequest, code: str) -> HttpResponse:
    action = selectors.action_or_404(request.user, code)
    now, running = time.now(), action.ended_at is None and action.hazard.state == Hazard.State.JOINT
    rows = [selectors.letter(row) for row in selectors.requests_of(action)]
    context = {
        "action": action, "hazard": action.hazard, "title": wording.title(action.hazard), "letters": rows, "now": now,
        "running": running, "open": sum(not row.request.answered_at for row in rows),
        "can_lead": running and can(request.user, "enforcement.ask"),
        "crumbs": [(_("Hazards"), reverse("hazards:list")), (title_of(action.hazard), reverse("hazards:hazard", args=[action.hazard.code]))],
    }  # fmt: skip
    return render(request, "enforcement/joint.html", context)


@needs("enforcement.ask")
@require_http_methods(["GET", "POST"])
def joint_ask(request: HttpRequest, code: str) -> HttpResponseBase:
    action = selectors.action_or_404(request.user, code)
    own = department_of(request.user, action.hazard.area_path)
    form, refusal = AskForm(request.POST or None, hazard=action.hazard, own=own), None
    if request.method == "POST" and form.is_valid():
        try:
            joint.ask_also(by=request.user, action=action, ask=joint.Ask(**form.cleaned_data))
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("The letter is written."))
            return redirect("enforcement:joint", code=code)
    context = {"action": action, "title": wording.title(action.hazard), "form": form, "refusal": refusal}
    return render(request, "enforcement/joint_ask.html", context, status=status(request, refusal))


@needs("enforcement.ask")
@require_http_methods(["GET", "POST"])
def joint_end(request: HttpRequest, code: str) -> HttpResponseBase:
    action = selectors.action_or_404(request.user, code)
    form, refusal = EndForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            joint.end(by=request.user, action=action, outcome=form.cleaned_data["outcome"])
        except Refused as error:
            refusal = error
        else:
            messages.success(request, _("The joint action has ended; the hazard is with its handler again."))
            return redirect("hazards:hazard", code=action.hazard.code)
    context = {"action": action, "title": wording.title(action.hazard), "form": form, "refusal": refusal}
    return render(request, "enforcement/joint_end.html", context, status=status(request, refusal))
