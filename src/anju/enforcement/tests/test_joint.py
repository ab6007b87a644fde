"""Joint action: who was asked, by when, what they answered; each body sees exactly the hazard it was asked about (A11.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.documents.models import Document
from anju.documents.testing import make_body
from anju.dwellings.testing import make_grid, make_user
from anju.enforcement.models import JointAction, Request
from anju.enforcement.services import joint
from anju.enforcement.testing import make_action
from anju.inspections.models import Hazard
from anju.inspections.services import overdue
from anju.inspections.testing import Team, make_hazard, make_photo, make_team

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    moment = [MONDAY]
    monkeypatch.setattr(time, "now", lambda: moment[0])

    def move(**delta: float) -> datetime:
        moment[0] += timedelta(**delta)
        return moment[0]

    return move


def requests(action: JointAction) -> dict[str, Request]:
    return {row.to_department: row for row in action.requests.select_related("document", "clock")}


def reload(hazard: Hazard) -> Hazard:
    found: Hazard = Hazard.objects.unscoped(reason="test").get(pk=hazard.pk)
    return found


def sees(user: Any, hazard: Hazard) -> bool:
    for name in ("_anju_scope", "_anju_postings"):
        user.__dict__.pop(name, None)
    return bool(Hazard.objects.for_user(user).filter(pk=hazard.pk).exists())


def test_a11_2_each_department_gets_a_letter_and_a_day_in_working_days(team: Team) -> None:
    action = make_action(team, "police", "housing")
    found = requests(action)
    assert set(found) == {"police", "housing"}
    assert found["police"].due_at == time.due_at(MONDAY.date(), 5, working=True)  # the Monday after
    assert [row.document.kind for row in found.values()] == ["request", "request"]
    assert sorted(row.document.number for row in found.values()) == [1, 2]
    assert found["police"].document.data["reply_by"] == "2026-11-30"
    assert reload(action.hazard).state == "joint"
    assert Entry.objects.filter(verb="enforcement.ask", subject_id=action.code).exists()


def test_a11_2_the_asked_body_of_the_town_sees_this_hazard_while_it_is_asked_and_nothing_else(
    team: Team, clock: Any
) -> None:
    neighbour = make_grid(team.zone)  # same town, another grid
    electrician, outsider = (
        make_user(department="power", area=neighbour),
        make_user(department="power", area=make_grid()),
    )
    gas = make_user(department="gas", area=neighbour)
    hazard, other = make_hazard(team, severity="prohibited", days=15), make_hazard(team)
    assert not sees(electrician, hazard)
    action = make_action(team, "power", hazard=hazard)
    letter = requests(action)["power"].document
    assert sees(electrician, hazard)
    assert Document.objects.for_user(electrician).get() == letter
    assert not any(sees(user, hazard) for user in (gas, outsider))
    assert not sees(electrician, other)
    joint.end(by=team.office, action=action, outcome="线路已更换")
    clock(days=1)
    assert not sees(electrician, hazard)


def test_a11_2_a_reply_is_kept_with_its_files_and_stops_its_clock(team: Team, clock: Any) -> None:
    action = make_action(team)
    row = requests(action)["police"]
    clock(days=1)
    joint.reply(by=team.police, request=row, answer="done", text="已上门核实并处罚", files=[make_photo()])
    row.refresh_from_db()
    assert (row.answer, row.answered_by, row.files.count()) == ("done", team.police, 1)
    assert row.clock.done_at is not None
    assert any("已上门核实并处罚" in event.text for event in action.hazard.events.filter(move="reply"))
    with pytest.raises(Refused, match="已上门核实并处罚"):
        joint.reply(by=team.police, request=row, answer="done", text="再答一次")


def test_a11_2_only_the_department_that_was_asked_answers(team: Team) -> None:
    row = requests(make_action(team))["police"]
    for other in (team.housing, team.office, team.stranger, make_user(department="police", area=make_team().zone)):
        with pytest.raises(NotAllowed):
            joint.reply(by=other, request=row, answer="done", text="代答")
    with pytest.raises(Refused):
        joint.reply(by=team.police, request=row, answer="done", text=" ")
    with pytest.raises(Refused):
        joint.reply(by=team.police, request=row, answer="maybe", text="看看")


def test_a11_2_a_late_reply_is_overdue_by_itself_and_still_taken(team: Team, clock: Any) -> None:
    action = make_action(team, days=1)
    row = requests(action)["housing"]
    overdue.run_clocks(clock(days=3))
    row.clock.refresh_from_db()
    assert row.clock.missed_at is not None
    assert action.hazard.events.filter(move="overdue").exists()
    joint.reply(by=team.housing, request=row, answer="not_ours", text="不属本部门职责")
    row.refresh_from_db()
    assert row.answer == "not_ours"


def test_a11_2_departments_are_told_from_tier_two_on(team: Team) -> None:
    make_body(team.zone)
    minor = make_hazard(team)
    with pytest.raises(Refused) as caught:
        joint.start(by=team.office, hazard=minor, aim="x", asks=[joint.Ask("police", team.zone, "核实")])
    assert caught.value.instead
    assert reload(minor).state == "open"


@pytest.mark.parametrize("words", ["对该户断电", "协助停水三日", "切断电源后整改", "停止供气"])
def test_a11_3_cutting_utilities_cannot_be_asked_for(team: Team, words: str) -> None:
    make_body(team.zone)
    hazard = make_hazard(team, severity="prohibited", days=15)
    with pytest.raises(Refused) as caught:
        joint.start(by=team.office, hazard=hazard, aim="整改", asks=[joint.Ask("power", team.zone, words)])
    assert "四十三" in caught.value.law
    assert caught.value.instead
    assert not JointAction.objects.unscoped(reason="test").exists()
    assert not Document.objects.unscoped(reason="test").exists()


@pytest.mark.parametrize(
    ("department", "asked", "days"),
    [("office", "核实", 5), ("grid", "核实", 5), ("police", " ", 5), ("police", "核实", 0), ("police", "核实", 31)],
)
def test_a_wrong_ask_leaves_nothing_behind(team: Team, department: str, asked: str, days: int) -> None:
    make_body(team.zone)
    hazard = make_hazard(team, severity="prohibited", days=15)
    asks = [joint.Ask("housing", team.zone, "核实"), joint.Ask(department, team.zone, asked, days)]
    with pytest.raises(Refused):
        joint.start(by=team.office, hazard=hazard, aim="整改", asks=asks)
    assert not Request.objects.unscoped(reason="test").exists()
    assert reload(hazard).state == "open"


def test_a_joint_action_is_started_by_who_may_ask_and_sees_the_hazard(team: Team) -> None:
    make_body(team.zone)
    hazard = make_hazard(team, severity="prohibited", days=15)
    for by in (team.grid, team.stranger):
        with pytest.raises(NotAllowed):
            joint.start(by=by, hazard=hazard, aim="整改", asks=[joint.Ask("police", team.zone, "核实")])


def test_one_more_department_is_asked_while_it_runs_and_no_one_twice(team: Team) -> None:
    action = make_action(team, "police")
    joint.ask_also(by=team.office, action=action, ask=joint.Ask("gas", team.zone, "检查燃气管"))
    assert action.requests.count() == 2
    with pytest.raises(Refused):
        joint.ask_also(by=team.office, action=action, ask=joint.Ask("gas", team.zone, "检查燃气管"))
    joint.end(by=team.office, action=action, outcome="已消除")
    with pytest.raises(Refused):
        joint.ask_also(by=team.office, action=action, ask=joint.Ask("market", team.zone, "核查"))


def test_a11_2_ending_it_gives_the_case_back_and_stops_what_still_waits(team: Team, clock: Any) -> None:
    action = make_action(team)
    waiting = requests(action)["police"]
    ended = joint.end(by=team.office, action=action, outcome="隔间已拆除")
    assert (ended.outcome, reload(action.hazard).state) == ("隔间已拆除", "correcting")
    overdue.run_clocks(clock(days=30))
    waiting.clock.refresh_from_db()
    assert waiting.clock.missed_at is None
    assert make_action(team, hazard=reload(action.hazard)).pk != action.pk
