"""Two at once, at the edge: a form sent twice has one effect, and who comes second is told and loses nothing."""

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from anju.accounts.models import User
from anju.core import time
from anju.core.testing import SameMoment
from anju.documents.models import Document, Service
from anju.documents.testing import make_body, make_document
from anju.dwellings.models import Dwelling, Occupant
from anju.dwellings.testing import make_party, make_sound_dwelling, make_user
from anju.enforcement.models import LegalOrder, Request
from anju.enforcement.testing import make_action, make_power, make_second
from anju.inspections.models import Hazard, HazardEvent, PlanItem, Visit
from anju.inspections.services.plans import ask_check
from anju.inspections.testing import Team, make_hazard, make_team
from anju.registration.models import Guarantee, Lease

TODAY = time.today


@dataclass(frozen=True)
class Form:
    """A filled form: who sends it where, and how many rows it may leave."""

    by: User
    where: str
    fields: dict[str, Any]
    rows: Callable[[], int]


def make_home(team: Team) -> Dwelling:
    return make_sound_dwelling(team.grid_area, landlord=make_party(team.grid_area, "周桂芳"))


def new_hazard(team: Team) -> Form:
    fields = {
        "where": make_home(team).code, "title": "楼道堆物", "category": "fire", "severity": "minor", "days": 3,
        "bound": "landlord", "source": "report",
    }  # fmt: skip
    return Form(team.office, "/hazards/new/", fields, Hazard._base_manager.filter(title="楼道堆物").count)


def step(team: Team) -> Form:
    hazard = make_hazard(team)
    fields = {"version": hazard.version, "handler": team.grid.username}
    rows = HazardEvent._base_manager.filter(hazard=hazard, move="assign").count
    return Form(team.office, f"/hazards/{hazard.code}/do/assign/", fields, rows)


def visit(team: Team) -> Form:
    fields = {"token": "same", "result": "done", "d-rcd": "yes"}
    return Form(team.grid, f"/inspections/homes/{make_home(team).code}/visit/", fields, Visit._base_manager.count)


def notice(team: Team) -> Form:
    make_body(team.zone)
    hazard = make_hazard(team)
    fields = {"ids": [hazard.code], "seen": [f"{hazard.code}:{hazard.version}"], "addressee": "周桂芳"}
    return Form(team.office, f"/hazards/notice/?hazard={hazard.code}", fields, Document._base_manager.count)


def order(team: Team) -> Form:
    hazard, power, second = make_hazard(team, severity="severe", days=15), make_power(team.zone), make_second(team)
    fields = {
        "ids": [hazard.code], "power": power.pk, "second_officer": second.pk, "days": 15, "certificate": "苏E001",
        "second_certificate": "苏E002",
    }  # fmt: skip
    return Form(team.fire, f"/enforcement/orders/new/?hazard={hazard.code}", fields, LegalOrder._base_manager.count)


def service(team: Team) -> Form:
    document = make_document(team.zone, by=team.office)
    served = f"{time.local(document.issued_at):%Y-%m-%dT%H:%M:%S}"
    fields = {"served_at": served, "witness": "顾建国"}
    return Form(team.office, f"/documents/{document.code}/serve/?how=left", fields, Service.objects.count)


def guarantee(team: Team) -> Form:
    home = make_home(team)
    assert home.landlord is not None
    fields = {"party": home.landlord.code, "signed_on": TODAY().isoformat(), "how": "phone"}
    where = f"/registration/homes/{home.code}/guarantee/"
    return Form(team.office, where, fields, Guarantee._base_manager.count)


def lease(team: Team) -> Form:
    today = TODAY().isoformat()
    fields = {
        "lessee_name": "王小强", "kind": "model", "signed_on": today, "starts": today,
        "ends": date(TODAY().year + 1, 6, 1).isoformat(),
    }  # fmt: skip
    where = f"/registration/homes/{make_home(team).code}/lease/"
    return Form(team.office, where, fields, Lease._base_manager.count)


def arrival(team: Team) -> Form:
    fields = {"name": "王小强", "since": TODAY().isoformat()}
    where = f"/dwellings/{make_home(team).code}/people/"
    return Form(team.office, where, fields, Occupant._base_manager.count)


def answer(team: Team) -> Form:
    request = make_action(team, "police").requests.get()
    fields = {"answer": "done", "text": "已核实"}
    rows = Request._base_manager.exclude(answered_at=None).count
    return Form(team.police, f"/enforcement/requests/{request.code}/", fields, rows)


