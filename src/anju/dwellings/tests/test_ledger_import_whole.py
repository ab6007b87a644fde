"""X4: a ledger is written whole or not at all, whoever is killed meanwhile, and can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from anju.areas.models import Place
from anju.core import time
from anju.core.errors import Refused, Stale
from anju.dwellings import search
from anju.dwellings.models import Dwelling, LedgerImport, Observation, Party
from anju.dwellings.services import imports
from anju.dwellings.services.facts import observe
from anju.dwellings.services.imports import jobs as steps
from anju.dwellings.services.imports.changing import Part
from anju.dwellings.services.imports.writing import Shown, Staged, Writer
from anju.dwellings.testing_ledgers import GOOD, Town, bring, finish, homes, make_ledger
from anju.jobs import services as jobs
from anju.jobs.models import Job
from anju.jobs.pacing import Pace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in English; their Chinese has its own test."""
    with translation.override("en"):
        yield


@pytest.fixture
def town() -> Town:
    return Town()


DRAFT, STAGE, SHOW, CHANGE = (Writer, "draft"), (Staged, "write"), (Shown, "write"), (Part, "write")


def fail_at(monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], call: int, error: BaseException) -> None:
    """Let one step of the writing fail at its nth call, once, after it did its work."""
    owner, method = step
    plain, calls = getattr(owner, method), [0]

    def failing(*args: Any) -> Any:
        calls[0] += 1
        done = plain(*args)
        if calls[0] == call:
            raise error
        return done

    monkeypatch.setattr(owner, method, failing)
    one_row_at_a_time(monkeypatch)


def one_row_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PACES", {name: Pace(first=1, most=1) for name in steps.PACES})


def die(job_kind: str) -> None:
    """Run the job until the process dies, then let its lease run out."""
    with pytest.raises(KeyboardInterrupt):
        jobs.run_all()
    steps._writers.clear()
    steps._checked.clear()
    Job.objects.filter(kind=job_kind, status="running").update(lease_until=time.now() - timedelta(seconds=1))


@pytest.mark.parametrize("step", [DRAFT, STAGE, SHOW])
def test_x4_a_killed_import_goes_on_where_it_stopped_and_writes_no_row_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str]
) -> None:
    ledger = bring(town, make_ledger(GOOD))
    fail_at(monkeypatch, step, 2, KeyboardInterrupt())
    imports.write(by=town.officer, ledger=ledger)
    die("ledger-write")
    if step != SHOW:
        assert not homes(town.officer).exists()
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "done"
    assert homes(town.officer).count() == 3
    assert Observation.objects.for_user(town.officer).count() == 3
    assert Party.objects.for_user(town.officer).count() == 3


def test_x4_a_killed_check_starts_again_and_keeps_every_row_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    one_row_at_a_time(monkeypatch)
    plain, calls = steps.row_of, [0]

    def dying(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise KeyboardInterrupt
        return plain(*args)

    monkeypatch.setattr(steps, "row_of", dying)
    ledger = imports.upload(by=town.officer, upload=make_ledger(GOOD))
    die("ledger-check")
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "preview"
    assert [row.number for row in ledger.rows.order_by("number")] == [2, 3, 4]


@pytest.mark.parametrize(("step", "call"), [(DRAFT, 2), (STAGE, 2), (CHANGE, 1), (SHOW, 2)])
def test_x4_an_import_that_cannot_be_finished_leaves_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch, step: tuple[type, str], call: int
) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    before = homes(town.officer).get().current.facts
    places = Place.objects.count()
    changed = [[*GOOD[0][:4], 8, *GOOD[0][5:]], *GOOD[1:]]
    ledger = bring(town, make_ledger(changed))
    fail_at(monkeypatch, step, call, Refused("The disk is full."))
    finish(ledger)
    assert (ledger.state, "The disk is full." in ledger.error) == ("failed", True)
    assert homes(town.officer).get().current.facts == before
    assert Place.objects.count() == places
    assert Dwelling._base_manager.count() == 1
    assert Party._base_manager.count() == 1


