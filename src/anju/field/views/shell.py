"""The app's page, its service worker and its manifest. They hold no data and open without a session: what the app shows
comes from the phone and from addresses that ask who is there."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from anju import assets
from anju.core.policy import public
from anju.core.templatetags.state_tags import asset

FILES = ("field.js", "field.css")
WORKER = "field-sw.js"
# Drawn from icon.svg; the last fills the whole square, for launchers that cut their own shape out of it.
ICONS = (
    ("field-192", "192x192", "any"),
    ("field-512", "512x512", "any"),
    ("field-maskable-512", "512x512", "maskable"),
)
NO_DATA = "holds no data; opens also when the session has ended, so that what is on the phone can be reached"


def bundled() -> bool:
    return all((assets.VENDOR / name).exists() for name in (*FILES, WORKER))


@public(NO_DATA)
@require_GET
@ensure_csrf_cookie
def shell(request: HttpRequest) -> HttpResponse:
    if not bundled():
        return render(request, "field/missing.html", status=503)
    response = render(request, "field/shell.html", {"lang": (get_language() or "zh")[:2]})
    response["Cache-Control"] = "no-cache"
    return response


@public(NO_DATA)
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The bundle's worker, told the addresses of this version: its bytes change whenever a file of the app does."""
    file = assets.VENDOR / WORKER
    if not bundled():
        return HttpResponse(
            "// The field app is not part of this installation.\n", content_type="text/javascript", status=503
        )
    told = {
        "stamp": assets.stamp(),
        "shell": "/field/",
        "files": [*(asset(name) for name in FILES), "/field/manifest.webmanifest", static("icon.svg")],
    }
    source = f"self.ANJU_FIELD = {json.dumps(told)};\n{file.read_text(encoding='utf-8')}"
    response = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/field/"
    response["Cache-Control"] = "no-cache"
    return response


@public(NO_DATA)
@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [{"src": static("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    icons += [
        {"src": static(f"{name}.png"), "sizes": size, "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    body = {
        "id": "/field/", "start_url": "/field/", "scope": "/field/", "display": "standalone", "orientation": "portrait",
        "name": _("Anju field inspection"), "short_name": _("Anju field"), "lang": "zh-CN", "background_color": "#ffffff",
        "theme_color": "#ffffff", "icons": icons,
    }  # fmt: skip
    response = JsonResponse(body, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-cache"
    return response
