"""What dies is started again after a growing pause, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anju.commands.supervise import LONGEST_PAUSE, Child, Supervisor

pytestmark = pytest.mark.nodatabase
SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
ENDS = [sys.executable, "-c", "raise SystemExit(3)"]


def test_a_child_that_keeps_dying_waits_longer_each_time() -> None:
    child = Child("web", ENDS)
    pauses = []
    now = 0.0
    for _turn in range(9):
        child.watch(now)
        assert child.process is not None
        child.process.wait()
        child.started = now
        told = child.watch(now)
        assert "web ended (exit 3)" in told
        pauses.append(child.again_at - now)
        assert child.watch(child.again_at - 0.01) == ""
        assert child.process is None
        now = child.again_at
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) <= LONGEST_PAUSE


def test_a_child_that_lived_long_is_started_again_at_once() -> None:
    child = Child("web", ENDS, pause=32.0)
    child.watch(0.0)
    assert child.process is not None
    child.process.wait()
    child.started = 0.0
    child.watch(100.0)
    assert child.again_at == 100.5


def test_what_is_opened_for_a_child_is_open_each_time_it_is_started() -> None:
    read, write = os.pipe()
    child = Child("a", [sys.executable, "-c", f"import os; os.write({write}, b'x'); raise SystemExit(1)"], [write])
    for _start in range(2):
        child.start()
        assert child.process is not None
        assert child.process.wait(30) == 1
    assert os.read(read, 10) == b"xx"
    os.close(read)
    os.close(write)


def test_ending_stops_every_child() -> None:
    supervisor = Supervisor([Child("a", SLEEPS), Child("b", SLEEPS)])
    for child in supervisor.children:
        child.watch(0.0)
    processes = [child.process for child in supervisor.children]
    supervisor.end()
    assert [process.poll() is not None for process in processes if process] == [True, True]


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anju.commands.supervise.GRACE", 0.1)
    deaf = "import signal,sys,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = Child("a", [sys.executable, "-c", deaf])
    child.process = subprocess.Popen(child.command, start_new_session=True, stdout=subprocess.PIPE)
    assert child.process.stdout is not None
    child.process.stdout.readline()
    Supervisor([child]).end()
    assert child.process.returncode == -signal.SIGKILL
    child.process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="needs linux: the death signal of a parent is its own")
def test_children_end_when_the_supervisor_is_killed_outright(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    script = (
        "from anju.commands.supervise import Child, Supervisor\nimport pathlib, sys\n"
        f"c = Child('a', {SLEEPS!r})\n"
        f"def look():\n    c.process and pathlib.Path({str(mark)!r}).write_text(str(c.process.pid))\n"
        "Supervisor([c], on_tick=look).run()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    assert _until(lambda: mark.exists() and mark.read_text() != "")
    parent.kill()
    parent.wait()
    child = int(mark.read_text())
    assert _until(lambda: not _lives(child))


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
    except (FileNotFoundError, ProcessLookupError):
        return False


def _until(condition: object, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        os.sched_yield()
    return False
