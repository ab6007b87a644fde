"""A demo city as a person starts it: `anju demo` in a folder of its own, awaited by its last line, ended by Ctrl-C."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "anju-browser-test"
READY = "Ready: "
# Seeding a year of a city takes about a minute; a machine that runs the whole suite beside it takes several.
PATIENCE = 600.0


def anju(*words: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "anju.cli", *words, "--dir", str(folder)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class City:
    """A running demo; `said` is everything that it printed so far."""

    folder: Path
    password: str = PASSWORD
    url: str = ""
    said: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = {**os.environ, "ANJU_DEMO_PASSWORD": self.password, "PYTHONUNBUFFERED": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)  # the suite's; a demo has its own
        self.process = subprocess.Popen(
            anju("demo", "--port", str(free_port()), "--mqtt-port=0", "--gb26875-port=0", folder=self.folder),
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()
        until = time.monotonic() + PATIENCE
        while not self.url:
            line = lines.get(timeout=max(0.1, until - time.monotonic()))
            if line is None:
                raise AssertionError(f"the demo ended before it was ready:\n{''.join(self.said)}")
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()

    def _listen(self, lines: "queue.Queue[str | None]") -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            lines.put(line)
        lines.put(None)

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()
        return code

    def run(self, *words: str) -> str:
        """Another command of the program on this city's folder; what it printed. A failure is an error."""
        done = self.begin(*words)
        said, complaint = done.communicate()
        assert done.returncode == 0, f"anju {' '.join(words)}: {said}{complaint}"
        return said

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """The same, without waiting for its end."""
        environment = {**os.environ, "ANJU_DEMO": "1", "ANJU_DEMO_PASSWORD": self.password}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = anju(*words, folder=self.folder)
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
