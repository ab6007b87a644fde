"""Observations become current facts, current facts become a verdict (A2.2)."""

from datetime import timedelta

import pytest
from django.db.models import Model

from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Current, Dwelling, Observation
from anju.dwellings.services.facts import observe, rebuild, withdraw
from anju.dwellings.services.judging import judge_dwelling
from anju.dwellings.testing import make_dwelling, make_grid, make_sound_dwelling, make_user

pytestmark = pytest.mark.django_db


def _facts(dwelling: Dwelling) -> Current:
    return Current.objects.get(dwelling=dwelling)


def _see(
    dwelling: Dwelling, by: Model, *, days_ago: int = 0, source: str = "inspection", **facts: object
) -> Observation:
    return observe(
        by=by,
        dwelling=dwelling,
        source=source,
        values={"facts": facts},
        observed_at=time.now() - timedelta(days=days_ago, minutes=1),
    )


def test_a2_2_a_home_nobody_looked_at_is_unchecked_and_never_compliant() -> None:
    dwelling = make_dwelling()
    judge_dwelling(dwelling, time.today())
    assert dwelling.verdict == "unchecked"


def test_a2_2_a_home_with_every_fact_in_order_is_compliant_and_says_when_it_can_next_turn() -> None:
    dwelling = make_sound_dwelling()
    assert (dwelling.verdict, _facts(dwelling).missing) == ("compliant", [])
    assert dwelling.verdict_until is not None
    assert dwelling.verdict_until > time.today()


def test_a2_2_a_missing_fact_makes_it_unknown_and_is_named() -> None:
    dwelling = make_sound_dwelling(facts={"common_alarm": None})
    assert dwelling.verdict == "unknown"
    assert "common_alarm" in _facts(dwelling).missing


def test_a2_2_a_violation_is_kept_with_the_facts_that_forced_it() -> None:
    dwelling = make_sound_dwelling(room={"area": 7.2})
    assert (dwelling.verdict, dwelling.worst, dwelling.violations) == ("non_compliant", "severe", 1)
    result = _facts(dwelling).results[0]
    assert (result["rule"], result["room"], result["because"]["area"]) == ("R01", "A", 7.2)


def test_the_later_of_two_observations_counts_whatever_the_order_of_arrival() -> None:
    dwelling = make_sound_dwelling(observed_at=time.now() - timedelta(days=9))
    worker = make_user(department="grid", area=dwelling.area)
    _see(dwelling, worker, hazmat_storage=True)
    _see(dwelling, worker, days_ago=3, hazmat_storage=False)
    assert _facts(dwelling).facts["hazmat_storage"] is True


def test_a_look_that_could_not_tell_makes_a_known_fact_unknown() -> None:
    dwelling = make_sound_dwelling(observed_at=time.now() - timedelta(days=1))
    _see(dwelling, make_user(department="grid", area=dwelling.area), rcd=None)
    dwelling.refresh_from_db()
    assert dwelling.verdict == "unknown"


def test_an_import_of_the_same_moment_does_not_beat_an_inspection() -> None:
    grid = make_grid()
    moment = time.now() - timedelta(days=1)
    dwelling = make_dwelling(grid, facts={"rcd": True}, observed_at=moment)
    observe(
        by=make_user(department="office", area=grid),
        dwelling=dwelling,
        source="import",
        observed_at=moment,
        values={"facts": {"rcd": False}},
    )
    assert _facts(dwelling).facts["rcd"] is True


def test_a_passing_fact_grows_stale_and_the_verdict_runs_out() -> None:
    dwelling = make_sound_dwelling()
    assert dwelling.verdict_until is not None
    judge_dwelling(dwelling, dwelling.verdict_until)
    assert dwelling.verdict == "unknown"


def test_what_only_a_department_decides_is_not_taken_from_a_grid_worker() -> None:
    dwelling = make_sound_dwelling()
    with pytest.raises(Refused, match="违法建筑|illegal_building|Illegal"):
        _see(dwelling, make_user(department="grid", area=dwelling.area), illegal_building=True)


def test_a_wrong_name_and_a_wrong_value_are_both_named_and_nothing_is_written() -> None:
    dwelling = make_sound_dwelling()
    with pytest.raises(Refused, match="extinguisher") as refusal:
        _see(dwelling, make_user(department="grid", area=dwelling.area), extinguisher_3kg=2, storeys=-1)
    assert "storeys" in refusal.value.message
    assert dwelling.observations.count() == 2


def test_a_tenant_cannot_record_an_inspection() -> None:
    with pytest.raises(NotAllowed):
        _see(make_sound_dwelling(), make_user(department="tenant"), rcd=True)


def test_withdrawing_an_observation_gives_back_the_facts_before_it() -> None:
    dwelling = make_sound_dwelling(observed_at=time.now() - timedelta(days=2))
    before = _facts(dwelling).facts
    office = make_user(department="office", area=dwelling.area)
    observation = _see(dwelling, office, source="import", rooms_let=3, rcd=False)
    assert _facts(dwelling).facts["rooms_let"] == 3
    withdraw(by=office, observation=observation, reason="wrong ledger")
    assert _facts(dwelling).facts == before
    dwelling.refresh_from_db()
    assert (dwelling.rooms_let, dwelling.verdict) == (1, "compliant")


def test_rebuilding_from_all_observations_gives_the_same_facts() -> None:
    dwelling = make_sound_dwelling(observed_at=time.now() - timedelta(days=9))
    worker = make_user(department="grid", area=dwelling.area)
    for days, value in ((5, False), (7, True), (2, None), (2, True)):
        _see(dwelling, worker, days_ago=days, rcd=value)
    merged = _facts(dwelling)
    rebuild(dwelling)
    rebuilt = _facts(dwelling)
    assert (rebuilt.facts, rebuilt.rooms) == (merged.facts, merged.rooms)


def test_a_verdict_is_recorded_only_when_the_answer_changes() -> None:
    dwelling = make_sound_dwelling()
    count = dwelling.verdicts.count()
    judge_dwelling(dwelling, time.today())
    assert dwelling.verdicts.count() == count


def test_a2_4_what_is_not_let_is_not_judged() -> None:
    dwelling = make_sound_dwelling(facts={"letting_state": "vacant"}, room={"area": 3})
    assert (dwelling.verdict, dwelling.letting_state) == ("not_let", "vacant")
