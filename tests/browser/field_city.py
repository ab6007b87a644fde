"""What the small field server serves: a grid of made-up homes with known facts, a plan, and the rule book of this checkout."""

import datetime as dt
from typing import Any

from anju.core import time
from anju.standard import Edition, judge_for, load_edition
from anju.standard.facts import EntityName
from anju.standard.testing import make_case, make_room, make_unit

ESTATE = "娄江新村C7区"
GATE = (31.3850, 120.9800)
METRE = 1 / 111_195
EDITION: Edition = load_edition()


def today() -> dt.date:
    return time.today()


def iso(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def known(facts: dict[str, Any], entity: EntityName, days: int = 40) -> dict[str, Any]:
    """Facts as the server sends them: the value, when it was seen, and until when it counts."""
    seen = time.now() - dt.timedelta(days=days)
    found = {}
    for name, value in facts.items():
        fact = EDITION.facts[entity].get(name)
        if fact is None or fact.by != "field" or value is None:
            continue
        until = seen + dt.timedelta(days=fact.fresh_days) if fact.fresh_days else None
        fresh = until is None or until > time.now()
        found[name] = {
            "value": value,
            "at": iso(seen),
            "source": "inspection",
            "fresh": fresh,
            "until": until.date().isoformat() if until else None,
        }
    return found


def register(case: dict[str, Any]) -> dict[str, Any]:
    facts = EDITION.facts["dwelling"]
    return {name: case[name] for name, fact in facts.items() if fact.by != "field" and name in case}


def home(
    code: str, number: str, *, away: float, case: dict[str, Any], verdict: str = "compliant", **over: Any
) -> dict[str, Any]:
    rooms = [
        {"name": room["name"], "let": room.get("let"), "facts": known(room, "room")} for room in case.get("rooms", [])
    ]
    due = over.pop("due", None)
    return {
        "code": code,
        "version": 3,
        "address": f"{ESTATE}{number}",
        "place": number.partition("幢")[2].partition("元")[0] + "元",
        "place_code": "P001",
        "number": number.rpartition("单元")[2],
        "grid": "第3网格",
        "kind": case.get("kind"),
        "letting_state": case.get("letting_state"),
        "lat": GATE[0] + away * METRE,
        "lon": GATE[1],
        "verdict": verdict,
        "paperwork": "complete",
        "violated": [],
        "seen_at": iso(time.now() - dt.timedelta(days=40)),
        "due": due,
        "landlord": {"name": "顾*明"},
        "sublet": False,
        "facts": known(case, "dwelling"),
        "rooms": rooms,
        "unit": "U12-2",
        "register": register(case),
        "need_help": 0,
        "hazards": [],
        "signs": [f"SIGN{code[1:]}"],
        "ladder": None,
        **over,
    }


def hazard(
    code: str, rule: str, title: str, *, room: str = "", due: int = 0, severity: str = "minor"
) -> dict[str, Any]:
    return {
        "code": code,
        "rule": rule,
        "title": title,
        "room": room,
        "severity": severity,
        "state": "reinspect",
        "due": (today() + dt.timedelta(days=due)).isoformat(),
        "party": "landlord",
        "version": 1,
    }


def four_rooms(**over: Any) -> dict[str, Any]:
    rooms = [
        make_room("A", persons=2, area=12.4),
        make_room("B", persons=1, area=9.8),
        make_room("C", persons=2, area=14.0),
        make_room("D", persons=0, area=8.2),
    ]
    return {**make_case(4, beds_let=5, unrelated_people=5, **over), "rooms": rooms}


def homes() -> list[dict[str, Any]]:
    lacking = four_rooms()
    lacking["rooms"][2]["alarm"] = False
    barred = four_rooms()
    barred["rooms"][0]["escape_opening"] = False
    old = four_rooms(rcd=None, gas_alarm=None)
    new = {
        "kind": "commercial",
        "letting_state": "let",
        "rooms": [{"name": "A", "let": True}, {"name": "B", "let": True}],
    }
    made = [
        home("D0000403", "12幢2单元403室", away=45, case=four_rooms()),
        home("D0000402", "12幢2单元402室", away=40, case=lacking, verdict="non_compliant", violated=["R09@C"],
             hazards=[hazard("HZ2", "R09", "没有报警器", room="C")]),
        home("D0000603", "12幢2单元603室", away=60, case=barred, verdict="non_compliant", violated=["R11@A"],
             hazards=[hazard("HZ3", "R11", "防盗窗打不开", room="A", due=-3, severity="severe")]),
        home("D0000504", "6幢3单元504室", away=260, case=old, verdict="unknown"),
        home("D0000301", "12幢1单元301室", away=90, case=new, verdict="unchecked", seen_at=None),
    ]  # fmt: skip
    made += [home(f"D00{7000 + number}", f"{number % 9 + 1}幢1单元{number:03}室", away=300 + number * 7, case=four_rooms()) for number in range(15)]  # fmt: skip
    return made


def units() -> list[dict[str, Any]]:
    named = [("U12-2", "12幢2单元"), ("U12-1", "12幢1单元"), ("U6-3", "6幢3单元")]
    return [
        {"code": code, "name": name, "address": f"{name} 楼道", "facts": known(make_unit(), "unit", 10), "hazards": [], "homes": 8}
        for code, name in named
    ]  # fmt: skip


def plan() -> list[dict[str, Any]]:
    def item(number: int, code: str, kind: str, due: int, **over: Any) -> dict[str, Any]:
        day = (today() + dt.timedelta(days=due)).isoformat()
        return {"item": f"{number}", "home": code, "unit": None, "hazard": None, "due": day, "reason": kind, "kind": kind,
                "attempt": 1, "next": "day", **over}  # fmt: skip

    return [
        item(1, "D0000603", "reinspection", -3, hazard="HZ3"),
        item(2, "D0000402", "reinspection", 0, hazard="HZ2"),
        item(3, "D0000504", "ladder", 0, next="evening"),
        item(4, "D0000403", "routine", 3),
        item(5, "D0000301", "first", 4),
        item(6, "D007003", "routine", 0),
        {**item(7, "", "routine", 2), "home": None, "unit": "U6-3"},
    ]


def book(module: str) -> dict[str, Any]:
    def both(text: Any) -> dict[str, str]:
        return {"zh": text.zh, "en": text.en}

    judge = judge_for(EDITION, today())
    rules = {
        rule.id: {
            "title": {lang: judge.words(rule.words.title, lang) for lang in ("zh", "en")},
            "todo": {lang: judge.words(rule.words.todo, lang) for lang in ("zh", "en")},
            "severity": rule.severity,
            "category": rule.category,
            "days": rule.days,
            "working_days": rule.day_kind == "working",
            "bound": list(rule.bound),
            "force": rule.force,
            "tenant": "tenant" in rule.bound,
            "entity": rule.entity,
            "source": [both(source.text) for source in rule.sources],
        }
        for rule in EDITION.rules_on(today())
    }
    return {
        "edition": EDITION.name,
        "label": both(EDITION.label),
        "on": today().isoformat(),
        "questions": {},
        "rules": rules,
        "module": module,
    }
