"""Every address, by every department, from its own town and from another: `addresses` says what each answers (X1).

A new address fails until somebody writes its line. The two towns are built once; what a request writes is taken back.
"""

import functools
import gc
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdf
import pytest
from django.db import transaction
from django.test import Client

from anju.accounts.models import User
from anju.areas.models import Area, Department
from anju.areas.permissions import PARSED, WHOLE_CITY
from anju.core import time
from anju.core.checks import patterns
from anju.core.policy import policy_of
from anju.dwellings.testing import make_user
from anju.inspections.steps import STEPS, Step
from anju.jobs.models import Job
from tests.contracts.addresses import INSIDE, OPEN, OWN, SEEN, SHOWN, TABLE, WHOLE
from tests.contracts.world import CANARY, RELATIONS, Town, build_towns, make_person

pytestmark = pytest.mark.xdist_group("walk")

FRAGMENT = {
    "HX-Request": "true"
}  # what is refused or not there then comes without the frame around a page, in half the time
ELSEWHERE = "area={zone}&estate={estate}&home={home}&hazard={hazard}"


@dataclass(frozen=True)
class World:
    mine: Town
    other: Town


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        built = World(*build_towns())
        gc.collect()
        gc.freeze()  # a fifth of the time of thousands of requests went into looking at these rows again
        yield built
        gc.unfreeze()
        transaction.set_rollback(True)


@pytest.fixture
def _clean(world: World, db: None) -> None:
    """Each test starts from the towns as they were built."""


@dataclass(frozen=True)
class Answer:
    where: str
    status: int
    text: str

    def shows(self, *words: str) -> list[str]:
        return [word for word in words if word in self.text]


def _address(where: str, thing: str, keys: dict[str, str], query: str) -> str:
    defaults = {
        "code": keys.get(thing, ""), "number": keys.get(thing, ""), "party": keys["party"], "piece": keys["piece"],
        "room": keys["room"], "rule_id": "R01", "key": "guarantee", "index": "7", "group": "0", "name": "assign",
        "step": "accept", "kind": "guarantee", "point": keys.get("point", ""), "occupant": keys["occupant"],
        "address": keys["stranger"], "move": "acknowledge", "mark": "current", "sha256": "a" * 64,
    }  # fmt: skip
    for kind, name in re.findall(r"<(\w+):(\w+)>", where):
        value = keys.get(f"{thing}.{name}", defaults.get(name, ""))
        where = where.replace(f"<{kind}:{name}>", value)
    return f"/{where}" + (f"?{query.format(**keys)}" if query else "")


def _text(body: bytes) -> str:
    """What a person can read in a page, a workbook, a Word file or a PDF (a paper is the same for everybody: once)."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    if body.startswith(b"%PDF"):
        return _pdf_text(body)
    return body.decode(errors="replace")


@functools.cache
def _pdf_text(body: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)


class Walker:
    """One person who asks for addresses of a town; nothing that is asked for lasts."""

    def __init__(self, user: User) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def ask(
        self, where: str, town: Town, *, thing: str = "", method: str = "", query: str = "", fragment: bool = False
    ) -> Answer:
        line = TABLE.get(where, ("", "", "GET 200"))
        address = _address(where, thing or line[1], town.keys, query or "".join(line[3:]))
        call = getattr(self.client, (method or line[2].split()[0]).lower())
        fields = {"data": {"filled": ""}} if call == self.client.post else {}
        with transaction.atomic():
            found: Any = call(address, headers=FRAGMENT if fragment else {}, **fields)
            body = b"".join(found.streaming_content) if found.streaming else found.content
            transaction.set_rollback(True)
        return Answer(address, found.status_code, _text(body))


def _job_of(user: User) -> str:
    return Job.objects.create(kind="what-if", created_by=user, run_after=time.now(), created_at=time.now()).code


def _walker(world: World, department: str) -> Walker:
    walker = Walker(make_person(world.mine, department))
    world.mine.keys["job"], world.other.keys["job"] = _job_of(walker.user), _job_of(world.other.office)
    return walker


def _has(department: str, where: str) -> bool:
    verbs = [TABLE[where][0], *([INSIDE[where]] if where in INSIDE else [])]
    return all(department in PARSED[verb] and verb not in WHOLE_CITY for verb in verbs)


def _own_status(department: str, where: str) -> int:
    _verb, thing, how = TABLE[where][:3]
    related = department in SEEN
    return int(how.split()[1]) if not related or thing in ("", "job") or thing in SEEN[department] else 404


def test_every_address_has_its_line_with_the_verb_of_its_view() -> None:
    policies = {where: policy_of(pattern.callback) for where, pattern in patterns()}
    verbs = {where: policy.verb for where, policy in policies.items() if policy and policy.kind == "needs"}
    assert {where: line[0] for where, line in TABLE.items()} == verbs
    rest = {where: policy.kind for where, policy in policies.items() if policy and policy.kind != "needs"}
    assert rest == {**dict.fromkeys(OPEN, "public"), **dict.fromkeys(OWN, "signed_in")}


# Asked by a program, which is told in JSON that nobody is signed in; a page would only be in its way.
PROGRAMS = {where for where, pattern in patterns() if (policy := policy_of(pattern.callback)) and policy.json}


@pytest.mark.usefixtures("_clean")
def test_nobody_signed_in_is_sent_to_sign_in_and_told_nothing(world: World) -> None:
    client = Client()
    world.mine.keys["job"] = "J0"
    for where, (_verb, thing, how, *_query) in TABLE.items():
        address = _address(where, thing, world.mine.keys, "")
        answer = client.get(address) if how.startswith("GET") else client.post(address)
        if where in PROGRAMS:
            assert (answer.status_code, answer.json()["error"]) == (401, "signed_out"), where
        else:
            door = "/p/sign-in/" if where.startswith("p/") else "/accounts/login/"
            assert (answer.status_code, answer["Location"].startswith(door)) == (302, True), where
            part = client.get(address, headers={"HX-Request": "true"})
            assert (part.status_code, part.headers.get("HX-Refresh")) == (401, "true"), where


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("department", Department.values)
def test_x1_a_department_sees_its_own_town_and_nothing_of_another(world: World, department: str) -> None:
    walker = _walker(world, department)
    wrong: list[Any] = []
    for where, line in TABLE.items():
        if _has(department, where):
            wrong += _wrong_at_home(walker, world, department, where)
            if line[1]:
                wrong += _refused(walker.ask(where, world.other, fragment=True), 404, CANARY)
    for where in _without(department):
        wrong += _refused(walker.ask(where, world.mine, fragment=True), 403, *world.mine.secrets)
    assert wrong == []


def _without(department: str) -> list[str]:
    """What a department has no verb for, one address for each verb: the gate before the views asks for nothing else."""
    lacking = {(line[0], INSIDE.get(where)): where for where, line in TABLE.items() if not _has(department, where)}
    return list(lacking.values())


NEIGHBOUR = ("沈宝根", "303室")


def _refused(answer: Answer, status: int, *secrets: str) -> Iterator[Any]:
    if answer.status != status:
        yield answer.where, answer.status, status
    for secret in answer.shows(*secrets):
        yield answer.where, "shows", secret


def _wrong_at_home(walker: Walker, world: World, department: str, where: str) -> Iterator[Any]:
    """The page of the own town's thing, or the list."""
    want = _own_status(department, where)
    answer = walker.ask(where, world.mine, fragment=where not in WHOLE)
    yield from _refused(answer, want, CANARY, *(NEIGHBOUR if department in RELATIONS else ()))
    shown = world.mine.mark + SHOWN.get(where, "")
    if want == 200 and where in SHOWN and department not in SEEN and not answer.shows(shown):
        yield answer.where, "lacks", shown


