"""A city of several processes: starts them, starts again what dies, stops all of them together.

A process that keeps dying is started after a pause that doubles up to a minute; one that lived for a minute starts at
once again. Children get SIGTERM when this process dies, whichever way (Linux), so that nothing is left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

GRACE = 10.0
LONGEST_PAUSE = 60.0
LIVED = 60.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: Sequence[str]
    opened: Sequence[int] = ()  # descriptors that it finds open, whenever it is started
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    again_at: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  # our own commands
            self.command,
            start_new_session=True,
            pass_fds=self.opened,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )

    def watch(self, now: float) -> str:
        """Start it when it is due; returns a line to tell when it has just died."""
        if self.process is None:
            if now >= self.again_at:
                self.start()
            return ""
        code = self.process.poll()
        if code is None:
            return ""
        if now - self.started > LIVED:
            self.pause = 0.5
        self.process, self.again_at = None, now + self.pause
        told = f"anju: {self.name} ended (exit {code}); starting it again in {self.pause:g} s."
        self.pause = min(self.pause * 2, LONGEST_PAUSE)
        return told


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Supervisor:
    children: list[Child]
    on_tick: Callable[[], None] = lambda: None
    stopping: bool = field(default=False, init=False)

    def run(self) -> None:
        """Until SIGINT or SIGTERM; then every child has ended when this returns."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    told = child.watch(time.monotonic())
                    if told:
                        sys.stderr.write(f"{told}\n")
                self.on_tick()
                time.sleep(0.2)
        finally:
            self.end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def end(self) -> None:
        alive = [child.process for child in self.children if child.process and child.process.poll() is None]
        for process in alive:
            _send(process, signal.SIGTERM)
        until = time.monotonic() + GRACE
        for process in alive:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _send(process, signal.SIGKILL)
                process.wait()


def _send(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the whole session of the child: a web server has processes of its own."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass
