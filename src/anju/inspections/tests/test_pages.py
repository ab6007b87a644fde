"""Pages as people use them: the whole job through the browser's eyes, refusals in words, nothing of another town."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from anju.core import time
from anju.core.registry import registry
from anju.documents.models import Document
from anju.dwellings.testing import make_sound_dwelling, make_user
from anju.inspections.models import Hazard, HazardPhoto, PlanItem, Visit
from anju.inspections.services import hazards, plans
from anju.inspections.services.opening import Spot, record_hazard
from anju.inspections.testing import make_finding, make_hazard, make_photo, make_team, make_upload
from anju.inspections.testing_pages import browser, home_of, stop_clock, token_of, town, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    return stop_clock(monkeypatch)


def test_the_whole_job_from_inspection_to_closing_with_a_notice() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    page = grid.get(f"/inspections/homes/{home.code}/visit/").content.decode()
    answers = {"token": token_of(page), "result": "done", "room": ["A"], "d-letting_state": "let", "d-extinguishers_3kg": "0",
               "r0-let": "yes", "r0-alarm": "yes"}  # fmt: skip
    response = grid.post(
        f"/inspections/homes/{home.code}/visit/", {**answers, "photo-d-extinguishers_3kg": make_upload()}
    )
    assert response.status_code == 302
    hazard = Hazard._base_manager.get(rule="D09")
    assert hazard.photos.count() == 1
    result = grid.get(response["Location"])
    assert hazard.code in result.content.decode()
    notice = grid.post(f"/hazards/notice/?home={home.code}", {"ids": [hazard.code], "addressee": "周桂芳"})
    document = Document._base_manager.get()
    assert notice["Location"] == f"/documents/{document.code}/"
    step = f"/hazards/{hazard.code}/do/"
    version = version_of(grid.get(f"{step}correct/").content.decode())
    assert (
        grid.post(f"{step}correct/", {"version": version, "text": "补了两具", "photos": make_upload()}).status_code
        == 302
    )
    own = grid.get(f"{step}reinspect/").content.decode()
    refused = grid.post(f"{step}reinspect/", {"version": version_of(own), "result": "yes"})
    assert refused.status_code == 409
    assert "沈立群" in refused.content.decode()
    colleague = browser(team.colleague)
    assert colleague.post(f"{step}reinspect/", {"version": version_of(own), "result": "yes"}).status_code == 302
    hazard.refresh_from_db()
    assert hazard.state == "closed"
    shown = colleague.get(f"/hazards/{hazard.code}/").content.decode()
    assert "补了两具" in shown


PAGES = (
    "/hazards/{hazard}/", "/hazards/{hazard}/do/assign/", "/hazards/{hazard}/photos/{photo}/", "/inspections/visits/{visit}/",
    "/inspections/homes/{home}/visit/", "/inspections/plans/{plan}/", "/hazards/notice/?home={home}", "/inspections/homes/{home}/management/",
)  # fmt: skip


def test_x1_pages_of_another_town_do_not_exist() -> None:
    team = town()
    home = home_of(team)
    grid = browser(team.grid)
    grid.post(f"/inspections/homes/{home.code}/visit/", {"token": "1", "result": "done", "d-rcd": "no"})
    hazard = Hazard._base_manager.get(rule="D20")
    hazards.correct(by=team.grid, hazard=hazard, text="装了", photos=[make_photo(team.grid)])
    other = home_of(team)
    plan = plans.create_plan(by=team.office, title="", area=team.zone, reason="first", due_on=time.today())
    assert plan.items is not None
    assert other.code
    names = {
        "hazard": hazard.code, "photo": hazard.photos.get().file.code, "visit": Visit._base_manager.get().code,
        "home": home.code, "plan": plan.code,
    }  # fmt: skip
    mine, stranger = browser(team.office), browser(team.stranger)
    for page in PAGES:
        url = page.format(**names)
        assert mine.get(url).status_code == 200, url
        assert stranger.get(url).status_code == 404, url
    for url in ("/hazards/", "/hazards/board/", "/inspections/", "/inspections/plans/", "/hazards/inbox/"):
        html = stranger.get(url).content.decode()
        assert hazard.code not in html
        assert home.address not in html
        assert mine.get(url).status_code == 200


@pytest.mark.parametrize(
    ("department", "url", "status"),
    [
        ("grid", "/hazards/", 200),
        ("grid", "/hazards/inbox/", 403),
        ("grid", "/hazards/export.xlsx", 403),
        ("grid", "/inspections/plans/new/", 403),
        ("market", "/hazards/notice/", 403),
        ("water", "/hazards/", 200),
        ("water", "/inspections/", 403),
        ("tenant", "/hazards/", 403),
        ("audit", "/hazards/new/", 403),
        ("police", "/inspections/plans/new/", 200),
    ],
)
def test_a_department_reaches_the_pages_of_its_verbs_only(department: str, url: str, status: int) -> None:
    team = town()
    client = browser(make_user("", department, team.zone))
    assert client.get(url).status_code == status


def test_a_step_without_the_verb_is_refused_even_by_address() -> None:
    team = town()
    hazard = make_hazard(team)
    answer = browser(team.grid).post(f"/hazards/{hazard.code}/do/void/", {"version": 0, "kind": "false", "reason": "x"})
    assert answer.status_code == 403
    hazard.refresh_from_db()
    assert hazard.state == "open"


def test_filters_live_in_the_address_and_the_export_takes_them() -> None:
    team = town()
    severe = make_hazard(team, severity="severe", title="木楼梯")
    minor = make_hazard(team, title="灭火器过期")
    office = browser(team.office)
    html = office.get("/hazards/?severity=serious").content.decode()
    assert severe.code in html
    assert minor.code not in html
    html = office.get("/hazards/", {"q": "灭火器"}).content.decode()
    assert minor.code in html
    assert severe.code not in html
    assert minor.code not in office.get("/hazards/?state=closed").content.decode()
    sheet = office.get("/hazards/export.xlsx?severity=serious")
    assert sheet["Content-Type"].endswith("sheet")


def test_many_at_once_need_a_reason_and_say_what_was_refused() -> None:
    team = town()
    first, second = make_hazard(team), make_hazard(team, severity="prohibited")
    office = browser(team.office)
    ids = [first.code, second.code]
    asked = office.post("/hazards/bulk/", {"do": "escalate", "ids": ids})
    assert asked.status_code == 200
    assert office.post("/hazards/bulk/", {"do": "escalate", "ids": ids, "sure": "1"}).status_code == 422
    done = office.post("/hazards/bulk/", {"do": "escalate", "ids": ids, "sure": "1", "reason": "屡次不改"}, follow=True)
    html = done.content.decode()
    assert second.title in html
    first.refresh_from_db()
    assert first.tier == 2
    given = office.post(
        "/hazards/bulk/", {"do": "assign", "ids": [first.code], "sure": "1", "handler": team.grid.username}
    )
    assert given.status_code == 302
    first.refresh_from_db()
    assert first.handler == team.grid


def test_a_hazard_without_a_rule_can_be_recorded_on_a_place() -> None:
    team = town()
    place = home_of(team).place
    answer = browser(team.grid).post(
        "/hazards/new/",
        {"title": "消防车通道被占", "where": place.code, "category": "fire", "severity": "severe", "days": "0", "bound": "property",
         "source": "report"},
    )  # fmt: skip
    hazard = Hazard._base_manager.get(source="report")
    assert answer["Location"] == f"/hazards/{hazard.code}/"
    assert (hazard.place, hazard.answerable, hazard.source) == (place, "property", "report")
    assert browser(team.stranger).post("/hazards/new/", {"title": "x", "where": place.code, "category": "fire", "severity": "minor",
        "days": "1", "bound": "property", "source": "report"}).status_code == 422  # fmt: skip


def test_a_check_is_planned_from_the_page_of_the_home() -> None:
    team = town()
    home = home_of(team)
    answer = browser(team.office).post(f"/inspections/homes/{home.code}/check/")
    assert answer["Location"] == f"/dwellings/{home.code}/"
    item = PlanItem._base_manager.get(dwelling=home)
    work = browser(item.inspector).get("/inspections/").content.decode()
    assert home.address in work


def test_today_has_what_waits_for_the_person() -> None:
    team = town()
    hazard = make_hazard(team, days=0)
    hazards.assign(by=team.office, hazard=hazard, handler=team.grid)
    plans.ask_check(by=team.office, dwelling=home_of(team))
    kinds = {item.kind for source in registry.work for item in source(team.grid, time.now())}
    assert {"hazard"} <= kinds
    assert not [item for source in registry.work for item in source(team.stranger, time.now()) if item.kind == "hazard"]


def test_the_page_of_the_home_says_who_does_what_by_when() -> None:
    team = town()
    home = home_of(team)
    browser(team.grid).post(
        f"/inspections/homes/{home.code}/visit/", {"token": "1", "result": "done", "d-extinguishers_3kg": "0"}
    )
    hazard = Hazard._base_manager.get(rule="D09")
    html = browser(team.office).get(f"/dwellings/{home.code}/").content.decode()
    assert "周桂芳" in html
    assert f"/hazards/{hazard.code}/" in html
    assert f"/hazards/notice/?home={home.code}" in html


def test_open_hazards_that_the_verdict_does_not_show_stand_above_it_each_of_them() -> None:
    team = town()
    home = home_of(team)
    several = [record_hazard(by=team.grid, spot=Spot(dwelling=home), finding=make_finding(title=title, rule=""),
                             source=Hazard.Source.REPORT) for title in ("发生火情", "楼道充电")]  # fmt: skip
    html = browser(team.office).get(f"/dwellings/{home.code}/").content.decode()
    above = html[: html.index('class="a-verdict')]
    for hazard in several:
        assert hazard.title in above
        assert f"/hazards/{hazard.code}/" in above
    Hazard._base_manager.filter(pk=several[0].pk).update(state="void", active=False)
    html = browser(team.office).get(f"/dwellings/{home.code}/").content.decode()
    assert "发生火情" not in html[: html.index('class="a-verdict')]


def test_a_home_with_an_open_hazard_is_not_called_compliant_without_a_word_of_it() -> None:
    team = town()
    home = make_sound_dwelling(team.grid_area)
    fire = record_hazard(by=team.grid, spot=Spot(dwelling=home), finding=make_finding(title="发生火情", rule=""))

    def verdict() -> str:
        html = browser(team.office).get(f"/dwellings/{home.code}/").content.decode()
        return html[html.index('class="a-verdict') :].split("</section>")[0]

    assert "合规" in verdict()
    assert "尚未消除" in verdict()
    Hazard._base_manager.filter(pk=fire.pk).update(state="void", active=False)
    assert "合规" in verdict()
    assert "尚未消除" not in verdict()


def test_lists_cost_the_same_number_of_queries_with_more_rows(django_assert_max_num_queries: Any) -> None:
    team = town()
    for number in range(12):
        make_hazard(team, title=f"隐患 {number}")
    office = browser(team.office)
    office.get("/hazards/")
    with django_assert_max_num_queries(45):
        office.get("/hazards/")


def test_a9_4_the_shared_part_is_inspected_by_itself_and_only_in_ones_own_area() -> None:
    team = town()
    place = home_of(team).place
    url = f"/inspections/places/{place.code}/visit/"
    grid = browser(team.grid)
    page = grid.get(url).content.decode()
    assert 'name="u-exit_state"' in page
    assert 'name="d-letting_state"' not in page
    answer = grid.post(url, {"token": "1", "result": "done", "u-exit_state": "locked"})
    assert answer.status_code == 302
    assert Hazard._base_manager.get(rule="U01").place == place
    assert grid.get(answer["Location"]).status_code == 200
    assert browser(team.stranger).get(url).status_code == 404


def test_a_picture_that_proves_both_the_hazard_and_its_correction_opens() -> None:
    team = make_team()
    hazard, picture = make_hazard(team), make_photo()
    HazardPhoto.objects.bulk_create(HazardPhoto(hazard=hazard, file=picture) for _use in range(2))
    grid = browser(team.grid)
    assert grid.get(f"/hazards/{hazard.code}/photos/{picture.code}/").status_code == 200
    assert grid.get(f"/hazards/{hazard.code}/photos/FNOSUCH/").status_code == 404


def test_x7_the_home_and_its_file_tell_what_became_of_its_hazards(clock: Any) -> None:
    team = town()
    home = home_of(team)
    hazard = make_hazard(dwelling=home, title="灭火器不足")
    clock(hours=2)
    hazards.correct(by=team.grid, hazard=hazard, text="补了两具", photos=[make_photo()])
    page = browser(team.colleague).get(f"/dwellings/{home.code}/").content.decode()
    assert "补了两具" in page
    paper = browser(team.colleague).get(f"/dwellings/{home.code}/file.pdf").content
    told = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper)).pages).replace("\n", "")
    assert "灭火器不足" in told.replace(" ", "")
    assert "补了两具" in told.replace(" ", "")
    landlord = make_user(department="landlord", is_staff_member=False)
    assert home.landlord is not None
    home.landlord.user = landlord
    home.landlord.save()
    assert "补了两具" in browser(landlord).get(f"/dwellings/{home.code}/").content.decode()


def test_a3_3_the_police_decide_on_the_page_of_the_hazard_and_it_says_so() -> None:
    team = town()
    hazard = make_hazard(dwelling=home_of(team), is_security=True)
    police = browser(team.police)
    address = f"/hazards/{hazard.code}/do/security/"
    assert address in police.get(f"/hazards/{hazard.code}/").content.decode()
    assert address not in browser(team.office).get(f"/hazards/{hazard.code}/").content.decode()
    version = version_of(police.get(address).content.decode())
    refused = police.post(address, {"version": version, "is_security": "no", "reason": ""})
    assert refused.status_code == 422
    assert police.post(address, {"version": version, "is_security": "no", "reason": "一家人"}).status_code == 302
    assert "公安认定不属" in police.get(f"/hazards/{hazard.code}/").content.decode()