# By area, at a place, by relation: the three ways of being posted.
@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("department", ["office", "property", "landlord"])
def test_x1_a_list_asked_for_another_town_shows_nothing_of_it(world: World, department: str) -> None:
    walker = _walker(world, department)
    wrong: list[Any] = []
    for where, line in TABLE.items():
        if _has(department, where) and not line[1] and line[2] == "GET 200":
            answer = walker.ask(where, world.other, query=ELSEWHERE, fragment=True)
            wrong += _refused(answer, answer.status if answer.status in (200, 404, 409) else 200, CANARY)
    assert wrong == []


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("department", ["office", "housing", "property", "landlord"])
def test_x1_nothing_of_another_town_can_be_changed(world: World, department: str) -> None:
    walker = _walker(world, department)
    wrong: list[Any] = []
    for where, line in TABLE.items():
        if _has(department, where) and line[1]:
            answer = walker.ask(where, world.other, method="POST", fragment=True)
            wrong += _refused(answer, 405 if answer.status == 405 else 404, CANARY)
    assert wrong == []


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_x1_a_step_of_a_hazard_is_for_who_has_its_verb(world: World, step: Step) -> None:
    where, verbs = f"hazards/<str:code>/do/{step.name}/", {"hazard.view", step.verb}
    for department in _some_with_and_without(step.verb):
        walker, may = _walker(world, department), all(department in PARSED[verb] for verb in verbs)
        mine = walker.ask(where, world.mine, thing="hazard", fragment=True)
        assert list(_refused(mine, 200 if may else 403)) == [], department


def _some_with_and_without(verb: str) -> list[str]:
    seeing = sorted(PARSED["hazard.view"])
    return [
        next(name for name in seeing if name in PARSED[verb]),
        next(name for name in seeing if name not in PARSED[verb]),
    ]


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("department", RELATIONS)
def test_x1_the_neighbours_home_in_the_same_house_does_not_exist_for_who_lets_or_lives(
    world: World, department: str
) -> None:
    walker, wrong = _walker(world, department), list[Any]()
    for where, line in TABLE.items():
        if _has(department, where) and line[1] == "home":
            wrong += _refused(walker.ask(where, world.mine, thing="neighbour", fragment=True), 404, *NEIGHBOUR)
    assert wrong == []


@pytest.mark.usefixtures("_clean")
@pytest.mark.parametrize("department", ["office", "police"])
def test_x1_what_only_the_head_of_a_body_may_do_is_refused_to_everybody_else_in_it(
    world: World, department: str
) -> None:
    walker = Walker(make_user(department=department, area=world.mine.zone))
    led = [where for where, line in TABLE.items() if PARSED[line[0]].get(department)]
    assert led
    assert [answer.status for where in led if (answer := walker.ask(where, world.mine)).status != 403] == []


@pytest.mark.usefixtures("_clean")
def test_x1_the_log_of_the_whole_city_opens_for_an_auditor_of_the_city_only(world: World) -> None:
    log = [where for where, line in TABLE.items() if line[0] in WHOLE_CITY]
    auditor = Walker(make_user(department="audit", area=Area.objects.get(kind="city")))
    assert {auditor.ask(where, world.mine).status for where in log} == {200}
    assert CANARY in auditor.ask("audit/", world.mine).text
    in_town = Walker(make_user(department="audit", area=world.mine.zone))
    assert {in_town.ask(where, world.mine).status for where in log} == {403}
    assert "/audit/" not in in_town.ask("", world.mine).text
