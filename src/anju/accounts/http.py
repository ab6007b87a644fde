"""The request as views get it: somebody is signed in (the policy saw to it) and htmx has been looked at."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from anju.accounts.models import User


class Request(HttpRequest):
    user: User
    htmx: HtmxDetails
