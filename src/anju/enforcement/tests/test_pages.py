"""The pages: what they say, who reaches them, and that a foreign town's things do not exist (A11.1, A11.2, A11.5, X1)."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from anju.accounts.models import User
from anju.core import time
from anju.core.policy import allowed
from anju.documents.services import serve
from anju.documents.testing import make_body
from anju.dwellings.testing import make_user
from anju.enforcement import worklist
from anju.enforcement.models import LegalOrder, Power, Request
from anju.enforcement.testing import make_action, make_order, make_power, make_second
from anju.inspections.services.hazards import remind
from anju.inspections.testing import Team, make_hazard, make_team, make_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def page(client: Client, user: User, url: str, data: Any = None, status: int = 200) -> str:
    client.force_login(user)
    answer = client.get(url) if data is None else client.post(url, data)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode() if "text/html" in answer.get("Content-Type", "") else ""


def order_url(hazard: Any) -> str:
    return f"{reverse('enforcement:order-new')}?hazard={hazard.code}"


def test_a11_1_the_town_office_opens_the_form_and_reads_why_it_cannot_order(client: Client, team: Team) -> None:
    make_body(team.zone, "office", name="周市镇安居办")
    hazard = make_hazard(team, severity="severe")
    told = page(client, team.office, order_url(hazard))
    assert "周市镇安居办可以发告知书" in told
    assert "《行政处罚法》第十七条" in told
    assert f"{reverse('hazards:notice')}?hazard={hazard.code}" in told
    assert 'name="certificate"' not in told


def test_a11_5_the_form_says_what_is_missing_while_it_is_filled_in(client: Client, team: Team) -> None:
    hazard, power, second = make_hazard(team, severity="severe", days=15), make_power(team.zone), make_second(team)
    told = page(client, team.fire, order_url(hazard))
    assert "缺第二名执法人员" in told
    assert "缺 1 项" in told
    filled = page(
        client, team.fire, f"{order_url(hazard)}&power={power.pk}&second_officer={second.pk}&ids={hazard.code}"
    )
    assert "条件齐全" in filled
    assert not LegalOrder.objects.unscoped(reason="test").exists()
    broken = page(client, team.fire, f"{order_url(hazard)}&power=x&second_officer=-1")
    assert "缺第二名执法人员" in broken


def test_a11_5_an_officer_issues_the_order_and_lands_on_its_page(client: Client, team: Team) -> None:
    hazard, power, second = make_hazard(team, severity="severe", days=15), make_power(team.zone), make_second(team)
    data = {
        "ids": [hazard.code], "power": power.pk, "second_officer": second.pk, "days": 15, "certificate": "320583011",
        "second_certificate": "320583012",
    }  # fmt: skip
    page(client, team.fire, order_url(hazard), {**data, "second_officer": ""}, status=422)
    page(client, team.fire, order_url(hazard), {**data, "days": "x"}, status=422)
    client.force_login(team.fire)
    answer = client.post(order_url(hazard), data)
    order = LegalOrder.objects.unscoped(reason="test").select_related("document").get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("documents:document", args=[order.document.code])
    assert order.document.reference in page(client, team.fire, reverse("enforcement:orders"))
    assert order.document.reference in page(client, team.fire, reverse("hazards:hazard", args=[hazard.code]))
    assert hazard.where in page(client, team.fire, answer["Location"])
    page(client, team.fire, order_url(hazard), data, status=409)  # sent twice: one order
    assert 'value="320583011"' in page(client, team.fire, order_url(make_hazard(team)))  # asked once
    assert LegalOrder.objects.unscoped(reason="test").count() == 1


def test_the_list_of_orders_filters_by_state_and_exports_what_it_shows(client: Client, team: Team) -> None:
    first, second = make_order(team), make_order(team)
    serve(
        by=team.fire, document=first.document, how="left", served_at=time.now(), witness="李卫", second_officer="吴一凡"
    )
    running = page(client, team.fire, reverse("enforcement:orders") + "?state=running")
    assert first.document.code in running
    assert second.document.code not in running
    assert second.document.code in page(client, team.fire, reverse("enforcement:orders") + "?state=unserved")
    assert first.document.code not in page(client, team.fire, reverse("enforcement:orders") + "?state=passed")
    client.force_login(team.fire)
    book = load_workbook(io.BytesIO(client.get(reverse("enforcement:orders-export") + "?state=unserved").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [second.document.reference]


def test_a11_2_asking_answering_and_ending_by_page(client: Client, team: Team) -> None:
    hazard = make_hazard(team, severity="prohibited", days=15)
    make_body(team.zone)
    url = f"{reverse('enforcement:joint-new')}?hazard={hazard.code}"
    data = {
        "version": hazard.version,
        "aim": "消除违法出租",
        "area": team.zone.pk,
        "days": 5,
        "departments": ["police", "power"],
        "asked": "核实",
    }
    assert "有人居住" in page(client, team.office, url, {**data, "asked": "对该户断电"}, status=409)
    client.force_login(team.office)
    assert client.post(url, data).status_code == 302
    row = Request.objects.unscoped(reason="test").get(to_department="police")
    assert worklist.waiting(team.police) == 1
    inbox = page(client, team.police, reverse("enforcement:letters"))
    letter = reverse("enforcement:request", args=[row.code])
    assert letter in inbox
    answer = {
        "answer": "done",
        "text": "已核实",
        "attachments": [make_upload(), SimpleUploadedFile("复函.pdf", b"%PDF-1.7 x")],
    }
    page(client, team.police, letter, {**answer, "attachments": [SimpleUploadedFile("坏.pdf", b"MZ")]}, status=409)
    assert (
        client.post(
            letter, {**answer, "attachments": [make_upload(), SimpleUploadedFile("复函.pdf", b"%PDF-1.7 x")]}
        ).status_code
        == 302
    )
    row.refresh_from_db()
    told = page(client, team.office, letter)
    assert "已核实" in told
    for file in row.files.all():
        assert client.get(reverse("enforcement:letter-file", args=[row.code, file.code])).status_code == 200
    joint = reverse("enforcement:joint", args=[row.action.code])
    assert "缺 1 个答复" in page(client, team.office, joint)
    client.post(
        reverse("enforcement:joint-ask", args=[row.action.code]),
        {"department": "gas", "area": team.zone.pk, "asked": "查管道", "days": 3},
    )
    assert row.action.requests.count() == 3
    client.post(reverse("enforcement:joint-end", args=[row.action.code]), {"outcome": "已拆除"})
    assert "已拆除" in page(client, team.office, joint)


def test_a11_2_who_comes_second_is_told_and_keeps_what_was_typed(client: Client, team: Team) -> None:
    hazard = make_hazard(team, severity="prohibited", days=15)
    make_body(team.zone)
    url = f"{reverse('enforcement:joint-new')}?hazard={hazard.code}"
    data = {
        "version": hazard.version,
        "aim": "消除违法出租",
        "area": team.zone.pk,
        "days": 5,
        "departments": ["police"],
        "asked": "核实",
    }
    remind(by=team.grid, hazard=hazard, text="电话催办")
    told = page(client, team.office, url, data, status=409)
    assert "电话催办" in told
    assert "消除违法出租" in told
    hazard.refresh_from_db()
    assert f'value="{hazard.version}"' in told
    page(client, team.office, url, {**data, "version": hazard.version}, status=302)


def test_a11_2_a_company_reads_its_letter_without_access_to_other_documents(client: Client, team: Team) -> None:
    action = make_action(team, "power")
    row = action.requests.get()
    worker = make_user(department="power", area=team.zone)
    client.force_login(worker)
    assert client.get(reverse("enforcement:letter-pdf", args=[row.code])).content.startswith(b"%PDF-")
    assert client.get(reverse("documents:document", args=[row.document.code])).status_code == 403


def test_a11_1_a_tier_one_hazard_is_not_told_to_departments(client: Client, team: Team) -> None:
    hazard = make_hazard(team)
    told = page(client, team.office, f"{reverse('enforcement:joint-new')}?hazard={hazard.code}")
    assert "二级以上才抄告部门" in told
    assert reverse("hazards:step", args=[hazard.code, "escalate"]) in told


def test_a11_3_the_hazards_page_says_what_is_lawful_instead_of_cutting_utilities(client: Client, team: Team) -> None:
    hazard = make_hazard(team, severity="prohibited", days=15)
    told = page(client, team.fire, reverse("hazards:hazard", args=[hazard.code]))
    assert "有人居住，不得申请" in told
    assert "《行政强制法》第四十三条" in told
    assert order_url(hazard) in told


def test_powers_are_recorded_and_ended_by_the_head_of_the_office(client: Client, team: Team) -> None:
    body = make_body(team.zone, "fire", name="周市镇消防")
    data = {
        "body": body.pk, "law": "《消防法》", "article": "第六十条", "categories": ["fire"], "rules": "", "parties": ["landlord"],
        "binds_companies": "on", "since": "2021-04-29", "until": "",
    }  # fmt: skip
    url = reverse("enforcement:power-new")
    page(client, team.office, url, status=403)
    assert "D99" in page(client, team.head, url, {**data, "rules": "D05、D99"}, status=409)
    assert "D20" in page(client, team.head, url, {**data, "rules": "d20"}, status=409)
    client.force_login(team.head)
    assert client.post(url, data).status_code == 302
    power = Power.objects.get()
    assert (power.body, power.binds_persons, power.binds_companies) == (body, False, True)
    assert "周市镇消防" in page(client, team.fire, reverse("enforcement:powers"))
    client.force_login(team.head)
    client.post(reverse("enforcement:power-end", args=[power.code]), {"until": "2026-01-01", "reason": "收回"})
    assert Power.objects.get().until is not None


def test_x1_things_of_another_town_do_not_exist(client: Client, team: Team) -> None:
    order, action = make_order(team), make_action(team)
    row = action.requests.get(to_department="police")
    hazard = order.hazards.unscoped(reason="test").get()
    foreign = make_team()
    head = make_user(department="fire", area=foreign.zone, is_leader=True)
    urls = [
        reverse("enforcement:request", args=[row.code]), reverse("enforcement:letter-pdf", args=[row.code]),
        reverse("enforcement:joint", args=[action.code]), reverse("enforcement:joint-ask", args=[action.code]),
        reverse("enforcement:joint-end", args=[action.code]), order_url(hazard),
        f"{reverse('enforcement:joint-new')}?hazard={hazard.code}", reverse("documents:document", args=[order.document.code]),
    ]  # fmt: skip
    for url in urls:
        page(client, head, url, status=404)
    for name in ("orders", "letters", "powers"):
        told = page(client, head, reverse(f"enforcement:{name}") + ("?box=all" if name == "letters" else ""))
        assert hazard.where not in told
        assert order.document.reference not in told
        assert team.zone.name not in told
    power = reverse("enforcement:power-end", args=[order.power.code])
    page(client, foreign.head, power, {"until": "2026-01-01", "reason": "x"}, status=404)


@pytest.mark.parametrize("department", ["tenant", "landlord", "property", "operator", "grid"])
def test_residents_companies_and_grid_workers_reach_no_page_of_enforcement(
    client: Client, team: Team, department: str
) -> None:
    user = make_user(department=department, area=team.zone)
    sees = allowed(user, "enforcement.view")
    for name in ("letters", "orders", "powers"):
        page(client, user, reverse(f"enforcement:{name}"), status=200 if sees else 403)
    for name in ("order-new", "joint-new", "power-new"):
        page(client, user, reverse(f"enforcement:{name}"), status=403)
    assert sees is (department == "grid")


def test_the_work_list_names_letters_late_answers_and_unserved_orders(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    action, order = make_action(team, "police", days=1), make_order(team)
    now = time.now()
    [to_police] = worklist.letters(team.police, now)
    assert to_police.url == reverse("enforcement:request", args=[action.requests.get().code])
    later = time.add_days(time.today(), 10, working=False)
    [late] = worklist.letters(team.office, time.day_start(later))
    assert late.url == to_police.url
    [unserved] = worklist.unserved_orders(team.fire, now)
    assert unserved.url == reverse("documents:serve", args=[order.document.code])
    assert list(worklist.unserved_orders(team.police, now)) == []
