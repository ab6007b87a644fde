"""The request as views get it: somebody is signed in (the policy saw to it) and htmx has been looked at."""

from datetime import timedelta

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from anju.accounts.models import User
from anju.core import time

PROLONGED = "prolonged"
PROLONG_EVERY = timedelta(hours=1)  # a page that asks every two seconds does not write the session every two seconds


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails


def prolong(request: HttpRequest) -> None:
    """Keep whoever watches for alarms signed in while the page is open: a shift is longer than a session, and a page that
    signs its person out in the middle of the night shows no call."""
    now = time.now().timestamp()
    if now - request.session.get(PROLONGED, 0.0) >= PROLONG_EVERY.total_seconds():
        request.session[PROLONGED] = now  # what is changed is written, with a new end
