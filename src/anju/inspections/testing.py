"""Builders for tests of this app and those above: hazards, a team of people in one town."""

import io
import itertools
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.testing import make_dwelling, make_grid, make_party, make_user
from anju.files.models import StoredFile
from anju.files.services import store_photo
from anju.inspections.models import Hazard
from anju.inspections.services.opening import Finding, Spot, open_hazard

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Team:
    """People of one town: a grid worker, the office and its head, departments, and a stranger of another town."""

    zone: Area
    grid_area: Area
    grid: User
    colleague: User
    office: User
    head: User
    police: User
    housing: User
    fire: User
    stranger: User


def make_team() -> Team:
    area = make_grid()
    community = area.parent
    assert community is not None
    zone = community.parent
    assert zone is not None
    elsewhere = make_grid()
    n = next(_numbers)
    return Team(
        zone=zone,
        grid_area=area,
        grid=make_user(f"grid{n}", "grid", area, display_name="沈立群"),
        colleague=make_user(f"colleague{n}", "grid", area, display_name="顾小妹"),
        office=make_user(f"office{n}", "office", zone, display_name="陆晓岚"),
        head=make_user(f"head{n}", "office", zone, is_leader=True, display_name="钱惠芳"),
        police=make_user(f"police{n}", "police", zone, display_name="徐志远"),
        housing=make_user(f"housing{n}", "housing", zone, display_name="唐雪"),
        fire=make_user(f"fire{n}", "fire", zone, display_name="马建新"),
        stranger=make_user(f"stranger{n}", "office", elsewhere, display_name="外人"),
    )


def make_photo(by: Any = None, name: str = "现场.jpg", colour: int = 0) -> StoredFile:
    return store_photo(upload=make_upload(name, colour), by=by or system_actor())


def make_upload(name: str = "现场.jpg", colour: int = 0) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour or next(_numbers) % 250).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def make_finding(**over: Any) -> Finding:
    values: dict[str, Any] = {
        "title": "灭火器不足", "category": "fire", "severity": "minor", "days": 3,
        "bound": ["sublessor", "landlord", "operator"], "binding": True, **over,
    }  # fmt: skip
    return Finding(**values)


def make_hazard(
    team: Team | None = None, *, by: Any = None, dwelling: Dwelling | None = None, room: str = "", source: str = "inspection",
    found_at: Any = None, **over: Any,
) -> Hazard:  # fmt: skip
    """A hazard at a home of the team's grid; `over` are fields of the finding (severity, days, rule …)."""
    team = team or make_team()
    if dwelling is None:
        dwelling = make_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))
    hazard, _new = open_hazard(
        by=by or team.office,
        spot=Spot(dwelling=dwelling, room=room),
        finding=make_finding(**over),
        source=source,
        found_at=found_at or time.now(),
    )
    return hazard
