"""Makes the small city, stage by stage. A stage is one transaction with its mark: a start that was broken off goes on.

Deterministic: each stage draws from its own generator, relative to the day of the first start, and what is played ends in
the morning of that day.
"""

import gc
import hashlib
from collections.abc import Callable
from datetime import date
from random import Random
from time import monotonic

from django.db import transaction
from django.utils import translation

from anju.accounts.models import User
from anju.core import time
from anju.demo import (
    alarms,
    bulk,
    city,
    devices,
    field_records,
    pictures,
    places,
    relations,
    residents,
    signs,
    smart,
    staff,
)
from anju.demo.in_order import log_in_order
from anju.demo.year import Year
from anju.dwellings import search
from anju.jobs.models import Tick
from anju.overview.services import history

SEED = 331_2019
Say = Callable[[str], None]
MARK = "demo: "


def fill(*, size: str, say: Say) -> None:
    """Everything a first start needs; nothing on a second one."""
    # Everything made stays referenced until its stage is over: looking for garbage more often finds none, and takes a tenth
    # of the time.
    before = gc.get_threshold()
    gc.set_threshold(500_000, 20, 100)
    try:
        _fill(size, say)
    finally:
        gc.set_threshold(*before)


def _fill(size: str, say: Say) -> None:
    with translation.override("zh-hans"):
        _stage("places", "areas, estates, buildings", say, places.make)
        _stage("staff", "accounts and postings", say, staff.make)
        staff.set_passwords()
        if size == "city":
            bulk.fill(bulk.CITY, say=say, show=True)
            _stage("counts", "the indicators", say, lambda _chance, today: history.begin(today, close=True))
        else:
            _small(say)


def _small(say: Say) -> None:
    def homes(chance: Random, today: date) -> None:
        photos = pictures.make(User.objects.get(username="town"))
        settled = city.make(chance, today, photos["right"][0])
        relations.make(settled)
        say(f"demo: a year in {len(settled)} homes: visits, notices, corrections, orders ...")
        year = Year(chance, settled, photos, today)
        year.play(lambda month: say(f"demo: {month:%Y-%m} ..."))
        say("demo: every home judged by the standard ...")
        city.judge_all(settled, today)
        year.finish()
        say(f"demo: search index of {search.rebuild()} homes ...")

    _stage("homes", "homes, people and papers", say, homes)
    _later("smart", "doors, patrols, piles, lifts and fire lanes", say, smart.make)
    _later("signs", "signs on doors and in halls", say, signs.make)
    _later("residents", "reports, declarations, signatures of residents", say, residents.make)
    _later("devices", "devices and what they said", say, devices.make)
    _later("alarms", "devices and their alarms", say, alarms.make)
    _later("field", "records from phones", say, field_records.make)
    _stage("counts", "the indicators", say, lambda _chance, today: history.begin(today))


def _later(name: str, words: str, say: Say, make: Callable[[Random, date], None]) -> None:
    """A stage that is made when the year is over."""

    def in_order(chance: Random, today: date) -> None:
        with log_in_order():
            make(chance, today)

    _stage(name, words, say, in_order)


def first_day() -> date:
    """The day the demo was made: what was made on Monday and broken off is not mixed with Tuesday's."""
    mark, _created = Tick.objects.get_or_create(name=f"{MARK}first day", defaults={"due_at": time.now()})
    return time.day_of(mark.due_at)


def _stage(name: str, words: str, say: Say, make: Callable[[Random, date], None]) -> None:
    mark = f"{MARK}{name}"
    if Tick.objects.filter(name=mark).exists():
        return
    today = first_day()
    say(f"demo: {words} ...")
    begun = monotonic()
    with transaction.atomic():
        make(Random(hashlib.sha256(f"{SEED} {name}".encode()).digest()), today)  # noqa: S311  # invented, not secret
        Tick.objects.create(name=mark, due_at=time.now())
    say(f"demo: {name} made in {monotonic() - begun:.1f} s")
