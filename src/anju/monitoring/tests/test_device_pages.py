"""/devices/ in the browser: lists, one device, its key, maintenance, adoption, batches and labels (A4.3, A4.8)."""

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from anju.accounts.models import User
from anju.audit.models import Entry
from anju.core import time
from anju.core.sheets import workbook
from anju.dwellings.testing import SOUND_ROOM, make_area, make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.jobs import services as jobs
from anju.monitoring import thresholds, wording_devices
from anju.monitoring.models import Device, DeviceBatch, DeviceState, ReadingHour
from anju.monitoring.selectors import device_page
from anju.monitoring.services import keys, register
from anju.monitoring.testing import hear, make_alarm, make_device, make_message, make_unusable

pytestmark = pytest.mark.django_db


class Town:
    """A town with an estate of two homes, somebody of its office, and a home in another town."""

    def __init__(self, client: Client) -> None:
        self.zone = make_area("zone")
        self.grid = make_grid(self.zone)
        self.estate = make_estate(self.grid, "兰泾花苑")
        rooms = {"A": SOUND_ROOM, "B": SOUND_ROOM}
        self.homes = [
            make_dwelling(self.grid, place=make_unit(self.grid, self.estate), facts={"rooms_let": 2}, rooms=rooms, address=f"兰泾花苑{n}室")
            for n in (101, 102)
        ]  # fmt: skip
        self.foreign = make_device(dwelling=make_dwelling(address="别处的房屋"))
        self.user: User = make_user(department="office", area=self.zone)
        self.client = client
        client.force_login(self.user)

    def get(self, name: str, /, *args: str, **query: str) -> str:
        answer = self.client.get(reverse(f"devices:{name}", args=args), query)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def post(self, name: str, /, *args: str, **data: Any) -> Any:
        return self.client.post(reverse(f"devices:{name}", args=args), data)


@pytest.fixture
def town(client: Client) -> Town:
    return Town(client)


def _speak(device: Device, **said: Any) -> None:
    now = time.now()
    hear(make_message(device, at=now, **{"event": "heartbeat", **said}), received=now)


def _codes(page: str) -> list[str]:
    return re.findall(r'href="/devices/(T\w+)/">', page)


def test_a4_8_the_list_shows_the_devices_of_ones_area_by_state_and_filter(town: Town) -> None:
    home = town.homes[0]
    works, silent, faulty = (make_device(dwelling=home, room="A", name=name) for name in ("甲", "乙", "丙"))
    for device in (works, silent, faulty):
        _speak(device)
    DeviceState.objects.filter(device=silent).update(silent=True)
    make_alarm(faulty, event="fault", at=time.now())
    never = make_device("gas", dwelling=home, calibrated_until=time.today() + timedelta(days=3))
    gone = make_device(dwelling=home)
    register.retire(by=town.user, device=gone, reason="Broken")
    maintained = make_device(place=town.estate)
    _speak(maintained)
    register.set_quiet(by=town.user, device=maintained, until=time.now() + timedelta(hours=1), reason="Painting")
    found = {
        state: set(_codes(town.get("devices", state=state)))
        for state in ("silent", "fault", "never", "calibration", "quiet", "retired")
    }
    expected = {
        "silent": silent,
        "fault": faulty,
        "never": never,
        "calibration": never,
        "quiet": maintained,
        "retired": gone,
    }
    assert found == {state: {device.code} for state, device in expected.items()}
    page = town.get("devices")
    assert set(_codes(page)) == {works.code, silent.code, faulty.code, never.code, maintained.code}
    assert town.foreign.code not in page
    assert set(_codes(town.get("devices", kind="gas"))) == {never.code}
    assert set(_codes(town.get("devices", q="乙"))) == {silent.code}
    assert set(_codes(town.get("devices", estate=town.estate.code, q=maintained.code))) == {maintained.code}


def test_a4_8_the_list_pages_and_sorts_by_when_it_was_last_heard(town: Town) -> None:
    devices = [make_device(dwelling=town.homes[0], room="A") for _n in range(53)]
    for device in devices[:2]:
        _speak(device)
    first = town.get("devices", sort="-heard")
    assert set(_codes(first)[:4]) == {device.code for device in devices[:2]}
    token = re.search(r"after=([\w-]+)", first)
    assert token is not None
    rest = town.get("devices", sort="-heard", after=token[1])
    assert set(_codes(first)) | set(_codes(rest)) == {device.code for device in devices}


