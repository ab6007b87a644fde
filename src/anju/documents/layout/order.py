"""《责令限期改正通知书》: an order of a body with power. Names the article, two officers and the ways to object."""

from collections.abc import Mapping
from typing import Any

from anju.documents.layout.blocks import Say, Table, chinese_day
from anju.documents.layout.warning import findings, party


def _officers(data: Mapping[str, Any]) -> str:
    return "、".join(
        f"{one['name']}（执法证号：{one['certificate']}）" if one.get("certificate") else str(one["name"])
        for one in data.get("officers", ())
    )


def write(data: Mapping[str, Any]) -> tuple[str, list[Say | Table]]:
    found, days = chinese_day(str(data["found_on"])), int(data["days"])
    term = f"自本通知书送达之日起{days}日内改正" if days else "自本通知书送达之时起立即改正"
    basis = f"根据{data['law']}{data['article']}"
    if data.get("delegation"):
        basis += f"（委托依据：{data['delegation']}）"
    review = data.get("review_by") or "本级人民政府"
    court = data.get("court") or "有管辖权的人民法院"
    return "责令限期改正通知书", [
        Say(f"经本机关执法人员{_officers(data)}于{found}检查，你（单位）作为{party(data)}负责的{data.get('place', '')}存在下列违法行为："),
        findings(data),
        Say(f"{basis}，现责令你（单位）{term}上述行为，并在改正后报告本机关。本机关将在期限届满或者收到报告之日起三个工作日内复查。"),
        Say("送达当日不计入期限，最后一日的二十四时届满。逾期不改正的，本机关将依法处理。"),
        Say(
            f"如不服本通知，可以自收到本通知书之日起六十日内，依照《中华人民共和国行政复议法》第二十条向{review}申请行政复议；"
            f"或者自收到之日起六个月内，依照《中华人民共和国行政诉讼法》第四十六条向{court}提起行政诉讼。"
        ),
        Say("行政复议、行政诉讼期间，不停止本通知的执行，法律另有规定的除外。"),
    ]  # fmt: skip