FORMS = [new_hazard, step, visit, notice, order, service, guarantee, lease, arrival, answer]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def at(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_a_form_sent_twice_one_after_the_other_has_one_effect(make: Callable[[Team], Form]) -> None:
    form = make(make_team())
    client, before = at(form.by), form.rows()
    first, second = client.post(form.where, form.fields), client.post(form.where, form.fields)
    assert first.status_code == 302
    assert second.status_code in (302, 409, 422)
    assert form.rows() == before + 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", FORMS, ids=lambda make: make.__name__)
def test_a_form_sent_twice_at_the_same_moment_has_one_effect(make: Callable[[Team], Form], tmp_path: Path) -> None:
    form = make(make_team())
    clients, before = [at(form.by), at(form.by)], form.rows()
    moment = SameMoment(tmp_path)
    answers = moment.all([functools.partial(client.post, form.where, form.fields) for client in clients])
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 302
    assert statuses[1] in (302, 409, 422)
    assert moment.one(form.rows) == before + 1


# --- two people ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_sends_a_notice_second_is_told_of_the_first_and_keeps_what_was_typed() -> None:
    team = make_team()
    make_body(team.zone)
    hazard = make_hazard(team)
    where = f"/hazards/notice/?hazard={hazard.code}"
    opened = at(team.head).get(where).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', opened)
    at(team.office).post(where, {"ids": [hazard.code], "seen": seen, "addressee": "周桂芳"})
    told = at(team.head).post(where, {"ids": [hazard.code], "seen": seen, "addressee": "周桂芳（本人）"})
    page = told.content.decode()
    assert told.status_code == 409
    assert "陆晓岚" in page
    assert 'value="周桂芳（本人）"' in page
    assert Document._base_manager.count() == 1
    again = re.findall(r'name="seen" value="([^"]+)"', page)
    sent = {"ids": [hazard.code], "seen": again, "addressee": "周桂芳（本人）"}
    assert at(team.head).post(where, sent).status_code == 302


@pytest.mark.django_db
def test_who_issues_an_order_second_is_told_which_one_runs_and_keeps_the_form() -> None:
    team = make_team()
    form = order(team)
    colleague = User.objects.get(pk=form.fields["second_officer"])
    mine = {**form.fields, "second_officer": team.fire.pk, "certificate": "苏E777"}
    at(team.fire).post(form.where, form.fields)
    told = at(colleague).post(form.where, mine)
    assert told.status_code == 409
    assert LegalOrder._base_manager.get().document.reference in told.content.decode()
    assert "苏E777" in told.content.decode()


@pytest.mark.django_db
def test_the_second_officer_who_decides_on_a_guarantee_is_told_who_decided_and_gets_his_words_back() -> None:
    team = make_team()
    form = guarantee(team)
    at(team.office).post(form.where, form.fields)
    paper = Guarantee._base_manager.get()
    where = f"/registration/guarantees/{paper.code}/check/"
    page = at(team.police).get("/registration/guarantees/?state=pending").content.decode()
    assert 'name="seen" value="pending"' in page
    other = make_user(department="police", area=team.zone, display_name="方敏")
    assert at(team.police).post(where, {"seen": "pending", "verdict": "confirmed"}).status_code == 302
    told = at(other).post(where, {"seen": "pending", "verdict": "doubtful", "doubt": "像是代签"})
    assert told.status_code == 409
    assert "徐志远" in told.content.decode()
    assert "像是代签" in told.content.decode()
    paper.refresh_from_db()
    assert paper.state == "confirmed"


@pytest.mark.django_db
def test_who_finds_nobody_home_second_does_not_open_what_a_colleague_has_just_inspected() -> None:
    team = make_team()
    home = make_home(team)
    item = ask_check(by=team.office, dwelling=home)
    where = f"/inspections/homes/{home.code}/visit/?item={item.pk}"
    assert at(team.grid).post(where, {"token": "1", "result": "done", "d-rcd": "yes"}).status_code == 302
    assert at(team.colleague).post(where, {"token": "2", "result": "no_access", "item": item.pk}).status_code == 302
    item.refresh_from_db()
    assert item.state == PlanItem.State.DONE
    assert Visit._base_manager.filter(dwelling=home).count() == 2


@pytest.mark.django_db
def test_a_visit_recorded_on_an_item_as_it_was_when_the_form_was_opened_changes_nothing_of_it() -> None:
    from anju.inspections.services.visits import Seen, record_visit

    team = make_team()
    home = make_home(team)
    item = ask_check(by=team.office, dwelling=home)
    opened = PlanItem._base_manager.get(pk=item.pk)
    record_visit(by=team.grid, token="1", result="done", dwelling=home, seen=Seen(facts={"rcd": True}), item=item)
    record_visit(by=team.colleague, token="2", result="no_access", dwelling=home, item=opened)
    item.refresh_from_db()
    assert (item.state, item.attempt) == (PlanItem.State.DONE, opened.attempt)
