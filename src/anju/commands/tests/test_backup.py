"""A restored city has the same rows, a broken-off backup leaves the old one, and nothing is ever overwritten."""

import contextlib
import gzip
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from anju.accounts.services import system_actor
from anju.audit.models import Entry
from anju.audit.testing import make_log
from anju.commands.backup import archive, restoring, rows, upgrading
from anju.commands.failures import Failure
from anju.jobs.models import Tick

pytestmark = pytest.mark.xdist_group("backup")

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def city(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder; the rows are read in the test's own transaction (the program's own moment has its tests below)."""
    monkeypatch.setattr(archive, "snapshot", lambda: contextlib.nullcontext("default"))
    settings.ANJU_DIR = tmp_path / "city"
    settings.ANJU_FILES_DIR = tmp_path / "city" / "files"
    settings.ANJU_KEYS_FILE = tmp_path / "city" / "keys.json"
    settings.ANJU_ANCHOR_FILE = tmp_path / "city" / "audit-anchor.jsonl"
    (tmp_path / "city" / "files" / "ab").mkdir(parents=True)
    (tmp_path / "city" / "files" / "ab" / "photo").write_bytes(b"a photo")
    (tmp_path / "city" / "keys.json").write_text("{}")
    return tmp_path


def quiet(line: str) -> None:
    pass


@pytest.mark.django_db
def test_rows_written_and_loaded_again_have_the_same_hash(tmp_path: Path) -> None:
    make_log(3)
    told = rows.write(Entry, "default", tmp_path / "entries")
    Entry.objects.all().delete()
    with gzip.open(tmp_path / "entries") as lines:
        assert rows.load(Entry, list(told.columns), iter(lines)) == 3
    assert rows.digest(Entry) == told


@pytest.mark.django_db
def test_any_changed_value_changes_the_hash() -> None:
    tick = Tick.objects.create(name="x", due_at=datetime(2026, 11, 22, tzinfo=UTC))
    before = rows.digest(Tick)
    tick.due_at = datetime(2026, 11, 22, 0, 0, 0, 1, tzinfo=UTC)
    tick.save()
    assert rows.digest(Tick).sha256 != before.sha256


@pytest.mark.django_db
def test_a_backup_lists_tables_files_and_keys_apart(city: Path) -> None:
    system_actor()
    manifest = archive.write(city / "b.tar", keys=True, say=quiet)
    assert manifest["tables"]["accounts_user"]["rows"] == 1
    assert list(manifest["files"]) == ["files/ab/photo"]
    assert list(manifest["keys"]) == ["keys/keys.json"]
    assert archive.read_manifest(city / "b.tar") == json.loads(json.dumps(manifest))
    assert (city / "b.tar").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_keys_can_be_left_out(city: Path) -> None:
    assert archive.write(city / "b.tar", keys=False, say=quiet)["keys"] == {}
    with tarfile.open(city / "b.tar") as tar:
        assert not [name for name in tar.getnames() if name.startswith("keys/")]


@pytest.mark.django_db
def test_a_backup_that_breaks_off_leaves_the_one_before(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (city / "b.tar").write_text("the one before")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "_add_tree", full)
    with pytest.raises(OSError, match="No space left"):
        archive.write(city / "b.tar", keys=True, say=quiet)
    assert (city / "b.tar").read_text() == "the one before"
    assert [file.name for file in city.iterdir() if file.name.startswith(".b.tar")] == []


def test_a_file_that_is_no_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"not a tar")
    with pytest.raises(Failure, match="no whole backup"):
        archive.read_manifest(tmp_path / "x.tar")


@pytest.mark.django_db
def test_a_backup_that_was_cut_short_is_no_whole_one(city: Path) -> None:
    archive.write(city / "b.tar", keys=True, say=quiet)
    data = (city / "b.tar").read_bytes()
    (city / "b.tar").write_bytes(data[: len(data) // 2])
    with pytest.raises(Failure, match="no whole backup"):
        archive.read_manifest(city / "b.tar")


@pytest.mark.parametrize("name", ["files/../../etc/passwd", "files//etc/passwd"])
def test_a_name_that_leads_out_of_the_folder_is_refused(city: Path, name: str) -> None:
    with pytest.raises(Failure, match="outside the data folder"):
        restoring._target(name)


@pytest.mark.django_db
def test_rows_that_an_upgrade_must_not_touch_are_compared() -> None:
    make_log(2)
    before = {"audit_entry": {"columns": list(rows.columns(Entry)), "sha256": rows.digest(Entry).sha256}}
    assert upgrading.compare(before) == (1, [])
    Entry.objects.filter(pk__gt=0).update(reason="changed")
    assert upgrading.compare(before) == (1, ["audit_entry"])


@pytest.mark.django_db
def test_a_table_that_lost_a_column_is_not_compared() -> None:
    assert upgrading.compare({"audit_entry": {"columns": ["id", "gone"], "sha256": ""}}) == (0, [])


# --- the program itself, on a city of its own ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def program() -> Program:
    def start(*arguments: str, typed: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANJU_", "DJANGO_"))}
        return subprocess.run(
            [sys.executable, "-m", "anju.cli", *arguments], capture_output=True, text=True, input=typed, check=False,
            env={**environment, **settings},
        )  # fmt: skip

    return start


@pytest.fixture(scope="module")
def backup(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a small real city with one account."""
    folder = tmp_path_factory.mktemp("city")
    made = program("prepare", "--dir", str(folder / "old"))
    assert made.returncode == 0, made.stderr
    account = (
        "createuser",
        "lead",
        "--name",
        "沈立群",
        "--department",
        "office",
        "--leader",
        "--dir",
        str(folder / "old"),
    )
    assert program(*account, typed="a long password 1\n").returncode == 0
    done = program("backup", str(folder / "b.tar"), "--dir", str(folder / "old"))
    assert done.returncode == 0, done.stderr
    return folder / "b.tar"


