"""Letters between bodies: 流转函 hands a case over, 抄告函 tells a body of the same level and asks for an answer."""

from collections.abc import Mapping
from typing import Any

from anju.documents.layout.blocks import Say, Table, chinese_day, numbered


def hand_over(data: Mapping[str, Any]) -> tuple[str, list[Say | Table]]:
    blocks: list[Say | Table] = [
        Say(f"{chinese_day(str(data['found_on']))}，我单位在工作中发现下列安全隐患不属于我单位管辖，现流转你单位办理。"),
        Table(
            ("事项", "内容"),
            (
                ("隐患编号", str(data.get("code", ""))),
                ("地点", str(data.get("where", ""))),
                ("隐患", str(data.get("hazard", ""))),
                ("程度", str(data.get("severity", ""))),
                ("规则", str(data.get("rule") or "无对应规则")),
                ("流转理由", str(data.get("reason", ""))),
            ),
            (22, 78),
        ),
        Say(f"收到后在{chinese_day(str(data['reply_by']))}前答复是否接收。不属于你单位职责的，退回并说明理由及应当办理的单位；未答复和退回的，不计为已流转。"),
    ]  # fmt: skip
    return "安全隐患流转函", blocks


def request(data: Mapping[str, Any]) -> tuple[str, list[Say | Table]]:
    rows = tuple(
        (str(number), str(row.get("title", "")), str(row.get("severity", "")), str(row.get("source", "")))
        for number, row in enumerate(data.get("hazards", ()), start=1)
    )
    asked = [part for part in str(data.get("asked", "")).splitlines() if part.strip()]
    blocks: list[Say | Table] = [
        Say(f"我单位在工作中掌握{data.get('where', '')}存在下列安全隐患，涉及你单位职责，现予抄告。"),
        Table(("号", "隐患", "程度", "依据"), rows, (6, 42, 12, 40)),
        Say("商请你单位办理："),
        *(Say(numbered(number, text), "item") for number, text in enumerate(asked, start=1)),
    ]
    if data.get("reason"):
        blocks.append(Say(f"抄告理由：{data['reason']}"))
    if data.get("legal_basis"):
        blocks.append(Say(f"依据：{data['legal_basis']}"))
    blocks.append(Say(f"办理情况在{chinese_day(str(data['reply_by']))}前书面答复我单位。"))
    return "安全隐患抄告函", blocks
