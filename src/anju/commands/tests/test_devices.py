"""`anju device` and `anju readings`: the register from a terminal (A4.8)."""

import json
from typing import Any

import pytest

from anju.commands import devices
from anju.commands.failures import Failure, told
from anju.core import time
from anju.core.errors import Refused
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_estate, make_grid
from anju.monitoring.models import Device
from anju.monitoring.services import keys
from anju.monitoring.testing import hear, make_device, make_message, make_unusable

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Dwelling:
    return make_dwelling(address="兰泾花苑1幢101室")


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_a4_8_add_prints_id_user_key_and_topics_and_the_key_works(
    home: Dwelling, capsys: pytest.CaptureFixture[str]
) -> None:
    assert devices.device(["add", "--kind", "smoke", "--dwelling", home.code, "--json"]) == 0
    told = _json(capsys)
    assert set(told) == {"id", "kind", "where", "user", "key", "topic_up", "topic_down"}
    assert told["topic_up"] == f"anju/v1/{told['id']}/up"
    assert keys.is_key(told["user"], told["key"], time.now())
    device = Device._base_manager.get()
    with pytest.raises(Refused):
        keys.show_key(by=device.added_by, device=device)


def test_a4_8_a_transmission_unit_is_added_by_its_address_at_a_place(capsys: pytest.CaptureFixture[str]) -> None:
    place = make_estate(make_grid(), "兰泾花苑")
    devices.device(["add", "--kind", "transmission_unit", "--address", "790300000000", "--place", place.code, "--json"])
    told = _json(capsys)
    assert (told["address"], told["where"]) == ("790300000000", "兰泾花苑")
    assert "key" not in told
    devices.device(
        ["add", "--kind", "smoke", "--place", place.code, "--unit", told["id"], "--part", "1-1-00000200", "--json"]
    )
    assert _json(capsys)["part"] == "1-1-00000200"


def test_a4_8_a_profile_that_nobody_described_is_told_with_the_nearest_one() -> None:
    place = make_estate(make_grid())
    unit = ["add", "--kind", "transmission_unit", "--address", "790300000000", "--place", place.code]
    with pytest.raises(Refused) as error:
        devices.device([*unit, "--profile", "standrad"])
    assert "standard" in (told(error.value) or "")
    assert not Device._base_manager.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--kind", "smok", "--dwelling", "D1"], "Did you mean 'smoke'"),
        (["--kind", "smoke"], "--dwelling CODE"),
        (["--kind", "smoke", "--dwelling", "D1", "--place", "P1"], "either --dwelling"),
        (["--kind", "smoke", "--dwelling", "D0"], "there is no home 'D0'"),
        (["--kind", "smoke", "--place", "P0"], "there is no place 'P0'"),
        (["--kind", "smoke", "--place", "P0", "--room", "A"], "--room belongs to a home"),
        (["--kind", "smoke", "--dwelling", "D0", "--unit", "T0"], "there is no device 'T0'"),
        (["--kind", "smoke", "--dwelling", "D0", "--user", "nobody"], "'nobody'"),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_expected(arguments: list[str], told: str) -> None:
    with pytest.raises(Failure, match=told):
        devices.device(["add", *arguments])
    assert not Device._base_manager.exists()


def test_a_unit_without_a_good_address_is_refused_with_the_form_of_one(home: Dwelling) -> None:
    with pytest.raises(Refused) as refused:
        devices.device(["add", "--kind", "transmission_unit", "--dwelling", home.code, "--address", "12"])
    assert "790300000000" in refused.value.instead


def test_a4_8_show_tells_readings_state_open_alarms_and_refused_messages_with_reasons(
    home: Dwelling, capsys: pytest.CaptureFixture[str]
) -> None:
    device, now = make_device(dwelling=home), time.now()
    hear(
        make_message(device, at=now, values={"smoke": 3.5, "battery": 7}),
        make_unusable(device, "not_json", b"smoke=3"),
        received=now,
    )
    devices.device(["show", device.code, "--json"])
    told = _json(capsys)
    assert told["readings"] == {"smoke": 3.5, "battery": 7}
    assert told["state"] == "battery"
    assert [(alarm["kind"], alarm["state"]) for alarm in told["alarms"]] == [("battery", "new")]
    assert [(one["reason"], one["raw"]) for one in told["rejected"]] == [("not_json", "smoke=3")]
    assert told["rejected"][0]["why"]
    assert told["last"][0]["values"] == {"smoke": 3.5, "battery": 7}
    assert "key" not in told
    devices.device(["show", device.code])
    assert "state: battery" in capsys.readouterr().out
    with pytest.raises(Failure, match="there is no device 'T0'"):
        devices.device(["show", "T0"])


def test_a4_8_readings_are_exported_as_json_lines_accepted_ones_only(
    home: Dwelling, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, now = make_device(dwelling=home), make_device(dwelling=home), time.now()
    hear(
        make_message(first, boot="k", seq=1, at=now, values={"smoke": 1.5}), make_message(first, boot="k", seq=1, at=now, values={"smoke": 9}),
        make_message(second, boot="k", seq=2, at=now, event="test"), make_unusable(first), received=now,
    )  # fmt: skip
    devices.readings(["export"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["device"], line["boot"], line["seq"], line["values"], line["event"]) for line in lines] == [
        (first.code, "k", 1, {"smoke": 1.5}, None), (second.code, "k", 2, {}, "test"),
    ]  # fmt: skip
    assert set(lines[0]) == {"device", "boot", "seq", "at", "values", "event", "received"}
    devices.readings(["export", "--device", second.code, "--since", "1h"])
    assert [json.loads(line)["device"] for line in capsys.readouterr().out.splitlines()] == [second.code]
    devices.readings(["export", "--since", "2099-01-01"])
    assert capsys.readouterr().out == ""
    with pytest.raises(Failure, match="'yesterday' is no time"):
        devices.readings(["export", "--since", "yesterday"])


def test_the_export_is_whole_whatever_the_size_of_its_portions(
    home: Dwelling, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "PORTION", 3)
    device, now = make_device(dwelling=home), time.now()
    hear(*(make_message(device, boot="k", seq=n, at=now) for n in range(7)), received=now)
    devices.readings(["export"])
    assert [json.loads(line)["seq"] for line in capsys.readouterr().out.splitlines()] == list(range(7))
