"""/field/api/v1/uploads/: the tus 1.0 protocol (creation, checksum, termination, expiration) for photos in pieces."""

import base64
import binascii
import functools
import re
from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anju.accounts.http import Request
from anju.field.models import PhotoUpload
from anju.field.services import uploads
from anju.field.services.uploads import UploadProblem
from anju.field.views.answers import api

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
SHA256 = re.compile(r"[0-9a-f]{64}")
View = Callable[..., HttpResponse]


def tus(view: View) -> View:
    """Speak one version of the protocol, and say which in every answer."""

    @functools.wraps(view)
    def answer(request: Request, *args: str, **kwargs: str) -> HttpResponse:
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable", VERSION) != VERSION:
            response = HttpResponse(status=412)
            response["Tus-Version"] = VERSION
        else:
            response = view(request, *args, **kwargs)
        response["Tus-Resumable"] = VERSION
        return response

    return answer


@api()
@tus
@require_http_methods(["OPTIONS", "POST"])
def begin(request: Request) -> HttpResponse:
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response["Tus-Version"] = VERSION
        response["Tus-Extension"] = "creation,checksum,termination,expiration"
        response["Tus-Checksum-Algorithm"] = "sha256,sha1"
        response["Tus-Max-Size"] = str(uploads.limit())
        return response
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    sha256 = told.get("sha256", "").lower()
    if not SHA256.fullmatch(sha256):
        raise UploadProblem("hash", 422, _("The upload does not say which SHA-256 the photo has."))
    size = _number(request.headers.get("Upload-Length", ""))
    row = uploads.begin(by=request.user, sha256=sha256, size=size, name=told.get("filename", ""))
    response = HttpResponse(status=201)
    response["Location"] = f"/field/api/v1/uploads/{row.code}"
    response["Upload-Expires"] = http_date(row.expires_at.timestamp())
    return response


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UploadProblem("length", 400, _("The request does not say how many bytes there are."))
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`name base64,name base64`; what cannot be read is left out."""
    found = {}
    for part in header[:4000].split(","):
        name, _space, value = part.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return found


@api()
@tus
@require_http_methods(["HEAD", "GET", "PATCH", "DELETE"])
def upload(request: Request, code: str) -> HttpResponse:
    row = get_object_or_404(PhotoUpload, code=code, user=request.user)
    if request.method == "DELETE":
        uploads.discard(row)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _piece(request, row)
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(row.offset)
    response["Upload-Length"] = str(row.size)
    response["Upload-Expires"] = http_date(row.expires_at.timestamp())
    return response


def _piece(request: Request, row: PhotoUpload) -> HttpResponse:
    if request.headers.get("Content-Type", "") != PIECE:
        raise UploadProblem("type", 415, _("A piece of a photo comes as %(type)s.") % {"type": PIECE})
    offset = _number(request.headers.get("Upload-Offset", ""))
    row = uploads.add_piece(
        upload=row, offset=offset, source=request, checksum=request.headers.get("Upload-Checksum", "")
    )
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(row.offset)
    response["Upload-Expires"] = http_date(row.expires_at.timestamp())
    if row.finished_at is not None:
        response["Upload-Photo"] = "kept"
    return response
