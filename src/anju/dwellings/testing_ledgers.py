"""A town for tests of ledgers, and ledgers as Excel files."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from anju.accounts.models import User
from anju.dwellings.models import Dwelling, LedgerImport
from anju.dwellings.services import imports
from anju.dwellings.testing import make_area, make_estate, make_user
from anju.jobs import services as jobs

HEAD = ["小区", "门牌", "房屋类别", "出租间数", "床位数", "房东", "房东电话"]
GOOD = [
    ["兰泾花苑", "12幢2单元302", "商品房", 3, 4, "周桂芳", "19900000001"],
    ["兰泾花苑", "12#-2-303", "商品房", 2, 2, "沈宝根", "19900000002"],
    ["东方村", "三组48号", "自建房", 6, 9, "顾阿四", "19900000003"],
]


class File(io.BytesIO):
    """What Django hands over for an upload."""

    def __init__(self, data: bytes, name: str = "周市镇台账.xlsx") -> None:
        super().__init__(data)
        self.name, self.size = name, len(data)


def make_ledger(rows: list[list[Any]], head: list[str] | None = None) -> File:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("台账")
    for number, line in enumerate([head or HEAD, *rows]):
        sheet.write_row(number, 0, line)
    book.close()
    return File(buffer.getvalue())


class Town:
    """Zhoushi with three estates, its officer, and another town with one estate."""

    def __init__(self) -> None:
        city = make_area("city", "昆山市")
        self.area = make_area("zone", "周市镇", parent=city)
        self.grid = make_area("grid", "第 2 网格", parent=make_area("community", "兰泾社区", parent=self.area))
        self.estate = make_estate(self.grid, "兰泾花苑", "resettlement")
        self.village = make_estate(self.grid, "东方村", "rural")
        make_estate(self.grid, "珠江村", "rural")
        self.other = make_area("zone", "高新区", parent=city)
        self.foreign = make_estate(make_area("community", "紫竹社区", parent=self.other), "紫竹品苑")
        self.officer = make_user("lu", "office", self.area)
        self.stranger = make_user("qian", "office", self.other)


def bring(town: Town, file: File, by: User | None = None) -> LedgerImport:
    """Upload and let the jobs run."""
    ledger = imports.upload(by=by or town.officer, upload=file)
    jobs.run_all()
    ledger.refresh_from_db()
    return ledger


def finish(ledger: LedgerImport, *, only_good: bool = False) -> LedgerImport:
    imports.write(by=ledger.created_by, ledger=ledger, only_good=only_good)
    jobs.run_all()
    ledger.refresh_from_db()
    return ledger


def homes(user: User) -> Any:
    return Dwelling.objects.for_user(user).order_by("address")
