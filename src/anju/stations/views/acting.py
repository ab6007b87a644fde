"""One way for every form of a page: try the service, keep what was typed and say why when it is refused."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from anju.accounts.http import Request
from anju.core.errors import Refused


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
    """`context`: title, back (address), save (label), consequence, about."""
    return render(request, "stations/form.html", {"form": form, **context}, status=422 if form.errors else 200)


def back_to(url: str, part: str = "") -> HttpResponse:
    return redirect(f"{url}#{part}" if part else url)
