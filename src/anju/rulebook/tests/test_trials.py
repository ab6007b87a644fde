"""A draft is tried over an area: what would change is counted and listed, and nothing changes."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling, VerdictRecord
from anju.dwellings.services.facts import observe
from anju.dwellings.testing import make_dwelling, make_grid, make_sound_dwelling, make_user
from anju.jobs.services import run_all
from anju.rulebook.models import Trial
from anju.rulebook.trials import start_trial

pytestmark = pytest.mark.django_db
DRAFT = "parameters: {min_area_per_person: 6.5}"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.ANJU_DIR = tmp_path


def _trial(draft: str = DRAFT) -> tuple[Trial, Dwelling]:
    grid = make_grid()
    tight = make_sound_dwelling(grid)  # 12 m² for two: 6 m² each
    make_sound_dwelling(grid, room={"area": 20})
    make_dwelling(grid)
    make_sound_dwelling(make_grid())
    assert grid.parent is not None
    housing = make_user(department="housing", area=grid.parent)
    trial = start_trial(by=housing, area=grid.parent, draft=draft)
    run_all()
    trial.refresh_from_db()
    return trial, tight


def test_a2_1_a_stricter_number_shows_which_homes_would_turn_red_and_changes_none() -> None:
    records = VerdictRecord.objects.unscoped(reason="test").count
    trial, tight = _trial()
    before = records()
    assert trial.result["before"] == {"compliant": 2, "unchecked": 1}
    assert trial.result["after"] == {"compliant": 1, "non_compliant": 1, "unchecked": 1}
    assert trial.result["changed"] == [[tight.pk, "compliant", "non_compliant"]]
    assert ["R01", 0, 1] in trial.result["rules"]
    tight.refresh_from_db()
    assert (tight.verdict, records()) == ("compliant", before)


def test_the_snapshot_follows_a_change_before_the_next_trial() -> None:

    trial, tight = _trial()
    worker = make_user(department="grid", area=tight.area)
    observe(
        by=worker, dwelling=tight, source="inspection", observed_at=time.now(), values={"rooms": {"A": {"persons": 1}}}
    )
    again = start_trial(by=trial.created_by, area=trial.area, draft=DRAFT)
    run_all()
    again.refresh_from_db()
    assert again.result["changed"] == []


def test_a_draft_with_mistakes_is_refused_and_the_mistake_named() -> None:
    grid = make_grid()
    housing = make_user(department="housing", area=grid)
    with pytest.raises(Refused, match="min_area_per_persn"):
        start_trial(by=housing, area=grid, draft="parameters: {min_area_per_persn: 5}")


def test_only_who_may_try_and_only_over_his_own_area() -> None:
    grid = make_grid()
    with pytest.raises(NotAllowed):
        start_trial(by=make_user(department="grid", area=grid), area=grid, draft=DRAFT)
    with pytest.raises(NotAllowed, match="area|辖区"):
        start_trial(by=make_user(department="housing", area=make_grid()), area=grid, draft=DRAFT)


def test_another_towns_trial_does_not_exist() -> None:
    trial, _tight = _trial()
    client = Client()
    client.force_login(make_user(department="housing", area=make_grid()))
    assert client.get(f"/rules/try/{trial.code}/").status_code == 404


def test_the_command_prints_the_same_counts_as_json(tmp_path: Path) -> None:
    trial, _tight = _trial()
    file = tmp_path / "draft.yaml"
    file.write_text(DRAFT)
    out = StringIO()
    call_command("what_if", str(file), area=trial.area.name, json=True, stdout=out)
    assert json.loads(out.getvalue())["after"] == trial.result["after"]


def test_a_draft_with_mistakes_comes_back_with_each_of_them_in_the_readers_language() -> None:
    grid = make_grid()
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(make_user(department="housing", area=grid))
    draft = "parameters: {min_area_per_persn: 5}\nrules: {R99: null}"
    answer = client.post("/rules/try/", {"area": grid.pk, "draft": draft})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有参数 min_area_per_persn。最接近的：min_area_per_person" in page
    assert "没有规则 R99。最接近的：" in page
    english = client.post("/rules/try/", {"area": grid.pk, "draft": draft}, headers={"accept-language": "en"})
    assert "parameter min_area_per_persn is unknown; nearest: min_area_per_person" in english.content.decode()
