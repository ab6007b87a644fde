"""A town at a Monday noon, and what tests of pages do like a browser: sign in, and read a form's hidden fields."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from anju.core import time
from anju.documents.models import IssuingBody
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_party
from anju.inspections.testing import Team, make_team

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    """It is NOON until the returned function is called with a timedelta's arguments."""
    moment = [NOON]

    def move(**delta: float) -> datetime:
        moment[0] += timedelta(**delta)
        return moment[0]

    monkeypatch.setattr(time, "now", lambda: moment[0])
    return move


def town() -> Team:
    team = make_team()
    IssuingBody.objects.create(
        department="office", area=team.zone, name="周市镇安居办", short_name=f"周安{team.zone.pk}"
    )
    return team


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def home_of(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"), rooms_let=1)


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def version_of(html: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', html)
    assert found is not None
    return found[1]
