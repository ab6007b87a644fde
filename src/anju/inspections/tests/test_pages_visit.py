"""The page of a visit: what is filled in stays, is recorded once, and says what is missing."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anju.core import time
from anju.dwellings.models import Observation
from anju.files.models import StoredFile
from anju.inspections.models import Visit
from anju.inspections.services import hazards
from anju.inspections.testing import make_hazard, make_photo, make_upload
from anju.inspections.testing_pages import browser, home_of, stop_clock, token_of, town, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    return stop_clock(monkeypatch)


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed() -> None:
    team = town()
    hazard = make_hazard(team)
    office = browser(team.office)
    page = office.get(f"/hazards/{hazard.code}/do/extend/").content.decode()
    hazards.assign(by=team.head, hazard=hazard, handler=team.grid)
    answer = office.post(
        f"/hazards/{hazard.code}/do/extend/",
        {"version": version_of(page), "until": "2026-12-05", "reason": "等配件到货"},
    )
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "钱惠芳" in html
    assert "等配件到货" in html
    again = office.post(
        f"/hazards/{hazard.code}/do/extend/",
        {"version": version_of(html), "until": "2026-12-05", "reason": "等配件到货"},
    )
    assert again.status_code == 302
    hazard.refresh_from_db()
    assert (hazard.handler, time.day_of(hazard.due_at).isoformat()) == (team.grid, "2026-12-06")


def test_a_form_that_is_sent_back_keeps_answers_and_photos_and_records_nothing() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    url = f"/inspections/homes/{home.code}/visit/"
    token = token_of(grid.get(url).content.decode())
    wrong = {
        "token": token,
        "result": "done",
        "room": ["A"],
        "d-extinguishers_3kg": "-900",
        "d-rcd": "yes",
        "photo-d-structure": make_upload("墙.jpg"),
    }
    answer = grid.post(url, wrong)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "-900" in html
    file = StoredFile.objects.get()
    assert f'name="kept-d-structure" value="{file.code}"' in html
    assert not Visit._base_manager.exists()
    right = {
        "token": token,
        "result": "done",
        "room": ["A"],
        "d-extinguishers_3kg": "6",
        "d-rcd": "yes",
        "kept-d-structure": file.code,
    }
    assert grid.post(url, right).status_code == 302
    observation = Observation._base_manager.get(source="inspection")
    assert observation.values["facts"] == {"extinguishers_3kg": 6, "rcd": True}
    assert [link.file for link in observation.photo_links.all()] == [file]


def test_a_photo_that_somebody_else_uploaded_cannot_be_taken_over() -> None:
    team = town()
    home = home_of(team)
    foreign = make_photo(team.stranger)
    grid = browser(team.grid)
    url = f"/inspections/homes/{home.code}/visit/"
    grid.post(url, {"token": "t", "result": "done", "d-rcd": "yes", "kept-d-rcd": foreign.code})
    assert Observation._base_manager.get(source="inspection").photo_links.count() == 0


def test_an_svg_instead_of_a_photo_is_refused_beside_its_question() -> None:
    team = town()
    home = home_of(team)
    drawing = SimpleUploadedFile("x.svg", b"<svg onload='x'></svg>", content_type="image/jpeg")
    answer = browser(team.grid).post(
        f"/inspections/homes/{home.code}/visit/",
        {"token": "t", "result": "done", "d-rcd": "yes", "photo-d-structure": drawing},
    )
    assert answer.status_code == 422
    assert "SVG" in answer.content.decode()


def test_a_double_submit_is_one_visit() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    url = f"/inspections/homes/{home.code}/visit/"
    sent = {"token": "same", "result": "done", "d-rcd": "yes"}
    first, second = grid.post(url, sent), grid.post(url, sent)
    assert first["Location"] == second["Location"]
    assert Visit._base_manager.count() == 1


def test_x7_what_is_known_is_shown_and_confirmed_by_one_tap_and_rooms_can_be_added() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    url = f"/inspections/homes/{home.code}/visit/"
    grid.post(url, {"token": "1", "result": "done", "d-rcd": "yes", "d-extinguishers_3kg": "6"})
    page = grid.get(url).content.decode()
    asked, folded = page.split('name="same-d"')[0], page.split('name="same-d"')[1]
    assert 'name="d-rcd"' not in asked
    assert 'name="d-rcd"' in folded
    more = grid.post(url, {"token": "2", "result": "done", "do": "add_room", "room": ["A"], "new_room": "B"})
    assert more.status_code == 200
    assert 'name="room" value="B"' in more.content.decode()
    grid.post(url, {"token": "2", "result": "done", "same-d": "1"})
    last = Observation._base_manager.filter(source="inspection").order_by("-id").first()
    assert last is not None
    assert last.values["facts"].items() >= {"rcd": True, "extinguishers_3kg": 6}.items()


def test_a_department_fact_is_never_asked_of_a_grid_worker() -> None:
    team = town()
    page = browser(team.grid).get(f"/inspections/homes/{home_of(team).code}/visit/").content.decode()
    assert "illegal_building" not in page
    assert "guarantee_signed" not in page


def test_nobody_home_says_the_next_try() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    answer = grid.post(
        f"/inspections/homes/{home.code}/visit/", {"token": "1", "result": "no_access", "photo-door": make_upload()}
    )
    page = grid.get(answer["Location"])
    assert page.status_code == 200
    visit = Visit._base_manager.get()
    assert visit.photos.count() == 1
    link = visit.photos.get()
    assert grid.get(f"/inspections/visits/{visit.code}/photos/{link.file.code}/").status_code == 200
    assert browser(team.stranger).get(f"/inspections/visits/{visit.code}/photos/{link.file.code}/").status_code == 404
