"""Builders for tests of this app and those above: a power, two officers, an order, a joint action."""

from datetime import date
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area
from anju.documents.testing import make_body
from anju.dwellings.testing import make_user
from anju.enforcement.models import JointAction, LegalOrder, Power
from anju.enforcement.services import joint, orders, powers
from anju.inspections.models import Hazard
from anju.inspections.testing import Team, make_hazard

LETTING = ("sublessor", "landlord", "operator")


def make_power(area: Area, department: str = "fire", **over: Any) -> Power:
    """A power of the area's department for everything that concerns fire, binding whoever lets."""
    values: dict[str, Any] = {
        "law": "《苏州市出租房屋居住安全管理条例》", "article": "第四十条", "since": date(2019, 5, 1),
        "categories": ["fire", "building", "crowding"], "parties": LETTING, **over,
    }  # fmt: skip
    body = values.pop("body", None) or make_body(area, department, name=f"{area.name}{department}")
    return powers.record_power(by=system_actor(), body=body, **values)


def make_second(team: Team, department: str = "fire") -> User:
    return make_user(department=department, area=team.zone, display_name="吴一凡")


def make_order(team: Team, *hazards: Hazard, **over: Any) -> LegalOrder:
    rows = hazards or (make_hazard(team, severity="severe", days=15),)
    values: dict[str, Any] = {"by": team.fire, "days": 15, **over}
    power = values.pop("power", None) or make_power(team.zone)
    second = values.pop("second_officer", None) or make_second(team)
    return orders.issue_order(hazards=list(rows), power=power, second_officer=second, **values)


def make_action(team: Team, *departments: str, hazard: Hazard | None = None, days: int = 5) -> JointAction:
    """The office asks departments (police and housing) of its town."""
    row = hazard or make_hazard(team, severity="prohibited", days=15)
    make_body(team.zone)
    asks = [joint.Ask(kind, team.zone, "核实并依法处理", days) for kind in departments or ("police", "housing")]
    return joint.start(by=team.office, hazard=row, aim="五日内消除违法出租", asks=asks)
