"""A verdict that runs out is judged anew, once, whatever happens to the worker."""

from datetime import timedelta
from typing import Any

import pytest

from anju.accounts.services import system_actor
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.services import judging, nightly
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_grid, make_sound_dwelling
from anju.jobs.models import Job
from anju.jobs.pacing import Pace
from anju.jobs.services import run_all

pytestmark = pytest.mark.django_db


def _states() -> list[str]:
    return list(Dwelling.objects.unscoped(reason="test").order_by("id").values_list("verdict", flat=True))


def test_a2_2_what_ran_out_turns_unknown_by_itself_and_the_rest_stays() -> None:
    grid = make_grid()
    stale = make_sound_dwelling(grid, observed_at=time.now() - timedelta(days=1))
    make_sound_dwelling(grid)
    stale.verdict_until = time.today()
    stale.save()
    stale.observations.all()
    for name, stamp in stale.current.provenance["facts"].items():
        stale.current.provenance["facts"][name] = [
            stamp[0],
            (time.now() - timedelta(days=4000)).isoformat(),
            *stamp[2:],
        ]
    stale.current.save()
    nightly.start(time.now())
    run_all()
    assert _states() == ["unknown", "compliant"]


def test_a_run_that_was_killed_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = make_grid()
    for _n in range(7):
        dwelling = make_sound_dwelling(grid)
        dwelling.verdict_until = time.today()
        dwelling.save()
    real, calls = judging.still_stand, [0]

    def dying(answers: Any) -> bool:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return real(answers)

    monkeypatch.setattr(nightly, "pace", Pace(first=5, most=5))
    monkeypatch.setattr(nightly, "still_stand", dying)
    nightly.start(time.now())
    with pytest.raises(KeyboardInterrupt):
        run_all()
    job = Job.objects.get(kind="rejudge")
    assert job.done == 5  # the second transaction was rolled back
    Job.objects.update(lease_until=time.now() - timedelta(seconds=1))
    run_all()
    job.refresh_from_db()
    assert (job.status, job.done) == ("done", 7)


def test_a2_2_a_home_that_somebody_changes_while_it_is_judged_keeps_that_persons_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    homes = [make_sound_dwelling(make_grid()) for _n in range(2)]
    Dwelling._base_manager.update(verdict_until=time.today())
    real, calls = judging.still_stand, [0]

    def late(answers: Any) -> bool:
        calls[0] += 1
        if calls[0] == 1:
            values = {"facts": {"combustible_fitout": True}, "rooms": {}}
            observe(by=system_actor(), dwelling=homes[0], source="inspection", observed_at=time.now(), values=values)
        return real(answers)

    monkeypatch.setattr(nightly, "still_stand", late)
    nightly.start(time.now())
    run_all()
    assert _states() == ["non_compliant", "compliant"]
    assert not Dwelling._base_manager.filter(verdict_until__lte=time.today()).exists()
