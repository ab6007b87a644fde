"""One home, one file: the printed page and the PDF say the same, masked, and only to those who may see the home."""

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from anju.areas.models import Area
from anju.core.time import today
from anju.dwellings.models import Dwelling
from anju.dwellings.services.equipment import record_equipment
from anju.dwellings.services.people import arrive, reveal
from anju.dwellings.testing import make_grid, make_party, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid() -> Area:
    return make_grid()


@pytest.fixture
def home(grid: Area) -> Dwelling:
    landlord = make_party(grid, "周桂芳", phone="13900008816")
    return make_sound_dwelling(
        grid,
        address="兰泾花苑 12 幢 2 单元 302 室",
        landlord=landlord,
        room={"alarm": False},
        facts={"extinguishers_3kg": 0},
    )


def _client(department: str, area: Area) -> Client:
    client = Client()
    client.force_login(make_user(department=department, area=area))
    return client


def _text(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "")


def test_x7_page_and_pdf_hold_verdict_reasons_rooms_people_equipment_and_history(home: Dwelling, grid: Area) -> None:
    police = make_user(department="police", area=grid)
    arrive(by=police, dwelling=home, name="王小强", phone="13800004471", since=today(), room=home.rooms.get())
    record_equipment(by=police, dwelling=home, item="torch", quantity=3)
    reveal(by=police, dwelling=home, reason="核对户籍")
    client = _client("police", grid)
    page = client.get(f"/dwellings/{home.code}/file/").content.decode()
    answer = client.get(f"/dwellings/{home.code}/file.pdf")
    assert answer["Content-Type"] == "application/pdf"
    paper = _text(answer.content)
    for word in ("兰泾花苑12幢2单元302室", "R09", "D09", "王*强", "周桂芳", "核对户籍"):
        assert word in page.replace(" ", "")
        assert word in paper
    for secret in ("王小强", "13800004471", "13900008816"):
        assert secret not in page
        assert secret not in paper


def test_who_may_not_know_the_occupants_reads_no_name_in_the_file(home: Dwelling, grid: Area) -> None:
    police = make_user(department="police", area=grid)
    arrive(by=police, dwelling=home, name="王小强", since=today())
    client = _client("fire", grid)
    assert "王*强" not in client.get(f"/dwellings/{home.code}/file/").content.decode()
    assert "王*强" not in _text(client.get(f"/dwellings/{home.code}/file.pdf").content)


def test_x1_another_town_has_no_file_of_this_home(home: Dwelling) -> None:
    client = _client("police", make_grid())
    assert client.get(f"/dwellings/{home.code}/file/").status_code == 404
    assert client.get(f"/dwellings/{home.code}/file.pdf").status_code == 404


def test_a_landlord_reads_what_was_observed_but_not_who_looked_at_whom(home: Dwelling, grid: Area) -> None:
    reveal(by=make_user(department="police", area=grid), dwelling=home, reason="核对户籍")
    owner = make_user(department="landlord")
    home.landlord.user = owner  # type: ignore[union-attr]
    home.landlord.save()  # type: ignore[union-attr]
    client = Client()
    client.force_login(owner)
    page = client.get(f"/dwellings/{home.code}/")
    assert page.status_code == 200
    assert "核对户籍" not in page.content.decode()
