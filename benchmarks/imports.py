"""Preview with full validation of a 100,000-row ledger, against openpyxl merely reading the same file.

Prints JSON: seconds of each step, of both sides, and their ratio (at least 3 is asked for).
Run: `python benchmarks/imports.py [ROWS]`.
"""

from __future__ import annotations

import datetime
import json
import sys
import tempfile
import time
from pathlib import Path

import openpyxl
import xlsxwriter

from anju.dwellings.ledger import columns, correct, header, rows, sheets

HEADS = "序号 小区 门牌 房屋类别 出租间数 床位数 面积 房东 房东电话 合同签订日 保证书 出租状态"
TODAY = datetime.date(2026, 11, 22)


def write(path: Path, count: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, ["出租房台账"])
    sheet.write_row(1, 0, HEADS.split())
    for i in range(count):
        door = f"{i // 144 + 1}幢{i // 72 % 2 + 1}单元{i // 12 % 6 + 1}0{i % 12 + 1}室"
        kind = "商品房" if i % 500 else "民房"
        day = f"{2024 + i % 3}-0{i % 9 + 1}-1{i % 9}"
        signed = "是" if i % 3 else "否"
        phone = f"1990000{i % 10000:04d}"
        cells = [
            i + 1,
            "兰泾花苑",
            door,
            kind,
            i % 5 + 1,
            i % 8 + 1,
            60 + i % 500 / 10,
            f"周{i % 3000}",
            phone,
            day,
            signed,
            "在租",
        ]
        sheet.write_row(i + 2, 0, cells)
    book.close()


def run(count: int = 100_000) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        write(path, count)
        marks = [time.perf_counter()]
        sheet = sheets.open_ledger(path)[0]
        marks.append(time.perf_counter())
        table = header.find_table(sheet)
        guesses = columns.guess(table, TODAY)
        mapping = {g.column: g.target for g in guesses if g.state == "sure" and g.target}
        marks.append(time.perf_counter())
        places = rows.Places("周市镇", frozenset({"兰泾花苑"}))
        checked = rows.validate(table, mapping, today=TODAY, places=places)
        groups = correct.group_errors(checked)
        marks.append(time.perf_counter())
        read = sum(1 for _ in openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True))
        marks.append(time.perf_counter())
    steps = [round(b - a, 3) for a, b in zip(marks, marks[1:], strict=False)]
    ours = round(sum(steps[:3]), 3)
    return {
        "name": "imports", "rows": len(checked), "columns": len(mapping), "errors": sum(g.count for g in groups),
        "open": steps[0], "columns_guessed": steps[1], "validated": steps[2], "preview": ours,
        "openpyxl_reads": steps[3], "openpyxl_rows": read, "ratio": round(steps[3] / ours, 2), "at_least": 3,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
