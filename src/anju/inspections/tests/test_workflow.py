"""The table of moves: every pair of state and move, and random walks over the services that must keep its promises."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from anju.areas.permissions import departments_with
from anju.core.errors import Refused
from anju.inspections import workflow
from anju.inspections.models import Clock, Hazard, HazardEvent
from anju.inspections.services import clocks, hazards
from anju.inspections.testing import make_hazard, make_photo, make_team
from anju.inspections.workflow import hazards as machine

ALLOWED = {
    "open": {"assign", "correct", "hand_over", "join", "void"},
    "correcting": {"correct", "hand_over", "join", "void"},
    "reinspect": {"pass", "pass_on", "fail", "hand_over", "join", "void"},
    "confirm": {"confirm", "send_back", "void"},
    "handed_over": {"accept", "return"},
    "joint": {"correct", "leave_joint", "void"},
    "closed": {"reopen"},
    "void": {"reopen"},
}


@pytest.mark.nodatabase
@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("move", list(machine.moves))
def test_a_move_is_possible_from_the_states_of_the_table_and_refused_in_words_from_all_others(
    state: str, move: str
) -> None:
    hazard = Hazard(
        state=state, severity="severe" if move in ("pass_on", "confirm", "send_back") else "minor", title="楼梯"
    )
    by = type("Person", (), {"pk": 1, "__str__": lambda self: "沈立群"})()
    if move in ALLOWED[state]:
        assert machine.check(move, state, hazard, by).name == move
    else:
        with pytest.raises(Refused) as refusal:
            machine.check(move, state, hazard, by)
        assert str(machine.states[state]) in refusal.value.message
        assert str(machine.moves[move].label) in refusal.value.message


@pytest.mark.nodatabase
def test_every_move_has_a_verb_that_somebody_has() -> None:
    assert all(departments_with(move.verb) for move in machine.moves.values())


@pytest.mark.nodatabase
def test_nothing_but_the_table_names_a_state_as_target() -> None:
    assert {move.target for move in machine.moves.values()} <= set(machine.states)
    assert set(machine.states) - {"closed", "void"} == workflow.OPEN_STATES


PEOPLE = ("grid", "colleague", "office", "head", "police")


class Walk(RuleBasedStateMachine):
    """People do anything in any order; whatever is accepted must keep the promises below."""

    def __init__(self) -> None:
        super().__init__()
        self.team = make_team()
        self.photo = make_photo(self.team.grid)
        self.hazard = make_hazard(self.team, severity="severe")

    def person(self, name: str) -> Any:
        return getattr(self.team, name)

    def attempt(self, service: Any, name: str, **values: Any) -> None:
        try:
            service(by=self.person(name), hazard=self.hazard, **values)
        except Refused:
            pass
        self.hazard.refresh_from_db()

    @rule(who=st.sampled_from(PEOPLE), to=st.sampled_from(PEOPLE))
    def assign(self, who: str, to: str) -> None:
        self.attempt(hazards.assign, who, handler=self.person(to))

    @rule(who=st.sampled_from(PEOPLE))
    def correct(self, who: str) -> None:
        self.attempt(hazards.correct, who, text="改了", photos=[self.photo])

    @rule(who=st.sampled_from(PEOPLE), right=st.booleans())
    def reinspect(self, who: str, right: bool) -> None:
        self.attempt(hazards.reinspect, who, put_right=right, text="看了")

    @rule(who=st.sampled_from(PEOPLE))
    def confirm(self, who: str) -> None:
        self.attempt(hazards.confirm, who)

    @rule(who=st.sampled_from(PEOPLE))
    def send_back(self, who: str) -> None:
        self.attempt(hazards.send_back, who, reason="再看")

    @rule(who=st.sampled_from(PEOPLE))
    def void(self, who: str) -> None:
        self.attempt(hazards.void, who, kind="false", reason="误报")

    @rule(who=st.sampled_from(PEOPLE))
    def reopen(self, who: str) -> None:
        self.attempt(hazards.reopen, who, reason="再开")

    @rule(who=st.sampled_from(PEOPLE))
    def stop(self, who: str) -> None:
        self.attempt(clocks.stop, who, reason="等鉴定")

    @rule(who=st.sampled_from(PEOPLE))
    def resume(self, who: str) -> None:
        self.attempt(clocks.resume, who)

    @invariant()
    def a_severe_one_is_closed_by_three_different_people(self) -> None:
        row = self.hazard
        if row.state == "closed":
            last = HazardEvent._base_manager.filter(hazard=row, move="confirm").order_by("-id").first()
            assert last is not None
            assert len({row.corrected_by_id, row.reinspected_by_id, last.by_id}) == 3

    @invariant()
    def a_closed_one_has_no_running_clock_and_an_open_one_has_one(self) -> None:
        ticking = Clock.objects.filter(hazard=self.hazard, done_at=None, stopped_at=None).exists()
        if not self.hazard.is_open:
            assert not ticking
        elif not self.hazard.stopped_reason:
            assert ticking

    @invariant()
    def history_and_version_agree_with_the_row(self) -> None:
        last = HazardEvent._base_manager.filter(hazard=self.hazard).exclude(move="tier").order_by("-id").first()
        assert last is not None
        assert (last.to_state, last.version) == (self.hazard.state, self.hazard.version)


@pytest.mark.django_db
def test_random_walks_keep_the_promises() -> None:
    walks = settings(max_examples=6, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Walk, settings=walks)
