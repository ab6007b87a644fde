"""The page behind the code of every sign (A8.5): light, for everybody, with the ways on from there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anju.core import time
from anju.outreach.selectors import articles_for
from anju.portal import looking, scans
from anju.signage.public import PublicState, counts, faces, words


def stopped(request: HttpRequest) -> HttpResponse | None:
    refused = looking.refusal(request)
    if refused is None:
        return None
    return render(request, "portal/refused.html", {"refusal": refused}, status=refused.status)


def page(request: HttpRequest, state: PublicState | None) -> HttpResponse:
    if state is None:
        looking.wrong(request)
        return render(request, "portal/sign_unknown.html", status=404)
    found = scans.find(state.code)
    context = {
        "state": state,
        "words": words(state),
        "faces": faces(state),
        "counts": counts(state),
        "articles": articles_for(found.area, time.today())[:3] if found else [],
    }
    return render(request, "portal/home.html", context, status=200 if state.is_valid else 410)
