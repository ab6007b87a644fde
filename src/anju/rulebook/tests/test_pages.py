"""The rule book's pages."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from anju import standard
from anju.core.time import today
from anju.dwellings.testing import make_grid, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> tuple[Client, object]:
    grid = make_grid()
    make_sound_dwelling(grid, room={"area": 7.2}, address="兰泾花苑 12 幢 302 室")
    make_sound_dwelling(make_grid(), room={"area": 7.1}, address="别镇别村 9 号")
    client = Client()
    client.force_login(make_user(department="office", area=grid))
    return client, grid


def test_a2_1_every_rule_stands_in_the_book_with_its_source_and_its_homes(town: tuple[Client, object]) -> None:
    body = town[0].get("/rules/").content.decode()
    assert body.count("/rules/R01/homes/") >= 1
    assert "苏州市出租房屋居住安全管理条例" in body
    for rule in ("R14", "D35", "U04"):
        assert rule in body


def test_rules_are_read_with_the_numbers_of_the_day(town: tuple[Client, object]) -> None:
    for address in ("/rules/", "/rules/R01/"):
        body = town[0].get(address).content.decode()
        assert "不是一家人的，人均使用面积不少于 4 m²" in body
        assert "{min_" not in body


def test_filters_narrow_the_book_and_an_empty_result_offers_the_way_back(town: tuple[Client, object]) -> None:
    body = town[0].get("/rules/?severity=prohibited").content.decode()
    assert "R04" in body
    assert ">R01<" not in body.replace(" ", "")
    assert town[0].get("/rules/?q=没有这样的规则").status_code == 200


def test_a_rule_page_shows_its_words_its_cases_and_only_the_homes_of_the_own_area(town: tuple[Client, object]) -> None:
    body = town[0].get("/rules/R01/").content.decode()
    assert "人均使用面积" in body
    assert "兰泾花苑 12 幢 302 室" in body
    assert "别镇别村" not in body
    assert "area / persons &lt; min_area_per_person" in body
    assert "icon-x" not in body.split("案例")[-1].split("</table>")[0]


def test_the_list_of_homes_and_its_export_hold_the_own_area_only(town: tuple[Client, object]) -> None:
    assert "别镇" not in town[0].get("/rules/R01/homes/").content.decode()
    sheet = town[0].get("/rules/R01/homes.xlsx")
    assert sheet.status_code == 200
    assert sheet["Content-Disposition"].endswith(".xlsx") or ".xlsx" in sheet["Content-Disposition"]


def test_every_rule_has_a_page_in_both_languages(town: tuple[Client, object]) -> None:
    for rule in standard.current_edition(today()).rules_on(today()):
        for language in ("zh-hans", "en"):
            answer = town[0].get(f"/rules/{rule.id}/", headers={"accept-language": language})
            assert answer.status_code == 200, rule.id


def test_an_unknown_rule_is_not_found(town: tuple[Client, object]) -> None:
    assert town[0].get("/rules/R99/").status_code == 404


def test_the_pages_cost_a_fixed_number_of_queries(
    town: tuple[Client, object], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(14):
        town[0].get("/rules/")
    with django_assert_max_num_queries(16):
        town[0].get("/rules/R01/")
