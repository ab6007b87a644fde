"""Anybody reports a hazard and follows it by a code; officers open a hazard at the right place, answer, reject."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings.testing import make_user
from anju.files.models import StoredFile
from anju.inspections.models import Hazard
from anju.inspections.services import hazards
from anju.inspections.testing import make_photo, make_upload
from anju.portal.models import Letter, Report
from anju.portal.services import reports, retention
from anju.portal.testing import STRANGER, House, make_house

pytestmark = pytest.mark.django_db


def send(house: House, client: Client | None = None, **over: object) -> Report:
    client = client or Client()
    data = {
        "token": f"t{Report._base_manager.count()}",
        "kinds": ["ebike", "exit"],
        "where_kind": "shared",
        "text": "一楼大厅",
        **over,
    }
    answer = client.post(f"/p/home/{house.sign}/report/", data)
    assert answer.status_code == 302, re.findall(r'class="err.*?</span>', answer.content.decode())
    return Report._base_manager.get(tracking=answer["Location"].split("/")[3])


def open_it(house: House, row: Report, **over: object) -> object:
    client = Client()
    client.force_login(house.worker)
    data = {"seen": "new", "spot": row.place.code if row.place else "other", "title": "楼道停放电动车", "category": "fire", "severity": "severe", "days": "0", "answer": "已派人处理", **over}  # fmt: skip
    return client.post(f"/reports/{row.code}/open/", data)


def test_a_report_with_a_photo_needs_no_name_and_gives_a_code_without_doubtful_letters() -> None:
    house = make_house()
    row = send(house, photos=make_upload())
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{8}", row.tracking)
    assert row.place == house.home.place
    assert row.dwelling is None  # the stairs are nobody's home
    assert row.photos.count() == 1
    page = Client().get(f"/p/report/{row.tracking}/").content.decode()
    assert f"{row.tracking[:4]}-{row.tracking[4:]}" in page
    assert Entry.objects.filter(verb="report.made").count() == 1


def test_119_stands_above_the_form() -> None:
    house = make_house()
    page = Client().get(f"/p/home/{house.sign}/report/").content.decode()
    assert page.index("tel:119") < page.index('<form class="page"')


def test_the_same_form_sent_twice_is_one_report() -> None:
    house = make_house()
    first, second = send(house, token="same"), send(house, token="same")
    assert first.pk == second.pk


def test_what_is_no_photo_is_refused_in_words_and_nothing_is_kept() -> None:
    house = make_house()
    bad = SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg")
    answer = Client().post(
        f"/p/home/{house.sign}/report/", {"token": "t", "kinds": ["gas"], "where_kind": "home", "photos": bad}
    )
    assert answer.status_code == 422
    assert "SVG" in answer.content.decode()
    assert not Report._base_manager.exists()


def test_reports_are_limited_by_address_and_in_all(settings) -> None:  # type: ignore[no-untyped-def]
    house = make_house()
    settings.ANJU_REPORTS_PER_ADDRESS, settings.ANJU_REPORTS_PER_CITY = 2, 3
    address, data = f"/p/home/{house.sign}/report/", {"kinds": ["gas"], "where_kind": "home"}
    one = [Client().post(address, {**data, "token": f"a{n}"}).status_code for n in range(3)]
    other = [Client(REMOTE_ADDR="203.0.113.7").post(address, {**data, "token": f"b{n}"}).status_code for n in range(2)]
    assert (one, other) == ([302, 302, 422], [422, 422])
    settings.ANJU_REPORTS_PER_CITY = 100
    assert Client(REMOTE_ADDR="203.0.113.7").post(address, {**data, "token": "c"}).status_code == 422
    assert Report._base_manager.count() == 2


def test_guessing_codes_is_stopped_before_it_finds_anything(settings) -> None:  # type: ignore[no-untyped-def]
    house = make_house()
    row = send(house)
    settings.ANJU_LOOKUPS_PER_ADDRESS = 3
    client = Client()
    for n in range(3):
        assert client.get(f"/p/report/ABCD234{n + 2}/").status_code == 404
    assert client.get(f"/p/report/{row.tracking}/").status_code == 409
    assert client.get(f"/q/{house.sign}/").status_code == 409
    assert Client(REMOTE_ADDR="203.0.113.7").get(f"/p/report/{row.tracking}/").status_code == 200


def test_an_officer_opens_a_hazard_of_the_place_with_the_photos() -> None:
    house = make_house()
    row = send(house, photos=make_upload())
    assert open_it(house, row).status_code == 302  # type: ignore[attr-defined]
    row.refresh_from_db()
    hazard = row.hazard
    assert hazard is not None
    assert (row.state, hazard.source, hazard.place, hazard.answerable) == (
        "opened",
        "report",
        house.home.place,
        "property",
    )
    assert hazard.photos.count() == 1
    page = Client().get(f"/p/report/{row.tracking}/").content.decode()
    assert "已派人处理" in page
    assert "在此之前改好" in page


def test_a_report_about_a_home_becomes_a_hazard_that_binds_who_lets_it() -> None:
    house = make_house()
    row = send(house, where_kind="home")
    assert open_it(house, row, spot=house.home.code).status_code == 302  # type: ignore[attr-defined]
    hazard = Hazard._base_manager.get()
    assert (hazard.dwelling, hazard.answerable_party) == (house.home, house.landlord)


def test_a_place_of_another_town_is_refused_as_if_it_did_not_exist() -> None:
    house, other = make_house(), make_house("兰泾花苑")
    row = send(house)
    answer = open_it(house, row, spot="other", place_code=other.home.code)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "兰泾花苑" not in answer.content.decode()  # type: ignore[attr-defined]
    assert not Hazard._base_manager.exists()


def test_what_was_put_right_shows_on_the_tracking_page() -> None:
    house = make_house()
    row = send(house)
    open_it(house, row, severity="minor", days="3")
    hazard = Hazard._base_manager.get()
    hazards.correct(by=house.worker, hazard=hazard, text="搬走", photos=[make_photo()])
    hazards.reinspect(by=house.office, hazard=hazard, put_right=True)
    page = Client().get(f"/p/report/{row.tracking}/").content.decode()
    assert "已整改并核查" in page
    assert "没解决" in page


def test_an_answer_and_a_rejection_need_words_and_are_read_under_the_code() -> None:
    house = make_house()
    row = send(house, phone=STRANGER)
    with pytest.raises(Refused):
        reports.reject(by=house.worker, report=row, reason=" ")
    reports.reject(by=house.worker, report=row, reason="不属于消防安全隐患")
    page = Client().get(f"/p/report/{row.tracking}/").content.decode()
    assert "不属于消防安全隐患" in page
    assert "韩丽娟" not in page  # nobody's name
    letter = Letter.objects.get()
    assert letter.number == STRANGER
    assert "不属于" not in letter.text


def test_two_officers_at_once_the_second_is_told() -> None:
    house = make_house()
    row = send(house)
    reports.answer_report(by=house.worker, report=row, answer="已劝离", seen="new")
    with pytest.raises(Stale, match="韩丽娟"):
        reports.reject(by=house.office, report=row, reason="不属实", seen="new")


def test_not_solved_brings_it_back_three_times_at_most_and_for_thirty_days() -> None:
    house = make_house()
    row = send(house)
    for _turn in range(reports.MOST_AGAIN):
        reports.answer_report(by=house.worker, report=row, answer="已处理")
        reports.not_solved(report=row, text="还在")
        row.refresh_from_db()
        assert row.state == "new"
    reports.answer_report(by=house.worker, report=row, answer="已处理")
    with pytest.raises(Refused):
        reports.not_solved(report=row, text="还在")
    late = send(house)
    reports.answer_report(by=house.worker, report=late, answer="已处理")
    Report._base_manager.filter(pk=late.pk).update(decided_at=time.now() - timedelta(days=31))
    with pytest.raises(Refused):
        reports.not_solved(report=late, text="还在")


def test_the_list_holds_the_own_area_only_and_exports_no_telephone() -> None:
    house, other = make_house(), make_house("兰泾花苑")
    send(house, phone=STRANGER)
    theirs = send(other)
    client = Client()
    client.force_login(house.worker)
    page = client.get("/reports/").content.decode()
    assert "紫竹品苑" in page
    assert "兰泾花苑" not in page
    assert client.get(f"/reports/{theirs.code}/").status_code == 404
    office = Client()
    office.force_login(house.office)
    assert STRANGER.encode() not in office.get("/reports/export.xlsx").content


def test_a_report_is_forgotten_a_year_after_its_answer_and_only_then() -> None:
    house = make_house()
    row = send(house, phone=STRANGER, photos=make_upload())
    reports.answer_report(by=house.worker, report=row, answer="已处理")
    retention.forget_reports(time.now() + timedelta(days=364))
    row.refresh_from_db()
    assert row.phone == STRANGER
    retention.forget_reports(time.now() + timedelta(days=366))
    row.refresh_from_db()
    assert (row.phone, row.text, row.photos.count(), row.state) == ("", "", 0, "answered")
    assert not StoredFile.objects.exists()


def test_the_worklist_shows_what_waits_to_who_may_answer() -> None:
    house = make_house()
    send(house)
    from anju.portal import worklist

    assert len(list(worklist.reports(house.worker, time.now()))) == 1
    assert list(worklist.reports(make_user(department="audit", area=house.zone), time.now())) == []


def test_a_code_that_is_typed_wildly_never_breaks_a_page() -> None:
    for typed in ("a/b", "../..", "<script>", "K7QM-3X9D", "", "1" * 500, "\x00"):
        for where in ("/p/", "/p/report/find/"):
            assert Client().get(where, {"code": typed}).status_code in (200, 302)


def test_who_left_a_telephone_hears_when_the_hazard_is_closed_and_once() -> None:
    house = make_house()
    row = send(house, phone=STRANGER)
    open_it(house, row, severity="minor", days="3")
    reports.tell_results(time.now())
    assert not Letter.objects.exists()
    hazard = Hazard._base_manager.get()
    hazards.correct(by=house.worker, hazard=hazard, text="搬走", photos=[make_photo()])
    hazards.reinspect(by=house.office, hazard=hazard, put_right=True)
    reports.tell_results(time.now())
    reports.tell_results(time.now())
    assert [letter.number for letter in Letter.objects.all()] == [STRANGER]
