"""What runs out by itself opens its hazard at night, once, whatever happens to the worker."""

from datetime import timedelta
from typing import Any

import pytest

from anju.core import time
from anju.dwellings.models import Dwelling, Equipment
from anju.dwellings.services import nightly
from anju.dwellings.testing import make_sound_dwelling
from anju.inspections.models import Hazard, HazardEvent
from anju.inspections.testing import make_team
from anju.jobs.models import Job
from anju.jobs.services import run_all

pytestmark = pytest.mark.django_db


def homes_with_an_extinguisher_that_ran_out(count: int) -> list[Dwelling]:
    team, homes = make_team(), []
    for _n in range(count):
        home = make_sound_dwelling(team.grid_area)
        Equipment.objects.create(
            dwelling=home, item="extinguisher", expires_on=time.today() - timedelta(days=1), recorded_by=team.office,
            recorded_at=time.now(),
        )  # fmt: skip
        homes.append(home)
    Dwelling._base_manager.update(verdict_until=time.today())
    return homes


def verdicts() -> list[str]:
    return list(Dwelling._base_manager.order_by("id").values_list("verdict", flat=True))


def test_a2_3_an_extinguisher_that_runs_out_makes_the_home_red_and_opens_one_hazard() -> None:
    homes = homes_with_an_extinguisher_that_ran_out(2)
    nightly.start(time.now())
    run_all()
    assert verdicts() == ["non_compliant", "non_compliant"]
    found = Hazard._base_manager.order_by("dwelling")
    assert [(row.dwelling, row.source) for row in found] == [(home, "register") for home in homes]


def test_killed_between_the_hazard_and_the_verdict_it_finds_the_hazard_again(monkeypatch: pytest.MonkeyPatch) -> None:
    homes_with_an_extinguisher_that_ran_out(2)
    real = nightly._write

    def dying(*args: Any) -> None:
        monkeypatch.setattr(nightly, "_write", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(nightly, "_write", dying)
    nightly.start(time.now())
    with pytest.raises(KeyboardInterrupt):
        run_all()
    assert Hazard._base_manager.count() == 2
    assert verdicts() == ["compliant", "compliant"]  # still due, so judged again
    Job.objects.update(lease_until=time.now() - timedelta(seconds=1))
    run_all()
    assert verdicts() == ["non_compliant", "non_compliant"]
    assert (Hazard._base_manager.count(), HazardEvent._base_manager.count()) == (2, 2)


def test_a_hazard_that_the_records_no_longer_show_is_marked_and_stays_open() -> None:
    homes_with_an_extinguisher_that_ran_out(1)
    nightly.start(time.now())
    run_all()
    Equipment._base_manager.update(expires_on=time.today() + timedelta(days=400))
    Dwelling._base_manager.update(verdict_until=time.today())
    Job.objects.all().delete()
    nightly.start(time.now())
    run_all()
    row = Hazard._base_manager.get()
    assert verdicts() == ["compliant"]
    assert (row.state, row.gone_at is not None) == ("open", True)
