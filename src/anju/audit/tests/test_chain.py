"""X2: the log shows tampering, and names the entry."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from pytest_django import Settings

from anju.audit import anchors, sealer, triggers
from anju.audit import verify as verify_module
from anju.audit.models import Entry, Seal
from anju.audit.testing import make_entry, make_log
from anju.audit.verify import Progress, lines, verify
from anju.core import time

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchor_file(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "anchor.jsonl"
    settings.ANJU_ANCHOR_FILE = str(file)
    return file


def kinds(progress: Progress) -> list[tuple[str, int]]:
    return [(fault["kind"], fault["position"]) for fault in progress.faults]


def test_x2_a_log_that_nobody_touched_is_whole() -> None:
    make_log(5)
    assert sealer.seal_all() == 5
    progress = verify()
    assert progress.good
    assert (progress.entries, progress.waiting) == (5, 0)


def test_x2_an_edited_entry_is_named() -> None:
    entries = make_log(5)
    sealer.seal_all()
    Entry.objects.filter(pk=entries[2].pk).update(after={"number": 7})
    progress = verify()
    assert kinds(progress) == [("edited", 3)]
    assert str(entries[2].pk) in progress.faults[0]["text"]


@pytest.mark.parametrize("column", ["actor_name", "verb", "subject_id", "subject_name", "reason", "address"])
def test_x2_every_column_is_under_the_seal(column: str) -> None:
    entries = make_log(3)
    sealer.seal_all()
    Entry.objects.filter(pk=entries[1].pk).update(**{column: "x"})
    assert kinds(verify()) == [("edited", 2)]


def test_x2_a_moved_time_is_named() -> None:
    entries = make_log(3)
    sealer.seal_all()
    Entry.objects.filter(pk=entries[1].pk).update(at=entries[1].at + timedelta(seconds=1))
    assert kinds(verify()) == [("edited", 2)]


def test_x2_a_deleted_entry_leaves_a_gap_between_two_names() -> None:
    entries = make_log(5)
    sealer.seal_all()
    Seal.objects.filter(entry=entries[2]).delete()
    entries[2].delete()
    progress = verify()
    assert kinds(progress)[0] == ("missing", 3)
    assert str(entries[1].pk) in progress.faults[0]["text"]
    assert str(entries[3].pk) in progress.faults[0]["text"]


def test_x2_deleting_and_closing_the_gap_is_seen_too() -> None:
    entries = make_log(5)
    sealer.seal_all()
    Seal.objects.filter(entry=entries[2]).delete()
    entries[2].delete()
    for seal in Seal.objects.filter(position__gt=3).order_by("position"):
        Seal.objects.filter(pk=seal.pk).update(position=seal.position - 1)
    assert ("edited", 3) in kinds(verify())


def test_x2_two_entries_that_changed_places_are_named() -> None:
    entries = make_log(4)
    sealer.seal_all()
    second, third = Seal.objects.get(entry=entries[1]), Seal.objects.get(entry=entries[2])
    Seal.objects.filter(entry__in=entries[1:3]).delete()
    Seal.objects.create(position=second.position, entry=entries[2], hash=second.hash)
    Seal.objects.create(position=third.position, entry=entries[1], hash=third.hash)
    assert {("edited", 2), ("edited", 3)} <= set(kinds(verify()))


def test_x2_an_entry_put_in_with_an_old_date_is_named() -> None:
    make_log(3)
    sealer.seal_all()
    late = make_entry()
    Entry.objects.filter(pk=late.pk).update(at=late.at - timedelta(days=3))
    sealer.seal_all()
    assert kinds(verify()) == [("backdated", 4)]


def test_x2_a_cut_off_end_is_seen_against_the_head_outside() -> None:
    entries = make_log(5)
    sealer.seal_all()
    Seal.objects.filter(entry__in=entries[3:]).delete()
    Entry.objects.filter(pk__in=[entry.pk for entry in entries[3:]]).delete()
    progress = verify()
    assert kinds(progress) == [("cut", 3)]
    assert str(entries[2].pk) in progress.faults[0]["text"]


def test_x2_what_is_sealed_while_the_log_is_verified_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    make_log(3)
    sealer.seal_all()
    check = verify_module._check_link
    meanwhile = iter([make_entry])

    def checked(*given: Any) -> None:
        for write in meanwhile:
            write()
            sealer.seal_all()
        check(*given)

    monkeypatch.setattr(verify_module, "_check_link", checked)
    progress = verify()
    assert progress.faults == []
    assert progress.good
    assert verify().entries == 4


def test_x2_a_chain_computed_anew_disagrees_with_the_heads_outside() -> None:
    entries = make_log(3)
    sealer.seal_all()
    Seal.objects.all().delete()
    Entry.objects.filter(pk=entries[0].pk).update(reason="forged")
    sealer.seal_all()
    assert kinds(verify()) == [("anchor", 3)]


def test_what_is_not_sealed_yet_is_counted_and_no_fault() -> None:
    make_log(2)
    sealer.seal_all()
    make_log(3)
    progress = verify()
    assert progress.good
    assert progress.waiting == 3


def test_a_transaction_that_commits_late_is_sealed_after_the_others() -> None:
    entries = make_log(3)
    late = entries[1]
    row = {field.attname: getattr(late, field.attname) for field in Entry._meta.concrete_fields}
    late.delete()
    sealer.seal_all()
    Entry.objects.create(**row)
    assert sealer.seal_all() == 1
    assert list(Seal.objects.order_by("position").values_list("entry_id", flat=True))[-1] == row["id"]
    assert verify().good


def test_sealing_goes_on_where_it_stopped_and_announces_a_head_that_a_crash_kept_back(anchor_file: Path) -> None:
    make_log(2)
    sealer.seal_all()
    anchor_file.write_text('{"at": "cut off by a cra')
    sealer.seal()
    last = anchors.last()
    assert last is not None
    assert last.position == 2
    make_log(1)
    sealer.seal_all()
    assert [json.loads(line)["position"] for line in anchor_file.read_text().splitlines() if line.endswith("}")] == [
        2,
        3,
    ]


def test_nothing_to_seal_writes_no_head(anchor_file: Path) -> None:
    assert sealer.seal_all() == 0
    assert not anchor_file.exists()


def test_many_entries_are_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 2)
    make_log(5)
    assert sealer.seal_all() == 5
    assert verify().good


def test_verification_in_steps_tells_the_same_as_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = make_log(7)
    sealer.seal_all()
    Entry.objects.filter(pk=entries[4].pk).update(reason="x")
    whole = verify()
    monkeypatch.setattr("anju.audit.verify.STEP", 2)
    assert verify().faults == whole.faults


@pytest.mark.parametrize("model", [Entry, Seal])
@pytest.mark.parametrize("act", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_x2_the_database_refuses_to_change_the_log(model: Any, act: str) -> None:
    make_log(1)
    sealer.seal_all()
    table = model._meta.db_table
    column = "hash" if model is Seal else "reason"
    with connection.cursor() as cursor:
        for statement in triggers.install(connection.vendor):
            cursor.execute(statement)
        try:
            with pytest.raises(DatabaseError, match=triggers.REFUSAL), transaction.atomic():
                cursor.execute(act.format(table=table, column=column))
        finally:
            for statement in triggers.remove(connection.vendor):
                cursor.execute(statement)
    assert model.objects.count() == 1


def test_the_migration_installs_the_triggers() -> None:
    """The test database has them taken out (conftest), so the migration's own text is looked at."""
    statements = list(triggers.install("sqlite")) + list(triggers.install("postgresql"))
    assert sum("audit_entry" in statement for statement in statements) == 3


def test_the_report_for_the_command_line_ends_with_the_verdict() -> None:
    entries = make_log(2)
    sealer.seal_all()
    assert list(lines(verify()))[-1] == "日志完整。" or "whole" in list(lines(verify()))[-1]
    Entry.objects.filter(pk=entries[0].pk).update(at=time.now() - timedelta(days=1))
    assert len(list(lines(verify()))) >= 3