def test_x4_an_address_that_was_registered_meanwhile_stops_the_whole_import(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    finish(bring(town, make_ledger([GOOD[2]])))
    finish(ledger)
    assert ledger.state == "failed"
    assert [home.address for home in homes(town.officer)] == ["东方村3组48号"]


def test_x4_pressing_write_twice_writes_once(town: Town) -> None:
    ledger = bring(town, make_ledger(GOOD))
    twin = LedgerImport.objects.for_user(town.officer).get(pk=ledger.pk)
    imports.write(by=town.officer, ledger=ledger)
    with pytest.raises(Stale, match="Being written"):
        imports.write(by=town.officer, ledger=twin)
    jobs.run_all()
    assert homes(town.officer).count() == 3
    assert Job.objects.filter(kind="ledger-write").count() == 1


def test_x4_imported_homes_are_found_by_search_and_undone_ones_no_more(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    assert [home.number for home in search.find(town.officer, "兰泾花苑 303")] == ["303室"]
    assert [home.number for home in search.find(town.officer, "周桂芳")] == ["302室"]
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert search.find_ids(town.officer, "兰泾花苑") == []


def test_x4_a_home_that_somebody_changes_while_a_ledger_is_written_is_read_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    ledger = bring(town, make_ledger([[*GOOD[0][:4], 8, *GOOD[0][5:]]]))
    home, plain, calls = homes(town.officer).get(), Part.write, [0]

    def late(part: Part) -> bool:
        calls[0] += 1
        if calls[0] == 1:
            seen = {"facts": {"rcd": True}, "rooms": {}}
            observe(by=town.officer, dwelling=home, source="inspection", observed_at=time.now(), values=seen)
        return plain(part)

    monkeypatch.setattr(Part, "write", late)
    finish(ledger)
    home = homes(town.officer).get()
    assert (calls[0], home.beds_let) == (2, 8)
    assert (home.current.facts["rcd"], home.current.facts["beds_let"]) == (True, 8)


def test_x4_one_landlord_of_several_homes_is_one_party_however_the_rows_are_written_together(town: Town) -> None:
    rows = [[*GOOD[0][:1], f"12幢2单元30{n}", *GOOD[0][2:]] for n in range(1, 4)]
    finish(bring(town, make_ledger(rows)))
    assert Party.objects.for_user(town.officer).count() == 1
    moved = [[*row[:6], "19900000077"] for row in rows]
    ledger = finish(bring(town, make_ledger(moved)))
    assert Party.objects.for_user(town.officer).get().phone == "19900000077"
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert Party.objects.for_user(town.officer).get().phone == "19900000001"


# --- undo


def test_x4_an_import_can_be_undone_and_leaves_what_was_there_before(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    home = homes(town.officer).get()
    before, landlord = home.current.facts, home.landlord
    changed = [[*GOOD[0][:4], 8, "吴国平", "19900000009"], *GOOD[1:]]
    ledger = finish(bring(town, make_ledger(changed)))
    assert homes(town.officer).count() == 3
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    ledger.refresh_from_db()
    assert ledger.state == "undone"
    home = homes(town.officer).get()
    assert (home.current.facts, home.landlord, home.beds_let) == (before, landlord, 4)
    assert not Party._base_manager.filter(name__in=["沈宝根", "顾阿四"]).exists()
    assert not Place.objects.filter(parent=town.village).exists()


def test_x4_a_changed_phone_is_put_back_by_an_undo(town: Town) -> None:
    finish(bring(town, make_ledger(GOOD[:1])))
    ledger = finish(bring(town, make_ledger([[*GOOD[0][:6], "19900000099"]])))
    assert Party._base_manager.get().phone == "19900000099"
    imports.undo(by=town.officer, ledger=ledger)
    jobs.run_all()
    assert Party._base_manager.get().phone == "19900000001"


def test_x4_an_import_on_which_work_was_built_is_not_undone_and_the_work_is_named(town: Town) -> None:
    ledger = finish(bring(town, make_ledger(GOOD)))
    home = homes(town.officer).first()
    observe(
        by=town.officer,
        dwelling=home,
        source="inspection",
        observed_at=time.now(),
        values={"facts": {"rcd": True}, "rooms": {}},
    )
    with pytest.raises(Refused, match="observations: 1"):
        imports.undo(by=town.officer, ledger=ledger)
    assert homes(town.officer).count() == 3
