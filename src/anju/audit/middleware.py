"""Every entry says from which address it came, also behind a balancer."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from anju.audit.services import request_address


def address_of(request: HttpRequest) -> str:
    """The client as the outermost proxy that we trust saw it; what the client itself claims further left is not heard."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.ANJU_PROXY_COUNT:
        return direct[:45]
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return (hops[-settings.ANJU_PROXY_COUNT] if len(hops) >= settings.ANJU_PROXY_COUNT else direct)[:45]


class AddressMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            request_address.reset(token)
