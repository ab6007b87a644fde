"""What the worker does by itself."""

from datetime import timedelta

import pytest

from anju.audit import sealer
from anju.audit.models import Entry
from anju.audit.testing import make_log
from anju.commands import worker
from anju.core import time
from anju.jobs import services as jobs


@pytest.mark.django_db
def test_x2_an_entry_from_before_where_the_sealer_looks_is_sealed_within_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = make_log(6)
    late = entries[0]
    row = {field.attname: getattr(late, field.attname) for field in Entry._meta.concrete_fields}
    late.delete()  # its transaction has not ended yet
    sealer.seal_all()
    Entry.objects.create(**row)
    monkeypatch.setattr(sealer, "LOOK_BACK", 2)
    assert sealer.seal_all() == 0
    interval, work = jobs._schedules["seal what came late"]
    assert work is worker.sweep
    assert interval <= timedelta(hours=1)
    work(time.now())
    assert not Entry.objects.filter(seal=None).exists()
