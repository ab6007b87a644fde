from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anju.audit.models import Entry
from anju.core import time
from anju.core.errors import NotAllowed, Refused, Stale
from anju.inspections.models import Clock, Hazard, HazardEvent, PlanItem
from anju.inspections.services import clocks, hazards, overdue, prohibited, tiers
from anju.inspections.services.opening import Spot, open_hazard, record_hazard
from anju.inspections.testing import make_finding, make_hazard, make_photo, make_team

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # Monday noon in Shanghai


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that tests set: `clock(days=3)` moves it on."""
    moment = [NOON]

    def move(**delta: float) -> datetime:
        moment[0] += timedelta(**delta)
        return moment[0]

    monkeypatch.setattr(time, "now", lambda: moment[0])
    return move


def put_right(hazard: Hazard, team: Any) -> Hazard:
    hazards.correct(by=team.grid, hazard=hazard, text="换了", photos=[make_photo(team.grid)])
    hazard.refresh_from_db()
    return hazard


def test_a_minor_hazard_goes_from_found_to_closed() -> None:
    team = make_team()
    hazard = make_hazard(team)
    assert (hazard.state, hazard.tier) == ("open", 1)
    hazards.assign(by=team.office, hazard=hazard, handler=team.grid)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.handler) == ("correcting", team.grid)
    put_right(hazard, team)
    assert hazard.state == "reinspect"
    hazards.reinspect(by=team.colleague, hazard=hazard, put_right=True)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.closed_at) == ("closed", NOON)
    assert not Clock.objects.filter(hazard=hazard, done_at=None).exists()
    assert [event.move for event in HazardEvent._base_manager.filter(hazard=hazard).order_by("id")] == [
        "open", "assign", "correct", "pass",
    ]  # fmt: skip
    assert Entry.objects.filter(subject_id=hazard.code, verb="hazard.reinspect").exists()


def test_a11_1_whoever_corrected_does_not_close() -> None:
    team = make_team()
    hazard = put_right(make_hazard(team), team)
    with pytest.raises(Refused, match="沈立群"):
        hazards.reinspect(by=team.grid, hazard=hazard, put_right=True)
    hazard.refresh_from_db()
    assert hazard.state == "reinspect"


@pytest.mark.parametrize("severity", ["severe", "prohibited"])
def test_a11_1_a_severe_one_is_confirmed_by_a_second_who_did_not_reinspect(severity: str) -> None:
    team = make_team()
    hazard = put_right(make_hazard(team, severity=severity), team)
    hazards.reinspect(by=team.office, hazard=hazard, put_right=True)
    hazard.refresh_from_db()
    assert hazard.state == "confirm"
    with pytest.raises(Refused, match="陆晓岚"):
        hazards.confirm(by=team.office, hazard=hazard)
    hazards.confirm(by=team.head, hazard=hazard)
    hazard.refresh_from_db()
    assert hazard.state == "closed"


def test_a_correction_needs_a_photo_unless_it_is_about_papers() -> None:
    team = make_team()
    with pytest.raises(Refused):
        hazards.correct(by=team.grid, hazard=make_hazard(team), text="换了")
    paper = make_hazard(team, category="paperwork", working_days=True)
    hazards.correct(by=team.grid, hazard=paper, text="已签")
    paper.refresh_from_db()
    assert paper.state == "reinspect"


def test_a_correction_that_does_not_hold_gets_a_new_term_and_the_reason_is_kept() -> None:
    team = make_team()
    hazard = put_right(make_hazard(team), team)
    with pytest.raises(Refused):
        hazards.reinspect(by=team.colleague, hazard=hazard, put_right=False)
    hazards.reinspect(by=team.colleague, hazard=hazard, put_right=False, text="只换了一具", days=1)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.due_at) == ("correcting", time.due_at(date(2026, 11, 23), 1, working=False))
    correction = hazard.corrections.get()
    assert correction.accepted is False


@pytest.mark.parametrize(
    ("days", "working", "last"),
    [(0, False, date(2026, 11, 23)), (3, False, date(2026, 11, 26)), (5, True, date(2026, 11, 30))],
)
def test_a_term_ends_at_24_of_its_last_day(days: int, working: bool, last: date) -> None:
    hazard = make_hazard(days=days, working_days=working)
    assert hazard.due_at == time.day_end(last)


def test_working_days_of_a_year_without_calendar_are_refused_and_nothing_is_written(clock: Any) -> None:
    team = make_team()
    clock(days=365 * 30)
    with pytest.raises(time.CalendarYearMissing, match="2056"):
        record_hazard(
            by=team.office,
            spot=Spot(dwelling=make_hazard(team).dwelling),
            finding=make_finding(working_days=True, rule="D27", category="paperwork"),
        )
    assert not Hazard._base_manager.filter(rule="D27").exists()


def test_a_rule_violated_again_on_the_same_spot_finds_the_open_hazard() -> None:
    team = make_team()
    first = make_hazard(team, rule="D09")
    assert first.dwelling is not None
    again, new = open_hazard(
        by=team.grid, spot=Spot(dwelling=first.dwelling), finding=make_finding(rule="D09"), source="inspection",
        found_at=NOON, again="again",
    )  # fmt: skip
    assert (again.pk, new) == (first.pk, False)
    other, new = open_hazard(
        by=team.grid,
        spot=Spot(dwelling=first.dwelling, room="A"),
        finding=make_finding(rule="D09"),
        source="inspection",
        found_at=NOON,
    )
    assert new
    assert other.pk != first.pk


def test_the_clock_runs_out_by_itself_and_only_once(clock: Any) -> None:
    hazard = make_hazard(days=3)
    overdue.overdue(clock(days=3, hours=11, minutes=59))
    hazard.refresh_from_db()
    assert not hazard.overdue
    overdue.overdue(clock(minutes=2))
    overdue.overdue(clock(minutes=2))
    hazard.refresh_from_db()
    assert hazard.overdue
    assert HazardEvent._base_manager.filter(hazard=hazard, move="overdue").count() == 1


def test_two_workers_claim_a_clock_once(clock: Any) -> None:
    row = Clock.objects.get(hazard=make_hazard(days=0))
    moment = clock(days=2)
    assert [overdue.claim(row, moment), overdue.claim(row, moment)] == [True, False]


def test_a_worker_killed_between_claim_and_write_leaves_the_clock_to_the_next(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hazard = make_hazard(days=0)
    moment = clock(days=2)

    def killed(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(overdue, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            overdue.run_clocks(moment)
    assert Clock.objects.get(hazard=hazard).missed_at is None
    overdue.run_clocks(moment)
    hazard.refresh_from_db()
    assert hazard.overdue


def test_a11_1_a_severe_one_past_its_first_day_rises_to_tier_2_and_says_why(clock: Any) -> None:
    hazard = make_hazard(severity="severe", days=3)
    assert hazard.tier == 1
    overdue.overdue(clock(days=4))
    hazard.refresh_from_db()
    assert hazard.tier == 2
    assert "2026-11-26" in hazard.tier_reason


def test_a11_1_an_extension_does_not_hide_the_first_day(clock: Any) -> None:
    team = make_team()
    hazard = make_hazard(team, severity="severe", days=3)
    hazards.extend(by=team.office, hazard=hazard, until=date(2026, 12, 5), reason="等配件")
    overdue.overdue(clock(days=4))
    hazard.refresh_from_db()
    assert (hazard.overdue, hazard.tier) == (False, 2)


def test_a11_1_three_severe_of_one_party_are_tier_2_until_one_is_closed() -> None:
    team = make_team()
    first = make_hazard(team, severity="severe", rule="R01")
    home = first.dwelling
    second = make_hazard(team, severity="severe", rule="R02", dwelling=home)
    assert second.tier == 1
    make_hazard(team, severity="severe", rule="R07", dwelling=home)
    for row in (first, second):
        row.refresh_from_db()
        assert (row.tier, "3" in row.tier_reason) == (2, True)
    put_right(first, team)
    hazards.reinspect(by=team.office, hazard=first, put_right=True)
    first.refresh_from_db()
    hazards.confirm(by=team.head, hazard=first)
    second.refresh_from_db()
    assert second.tier == 1


def test_a11_1_tier_3_needs_a_served_order_and_two_days_missed(clock: Any) -> None:
    team = make_team()
    hazard = make_hazard(team, severity="severe", days=0)
    overdue.overdue(clock(days=2))
    tiers.order_served([hazard], time.day_end(date(2026, 11, 27)))
    hazard.refresh_from_db()
    assert (hazard.overdue, hazard.tier) == (False, 2)
    overdue.overdue(clock(days=4))
    hazard.refresh_from_db()
    assert (hazard.misses, hazard.tier) == (1, 2)
    tiers.order_served([hazard], time.day_end(date(2026, 12, 2)))
    overdue.overdue(clock(days=5))
    hazard.refresh_from_db()
    assert (hazard.misses, hazard.tier) == (2, 3)


def test_a11_1_a_written_refusal_raises_to_tier_3_only_after_an_order() -> None:
    team = make_team()
    hazard = make_hazard(team, severity="severe")
    tiers.refused_in_writing(by=team.office, hazard=hazard, reason="来信拒绝")
    hazard.refresh_from_db()
    assert hazard.tier == 1
    tiers.order_served([hazard], time.day_end(date(2026, 11, 27)))
    hazard.refresh_from_db()
    assert hazard.tier == 3


def test_a11_1_a_report_that_was_not_true_counts_the_day_as_missed(clock: Any) -> None:
    team = make_team()
    hazard = make_hazard(team, severity="severe", days=0)
    tiers.order_served([hazard], time.day_end(date(2026, 11, 24)))
    hazard.refresh_from_db()
    put_right(hazard, team)
    clock(days=2)
    hazards.reinspect(by=team.colleague, hazard=hazard, put_right=False, text="没有改")
    hazard.refresh_from_db()
    assert (hazard.misses, hazard.tier) == (1, 2)


def test_tier_2_by_hand_needs_a_reason_and_tier_3_is_not_for_hands() -> None:
    team = make_team()
    hazard = make_hazard(team)
    with pytest.raises(Refused):
        tiers.escalate(by=team.office, hazard=hazard, reason=" ")
    tiers.escalate(by=team.office, hazard=hazard, reason="三次电话不接")
    hazard.refresh_from_db()
    assert (hazard.tier, "三次电话不接" in hazard.tier_reason) == (2, True)
    with pytest.raises(Refused):
        tiers.escalate(by=team.office, hazard=hazard, reason="再升")


def test_a11_1_a_prohibited_home_has_three_clocks_and_is_not_overdue_on_the_first_day(clock: Any) -> None:
    team = make_team()
    hazard = make_hazard(team, severity="prohibited", days=15, rule="R04")
    kinds = set(Clock.objects.filter(hazard=hazard).values_list("kind", flat=True))
    assert kinds == {"no_new_letting", "move_out"}
    overdue.overdue(clock(hours=3))
    hazard.refresh_from_db()
    assert (hazard.overdue, hazard.tier, hazard.due_at) == (False, 2, time.day_end(date(2026, 12, 8)))
    prohibited.letting_stopped(by=team.grid, hazard=hazard, text="已写承诺")
    with pytest.raises(NotAllowed, match="消防|fire|Fire"):
        prohibited.decide_refuge(by=team.office, hazard=hazard, needed=True, reason="危险")
    told = prohibited.decide_refuge(by=team.fire, hazard=hazard, needed=False, reason="有窗可逃生")
    assert told.refuge_needed is False
    overdue.overdue(clock(days=16))
    hazard.refresh_from_db()
    assert hazard.overdue
    assert "周桂芳" in HazardEvent._base_manager.filter(hazard=hazard, move="overdue").get().text


def test_a11_1_after_closing_a_prohibited_home_is_looked_at_after_7_30_and_90_days() -> None:
    team = make_team()
    hazard = put_right(make_hazard(team, severity="prohibited", days=15), team)
    hazards.reinspect(by=team.office, hazard=hazard, put_right=True)
    hazard.refresh_from_db()
    hazards.confirm(by=team.head, hazard=hazard)
    days = PlanItem._base_manager.filter(hazard=hazard).order_by("due_on").values_list("due_on", flat=True)
    assert list(days) == [date(2026, 11, 30), date(2026, 12, 23), date(2027, 2, 21)]


def test_a11_1_let_again_after_an_order_is_tier_3() -> None:
    team = make_team()
    hazard = make_hazard(team, severity="prohibited", days=15)
    tiers.order_served([hazard], time.day_end(date(2026, 12, 1)))
    hazard.refresh_from_db()
    put_right(hazard, team)
    hazards.reinspect(by=team.office, hazard=hazard, put_right=True)
    hazard.refresh_from_db()
    hazards.confirm(by=team.head, hazard=hazard)
    hazard.refresh_from_db()
    hazards.reopen(by=team.office, hazard=hazard, reason="回潮检查又有人住", let_again=True)
    hazard.refresh_from_db()
    assert (hazard.state, hazard.tier) == ("open", 3)


def test_two_people_edit_one_hazard_and_the_second_is_told_what_the_first_did() -> None:
    team = make_team()
    hazard = make_hazard(team)
    seen = hazard.version
    hazards.assign(by=team.office, hazard=hazard, handler=team.grid, version=seen)
    with pytest.raises(Stale, match="陆晓岚") as refusal:
        hazards.extend(by=team.head, hazard=hazard, until=date(2026, 12, 1), reason="等配件", version=seen)
    assert "沈立群" in refusal.value.message
    hazard.refresh_from_db()
    assert hazard.handler == team.grid


def test_a_stopped_clock_shows_its_reason_and_gives_the_time_back(clock: Any) -> None:
    team = make_team()
    hazard = make_hazard(team, days=3)
    due = hazard.due_at
    clocks.stop(by=team.office, hazard=hazard, reason="等房屋鉴定")
    overdue.overdue(clock(days=10))
    hazard.refresh_from_db()
    assert (hazard.overdue, hazard.stopped_reason, hazard.tier) == (False, "等房屋鉴定", 1)
    clocks.resume(by=team.office, hazard=hazard)
    hazard.refresh_from_db()
    assert (hazard.due_at, hazard.stopped_reason) == (due + timedelta(days=10), "")


def test_only_a_head_declares_a_hazard_void_and_not_while_the_home_is_let() -> None:
    team = make_team()
    hazard = make_hazard(team)
    with pytest.raises(NotAllowed):
        hazards.void(by=team.office, hazard=hazard, kind="false", reason="看错")
    with pytest.raises(Refused):
        hazards.void(by=team.head, hazard=hazard, kind="not_let", reason="不租了")
    hazards.void(by=team.head, hazard=hazard, kind="false", reason="看错")
    hazard.refresh_from_db()
    assert (hazard.state, hazard.void_reason) == ("void", "false")


def test_reopening_is_refused_when_the_same_hazard_is_open_already() -> None:
    team = make_team()
    first = make_hazard(team, rule="D09")
    hazards.void(by=team.head, hazard=first, kind="false", reason="看错")
    second = make_hazard(team, rule="D09", dwelling=first.dwelling)
    first.refresh_from_db()
    with pytest.raises(Refused, match=second.code):
        hazards.reopen(by=team.office, hazard=first, reason="再看")


def test_a_person_of_another_town_can_do_nothing_with_it() -> None:
    team = make_team()
    hazard = make_hazard(team)
    with pytest.raises(NotAllowed):
        hazards.extend(by=team.stranger, hazard=hazard, until=date(2026, 12, 1), reason="x")
    with pytest.raises(NotAllowed):
        hazards.assign(by=team.stranger, hazard=hazard, handler=team.stranger)
    with pytest.raises(Refused):
        hazards.assign(by=team.office, hazard=hazard, handler=team.stranger)


def test_a3_3_the_police_and_nobody_else_decide_whether_it_is_a_security_hazard() -> None:
    team = make_team()
    hazard = make_hazard(team, is_security=True)
    with pytest.raises(NotAllowed):
        hazards.decide_security(by=team.office, hazard=hazard, is_security=False, reason="不涉及治安")
    with pytest.raises(Refused, match="理由"):
        hazards.decide_security(by=team.police, hazard=hazard, is_security=False, reason=" ")
    decided = hazards.decide_security(by=team.police, hazard=hazard, is_security=False, reason="同住的是一家人")
    assert (decided.is_security, decided.security_decided_by) == (False, team.police)
    assert "同住的是一家人" in decided.events.order_by("-id")[0].text
    assert Entry.objects.filter(verb="hazard.security", subject_id=hazard.code).count() == 1
    with pytest.raises(Stale):
        hazards.decide_security(
            by=team.police, hazard=hazard, is_security=True, reason="重新认定", version=hazard.version
        )
