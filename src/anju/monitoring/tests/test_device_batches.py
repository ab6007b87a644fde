"""Devices by the hundred: read, looked at, registered as a whole or not at all, their keys handed out once (A4.8, X4)."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from anju.accounts.models import User
from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.core.sheets import workbook
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import SOUND_ROOM, make_dwelling, make_estate, make_grid, make_unit, make_user
from anju.jobs import services as jobs
from anju.monitoring.ledgers import writing
from anju.monitoring.models import Device, DeviceBatch, DeviceKey, DeviceState
from anju.monitoring.services import batches, keys
from anju.monitoring.testing import make_device

pytestmark = pytest.mark.django_db
HEAD = ["设备类型", "房屋编号", "安装地址", "房间", "名称", "品牌型号", "序列号", "安装日期", "校准有效期", "报文地址"]


class Town:
    """A grid worker with two homes of an estate."""

    def __init__(self) -> None:
        self.grid = make_grid()
        self.estate = make_estate(self.grid, "兰泾花苑")
        self.user: User = make_user(department="grid", area=self.grid)
        self.homes = [self.home("AB"), self.home("")]

    def home(self, rooms: str) -> Dwelling:
        facts = {"rooms_let": len(rooms)} if rooms else None
        named = dict.fromkeys(rooms, SOUND_ROOM) if rooms else None
        return make_dwelling(self.grid, place=make_unit(self.grid, self.estate), facts=facts, rooms=named)

    def read(self, *rows: list[Any], head: list[str] = HEAD) -> DeviceBatch:
        data = workbook(head, [[*row, *[None] * (len(head) - len(row))] for row in rows])
        return batches.upload(by=self.user, name="设备.xlsx", data=data)


@pytest.fixture
def town() -> Town:
    return Town()


def _run(batch: DeviceBatch, user: User) -> DeviceBatch:
    batches.write(by=user, batch=batch)
    jobs.run_all()
    batch.refresh_from_db()
    return batch


def _errors(batch: DeviceBatch) -> list[tuple[int, str, str]]:
    return [
        (row.number, error["column"], error["code"]) for row in batch.rows.order_by("number") for error in row.errors
    ]


def test_a4_8_a_ledger_is_looked_at_and_then_registered_with_keys_handed_out_once(town: Town) -> None:
    first, second = town.homes
    batch = town.read(
        ["烟感", first.code, "", "A", "", "海曼 HS1SA", "SN-1", "2026-03-01"],
        ["可燃气体报警器", second.code, "", "", "厨房气感", "", "", "2026-03-01", "2027-03-01"],
        ["传输装置", "", "兰泾花苑", "", "", "", "", "", "", "79 03 00 00 00 0A"],
    )
    assert (batch.state, batch.counts) == ("preview", {"good": 3, "wrong": 0, "left": 0, "rows": 3})
    assert not Device._base_manager.exists()
    assert _run(batch, town.user).state == "done"
    rows = list(Device._base_manager.order_by("kind").values_list("kind", "dwelling", "room", "serial", "wire_address"))
    assert rows == [
        ("gas", second.pk, "", "", ""), ("smoke", first.pk, "A", "SN-1", ""), ("transmission_unit", None, "", "", "79030000000a"),
    ]  # fmt: skip
    given = batches.give_keys(by=town.user, batch=batch)
    assert [len(key) for _row, key in given] == [64, 64, 0]
    device = given[0][0].device
    assert device is not None
    assert keys.is_key(device.code, given[0][1], time.now())
    with pytest.raises(Refused):
        batches.give_keys(by=town.user, batch=batch)
    with pytest.raises(Refused):
        keys.show_key(by=town.user, device=device)
    entry = Entry.objects.filter(verb="device.key").latest("id")
    assert (entry.actor_id, entry.after) == (town.user.pk, {"shown": 2, "devices": 3})


def test_x4_every_error_is_told_by_row_and_column_and_nothing_is_registered(town: Town) -> None:
    home = town.homes[0]
    make_device(dwelling=home, serial="TAKEN")
    batch = town.read(
        ["烟感", home.code, "", "A"],
        ["烟囱", home.code],
        ["烟感", "D0000000"],
        ["烟感", "", "没有的小区1幢101"],
        ["烟感", home.code, "", "Z"],
        ["烟感", home.code, "", "A", "", "", "TAKEN"],
        ["烟感", home.code, "", "A", "", "", "SAME"],
        ["烟感", home.code, "", "B", "", "", "SAME"],
        ["烟感", home.code, "", "A", "", "", "", "2099-01-01"],
        ["烟感", home.code, "", "A", "", "", "", "2026-03-01", "2025-03-01"],
        ["传输装置", "", "兰泾花苑", "", "", "", "", "", "", "7903"],
        ["烟感", home.code, "", "A", "", "", "", "", "", "790300000000"],
        ["传输装置", "", "兰泾花苑"],
        ["烟感"],
        ["", home.code],
        ["传输装置", "", "兰泾花苑", "", "", "standrd", "", "", "", "790300000017"],
    )
    assert _errors(batch) == [
        (3, "A", "kind_unknown"), (4, "B", "home_unknown"), (5, "C", "estate_unknown"), (6, "D", "room_unknown"),
        (7, "G", "serial_taken"), (9, "G", "twice"), (10, "H", "date_in_future"), (11, "I", "calibration_before"),
        (12, "J", "wire_wrong"), (13, "J", "wire_not_here"), (14, "J", "wire_missing"), (15, "B", "where_missing"),
        (16, "A", "kind_missing"), (17, "F", "profile_like"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="14"):
        batches.write(by=town.user, batch=batch)
    assert Device._base_manager.count() == 1


def test_x4_the_rows_to_correct_come_back_as_excel_with_their_reasons_and_can_be_read_again(town: Town) -> None:
    home = town.homes[0]
    batch = town.read(["烟感", home.code, "", "A"], ["烟囱", home.code, "", "A"])
    data = writing.wrong_rows(batch.heads, batches.wrong_rows(batch))
    lines = list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    assert len(lines) == 2
    assert lines[1][0] == "烟囱"
    assert "A3" in str(lines[1][-1])
    again = batches.upload(by=town.user, name="again.xlsx", data=data)
    assert _errors(again) == [(2, "A", "kind_unknown")]


def test_x4_a_home_is_found_by_its_address_too_and_one_of_another_area_is_not(town: Town) -> None:
    home = town.homes[0]
    building, unit = home.place.parent, home.place
    assert building is not None
    home.number = "302室"  # the builders' own numbers grow beyond those of any house
    home.save(update_fields=["number"])
    address = f"兰泾花苑{building.name}{unit.name}{home.number}"
    batch = town.read(["烟感", "", address, "A"], ["烟感", "", f"兰泾花苑{building.name}"])
    assert _errors(batch) == []
    assert [row.values.get("dwelling") for row in batch.rows.order_by("number")] == [home.pk, None]
    foreign = make_dwelling()
    assert _errors(town.read(["烟感", foreign.code])) == [(2, "B", "home_unknown")]


def test_x4_a_batch_refused_on_the_way_leaves_nothing_behind(town: Town) -> None:
    batch = town.read(
        *(["烟感", town.homes[0].code, "", "A"] for _n in range(7)),
        ["传输装置", "", "兰泾花苑", *[""] * 6, "790300000000"],
    )
    make_device("transmission_unit", address="790300000000")  # somebody was faster
    batch = _run(batch, town.user)
    assert batch.state == "failed"
    assert "790300000000" in batch.problem
    assert Device._base_manager.count() == 1
    assert DeviceKey._base_manager.count() == 0
    with pytest.raises(Refused):
        batches.give_keys(by=town.user, batch=batch)


def test_a_batch_that_was_broken_off_goes_on_where_it_stopped(town: Town) -> None:
    batch = town.read(*(["烟感", town.homes[0].code, "", "A"] for _n in range(10)))
    job = batches.write(by=town.user, batch=batch)
    claimed = jobs.claim(time.now())
    assert claimed is not None
    batches.work(claimed)  # one step; then its worker dies
    done = Device._base_manager.count()
    assert 0 < done < 10
    job.refresh_from_db()
    job.lease_until = time.now() - jobs.LEASE
    job.save()
    jobs.run_all()
    batch.refresh_from_db()
    assert (batch.state, Device._base_manager.count()) == ("done", 10)


def test_only_who_made_a_batch_writes_it_and_gets_its_keys(town: Town) -> None:
    batch = town.read(["烟感", town.homes[0].code, "", "A"])
    other = make_user(department="grid", area=town.grid)
    with pytest.raises(NotAllowed):
        batches.write(by=other, batch=batch)
    _run(batch, town.user)
    with pytest.raises(NotAllowed):
        batches.give_keys(by=other, batch=batch)
    assert not DeviceBatch.objects.for_user(make_user(department="grid", area=make_grid())).exists()


def test_a_key_that_was_replaced_meanwhile_is_not_in_the_sheet(town: Town) -> None:
    batch = _run(town.read(["烟感", town.homes[0].code, "", "A"]), town.user)
    device = Device._base_manager.get()
    keys.show_key(by=town.user, device=device)
    assert [key for _row, key in batches.give_keys(by=town.user, batch=batch)] == [""]


def test_a4_8_an_estate_is_laid_out_for_every_room_that_lacks_one(town: Town) -> None:
    make_device(dwelling=town.homes[0], room="A")
    batch = batches.lay_out(by=town.user, place=town.estate, kind="smoke", per="room", profile="海曼")
    rows = [
        (row.result, row.values.get("room"), [e["code"] for e in row.errors]) for row in batch.rows.order_by("number")
    ]
    assert rows == [("good", "B", []), ("left", None, ["rooms_not_recorded"])]
    _run(batch, town.user)
    made = Device._base_manager.exclude(room="A").get()
    assert (made.dwelling, made.room, made.profile) == (town.homes[0], "B", "海曼")
    with pytest.raises(Refused):
        batches.lay_out(by=town.user, place=make_estate(town.grid), kind="smoke", per="room")


def test_a4_8_an_estate_is_laid_out_for_every_home_that_lacks_one(town: Town) -> None:
    make_device("breaker", dwelling=town.homes[0])
    batch = batches.lay_out(by=town.user, place=town.estate, kind="breaker", per="home")
    assert [row.values["dwelling"] for row in batch.rows.all()] == [town.homes[1].pk]


@pytest.mark.parametrize(("name", "content"), [("x.pdf", b"%PDF-1.7"), ("x.xlsx", b""), ("x.csv", b"a,b\n1,2\n")])
def test_a_file_that_is_no_ledger_of_devices_is_refused_with_what_it_is(town: Town, name: str, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        batches.upload(by=town.user, name=name, data=content)
    assert len(refused.value.message) > 10
    assert not DeviceBatch._base_manager.exists()


def test_the_empty_ledger_is_one_that_can_be_read(town: Town, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(writing.template()))
    sheet = book.active
    sheet.cell(2, 1, "烟感")
    sheet.cell(2, 2, town.homes[0].code)
    book.save(tmp_path / "t.xlsx")
    batch = batches.upload(by=town.user, name="t.xlsx", data=(tmp_path / "t.xlsx").read_bytes())
    assert batch.counts["good"] == 1


def test_a_unit_that_has_spoken_is_retired_and_not_erased_when_its_batch_is_taken_back(town: Town) -> None:
    batch = town.read(
        ["传输装置", "", "兰泾花苑", *[""] * 6, "790300000001"], ["传输装置", "", "兰泾花苑", *[""] * 6, "790300000000"]
    )
    make_device("transmission_unit", address="790300000000")
    batches.write(by=town.user, batch=batch)
    batches.PACE["write"].size = 1
    claimed = jobs.claim(time.now())
    assert claimed is not None
    batches.work(claimed)
    made = Device._base_manager.get(wire_address="790300000001")
    DeviceState.objects.filter(device=made).update(seen_at=time.now())
    jobs.run(claimed)
    made.refresh_from_db()
    assert made.retired_on is not None
    assert Device._base_manager.count() == 2