def hashes(file: Path) -> dict[str, str]:
    return {table: told["sha256"] for table, told in archive.read_manifest(file)["tables"].items()}


@pytest.mark.nodatabase
def test_a_restored_city_has_the_same_row_hashes(program: Program, backup: Path, tmp_path: Path) -> None:
    done = program("restore", str(backup), "--dir", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert "Restored into" in done.stdout
    again = program("backup", str(tmp_path / "again.tar"), "--dir", str(tmp_path / "new"))
    assert again.returncode == 0, again.stderr
    assert hashes(tmp_path / "again.tar") == hashes(backup)
    assert program("audit", "verify", "--dir", str(tmp_path / "new")).returncode == 0


@pytest.mark.nodatabase
def test_a_restore_never_overwrites_a_city(program: Program, backup: Path, tmp_path: Path) -> None:
    (tmp_path / "something").write_text("here")
    done = program("restore", str(backup), "--dir", str(tmp_path))
    assert done.returncode == 1
    assert "never overwrites" in done.stderr
    assert (tmp_path / "something").read_text() == "here"


@pytest.mark.nodatabase
def test_a_damaged_table_is_found_and_nothing_is_kept(program: Program, backup: Path, tmp_path: Path) -> None:
    manifest = archive.read_manifest(backup)
    manifest["tables"]["accounts_user"]["sha256"] = "0" * 64
    with tarfile.open(backup) as old, tarfile.open(tmp_path / "bad.tar", "w") as new:
        for member in old.getmembers():
            if member.name != "manifest.json":
                new.addfile(member, old.extractfile(member))
        archive._add_bytes(new, "manifest.json", json.dumps(manifest).encode())
    done = program("restore", str(tmp_path / "bad.tar"), "--dir", str(tmp_path / "new"))
    assert done.returncode == 1
    assert "accounts_user" in done.stderr
    assert not (tmp_path / "new").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["bad.tar"]


@pytest.mark.nodatabase
def test_an_upgrade_of_a_city_of_this_version_has_nothing_to_do(program: Program, backup: Path) -> None:
    done = program("upgrade", "--dir", str(backup.parent / "old"))
    assert done.returncode == 0, done.stderr
    assert "nothing to do" in done.stderr
