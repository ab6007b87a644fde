"""A small piece of the demo's city, made as the whole of it is."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.utils import translation
from pytest_django import Settings

from anju.accounts.models import User
from anju.areas.models import Area, PilotDesignation
from anju.audit import sealer
from anju.audit.models import Entry
from anju.audit.verify import verify
from anju.core import time
from anju.demo import bulk, city, geography, pictures, places, relations, residents, staff, stations
from anju.demo.accounts import ACCOUNTS
from anju.demo.geography import Estate, Zone
from anju.demo.settled import Settled
from anju.demo.timeline import Timeline
from anju.demo.year import Year
from anju.dwellings.models import Current, Dwelling, Observation, Party, VerdictRecord
from anju.dwellings.services import judging
from anju.inspections.models import Hazard

pytestmark = pytest.mark.django_db
ZONES = (
    Zone("周市镇", "周", 31.455, 120.985, (
        Estate("兰泾花苑", "resettlement", "兰泾社区", 90, 8, pilot=True),
        Estate("东方村", "rural", "东方村", 40, 4),
    ), grids=2),
)  # fmt: skip
WHY = "a test of the whole demo"


@pytest.fixture(autouse=True)
def small(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ANJU_FILES_DIR = tmp_path / "files"
    settings.ANJU_ANCHOR_FILE = str(tmp_path / "anchor.jsonl")
    settings.ANJU_KEYS_FILE = tmp_path / "keys.json"
    settings.ANJU_DEMO_PASSWORD = "a password of the test"
    for module in (geography, places, city, stations):
        monkeypatch.setattr(module, "ZONES", ZONES)
    monkeypatch.setattr(staff, "SHORT", {"周市镇": "周"})
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def settled() -> list[Settled]:
    """The homes with what was told of them, before their year is played."""
    today, chance = time.today(), Random(3)
    places.make(chance, today)
    staff.make(chance, today)
    staff.set_passwords()
    made = city.make(chance, today, pictures.make(User.objects.get(username="town"))["right"][0])
    relations.make(made)
    return made


def _play(settled: list[Settled]) -> Year:
    """The year, and what the standard says at its end: as the seeding does it."""
    today = time.today()
    year = Year(Random(5), settled, pictures.make(User.objects.get(username="town")), today)
    year.play()
    city.judge_all(settled, today)
    year.finish()
    return year


def test_every_account_can_sign_in_and_has_its_posting(settled: list[Settled]) -> None:
    for account in ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert user.check_password("a password of the test")
        posting = user.postings.get()
        assert posting.department == account.department
        assert (posting.area.name if posting.area else "") == account.area


def test_nobody_but_the_accounts_can_sign_in(settled: list[Settled]) -> None:
    others = User.objects.exclude(username__in=[account.username for account in ACCOUNTS])
    assert others.exists()
    assert [user.username for user in others if user.has_usable_password()] == []


def test_a7_1_every_home_lies_in_a_grid_with_a_leader_and_members(settled: list[Settled]) -> None:
    for one in settled:
        assert one.dwelling.area.kind == "grid"
        assert one.dwelling.area.leader_name
        assert one.dwelling.area.members
        assert one.dwelling.area_path == one.dwelling.area.path
        assert one.dwelling.place_path == one.dwelling.place.path


def test_a1_1_pilots_are_designated(settled: list[Settled]) -> None:
    assert [pilot.place.name for pilot in PilotDesignation.objects.all()] == ["兰泾花苑"]


def test_every_person_is_marked_as_demo(settled: list[Settled]) -> None:
    people = Party.objects.unscoped(reason=WHY)
    assert people.exists()
    assert not people.filter(is_demo=False).exists()
    assert all(p.id_number.startswith("990000") for p in people.filter(kind="person")[:50])


def test_no_observation_lies_in_the_future(settled: list[Settled]) -> None:
    assert not Observation.objects.unscoped(reason=WHY).filter(observed_at__gt=time.now()).exists()


def test_a_demo_that_is_made_in_the_night_has_no_morning_yet(settled: list[Settled]) -> None:
    """Its log would say that what people do first was inserted afterwards."""
    night = time.day_start(time.today()) + timedelta(hours=2, minutes=40)
    with time.in_the_past(night):
        assert residents._Story(Random(1), time.today()).now == night
        year = Year(Random(5), settled, pictures.make(User.objects.get(username="town")), time.today())
        assert year.timeline.until < night


def test_the_year_is_played_by_the_services_rules_and_ends_as_they_would_judge_it(settled: list[Settled]) -> None:
    year = _play(settled)
    rows = Hazard.objects.unscoped(reason=WHY)
    assert {"closed", "correcting"} <= set(rows.values_list("state", flat=True))
    assert not rows.filter(found_at__gt=time.now()).exists()
    assert len(year.timeline.refused) < 5, year.timeline.refused
    verdicts = [one.dwelling.verdict for one in settled]
    assert {"compliant", "non_compliant", "unknown", "unchecked"} <= set(verdicts)
    assert verdicts.count("compliant") > len(settled) / 2
    _columns_say_what_the_service_says(settled)
    sealer.seal_all()
    progress = verify()
    assert progress.good, progress.faults
    assert Entry.objects.filter(verb="hazard.open").first().at < time.now() - timedelta(days=1)  # type: ignore[union-attr]
    landlord, tenant = User.objects.get(username="landlord"), User.objects.get(username="tenant")
    assert set(Dwelling.objects.for_user(tenant)) <= set(Dwelling.objects.for_user(landlord))
    assert Dwelling.objects.for_user(tenant).count() == 1


def _columns_say_what_the_service_says(settled: list[Settled]) -> None:
    """The seeding judges from rows in memory; the service asks the database. Both must agree, in every column."""
    today = time.today()
    for one in settled:
        dwelling = Dwelling.objects.unscoped(reason=WHY).get(pk=one.dwelling.pk)
        current = Current.objects.get(dwelling=dwelling)
        stored = {name: getattr(dwelling, name) for name in judging.DWELLING_ANSWER if name != "judged_at"}
        register = dict(current.register)
        records = VerdictRecord.objects.unscoped(reason=WHY).filter(dwelling=dwelling).count()
        judging.judge_dwelling(dwelling, today, current=current, announce=False)
        assert current.register == register
        assert {name: getattr(dwelling, name) for name in stored} == stored
        assert VerdictRecord.objects.unscoped(reason=WHY).filter(dwelling=dwelling).count() == records


def test_an_act_after_the_end_never_happens() -> None:
    happened: list[str] = []
    timeline = Timeline(time.now())
    timeline.at(time.now() - timedelta(hours=2), happened.append, "before")
    timeline.at(time.now() + timedelta(hours=2), happened.append, "after")
    timeline.play()
    assert happened == ["before"]


def test_homes_in_bulk_go_on_where_they_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SAMPLES", 12)
    monkeypatch.setattr(bulk, "CHUNK", 20)
    assert bulk.fill(50) == 50
    assert bulk.fill(50) == 0
    assert bulk.fill(70) == 20
    rows = Dwelling.objects.unscoped(reason=WHY)
    assert rows.count() == 70
    assert rows.values("code").distinct().count() == 70
    assert rows.values("address_key").distinct().count() == 70
    assert Current.objects.count() == 70
    assert not rows.exclude(area__in=Area.objects.filter(kind="grid")).exists()
