"""One way for every form and every export of these pages."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anju.accounts.http import Request
from anju.areas.permissions import can
from anju.audit.services import record
from anju.core import time
from anju.core.errors import Refused
from anju.core.sheets import download
from anju.monitoring.selectors import smart


def sent(request: Request, form: forms.Form, act: Callable[[dict[str, Any]], Any], done: str) -> bool:
    """True when the form was sent, was complete, and the service took it; a refusal stands on the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, " ".join(filter(None, (refusal.message, refusal.law, refusal.instead))))
        return False
    messages.success(request, done)
    return True


def form_page(request: Request, form: forms.Form, **context: Any) -> HttpResponse:
    """`context`: title, back (address), save (label), consequence, about, crumbs."""
    return render(request, "smart/form.html", {"form": form, **context}, status=422 if form.errors else 200)


def frame(request: Request, here: str) -> dict[str, Any]:
    """What every list of these pages shows: where one is, the towns to narrow to, and what the person may do."""
    user = request.user
    return {
        "here": here, "now": time.now(), "areas": smart.areas_of(user), "estates": smart.estates_for(user),
        "tab": request.GET.get("state", ""), "may_edit": can(user, "smart.edit"), "may_export": can(user, "smart.export"),
    }  # fmt: skip


def crumbs(name: str, label: str) -> list[tuple[str, str]]:
    return [(_("Smart supervision"), reverse("smart:overview")), (label, reverse(f"smart:{name}"))]


def sheet(request: Request, name: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> HttpResponse:
    """An export, with its entry in the log."""
    record(
        by=request.user, verb="smart.export", subject=request.user, after={"list": name, "filter": request.GET.dict()}
    )
    return download(f"{name} {time.today().isoformat()}", header, lines)
