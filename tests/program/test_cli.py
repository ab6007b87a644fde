"""The program: right exit codes, short errors, and the nearest name for a slip of the pen."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from anju import cli
from anju.commands import failures, run
from anju.commands.clock import parse
from anju.commands.quality import _marked, _only
from anju.demo import MARK
from anju.simulation import desk
from tests.program.devices import free_port

pytestmark = pytest.mark.nodatabase
Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def start(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANJU_", "DJANGO_"))}
        environment |= {"ANJU_DIR": str(tmp_path / "city"), **settings}
        command = [sys.executable, "-m", "anju.cli", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)

    return start


def test_packages_that_cannot_be_fetched_are_told_in_words_and_are_tried_again_the_next_time(tmp_path: Path) -> None:
    door = tmp_path / "anju"
    door.write_text((Path(__file__).parents[2] / "anju").read_text())
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nmkdir -p {tmp_path}/.venv/bin\nexit 2\n')  # no network
    uv.chmod(0o755)
    for times in (1, 2):
        done = subprocess.run(
            ["/bin/sh", str(door), "help"], capture_output=True, text=True, check=False, env={"PATH": f"{uv.parent}:/usr/bin:/bin"}
        )  # fmt: skip
        assert done.returncode == 1
        assert "the Python packages could not be installed. Check the network" in done.stderr
        assert [line.split()[0] for line in (tmp_path / "asked").read_text().splitlines()] == ["sync"] * times


def test_help_names_every_command_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help"]) == 0
    told = capsys.readouterr().out
    assert [name for name, command in cli.COMMANDS.items() if command.group and f"\n  {name} " not in told] == []
    assert cli.main([]) == 0


def test_every_command_leads_to_a_function() -> None:
    import importlib

    for command in cli.COMMANDS.values():
        if command.django:
            continue
        module, _colon, function = command.target.partition(":")
        assert callable(getattr(importlib.import_module(f"anju.commands.{module}"), function))


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["dmeo"]) == 2
    assert "'demo'" in capsys.readouterr().err


def test_the_folder_may_stand_anywhere_among_the_arguments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANJU_DIR", "")
    assert cli._take_folder(["verify", "--dir", str(tmp_path), "--json"]) == ["verify", "--json"]
    assert os.environ["ANJU_DIR"] == str(tmp_path)
    assert cli._take_folder([f"--dir={tmp_path}/x"]) == []
    assert os.environ["ANJU_DIR"] == f"{tmp_path}/x"


def test_a_folder_that_is_not_named_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "--dir"]) == 1
    assert "--dir needs a folder" in capsys.readouterr().err


def test_a_taken_port_is_named_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANJU_DIR", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["demo", "--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert f"port {port} on 127.0.0.1 is taken" in told
    assert "Traceback" not in told


def test_a_folder_whose_devices_speak_already_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANJU_DIR", str(tmp_path))
    with desk.listening(tmp_path):
        assert cli.main(["demo", "--port", str(free_port()), "--mqtt-port=0", "--gb26875-port=0"]) == 1
    assert f"a demo or a simulator runs in {tmp_path} already" in capsys.readouterr().err
    assert not (tmp_path / "anju.sqlite3").exists()


def test_a_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANJU_DIR", str(tmp_path / "file" / "city"))
    assert cli.main(["demo"]) == 1
    assert str(tmp_path / "file" / "city") in capsys.readouterr().err


def test_a_demo_is_never_made_in_a_real_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "anju.sqlite3").write_text("")
    monkeypatch.setenv("ANJU_DIR", str(tmp_path))
    assert cli.main(["demo"]) == 1
    assert "holds a real city" in capsys.readouterr().err


def test_a_demo_is_not_served_as_a_real_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / MARK).write_text('{"size": "small", "password": "x"}')
    monkeypatch.setenv("ANJU_DIR", str(tmp_path))
    assert cli.main(["serve"]) == 1
    assert "anju demo" in capsys.readouterr().err


def test_the_demo_password_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANJU_DEMO_PASSWORD", raising=False)
    first = run._demo_mark(tmp_path, None)
    assert len(first["password"]) >= 10
    assert run._demo_mark(tmp_path, None) == first
    assert (tmp_path / MARK).stat().st_mode & 0o077 == 0


def test_the_demo_password_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run._demo_mark(tmp_path, None)
    monkeypatch.setenv("ANJU_DEMO_PASSWORD", "chosen-by-me")
    assert run._demo_mark(tmp_path, None)["password"] == "chosen-by-me"


def test_a_demo_keeps_its_size(tmp_path: Path) -> None:
    run._demo_mark(tmp_path, "small")
    with pytest.raises(failures.Failure, match="size small"):
        run._demo_mark(tmp_path, "city")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_wrong_port_is_a_usage_error(port: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["demo", f"--port={port}"])
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x"), "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), "/data/x"),
        (failures.Failure("because"), "anju: because"),
    ],
)
def test_what_a_person_can_cause_is_told_in_one_line(error: Exception, words: str) -> None:
    told = failures.told(error)
    assert told is not None
    assert words in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("database or disk is full", "disk is full"),
        ("unable to open database file", "--dir"),
        ("attempt to write a readonly database", "owner"),
        (
            'connection failed: connection to server at "127.0.0.1", port 5 failed: Connection refused',
            "PostgreSQL does not answer",
        ),
        ('database "anju" does not exist', "createdb"),
        ("no such table: accounts_user", "no tables yet"),
    ],
)
def test_a_database_that_fails_is_told_with_the_next_step(text: str, words: str) -> None:
    error = type("OperationalError", (Exception,), {})(text)
    assert words in str(failures.told(error))


def test_an_error_of_the_program_itself_keeps_its_traceback() -> None:
    assert failures.told(ZeroDivisionError("division by zero")) is None


def test_a_wrong_setting_is_named_and_nothing_starts(program: Program) -> None:
    done = program("audit", "verify", ANJU_MAX_PHOTO_MB="many")
    assert done.returncode == 1
    assert "ANJU_MAX_PHOTO_MB='many'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_city_without_tables_is_told_so(program: Program) -> None:
    done = program("audit", "verify")
    assert done.returncode == 1
    assert "no tables yet" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_server_that_does_not_answer_is_told_so_without_its_password(program: Program) -> None:
    done = program("audit", "verify", ANJU_DATABASE_URL="postgresql://anju:geheim@127.0.0.1:1/anju")
    assert done.returncode == 1
    assert "PostgreSQL does not answer" in done.stderr
    assert "geheim" not in done.stderr


def test_demo_clock_is_refused_outside_a_demo(program: Program) -> None:
    done = program("demo-clock", "+3d")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("text", "hours"), [("+3d", 72), ("12h", 12), ("+2w", 336)])
def test_spans_of_time_are_read(text: str, hours: int) -> None:
    assert parse(text).total_seconds() == hours * 3600


@pytest.mark.parametrize("text", ["-3d", "3", "tomorrow", "+3y"])
def test_other_spans_are_refused_with_examples(text: str) -> None:
    with pytest.raises(failures.Failure, match="\\+3d"):
        parse(text)


def test_one_database_can_be_chosen_for_the_tests() -> None:
    assert _only(["-k", "x", "--only", "postgres", "src"]) == ("postgres", ["-k", "x", "src"])
    with pytest.raises(failures.Failure, match="sqlite or postgres"):
        _only(["--only", "mysql"])


def test_marks_that_are_asked_for_count_in_every_part_of_the_suite() -> None:
    assert _marked(["src"], "browser") == ["src", "-m", "browser"]
    assert _marked(["-m", "needs", "src"], "not browser") == ["-m", "(needs) and (not browser)", "src"]


def test_the_web_process_starts_without_a_warning_in_a_fresh_folder(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANJU_", "DJANGO_"))}
    environment |= {"ANJU_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "anju.config.settings"}
    command = [sys.executable, "-W", "always", "-c", "import anju.config.asgi"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (0, "")
