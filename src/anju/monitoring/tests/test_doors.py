"""Doors: events by opaque ids, nothing that tells who somebody is, consent and another way in on record, forgotten in time."""

import json
from datetime import timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_estate, make_grid, make_user
from anju.monitoring.models import Device, DoorAlternative, DoorConsent, DoorEvent, Reading, Rejected
from anju.monitoring.services import doors
from anju.monitoring.services.sparing import opaque, spare
from anju.monitoring.testing import NOON, hear, make_device, make_message, make_unusable

pytestmark = pytest.mark.django_db
FACE = {"person": "u-20931", "way": "face", "face": "/9j/4AAQ", "name": "王小强", "picture": "ab" * 32, "score": 0.97}


def terminal() -> Device:
    return make_device("face_terminal", place=make_estate(make_grid()), name="北门")


def everything_stored() -> str:
    rows = [*DoorEvent._base_manager.values(), *Reading.objects.values(), *Entry.objects.values()]
    kept = json.dumps(rows, default=str, ensure_ascii=False)
    return kept + "".join(bytes(row.raw).decode("utf-8", "replace") for row in Rejected.objects.all())


def test_a4_1_a_door_event_keeps_an_opaque_id_and_no_name_and_no_face() -> None:
    device = terminal()
    hear(make_message(device, event="door_open", detail=FACE), make_message(device, event="door_refused"))
    opened, refused = DoorEvent._base_manager.order_by("id")
    assert (opened.kind, opened.person, opened.way) == ("open", "u-20931", "face")
    assert (refused.kind, refused.person) == ("refused", "")
    stored = everything_stored()
    for secret in ("/9j/4AAQ", "王小强", "ab" * 32, "0.97"):
        assert secret not in stored
    assert Reading.objects.first().detail == {"way": "face"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "person", ["王小强", "13900128816", "320583199001011234", "32058319900101123X", {"id": 1}, "", True]
)
def test_a4_1_what_tells_who_it_is_is_no_opaque_id(person: object) -> None:
    assert opaque(person) == ""
    device = terminal()
    hear(make_message(device, event="door_open", detail={"person": person}))
    assert DoorEvent._base_manager.get().person == ""


def test_a4_1_personal_fields_of_any_device_are_dropped_also_inside_others() -> None:
    said = {
        "lane": "A1",
        "plate": "苏E12345",
        "driver": {"phone": "139", "seat": 1},
        "seen": [{"face_id": 3}],
        "person": "p1",
    }
    assert spare("lane_camera", "lane_occupied", said) == {"lane": "A1", "driver": {"seat": 1}, "seen": [{}]}
    device = make_device("lane_camera")
    hear(make_message(device, event="lane_occupied", detail=said))
    assert "苏E12345" not in everything_stored()


def test_a4_1_what_a_door_says_and_is_refused_keeps_no_words_of_it() -> None:
    device = terminal()
    hear(make_unusable(device, raw=b'{"name": "Wang Xiaoqiang"'))
    first = make_message(device, event="door_open", detail=FACE, seq=5)
    hear(first)
    hear(make_message(device, event="door_open", detail={**FACE, "name": "Li Si"}, seq=5))
    assert Rejected.objects.count() == 2
    assert "Xiaoqiang" not in everything_stored()
    assert "Li Si" not in everything_stored()


def test_a4_1_events_are_deleted_when_their_days_are_over_and_the_log_says_so(settings: Any) -> None:
    settings.ANJU_DOOR_EVENT_DAYS = 30
    device = terminal()
    hear(make_message(device, event="door_open", detail=FACE))
    hear(make_message(device, event="door_open", at=NOON + timedelta(days=1)))
    assert doors.forget(NOON + timedelta(days=30)) == 0
    assert doors.forget(NOON + timedelta(days=30, seconds=1)) == 1
    assert DoorEvent._base_manager.get().at == NOON + timedelta(days=1)
    assert Entry.objects.get(verb="door.forgotten").after["events"] == 1


def test_a4_1_consent_has_an_edition_a_day_and_a_body_and_a_newer_one_ends_the_older() -> None:
    door, today = terminal(), time.today()
    person = make_user(department="property", place=door.place)
    values: dict[str, Any] = {"by": person, "door": door, "given_by": "业主大会"}
    doors.record_consent(edition="告知书 第一版", given_on=today - timedelta(days=90), **values)
    doors.record_consent(edition="告知书 第二版", given_on=today - timedelta(days=3), **values)
    first, second = DoorConsent._base_manager.order_by("id")
    assert (first.withdrawn_on, second.withdrawn_on) == (today - timedelta(days=3), None)
    with pytest.raises(Refused):
        doors.record_consent(edition="旧", given_on=today - timedelta(days=50), **values)
    with pytest.raises(Refused):
        doors.record_consent(edition="新", given_on=today + timedelta(days=1), **values)
    doors.withdraw_consent(by=person, door=door, reason="业主大会撤回")
    assert not DoorConsent._base_manager.filter(withdrawn_on=None).exists()
    with pytest.raises(Refused):
        doors.withdraw_consent(by=person, door=door, reason="再次")


def test_a4_1_another_way_in_is_recorded_once_and_can_be_taken_away() -> None:
    door = terminal()
    doors.add_alternative(by=system_actor(), door=door, kind="card", note="物业前台领卡")
    with pytest.raises(Refused):
        doors.add_alternative(by=system_actor(), door=door, kind="card")
    doors.end_alternative(by=system_actor(), door=door, kind="card")
    assert DoorAlternative._base_manager.get().until == time.today()


def test_x1_a_door_of_another_town_or_a_smoke_detector_has_no_consent() -> None:
    values: dict[str, Any] = {"edition": "一", "given_on": time.today(), "given_by": "x"}
    with pytest.raises(NotAllowed):
        doors.record_consent(by=make_user(department="office", area=make_grid()), door=terminal(), **values)
    with pytest.raises(NotAllowed):
        doors.record_consent(by=system_actor(), door=make_device("smoke"), **values)
