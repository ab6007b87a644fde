"""`anju simulate`: devices that live and scenes that happen, spoken to a gateway from outside. docs/simulator.md."""

import argparse
import asyncio
import signal
import socket
import sys
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack, suppress
from pathlib import Path
from random import Random

from django.conf import settings

from anju.commands import ports
from anju.commands.failures import Failure
from anju.core import time
from anju.demo.lending import lend
from anju.simulation import desk, scenario
from anju.simulation import devices as lists
from anju.simulation.links import Ways
from anju.simulation.simulator import CannotPlay, Simulator

ORDINARY = "ordinary-day"


def simulate(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="anju simulate",
        description="Devices that live, or with --scenario a scene, spoken to a gateway through the real protocols.",
        epilog="--dir DIR of a demo finds its devices and their keys; where a simulator runs there, it plays the scene.",
    )
    parser.add_argument("--scenario", metavar="NAME|FILE", default="", help=f"one of {', '.join(scenario.names())}, or a file.yaml")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="tell what there is to play")
    parser.add_argument(
        "--check", metavar="FILE", default="", help="only read a scenario and say what is wrong with it"
    )
    parser.add_argument("--devices", type=int, default=0, metavar="N", help="let only so many devices speak")
    parser.add_argument(
        "--rate", type=float, default=0.0, metavar="R", help="messages a second of all of them together"
    )
    parser.add_argument(
        "--keys", type=Path, help="speak as these: what `anju device add --json` printed, one after another"
    )
    parser.add_argument("--host", default="127.0.0.1", help="where the gateway listens (default 127.0.0.1)")
    ports.add(parser)
    parser.add_argument("--web", default="http://127.0.0.1:8000", help="address of the pages, for HTTPS push")
    # Of a demo: its open socket, on which scenes come in.
    parser.add_argument("--desk", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        return _run(chosen)
    except desk.Taken as error:
        raise Failure("a simulator runs in this folder already. Let something happen with --scenario.") from error
    except (scenario.BadScenario, CannotPlay, desk.Turned) as error:
        raise Failure(str(error)) from error


def _run(chosen: argparse.Namespace) -> int:
    if chosen.list:
        return _list()
    if chosen.check:
        file, text = scenario.load(chosen.check)
        scenario.parse(text, file=file)
        sys.stdout.write(f"{file} is a scenario.\n")
        return 0
    file, text = scenario.load(chosen.scenario or ORDINARY)
    scene = scenario.parse(text, file=file)
    if chosen.devices < 0 or chosen.rate < 0:
        raise Failure("--devices and --rate are above 0.")
    folder = Path(settings.ANJU_DIR)
    if scene.steps and not chosen.keys and asyncio.run(desk.handed_over(folder, file, text, _say)):
        return 0
    made = _simulator(chosen, scene, folder)
    with ExitStack() as stack, suppress(asyncio.CancelledError):
        door = None if chosen.keys or scene.steps else stack.enter_context(_door(chosen.desk, folder))
        asyncio.run(_until_told(made, scene, chosen.rate, door))
    return 0


def _door(descriptor: int | None, folder: Path) -> AbstractContextManager[socket.socket]:
    """Where scenes come in."""
    return desk.listening(folder) if descriptor is None else socket.socket(fileno=descriptor)


def _list() -> int:
    for name in scenario.names():
        file, text = scenario.load(name)
        scene = scenario.parse(text, file=file)
        span = f"{scene.seconds:.0f} s" if scene.steps else "goes on"
        sys.stdout.write(
            f"{name:<14} {scene.title.zh} / {scene.title.en} ({span})\n    {scene.about.zh}\n    {scene.about.en}\n"
        )
    return 0


def _simulator(chosen: argparse.Namespace, scene: scenario.Scenario, folder: Path) -> Simulator:
    ways = Ways(chosen.host, chosen.mqtt_port, chosen.gb26875_port, chosen.web.rstrip("/"), time.now)
    devices = _from_list(chosen.keys) if chosen.keys else _lent(folder)
    chance = Random()  # noqa: S311  # noise and casting, no secrets
    if chosen.devices:
        if chosen.devices > len(devices):
            raise Failure(f"--devices {chosen.devices}: there are only {len(devices)}.")
        chance.shuffle(devices)
        devices = devices[: chosen.devices]
    return Simulator(devices, ways, scene.life, chance)


def _lent(folder: Path) -> list[lists.Device]:
    if not settings.ANJU_DEMO:
        raise Failure(
            f"{folder} holds no demo. Give its folder with --dir, or the devices as which to speak with --keys FILE."
        )
    return lend(time.now())


def _from_list(file: Path) -> list[lists.Device]:
    try:
        return lists.read(file.read_text(encoding="utf-8"))
    except (lists.BadList, UnicodeDecodeError) as error:
        raise Failure(f"--keys {file}: {error}.") from error


async def _until_told(made: Simulator, scene: scenario.Scenario, rate: float, door: socket.socket | None) -> None:
    """A scene to its end; life until SIGINT or SIGTERM. door: where a desk takes scenes."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(made.connected())
        if door is not None:
            await stack.enter_async_context(desk.opened(door, made))
        if scene.steps:
            await made.play(scene, _say)
        if scene.life:
            if door is None:
                _say(f"{len(made.actors)} devices speak; Ctrl-C ends it")
            await made.live(rate)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
