"""/readyz says when nobody listens to the devices."""

from datetime import timedelta

import pytest
from django.test import Client

from anju.core import time
from anju.monitoring import listening
from anju.monitoring.models import Listening
from anju.monitoring.services.silence import listens
from anju.monitoring.testing import make_device

pytestmark = pytest.mark.django_db


def test_without_devices_nobody_need_listen_and_with_one_somebody_must() -> None:
    assert listening.check() == "ok"
    make_device()
    assert listening.check() == "has not started yet"


def test_one_of_several_gateways_is_enough() -> None:
    now = time.now()
    listens("gone", now - timedelta(days=1))
    assert "no sign of life for" in listening.check()
    listens("here", now)
    assert listening.check() == "ok"


def test_readyz_names_a_gateway_that_died() -> None:
    listens("gateway", time.now())
    assert Client().get("/readyz").json()["gateway"] == "ok"
    Listening.objects.update(beat_at=time.now() - timedelta(seconds=45))
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["gateway"] == "no sign of life for 45 s"
