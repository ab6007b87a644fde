"""Pages that belong to no app: health, errors, language."""

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anju.core.policy import public
from anju.core.readiness import checks

MIN_FREE_MB = 200


@public("a balancer asks whether the process lives")
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"down: {type(error).__name__}"
    return "ok"


def _disk() -> str:
    free = shutil.disk_usage(settings.ANJU_DIR).free // 1_000_000
    return "ok" if free >= MIN_FREE_MB else f"{free} MB free, {MIN_FREE_MB} needed"


@public("a balancer asks whether to send people here")
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    found = {"database": _database(), "disk": _disk(), **{name: check() for name, check in checks.items()}}
    ready = all(state == "ok" for state in found.values())
    answer = JsonResponse({"ready": ready, **found}, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  # who asks sees it
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    part = getattr(request, "htmx", False)
    page = getattr(getattr(request, "door", None), "not_found", "404.html")
    return render(request, "components/_not_found.html" if part else page, status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
