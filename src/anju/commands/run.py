"""`anju demo` and `anju serve`: bring the city up to date, then watch its processes until they are told to stop."""

import argparse
import errno
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from anju import assets, messages
from anju.commands import ports
from anju.commands.failures import Failure
from anju.commands.supervise import Child, Supervisor
from anju.demo import MARK
from anju.demo.accounts import ACCOUNTS
from anju.simulation import desk


def demo(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju demo", description="A running city with invented data.")
    _add_address(parser)
    parser.add_argument("--size", choices=["small", "city"], default=None, help="3,000 (default) or 1,000,000 homes")
    parser.add_argument("--dir", help="where its state is kept (default: ./anju-data)")
    chosen = parser.parse_args(arguments)
    folder = _folder()
    mark = _demo_mark(folder, chosen.size)
    os.environ |= {"ANJU_DEMO": "1", "ANJU_DEMO_PASSWORD": mark["password"]}
    _check_ports(chosen)
    try:
        with desk.listening(folder) as door:
            _prepare(["--demo", mark["size"]])
            return _run(chosen, folder, [_accounts(mark["password"]), _scenes(folder)], _simulator(chosen, door))
    except desk.Taken as error:
        raise Failure(f"a demo or a simulator runs in {folder} already. Stop it, or choose another folder with --dir.") from error  # fmt: skip


def serve(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju serve", description="A real city: web pages and worker.")
    _add_address(parser)
    parser.add_argument("--processes", type=int, default=2, help="web processes (default 2)")
    parser.add_argument("--dir", help="where its state is kept (default: ./anju-data)")
    chosen = parser.parse_args(arguments)
    folder = _folder()
    if (folder / MARK).exists():
        raise Failure(
            f"{folder} holds a demo city. Run `anju demo --dir {folder}`, or choose another folder with --dir."
        )
    _check_ports(chosen)
    _prepare([])
    return _run(chosen, folder, ["anju: make the first account with `anju createuser`, if there is none yet."])


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port to listen at (default 8000)")
    ports.add(parser)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 1 to 65535")
    return int(text)


def _folder() -> Path:
    folder = Path(os.environ.get("ANJU_DIR") or Path.cwd() / "anju-data").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"the folder {folder} cannot be made ({error.strerror}). Choose another with --dir.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"this user may not write to {folder}. Choose another with --dir, or change its owner.")
    os.environ["ANJU_DIR"] = str(folder)
    return folder


def _demo_mark(folder: Path, size: str | None) -> dict[str, str]:
    """What the demo of this folder is; made on its first start and kept."""
    file = folder / MARK
    if file.exists():
        mark: dict[str, str] = json.loads(file.read_text())
        if size and size != mark["size"]:
            raise Failure(
                f"{folder} holds a demo of size {mark['size']}. For size {size} choose another folder with --dir."
            )
        mark["password"] = os.environ.get("ANJU_DEMO_PASSWORD") or mark["password"]
        return mark
    if (folder / "anju.sqlite3").exists():
        raise Failure(
            f"{folder} holds a real city, and a demo is never mixed into one. Choose another folder with --dir."
        )
    password = os.environ.get("ANJU_DEMO_PASSWORD") or f"anju-{secrets.token_hex(4)}"
    mark = {"size": size or "small", "password": password}
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(mark))
    draft.rename(file)
    return mark


def _check_ports(chosen: argparse.Namespace) -> None:
    """Every port is free; where any free one is wanted (0), it is chosen now, so that all processes know it."""
    _free_port(chosen.host, chosen.port, "--port")
    chosen.mqtt_port = _free_port(chosen.host, chosen.mqtt_port, "--mqtt-port")
    chosen.gb26875_port = _free_port(chosen.host, chosen.gb26875_port, "--gb26875-port")


def _free_port(host: str, port: int, option: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Failure(_port_refused(host, port, option, error)) from error
        return int(probe.getsockname()[1])


def _port_refused(host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program. Stop it, or choose another: {option} {port + 1}"
    if error.errno == errno.EACCES:
        return f"this user may not listen at port {port}. Choose one above 1023, e.g. {option} {port + 8000}"
    return f"cannot listen at {host}:{port} ({error.strerror or error}). Check --host and {option}."


def _prepare(extra: list[str]) -> None:
    """Front-end files here; tables and a demo's data meanwhile in a process of its own, which ends and frees its memory.

    A paper that needs the fonts before they are there waits for them.
    """
    messages.compile_all()
    with subprocess.Popen([sys.executable, "-m", "anju.cli", "prepare", *extra]) as making:  # noqa: S603  # ourselves
        try:
            assets.ensure()
        except BaseException:
            making.terminate()
            raise
    if making.returncode:
        raise SystemExit(making.returncode)


def _run(chosen: argparse.Namespace, folder: Path, lines: list[str], *later: Child) -> int:
    """`later`: what is started when the city answers, so that it does not wait for them."""
    python = [sys.executable, "-m"]
    web = [*python, "uvicorn", "anju.config.asgi:application", "--host", chosen.host, "--port", str(chosen.port)]
    web += ["--log-level", "warning", "--no-server-header", "--lifespan", "off", "--timeout-graceful-shutdown", "5"]
    web += ["--workers", str(chosen.processes)] if getattr(chosen, "processes", 1) > 1 else []
    gateway = [*python, "anju.cli", "gateway", "--host", chosen.host, "--name", "gateway", "--quiet"]
    gateway += ["--mqtt-port", str(chosen.mqtt_port), "--gb26875-port", str(chosen.gb26875_port)]
    children = [Child("web", web), Child("worker", [*python, "anju.cli", "worker"]), Child("gateway", gateway)]
    ready = _Announcement(chosen.host, chosen.port, [*lines, _devices(chosen)], lambda: children.extend(later))
    Supervisor(children, on_tick=ready.look).run()
    sys.stderr.write("anju: stopped.\n")
    return 0


def _reached(host: str) -> str:
    """Where one connects to what listens at `host`."""
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  # listened at, not connected to


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Announcement:
    """Says once that the city answers; the last line is what a script waits for."""

    def __init__(self, host: str, port: int, lines: list[str], then: Callable[[], object]) -> None:
        self.host = _reached(host)
        self.port, self.lines, self.then, self.done = port, lines, then, False

    def look(self) -> None:
        if self.done or not self._answers():
            return
        self.done = True
        for line in [*self.lines, f"Ready: http://{_bracketed(self.host)}:{self.port}"]:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        self.then()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
            return False
        finally:
            connection.close()


def _devices(chosen: argparse.Namespace) -> str:
    return f"Devices: MQTT at {chosen.host}:{chosen.mqtt_port}, GB/T 26875.3 at {chosen.host}:{chosen.gb26875_port}"


def _simulator(chosen: argparse.Namespace, door: socket.socket) -> Child:
    """Devices of a demo speak for themselves, through its gateway. door: where a scene comes in, also before this one runs."""
    host = _reached(chosen.host)
    command = [sys.executable, "-m", "anju.cli", "simulate", "--host", host]
    command += ["--mqtt-port", str(chosen.mqtt_port), "--gb26875-port", str(chosen.gb26875_port)]
    command += ["--web", f"http://{_bracketed(host)}:{chosen.port}", "--desk", str(door.fileno())]
    return Child("simulator", command, opened=[door.fileno()])


def _scenes(folder: Path) -> str:
    return f"Let something happen: ./anju simulate --scenario kitchen-fire --dir {folder}  (--list tells what else)\n"


def _accounts(password: str) -> str:
    width = max(len(account.username) for account in ACCOUNTS)
    rows = [f"  {account.username:<{width}}  {account.title}" for account in ACCOUNTS]
    return "\n".join(["", "Demo accounts:", *rows, f"Password of all: {password}", ""])
