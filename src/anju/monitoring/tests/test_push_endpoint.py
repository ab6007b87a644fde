"""What is posted: signed JSON, and the alerts of cameras; the answer comes after the commit and says what became of each."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from anju.accounts.services import system_actor
from anju.core.errors import Refused
from anju.monitoring.gateway import isapi
from anju.monitoring.gateway.doors import Doorman
from anju.monitoring.gateway.http import reception
from anju.monitoring.gateway.push import signature
from anju.monitoring.models import Alarm, Device, Reading, Rejected
from anju.monitoring.services.keys import rotate_key
from anju.monitoring.services.register import retire
from anju.monitoring.testing import make_device_with_key

pytestmark = pytest.mark.django_db
ALERT = """<EventNotificationAlert version="2.0"><dateTime>{at}</dateTime><activePostCount>1</activePostCount>
<eventType>parking</eventType><eventState>active</eventState><channelID>1</channelID></EventNotificationAlert>"""


@pytest.fixture(autouse=True)
def _a_door_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "doorman", Doorman())


@pytest.fixture
def known() -> tuple[Device, str]:
    return make_device_with_key()


def message(seq: int = 1, **over: Any) -> dict[str, Any]:
    return {"boot": "b1", "seq": seq, "at": int(time.time() * 1000), "values": {"smoke": 0.1}, **over}


def post(code: str, key: str, body: Any, *, at: float | None = None, client: Client | None = None) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    header = signature.make(raw, key=key.encode(), at=int(at or time.time()))
    return (client or Client(enforce_csrf_checks=True)).post(
        f"/push/v1/{code}", raw, content_type="application/json", headers={"X-Anju-Signature": header}
    )


def test_a4_8_a_signed_message_is_stored_and_answered_with_what_became_of_it(known: tuple[Device, str]) -> None:
    device, key = known
    answer = post(device.code, key, message(event="fire"))
    assert (answer.status_code, answer.json()) == (200, {"results": [{"status": "accepted", "alarm": True}]})
    assert Alarm._base_manager.get().device_id == device.pk


def test_a_list_is_answered_one_by_one_in_order(known: tuple[Device, str]) -> None:
    device, key = known
    answer = post(device.code, key, [message(1, at=5), message(1, at=5), {"boot": "b1"}, message(1, at=6), message(2)])
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [one["status"] for one in results] == ["accepted", "repeated", "rejected", "conflicting", "accepted"]
    assert (results[2]["reason"], "seq" in results[2]["note"]) == ("wrong_field", True)
    assert results[3]["reason"] == "conflict"
    assert list(Reading.objects.order_by("id").values_list("seq", flat=True)) == [1, 2]
    assert set(Rejected.objects.values_list("reason", flat=True)) == {"wrong_field", "conflict"}


def test_the_same_request_again_changes_nothing(known: tuple[Device, str]) -> None:
    device, key = known
    body = [message(number) for number in range(3)]
    assert post(device.code, key, body).status_code == 200
    again = post(device.code, key, body)
    assert [one["status"] for one in again.json()["results"]] == ["repeated"] * 3
    assert Reading.objects.count() == 3


def test_who_cannot_prove_who_it_is_is_refused_and_nothing_is_kept(known: tuple[Device, str]) -> None:
    device, key = known
    answers = [
        post(device.code, "0" * 64, message()),  # another key
        post("T00000000", key, message()),  # another device
        post(device.code, key, message(), at=time.time() - 301),  # too old
        Client().post(f"/push/v1/{device.code}", json.dumps(message()), content_type="application/json"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert {answer.json()["error"] for answer in answers} == {"bad_signature"}
    assert answers[0].json()["message"] == answers[1].json()["message"], (
        "who asks does not learn which devices there are"
    )
    assert not Reading.objects.exists()
    assert not Rejected.objects.exists()


def test_a_device_out_of_use_is_refused_and_an_old_key_holds_for_a_day(known: tuple[Device, str]) -> None:
    device, old = known
    new = rotate_key(by=system_actor(), device=device)
    assert [post(device.code, key, message(number)).status_code for number, key in enumerate((old, new))] == [200, 200]
    retire(by=system_actor(), device=Device._base_manager.get(pk=device.pk), reason="replaced")
    assert post(device.code, new, message(9)).status_code == 401


def test_too_much_at_once_is_refused_as_a_whole(known: tuple[Device, str], monkeypatch: pytest.MonkeyPatch) -> None:
    device, key = known
    many = post(device.code, key, [message(number) for number in range(501)])
    assert (many.status_code, many.json()["error"]) == (413, "too_many")
    large = post(device.code, key, b" " * 2_100_000)
    assert (large.status_code, large.json()["error"]) == (413, "too_large")
    assert not Reading.objects.exists()


def test_500_messages_of_4_kib_fit_into_one_request(known: tuple[Device, str]) -> None:
    device, key = known
    empty = len(json.dumps(message(499, detail={"text": ""})))
    body = [message(number, detail={"text": "x" * (4090 - empty)}) for number in range(500)]
    answer = post(device.code, key, body)
    assert answer.status_code == 200
    assert {one["status"] for one in answer.json()["results"]} == {"accepted"}


def test_what_is_no_json_is_kept_and_answered_with_422_so_that_nobody_sends_it_again(known: tuple[Device, str]) -> None:
    device, key = known
    answer = post(device.code, key, b"{")
    assert (answer.status_code, answer.json()["error"]) == (422, "not_json")
    assert answer.json()["results"][0]["status"] == "rejected"
    assert Rejected.objects.get().reason == "not_json"
    assert post(device.code, key, []).json()["error"] == "empty"


def test_an_address_that_guesses_waits_and_others_do_not(known: tuple[Device, str]) -> None:
    device, key = known
    wrong = [post(device.code, "0" * 64, message()).status_code for _turn in range(12)]
    assert wrong == [401] * 10 + [429] * 2
    refused = post(device.code, key, message())
    assert (refused.status_code, refused.json()["error"], refused["Retry-After"]) == (429, "too_many_failures", "60")
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert post(device.code, key, message(), client=other).status_code == 200


def test_when_the_server_is_busy_it_says_so_instead_of_queueing(
    known: tuple[Device, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device, key = known
    monkeypatch.setattr(reception, "PATIENCE", 0.01)
    for _turn in range(reception.AT_ONCE):
        assert reception._turns.acquire(timeout=1)
    try:
        busy = post(device.code, key, message())
    finally:
        for _turn in range(reception.AT_ONCE):
            reception._turns.release()
    assert (busy.status_code, busy.json()["error"], busy["Retry-After"]) == (429, "busy", "1")
    assert post(device.code, key, message()).status_code == 200


def test_without_a_database_there_is_no_acknowledgement(
    known: tuple[Device, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device, key = known

    def away(*_args: Any, **_more: Any) -> None:
        raise OperationalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(reception, "store", away)
        answer = post(device.code, key, message())
    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert post(device.code, key, message()).json()["results"] == [{"status": "accepted"}]


def test_it_is_only_for_posting(known: tuple[Device, str]) -> None:
    assert Client().get(f"/push/v1/{known[0].code}").status_code == 405


# ---- cameras ----


@pytest.fixture
def camera() -> tuple[Device, str]:
    device, key = make_device_with_key("lane_camera")
    return device, f"/push/isapi/{device.code}/{isapi.word(key.encode())}"


def alert() -> str:
    return ALERT.format(at=datetime.now(UTC).isoformat())


def test_a4_7_a_camera_posts_xml_to_an_address_of_its_own_and_the_lane_alarms(camera: tuple[Device, str]) -> None:
    device, address = camera
    answer = Client(enforce_csrf_checks=True).post(address, alert(), content_type="application/xml")
    assert (answer.status_code, answer.json()) == (200, {"results": [{"status": "accepted", "alarm": True}]})
    alarm = Alarm._base_manager.get()
    assert (alarm.device_id, alarm.kind) == (device.pk, "lane")


def test_of_a_multipart_nothing_of_its_picture_is_kept(camera: tuple[Device, str]) -> None:
    device, address = camera
    face = b"\xff\xd8\xff\xe0" + b"a face" * 200_000
    body = b"--b\r\nContent-Type: application/xml\r\n\r\n" + alert().encode()
    body += b"\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n" + face + b"\r\n--b--\r\n"
    answer = Client().post(address, body, content_type="multipart/form-data; boundary=b")
    assert answer.json()["results"] == [{"status": "accepted", "alarm": True}]
    reading = Reading.objects.get()
    assert "picture" not in reading.detail
    assert "a face" not in json.dumps(reading.detail)


def test_another_cameras_address_and_a_made_up_one_are_refused(camera: tuple[Device, str]) -> None:
    device, address = camera
    _other, key = make_device_with_key("lane_camera")
    strange = [
        f"/push/isapi/{device.code}/{isapi.word(key.encode())}",
        f"/push/isapi/{device.code}/{'0' * 32}",
        address.replace(device.code, "T0"),
    ]
    answers = [Client().post(one, alert(), content_type="application/xml") for one in strange]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert not Reading.objects.exists()


def test_the_word_of_the_address_is_not_the_key(camera: tuple[Device, str]) -> None:
    device, address = camera
    word = address.rpartition("/")[2]
    assert post(device.code, word, message()).status_code == 401


def test_an_alert_of_a_camera_that_means_nothing_is_kept_with_its_name_and_answered(camera: tuple[Device, str]) -> None:
    _device, address = camera
    answer = Client().post(address, alert().replace("parking", "ebikeDetection"), content_type="application/xml")
    assert answer.status_code == 200
    assert answer.json()["results"][0]["reason"] == "unmapped_event"
    assert "ebikeDetection" in Rejected.objects.get().note


def test_a4_6_the_citys_own_table_gives_it_its_meaning(
    camera: tuple[Device, str], settings: Any, tmp_path: Any
) -> None:
    _device, address = camera
    settings.ANJU_DIALECTS_FILE = tmp_path / "dialects.yaml"
    settings.ANJU_DIALECTS_FILE.write_text("camera_events:\n  ebikeDetection: ebike_in_lift\n")
    answer = Client().post(address, alert().replace("parking", "ebikeDetection"), content_type="application/xml")
    assert answer.json()["results"] == [{"status": "accepted", "alarm": True}]
    assert Alarm._base_manager.get().kind == "lift"


def test_a_picture_that_is_too_large_is_refused(camera: tuple[Device, str], settings: Any) -> None:
    settings.ANJU_MAX_CAMERA_MB = 1
    answer = Client().post(camera[1], b"x" * 1_000_001, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


def test_refused_is_never_raised_at_a_machine() -> None:
    """A refusal for people would come as a page; these addresses answer in JSON only."""
    assert not issubclass(reception.Refusal, Refused)