def test_a4_8_the_export_holds_what_the_list_shows_and_no_key(town: Town) -> None:
    device = make_device(dwelling=town.homes[0], room="A", serial="SN-77")
    make_device("gas", dwelling=town.homes[0])
    key = keys.show_key(by=town.user, device=device)
    answer = town.client.get(reverse("devices:export"), {"kind": "smoke"})
    lines = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert [line[0] for line in lines[1:]] == [device.code]
    assert "SN-77" in lines[1]
    assert key not in str(lines)
    assert Entry.objects.filter(verb="device.export").exists()


def test_a4_8_a_registered_device_gets_its_key_shown_once(town: Town) -> None:
    data = {"kind": "smoke", "where": town.homes[0].code, "room": "A", "name": "卧室烟感"}
    answer = town.post("new", **data)
    device = Device.objects.for_user(town.user).get(name="卧室烟感")
    assert answer.headers["Location"] == reverse("devices:key", args=[device.code])
    key = keys.valid_keys(device.code, time.now())[0]
    assert key not in town.get("key", device.code), "looking does not show it"
    shown = town.post("key", device.code)
    assert key in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert town.post("key", device.code).status_code == 409
    assert key not in town.get("device", device.code)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"where": "D0000000"}, "where"),
        ({"where": "没有的小区1幢101"}, "where"),
        ({"room": "Z"}, "room"),
        ({"kind": "transmission_unit"}, "address"),
        ({"address": "790300000000"}, "address"),
        ({"unit": "T00000000"}, "unit"),
        ({"installed_on": "2099-01-01"}, "installed_on"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_registered(town: Town, wrong: dict[str, str], field: str) -> None:
    answer = town.post("new", **{"kind": "smoke", "where": town.homes[0].code, "room": "A", **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Device.objects.for_user(town.user).exists()


def test_a4_8_a_new_key_holds_beside_the_old_one_for_a_day_and_revoking_ends_both(town: Town) -> None:
    device = make_device(dwelling=town.homes[0])
    first = keys.show_key(by=town.user, device=device)
    assert town.post("key-rotate", device.code).status_code == 302
    assert len(keys.valid_keys(device.code, time.now())) == 2
    assert keys.is_key(device.code, first, time.now())
    assert town.post("key-revoke", device.code, reason="").status_code == 422, "a reason is needed"
    assert town.post("key-revoke", device.code, reason="Photographed").status_code == 302
    assert not keys.is_key(device.code, first, time.now())
    assert "Photographed" in town.get("device", device.code)


def test_a4_3_the_page_shows_readings_against_the_dated_limits_with_their_source(town: Town) -> None:
    device = make_device("residual_current", dwelling=town.homes[0], limits={"leak_danger": 450})
    for value in (20, 480):
        _speak(device, event="", values={"residual_current": value})
    page = town.get("device", device.code)
    assert "450 mA" in page
    with translation.override("zh-hans"):
        source = wording_devices.source_words(
            "GB 14287.3, usual setting 60 to 70 °C; GB 50166-2019 4.8.5 asks for an alarm within 40 s"
        )
        assert source in page
    assert '"y": 450' in page
    assert '"data": [20.0, 480.0]' in page.replace("[20, 480]", "[20.0, 480.0]")


@pytest.mark.nodatabase
def test_every_source_of_a_limit_has_words_for_the_page() -> None:
    sources = {
        rule.source for edition in thresholds.editions() for kind in edition.kinds.values() for rule in kind.rules
    }
    assert sources - wording_devices.SOURCES == set()


def test_a4_8_refused_messages_stand_on_the_page_with_the_reason_in_words(town: Town) -> None:
    device = make_device(dwelling=town.homes[0])
    hear(make_unusable(device, "wrong_field", b'{"seq": "17"}', note="seq: Expected `int`"), received=time.now())
    for page in (town.get("device", device.code), town.get("rejected", device.code)):
        assert str(wording_devices.WHY_REJECTED["wrong_field"]) in page
        assert "{&quot;seq&quot;: &quot;17&quot;}" in page
    assert set(wording_devices.WHY_REJECTED) == {reason.value for reason in type(device.rejected.get()).Reason}


def test_a4_3_maintenance_begins_and_ends_on_the_page_and_has_an_end(town: Town) -> None:
    device = make_device(dwelling=town.homes[0])
    late = time.local(time.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    assert town.post("quiet", device.code, until=late, reason="Painting").status_code == 422
    soon = time.local(time.now() + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    assert town.post("quiet", device.code, until=soon, reason="Painting").status_code == 302
    device.refresh_from_db()
    assert device.is_quiet(time.now())
    assert "Painting" in town.get("device", device.code)
    assert town.post("quiet-end", device.code).status_code == 302
    device.refresh_from_db()
    assert not device.is_quiet(time.now())


def test_a_device_is_changed_moved_and_retired_on_its_page(town: Town) -> None:
    device = make_device("gas", dwelling=town.homes[0])
    form = town.client.get(reverse("devices:edit", args=[device.code])).context["form"]
    data = {name: form.initial.get(name) or "" for name in form.fields}
    data |= {"name": "厨房", "limit_gas_leak": "12", "silent_after": "30", "version": device.version}
    assert town.post("edit", device.code, **data).status_code == 302
    device.refresh_from_db()
    assert (device.name, device.limits, device.silent_after) == ("厨房", {"gas_leak": 12.0}, 1800)
    assert town.post("edit", device.code, **data).status_code == 422, "somebody else was faster"
    assert town.post("move", device.code, where=town.homes[1].code, room="B").status_code == 302
    device.refresh_from_db()
    assert (device.dwelling, device.room, device.where) == (town.homes[1], "B", "兰泾花苑102室 B")
    assert town.post("retire", device.code, reason="Broken").status_code == 302
    device.refresh_from_db()
    assert device.retired_on == time.today()
    assert town.client.get(reverse("devices:edit", args=[device.code])).status_code == 200
    assert town.post("edit", device.code, **{**data, "version": device.version}).status_code == 422


def test_a4_8_a_unit_that_nobody_registered_is_adopted_where_it_hangs(town: Town) -> None:
    hear(
        *(make_unusable("79030000000b", "unknown_device", b"x", source="gb26875") for _n in range(3)),
        received=time.now(),
    )
    page = town.get("unknown")
    assert "79030000000b" in page
    refused = town.post("adopt", "79030000000b", where="兰泾花苑", name="消控主机", profile="standrd")
    assert (refused.status_code, "standard" in refused.content.decode()) == (422, True)
    assert town.post("adopt", "79030000000b", where="兰泾花苑", name="消控主机").status_code == 302
    device = Device.objects.for_user(town.user).get()
    assert (device.kind, device.wire_address, device.place) == ("transmission_unit", "79030000000b", town.estate)
    assert "79030000000b" not in town.get("unknown")
    assert town.client.get(reverse("devices:adopt", args=["79030000000b"])).status_code == 404
    assert str(wording_devices.WHY_REJECTED["unknown_device"]) in town.get("device", device.code)


def test_a4_8_the_parts_behind_a_unit_stand_on_its_page(town: Town) -> None:
    unit = make_device("transmission_unit", place=town.estate)
    part = make_device(place=town.estate, parent=unit, part="1-1-00000200")
    assert part.code in town.get("device", unit.code)
    assert set(_codes(town.get("devices", unit=unit.code))) == {part.code}


def test_x4_a_ledger_goes_from_upload_to_keys_by_the_pages_alone(town: Town) -> None:
    head = ["设备类型", "房屋编号", "房间"]
    rows = [["烟感", home.code, room] for home in town.homes for room in "AB"]
    upload = SimpleUploadedFile("烟感.xlsx", workbook(head, rows))
    answer = town.post("upload", file=upload)
    batch = DeviceBatch.objects.for_user(town.user).get()
    assert answer.headers["Location"] == reverse("devices:batch", args=[batch.code])
    assert town.get("batch", batch.code).count("兰泾花苑10") == 4
    assert town.post("batch-write", batch.code).status_code == 302
    assert "hx-get" in town.get("batch", batch.code)
    jobs.run_all()
    done = town.client.get(reverse("devices:batch-progress", args=[batch.code]))
    assert done.headers["HX-Refresh"] == "true"
    sheet = town.post("batch-keys", batch.code)
    lines = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))[1:]
    assert [keys.is_key(str(line[6]), str(line[7]), time.now()) for line in lines] == [True] * 4
    assert town.post("batch-keys", batch.code).status_code == 409
    assert len(set(_codes(town.get("devices", batch=batch.code)))) == 4


def test_x4_wrong_rows_are_shown_by_cell_and_handed_back(town: Town) -> None:
    upload = SimpleUploadedFile("烟感.xlsx", workbook(["设备类型", "房屋编号"], [["烟囱", town.homes[0].code]]))
    town.post("upload", file=upload)
    batch = DeviceBatch.objects.for_user(town.user).get()
    page = town.get("batch", batch.code)
    assert 'aria-invalid="true"' in page
    assert "A2" in page
    answer = town.client.get(reverse("devices:batch-wrong", args=[batch.code]))
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).active.cell(2, 1).value == "烟囱"
    assert town.post("batch-write", batch.code).status_code == 409
    assert town.post("upload", file=SimpleUploadedFile("x.pdf", b"%PDF-1.7")).status_code == 422


def test_a4_8_an_estate_or_one_building_of_it_is_laid_out_on_the_page(town: Town) -> None:
    building = town.homes[0].place.parent
    assert building is not None
    data = {"estate": town.estate.pk, "kind": "smoke", "per": "room"}
    assert town.post("lay-out", **data, building="99幢").status_code == 422
    assert town.post("lay-out", **data, building=building.name).status_code == 302
    assert town.post("lay-out", **data).status_code == 302
    counts = [row.counts["good"] for row in DeviceBatch.objects.for_user(town.user).order_by("id")]
    assert counts == [2, 4]


def test_a4_8_labels_carry_id_kind_and_place_on_a_sheet_of_24(town: Town) -> None:
    devices = [make_device(dwelling=home, room=room) for home in town.homes for room in "AB" for _n in range(7)]
    one = pypdf.PdfReader(io.BytesIO(town.client.get(reverse("devices:label", args=[devices[0].code])).content))
    text = one.pages[0].extract_text()
    assert devices[0].code in text
    assert "兰泾花苑101室" in text
    many = pypdf.PdfReader(io.BytesIO(town.client.get(reverse("devices:labels")).content))
    assert len(many.pages) == 2
    ticked = town.client.get(reverse("devices:labels"), {"id": [devices[1].pk, town.foreign.pk]})
    text = pypdf.PdfReader(io.BytesIO(ticked.content)).pages[0].extract_text()
    assert devices[1].code in text
    assert town.foreign.code not in text


def test_a4_3_the_tables_of_silence_and_coverage_lead_to_their_lists(town: Town) -> None:
    device = make_device(dwelling=town.homes[0], room="A")
    _speak(device)
    DeviceState.objects.filter(device=device).update(silent=True)
    community = town.grid.parent
    assert community is not None
    assert f"state=silent&amp;area={community.code}" in town.get("silent")
    assert f"area={town.grid.code}" in town.get("silent", area=community.code)
    page = town.get("coverage")
    assert f"/devices/coverage/{town.estate.code}/" in page
    assert "兰泾花苑101室" in town.get("coverage-estate", town.estate.code, state="dead")
    assert "兰泾花苑101室" not in town.get("coverage-estate", town.estate.code, state="no")
    assert town.client.get(reverse("devices:coverage-export")).status_code == 200


def test_a_homes_page_lists_its_devices_with_their_state(town: Town) -> None:
    device = make_device(dwelling=town.homes[0], room="A")
    page = town.client.get(reverse("dwellings:dwelling", args=[town.homes[0].code])).content.decode()
    assert reverse("devices:device", args=[device.code]) in page
    search = town.client.get("/search/", {"q": device.code}).content.decode()
    assert reverse("devices:device", args=[device.code]) in search
    elsewhere = town.client.get("/search/", {"q": town.foreign.code}).content.decode()
    assert reverse("devices:device", args=[town.foreign.code]) not in elsewhere


@pytest.mark.parametrize("department", ["housing", "audit", "station"])
def test_who_may_only_look_changes_nothing(town: Town, department: str) -> None:
    device = make_device(dwelling=town.homes[0])
    where = {"place": town.estate} if department == "station" else {"area": town.zone}
    town.client.force_login(make_user(department=department, **where))
    assert device.code in town.get("devices")
    for name in ("edit", "move", "retire", "quiet", "key", "key-rotate", "key-revoke"):
        assert town.post(name, device.code).status_code == 403
    assert town.post("new").status_code == 403
    assert town.client.get(reverse("devices:unknown")).status_code == 403


def test_a4_3_the_long_curve_is_drawn_from_the_hours_and_outlives_the_readings(town: Town) -> None:
    device, today = make_device("residual_current", place=town.estate), time.today()
    noon = time.day_start(today) + timedelta(hours=12)
    for ago, highest in ((1, 90.0), (2, 310.0), (5, 80.0)):
        for hour in (0, 1):
            ReadingHour.objects.create(
                device=device, hour=noon - timedelta(days=ago, hours=hour), name="residual_current", count=10, lowest=20,
                highest=highest - hour, total=400,
            )  # fmt: skip
    (curve,) = device_page.long_curves(device, device_page.limits_of(device, today), today)
    assert [line["data"] for line in curve.chart["series"]] == [
        [80.0, None, None, 310.0, 90.0], [40.0, None, None, 40.0, 40.0],
    ], "a day without a reading is a gap"  # fmt: skip
    assert [mark["y"] for mark in curve.chart["marks"]] == [300.0]
    assert "residual_current-days-curve" in town.get("device", device.code)
    ReadingHour.objects.filter(hour__lt=noon - timedelta(days=1, hours=2)).delete()
    assert device_page.long_curves(device, [], today) == [], "two days are on the short curve"
