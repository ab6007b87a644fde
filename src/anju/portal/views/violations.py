"""/csp/: browsers tell what the content policy stopped. A sign of a fault or of an attack; counted, limited, logged without
anything that a page's address or a form may hold."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anju.audit.middleware import address_of
from anju.core.policy import public
from anju.portal.services import limits

log = logging.getLogger(__name__)
LARGEST = 8_192
PER_ADDRESS, IN_ALL = 20, 500  # lines an hour
DIRECTIVES = frozenset({"default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src", "font-src", "connect-src", "object-src", "base-uri", "frame-src", "frame-ancestors", "form-action", "media-src", "worker-src", "manifest-src", "child-src"})  # fmt: skip


@csrf_exempt  # browsers send no token with these, and nothing is changed
@public("browsers report what the content policy stopped; answered with nothing")
@require_POST
def stopped(request: HttpRequest) -> HttpResponse:
    announced = request.headers.get("Content-Length") or "0"
    if not announced.isdigit() or int(announced) > LARGEST:
        return HttpResponse(status=413)
    told = _told(request.body)
    fine = limits.spend("csp-address", address_of(request), PER_ADDRESS)
    if told is not None and fine and limits.spend("csp-all", limits.EVERYBODY, IN_ALL):
        log.warning("content policy stopped %s from %s on %s", *told)
    return HttpResponse(status=204)


def _told(body: bytes) -> tuple[str, str, str] | None:
    """(directive, where it would have come from, which page), each one of few words; None for what is no report."""
    try:
        report: Any = json.loads(body)["csp-report"]
        directive = str(report.get("effective-directive") or report["violated-directive"]).split()[0]
        return (directive if directive in DIRECTIVES else "?"), _source(report), _page(report)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _source(report: Any) -> str:
    found = urlsplit(str(report.get("blocked-uri", "")))
    host = "".join(character for character in (found.hostname or "") if character.isalnum() or character in ".-")
    return host[:80] if found.scheme in ("http", "https") else "the page itself"


def _page(report: Any) -> str:
    """The name of the page's address, never its codes."""
    try:
        return resolve(urlsplit(str(report.get("document-uri", ""))).path).view_name
    except Resolver404:
        return "?"
