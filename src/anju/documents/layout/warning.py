"""《安全隐患告知书》: asks for correction by a day. It binds nobody, and says so."""

from collections.abc import Mapping
from typing import Any

from anju.documents.layout.blocks import Say, Table, chinese_day

FORCE = {"binding": "法规强制性规定", "guidance": "指导性要求"}


def findings(data: Mapping[str, Any]) -> Table:
    """One line per hazard: where, what, the rule, by when."""
    rows = []
    for number, row in enumerate(data.get("hazards", ()), start=1):
        force = FORCE.get(str(row.get("force", "")), "")
        source = "；".join(part for part in (str(row.get("source", "")), force) if part)
        day = str(row.get("due_on") or data.get("due_on") or "")
        rows.append(
            (
                str(number),
                str(row.get("where") or "整户"),
                f"{row.get('title', '')}（{row.get('severity', '')}）",
                source,
                str(row.get("todo", "")),
                day[:10],
            )
        )
    return Table(("号", "部位", "隐患", "依据", "整改要求", "完成日期"), tuple(rows), (5, 9, 20, 22, 26, 18))


def party(data: Mapping[str, Any]) -> str:
    """出租人周桂芳: written together, as on paper."""
    return str(data.get("party") or "责任人").replace(" ", "")


def write(data: Mapping[str, Any]) -> tuple[str, list[Say | Table]]:
    found = chinese_day(str(data["found_on"]))
    return "安全隐患告知书", [
        Say(f"{found}检查发现，你（单位）作为{party(data)}负责的下列房屋存在安全隐患：{data.get('place', '')}。现将隐患及整改要求告知如下："),
        findings(data),
        Say("一、在表中所列日期前完成整改，把整改前后的照片交给下列联系人，到期后由他人复查。日期自送达后起算的，以送达回证为准；确有困难的，在到期前书面说明理由。"),
        Say("二、对所列事实有异议的，可以在收到后三日内提出，由作出机构核实。"),
        Say("三、本告知书提示风险、要求整改，不是行政处罚，也不是行政强制。逾期不整改的，依法抄告有权部门处理。"),
        Say("四、不得以停水、停电、停气或者换锁等方式迫使承租人搬离；需要搬离的，提前告知，商定时间、押金租金结算和去处。"),
        Say("特此告知。"),
    ]  # fmt: skip
