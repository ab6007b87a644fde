"""A legal order is refused with its reason until power, officers, rules, party and case are right (A11.1, A11.5)."""

from datetime import date, timedelta
from typing import Any

import pytest

from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document
from anju.documents.services import serve, void
from anju.documents.testing import make_body
from anju.dwellings.testing import make_dwelling, make_party, make_user
from anju.enforcement.models import LegalOrder
from anju.enforcement.services.orders import issue_order
from anju.enforcement.services.powers import end_power, record_power
from anju.enforcement.testing import make_order, make_power, make_second
from anju.inspections.models import Clock, Hazard
from anju.inspections.services import hazards as steps
from anju.inspections.services import overdue
from anju.inspections.testing import Team, make_hazard, make_photo, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def severe(team: Team, **over: Any) -> Hazard:
    return make_hazard(team, **{"severity": "severe", "days": 15, **over})


def reload(hazard: Hazard) -> Hazard:
    found: Hazard = Hazard.objects.unscoped(reason="test").get(pk=hazard.pk)
    return found


def refusal(team: Team, *hazards: Hazard, **over: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        make_order(team, *hazards, **over)
    assert not LegalOrder.objects.unscoped(reason="test").exists()
    assert not Document.objects.unscoped(reason="test").exists()
    return caught.value


def test_a11_5_an_order_names_power_officers_party_and_gets_the_bodys_number(team: Team) -> None:
    hazard = severe(team, rule="D05")
    order = make_order(team, hazard, certificate="320583011", second_certificate="320583012")
    data = order.document.data
    assert order.document.reference.endswith("1 号")
    assert order.document.addressee == "周桂芳"
    assert [officer["certificate"] for officer in data["officers"]] == ["320583011", "320583012"]
    assert (data["law"], data["days"]) == ("《苏州市出租房屋居住安全管理条例》", 15)
    assert order.due_at is None
    assert hazard.events.filter(move="order").exists()
    assert Entry.objects.get(verb="enforcement.order", subject_id=order.document.code).after["hazards"] == [hazard.code]


def test_a11_1_a_town_office_is_refused_and_told_that_it_sends_notices(team: Team) -> None:
    make_body(team.zone, "office", name="周市镇安居办")
    caught = refusal(team, by=team.office)
    assert "周市镇安居办" in caught.message
    assert "告知书" in caught.instead
    assert "十七" in caught.law


def test_a11_1_a_grid_worker_has_no_such_step(team: Team) -> None:
    with pytest.raises(NotAllowed):
        make_order(team, by=team.grid)


def test_a11_5_one_officer_is_not_enough(team: Team) -> None:
    assert "四十二" in refusal(team, severe(team), second_officer=team.fire).law
    caught = refusal(team, severe(team), second_officer=team.police)
    assert "徐志远" in caught.message
    power = make_power(team.zone)
    with pytest.raises(Refused) as missing:
        issue_order(by=team.fire, hazards=[severe(team)], power=power, second_officer=None, days=15)
    assert "四十二" in missing.value.law


def test_a11_1_guidance_never_carries_an_order(team: Team) -> None:
    binding, soft = severe(team, rule="D05"), severe(team, rule="D20", title="没有漏电保护", binding=False)
    soft.dwelling = binding.dwelling
    caught = refusal(team, soft)
    assert "没有漏电保护" in caught.message
    assert "告知书" in caught.instead


def test_a11_1_a_power_that_ended_or_has_not_begun_is_no_power(team: Team) -> None:
    today = time.today()
    ended = make_power(team.zone, until=today - timedelta(days=1))
    assert str(today - timedelta(days=1)) in refusal(team, power=ended).message
    future = make_power(team.zone, since=today + timedelta(days=1))
    assert str(today + timedelta(days=1)) in refusal(team, power=future).message
    last_day = make_power(team.zone, until=today)
    assert make_order(team, power=last_day).pk


def test_a11_1_without_a_recorded_power_there_is_no_order(team: Team) -> None:
    make_body(team.zone, "fire", name="周市消防")
    with pytest.raises(Refused, match="周市消防") as caught:
        issue_order(by=team.fire, hazards=[severe(team)], power=None, second_officer=make_second(team), days=15)
    assert caught.value.instead


def test_a11_1_a_power_of_another_body_is_no_power(team: Team) -> None:
    make_body(team.zone, "fire")
    foreign = make_power(team.zone, "police")
    with pytest.raises(Refused):
        issue_order(by=team.fire, hazards=[severe(team)], power=foreign, second_officer=make_second(team), days=15)


def test_a11_1_a_power_covers_the_rules_and_categories_that_it_names(team: Team) -> None:
    gas = severe(team, rule="D19", category="gas", title="高层使用瓶装液化气")
    assert "高层使用瓶装液化气" in refusal(team, gas).message
    named = make_power(team.zone, rules=["D19"], categories=[])
    assert make_order(team, gas, power=named).pk


def test_a11_1_the_party_must_be_one_that_the_article_binds(team: Team) -> None:
    hazard = severe(team)
    operators = make_power(team.zone, parties=["operator"])
    assert "周桂芳" in refusal(team, hazard, power=operators).message
    units = make_power(team.zone, article="第六十条第一款", binds_persons=False)
    assert "第六十条" in refusal(team, hazard, power=units).message
    company = make_party(team.grid_area, "和顺公寓管理有限公司", kind="company")
    home = make_dwelling(team.grid_area, landlord=company)
    assert make_order(team, severe(team, dwelling=home), power=units).document.addressee == "和顺公寓管理有限公司"


def test_an_order_without_a_recorded_party_has_no_addressee(team: Team) -> None:
    assert refusal(team, severe(team, dwelling=make_dwelling(team.grid_area))).instead


def test_an_order_speaks_of_one_place_and_one_party(team: Team) -> None:
    first, second = severe(team), severe(team)
    caught = refusal(team, first, second)
    assert first.where in caught.message
    assert second.where in caught.message


def test_a_hazard_that_waits_for_re_inspection_or_is_closed_carries_no_order(team: Team) -> None:
    hazard = severe(team)
    steps.correct(by=team.grid, hazard=hazard, text="好了", photos=[make_photo()])
    refusal(team, reload(hazard))


def test_two_orders_do_not_run_about_one_hazard(team: Team) -> None:
    hazard = severe(team)
    first = make_order(team, hazard)
    with pytest.raises(Refused, match=first.document.reference):
        make_order(team, reload(hazard))


def test_a_hazard_of_another_town_does_not_exist_for_the_officer(team: Team) -> None:
    with pytest.raises(NotAllowed):
        make_order(team, severe(make_team()))


@pytest.mark.parametrize("days", [-1, 91])
def test_the_term_of_an_order_lies_between_at_once_and_ninety_days(team: Team, days: int) -> None:
    refusal(team, days=days)


def test_a11_5_the_day_of_an_order_is_counted_from_its_first_service(team: Team) -> None:
    hazard = severe(team)
    order = make_order(team, hazard, days=5)
    assert not Clock.objects.filter(hazard=hazard, order=True).exists()
    proof: dict[str, Any] = {"second_officer": "吴一凡", "receiver": "周桂芳", "proof": [make_photo()]}
    first = time.now()
    serve(by=team.fire, document=order.document, how="in_person", served_at=first, **proof)
    order.refresh_from_db()
    assert order.due_at == time.due_at(time.day_of(first), 5, working=False)
    serve(by=team.fire, document=order.document, how="post", served_at=time.now(), tracking="XA12345678932")
    again = LegalOrder.objects.unscoped(reason="test").get(pk=order.pk)
    assert again.due_at == order.due_at
    hazard = reload(hazard)
    assert hazard.order_served_at == first
    assert hazard.due_at == order.due_at
    assert Clock.objects.filter(hazard=hazard, order=True).count() == 1


def test_a11_5_left_with_a_witness_starts_the_day_like_a_signature(team: Team) -> None:
    order = make_order(team, days=0)
    serve(by=team.fire, document=order.document, how="left", served_at=time.now(), refused_to_sign=True, witness="李卫",
          second_officer="吴一凡")  # fmt: skip
    order.refresh_from_db()
    assert order.due_at == time.day_end(time.today())
    assert reload(order.hazards.unscoped(reason="test").get()).refused_at is None  # not a refusal to correct


def test_a11_1_the_second_missed_day_of_an_order_is_tier_three(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    start, hazard = time.now(), severe(team)
    for turn in (1, 2):
        monkeypatch.setattr(time, "now", lambda day=turn: start + timedelta(days=2 * day - 2))
        document = make_order(team, reload(hazard), days=0).document
        serve(
            by=team.fire, document=document, how="left", served_at=time.now(), witness="李卫", second_officer="吴一凡"
        )
        monkeypatch.setattr(time, "now", lambda day=turn: start + timedelta(days=2 * day - 1))
        overdue.run_clocks(time.now())
        assert reload(hazard).misses == turn
    assert reload(hazard).tier == 3
    assert reload(hazard).tier_reason


def test_a_served_order_that_is_declared_void_binds_nobody_any_more(team: Team) -> None:
    hazard = severe(team, days=3)
    order = make_order(team, hazard, days=0)
    serve(
        by=team.fire, document=order.document, how="left", served_at=time.now(), witness="李卫", second_officer="吴一凡"
    )
    head = make_user(department="fire", area=team.zone, is_leader=True)
    void(by=head, document=order.document, reason="引用条款错误")
    row = reload(hazard)
    assert row.order_served_at is None
    assert row.due_at == time.due_at(time.today(), 3, working=False)
    overdue.run_clocks(time.now() + timedelta(days=2))
    assert reload(hazard).misses == 0


def test_only_the_head_of_an_office_records_powers_and_only_of_bodies_of_the_area(team: Team) -> None:
    body = make_body(team.zone, "fire")
    given: dict[str, Any] = {
        "law": "《消防法》",
        "article": "第六十条",
        "since": date(2021, 4, 29),
        "categories": ["fire"],
        "parties": ["landlord"],
    }
    with pytest.raises(NotAllowed):
        record_power(by=team.office, body=body, **given)
    power = record_power(by=team.head, body=body, **given)
    assert Entry.objects.filter(verb="enforcement.power", subject_id=power.code).exists()
    foreign = make_body(make_team().zone, "fire")
    with pytest.raises(NotAllowed):
        record_power(by=team.head, body=foreign, **given)
    with pytest.raises(Refused, match="没有法律授权|No law"):
        record_power(by=team.head, body=make_body(team.zone, "office"), **given)
    ended = end_power(by=team.head, power=power, until=time.today(), reason="委托收回")
    assert ended.until == time.today()
    with pytest.raises(Refused):
        end_power(by=team.head, power=power, until=date(2020, 1, 1), reason="委托收回")
