"""/field/api/v1/: who am I, the rule book, the grid, the records, the decision between two versions."""

import gzip
import json
import re
from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anju import standard
from anju.accounts.http import Request
from anju.areas.models import Area
from anju.areas.scope import postings_of
from anju.core import time
from anju.core.policy import problem
from anju.field import book as books
from anju.field import grid as grids
from anju.field import letters, selectors
from anju.field.models import Envelope, KeptPhoto, Phone
from anju.field.services import deciding, phones, receiving, uploads
from anju.field.services.uploads import UploadProblem
from anju.field.views.answers import api, clock_of, contact_of, phone_of

MIN_APP = "2026.11.0"
SHA256 = re.compile(r"[0-9a-f]{64}")


@api()
@require_GET
def me(request: Request) -> HttpResponse:
    user, moment, phone = request.user, time.now(), phone_of(request)
    postings = [p for p in postings_of(user, time.today()) if p.area is not None]
    clock = clock_of(request)
    return JsonResponse(
        {
            "user": user.username,
            "name": user.display_name,
            "office": postings[0].area.name if postings and postings[0].area else "",
            "department": postings[0].department if postings else "",
            "areas": [_area(p.area) for p in postings if p.area],
            "csrf": get_token(request),
            "server_time": moment.isoformat(),
            "clock_offset_s": round((moment - clock).total_seconds()) if clock else None,
            "min_app": MIN_APP,
            "wipe": bool(phone and phone.must_wipe),
            "wipe_before": phone.wipe_asked_at.isoformat()
            if phone and phone.must_wipe and phone.wipe_asked_at
            else None,
        }
    )


def _area(area: Area) -> dict[str, Any]:
    return {"path": area.path, "name": area.name, "grid": area.kind == Area.Kind.GRID}


@api()
@require_POST
def wiped(request: Request) -> HttpResponse:
    phone = phone_of(request)
    if phone is None:
        return problem("unreadable", 422, _("The request does not say which phone it comes from."))
    phones.wiped(by=request.user, phone=phone)
    return JsonResponse({"wiped": True})


def _must_wipe(request: Request) -> HttpResponse | None:
    """A phone that is to wipe itself gets nothing more to take along."""
    phone: Phone | None = phone_of(request)
    if phone is None or not phone.must_wipe:
        return None
    return problem("wipe", 403, _("The office had this phone wiped."), _("Ask your office before you go on."))


def _zipped(request: HttpRequest, body: bytes, packed: bytes | None = None) -> HttpResponse:
    response = HttpResponse(body, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = packed or gzip.compress(body, 6)
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding, Cookie"
    response["Content-Length"] = str(len(response.content))
    return response


@api()
@require_GET
def book(request: Request) -> HttpResponse:
    return _zipped(request, msgspec.json.encode(books.book(time.today())))


@api()
@require_GET
def rulebook(request: Request, mark: str) -> HttpResponse:
    """The module of the edition in force, under the mark of its content; "current" is whichever it is now."""
    edition = standard.current_edition(time.today())
    source, known = books.module(edition)
    if mark not in (known, "current"):
        raise Http404
    response = _zipped(request, source, books.packed(edition))
    response["Content-Type"] = "text/javascript; charset=utf-8"
    response["Cache-Control"] = "private, max-age=31536000, immutable" if mark == known else "no-cache"
    return response


@api()
@require_GET
def grid(request: Request) -> HttpResponse:
    refused = _must_wipe(request)
    if refused is not None:
        return refused
    given = grids.download(user=request.user, since=request.GET.get("since", "")[:32])
    return _zipped(request, msgspec.json.encode(given))


@api()
@require_http_methods(["GET", "POST"])
def envelopes(request: Request) -> HttpResponse:
    if request.method == "POST":
        return _receive(request)
    rows = selectors.open_of(request.user)
    return JsonResponse({"envelopes": [selectors.answer(row) for row in rows[:500]]})


def _receive(request: Request) -> HttpResponse:
    announced = request.headers.get("Content-Length", "0")
    if not announced.isdigit() or int(announced) > letters.LARGEST or len(request.body) > letters.LARGEST:
        raise UploadProblem(
            "too_large", 413, _("The record is larger than 1 MiB."), _("Export it to a file and hand it to the office.")
        )
    contact, moment = contact_of(request), time.now()
    clock = clock_of(request)
    row = receiving.receive(
        by=request.user,
        body=request.body,
        phone=phones.in_touch(by=request.user, contact=contact) if contact else None,
        measured=moment - clock if clock else None,
    )
    return JsonResponse(selectors.answer(row))


@api()
@require_GET
def envelope(request: Request, code: str) -> HttpResponse:
    return JsonResponse(selectors.answer(selectors.own(request.user, code, phone=phone_of(request))))


@api()
@require_POST
def decide(request: Request, code: str) -> HttpResponse:
    row = selectors.own(request.user, code, open_first=True)
    try:
        given = json.loads(request.body or b"{}")
        choice, text = str(given["choice"]), str(given.get("text", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return problem("unreadable", 422, _("Choose which version counts."))
    decided: Envelope = deciding.decide(by=request.user, envelope=row, choice=choice, text=text[:300])
    return JsonResponse(selectors.answer(decided))


@api()
@require_GET
def photo(request: Request, sha256: str) -> HttpResponse:
    """Whether these bytes are kept for this person, or where their upload goes on."""
    if not SHA256.fullmatch(sha256):
        raise Http404
    kept = KeptPhoto.objects.filter(user=request.user, sha256=sha256).first()
    under_way = None if kept else uploads.unfinished(request.user, sha256)
    return JsonResponse(
        {
            "have": bool(kept and kept.file_id),
            "refused": kept.refused if kept else "",
            "upload": f"/field/api/v1/uploads/{under_way.code}" if under_way else None,
            "offset": under_way.offset if under_way else 0,
        }
    )
