"""Builders for tests of the portal: a home with a landlord and a tenant who have telephones, and their browsers."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.core import time
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.dwellings.testing import make_area, make_estate, make_party, make_sound_dwelling, make_unit, make_user
from anju.portal.models import Letter
from anju.signage.models import Sign
from anju.signage.selectors.drafts import draft
from anju.signage.services import printing

LANDLORD, TENANT, STRANGER = "13900128816", "13800001234", "13700009999"
ID_MAN, ID_WOMAN = "11010519491231003X", "11010519491231002X"  # the 17th digit is odd, even
STROKES = json.dumps(
    {"ratio": 2.2, "strokes": [[[0.1 + n * 0.02, 0.3 + 0.2 * (n % 3), n * 15] for n in range(20)], [[0.6 + n * 0.01, 0.5, 500 + n] for n in range(20)]]}
)  # fmt: skip


@dataclass
class House:
    """One home of a grid, and who has to do with it."""

    zone: Area
    community: Area
    grid: Area
    estate: Place
    home: Dwelling
    landlord: Party
    tenant: Party
    lives: Occupant
    worker: User
    office: User
    police: User

    @property
    def sign(self) -> str:
        """The code of a sign that hangs at the home's door, whatever the record says of the home."""
        return hang(self.home)


def make_house(name: str = "紫竹品苑", **over: Any) -> House:
    zone = make_area("zone", f"{name}镇")
    community = make_area("community", f"{name}社区", parent=zone)
    community.police_office = f"{name}派出所"
    community.save()
    grid = make_area("grid", f"{name}第一网格", parent=community, leader_name="朱晓琴")
    grid.leader_phone = "0512-50001234"
    grid.save()
    estate = make_estate(grid, name)
    unit = make_unit(grid, estate)
    landlord = make_party(grid, "顾建明")
    landlord.phone, landlord.id_number = over.pop("landlord_phone", LANDLORD), ID_MAN
    landlord.save()
    home = make_sound_dwelling(grid, place=unit, address=f"{name}6幢1单元1203室", landlord=landlord, **over)
    tenant = make_party(grid, "何雨桐")
    tenant.phone, tenant.id_number = TENANT, ID_WOMAN
    tenant.save()
    lives = Occupant.objects.create(
        dwelling=home,
        party=tenant,
        room=home.rooms.first(),
        since=time.today() - timedelta(days=1),
        registration="declared",
    )
    return House(
        zone, community, grid, estate, home, landlord, tenant, lives,
        make_user(department="grid", area=grid, display_name="韩丽娟"),
        make_user(department="office", area=zone, is_leader=True, display_name="陆晓岚"),
        make_user(department="police", area=zone, display_name="徐志远"),
    )  # fmt: skip


def hang(subject: Dwelling | Place, kind: str = Sign.Kind.OUTSIDE) -> str:
    """The code of a sign there; the one that hangs, if one does."""
    known = (
        Sign._base_manager.filter(dwelling=subject)
        if isinstance(subject, Dwelling)
        else Sign._base_manager.filter(place=subject)
    )
    row = known.filter(kind=kind, state=Sign.State.POSTED).first()
    if row is None:
        again: Any = type(subject)._base_manager.get(pk=subject.pk)
        row = printing.sign_of(kind, again, draft(kind, again, time.today()), edition=1, by=system_actor())
        row.state, row.posted_at = Sign.State.POSTED, time.now()
        row.save()
    return row.code


def code_sent_to(phone: str) -> str:
    """The six digits of the newest SMS to a telephone; "" when none goes out."""
    for letter in Letter.objects.filter(state=Letter.State.WAITING).order_by("-id"):
        if letter.number == phone:
            return "".join(character for character in letter.text.split("，")[0] if character.isdigit())
    return ""


def come_in(phone: str, **headers: Any) -> Client:
    """A browser that signed in with a one-time code."""
    client = Client(**headers)
    client.post("/p/sign-in/", {"phone": phone})
    answer = client.post("/p/sign-in/code/", {"digits": code_sent_to(phone)})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return client
