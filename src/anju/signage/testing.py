"""Builders for tests of signs: an estate in which every name, number and telephone is known."""

import io
import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pypdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.core import time
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.dwellings.testing import (
    make_area,
    make_dwelling,
    make_estate,
    make_party,
    make_sound_dwelling,
    make_unit,
    make_user,
)
from anju.files.models import StoredFile
from anju.files.services import store_photo
from anju.registration.models import Consent
from anju.signage import layout
from anju.signage.models import Sign
from anju.signage.selectors.surroundings import Surroundings
from anju.signage.services import printing

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
BASE = "https://anju.example.cn"
_numbers = itertools.count(1)


def id_number(born: str = "19900101", *, man: bool = True) -> str:
    """Of a region that does not exist; odd third digit of the sequence for a man."""
    number = next(_numbers) * 2 % 998 + (1 if man else 2)
    first = f"990000{born}{number:03d}"
    return first + CHECKS[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


@dataclass
class Street:
    """An estate with one staircase. `secrets` are what no sign outside may show: names in full, numbers, telephones."""

    grid: Area
    estate: Place
    unit: Place
    office: User
    police: User
    secrets: list[str] = field(default_factory=list)

    def party(self, name: str, *, born: str = "19900101", man: bool = True, **over: Any) -> Party:
        phone = f"1990000{next(_numbers):04d}"
        values = {"phone": phone, "id_number": id_number(born, man=man), **over}
        self.secrets += [value for value in (values["phone"], values["id_number"]) if value]
        if over.get("kind") != "company":
            self.secrets.append(name)
        return make_party(self.grid, name, **values)

    def home(self, number: str = "403", *, landlord: Party | None = None, sound: bool = True, **over: Any) -> Dwelling:
        build = make_sound_dwelling if sound else make_dwelling
        values = {"address": f"{self.estate.name}12幢2单元{number}室", **over}
        landlord = landlord or self.party("顾德明")
        return build(self.grid, place=self.unit, number=f"{number}室", landlord=landlord, **values)

    def lives(self, home: Dwelling, name: str, room: str = "A", *, agreed: bool = False, **over: Any) -> Occupant:
        row: Occupant = Occupant.objects.create(
            dwelling=home, room=home.rooms.get(name=room), party=self.party(name, **over), since=time.today() - timedelta(days=3)
        )  # fmt: skip
        Dwelling._base_manager.filter(pk=home.pk).update(people=home.occupants.filter(until=None).count())
        if agreed:
            Consent.objects.create(  # past the service: a sign must not name a minor even where a row says so
                dwelling=home, party=row.party, purpose=Consent.Purpose.SIGN_NAME, text_edition="1", given_at=time.now(),
                given_by=self.office,
            )  # fmt: skip
        return row

    def printed(self, kind: str, subject: Any) -> Sign:
        made: Sign = printing.print_sign(by=self.office, kind=kind, subject=subject)
        return made

    def posted(self, kind: str, subject: Any) -> Sign:
        made: Sign = printing.mark_posted(
            by=self.office, sign=self.printed(kind, subject), photo=make_photo(self.office)
        )
        return made


def make_street(name: str = "娄江新村C7区", **over: Any) -> Street:
    zone = make_area("zone", over.pop("zone", f"开发区{next(_numbers)}"))
    community = make_area("community", parent=zone, leader_name="郁秀珍")
    grid = make_area("grid", parent=community, leader_name="周敏")
    Area.objects.filter(pk=community.pk).update(leader_phone="0512-50000020", police_office="娄江警务室")
    Area.objects.filter(pk=grid.pk).update(leader_phone="0512-50000036", members=["沈惠芳"])
    grid.refresh_from_db()
    estate = make_estate(grid, name, latitude=31.38, longitude=121.01, property_company="安泾物业", **over)
    unit = make_unit(grid, estate, storeys=6)
    office = make_user(department="office", area=zone, is_leader=True)
    return Street(grid, estate, unit, office, make_user(department="police", area=zone))


def make_photo(by: User, *, latitude: float | None = None, longitude: float | None = None) -> StoredFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), next(_numbers) % 250).save(out, "JPEG")
    photo = store_photo(upload=SimpleUploadedFile("牌子.jpg", out.getvalue(), content_type="image/jpeg"), by=by)
    photo.latitude, photo.longitude = latitude, longitude
    photo.save()
    return photo


def pages_of(data: bytes) -> list[str]:
    """What a person or a machine can read on each page, without spaces: typst sets characters one by one."""
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def text_of(sign: Sign) -> str:
    style = Surroundings([sign.area_path], []).style(sign.area_path)
    return "".join(pages_of(layout.pdf(sign.kind, [layout.sheet(sign, BASE)], style)))


def chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
