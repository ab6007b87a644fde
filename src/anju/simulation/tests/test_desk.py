"""A scene reaches the simulator of its folder, also one that has not started yet; two never speak as the same devices."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from anju.simulation import desk, scenario
from anju.simulation.devices import Device
from anju.simulation.links import Ways
from anju.simulation.simulator import Simulator
from anju.simulation.tests.test_simulator import HEAD, NOW, STEPS

pytestmark = pytest.mark.nodatabase
SCENE = f"{HEAD}cast:\n  kitchen: {{kind: smoke}}\n{STEPS}"


def _simulator() -> Simulator:
    return Simulator([], Ways("127.0.0.1", 1, 1, "http://127.0.0.1:1", lambda: NOW))


def test_a_scene_that_comes_before_the_simulator_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PATIENCE", 0.1)
    told: list[str] = []

    async def play() -> None:
        with desk.listening(tmp_path) as door:
            asked = asyncio.ensure_future(desk.handed_over(tmp_path, "x.yaml", SCENE, told.append))
            await asyncio.sleep(0.2)
            assert not asked.done()
            assert told == ["the simulator of this city has not started yet; the scene waits for it"]
            # What a simulator is given outlives it: the next one takes the scenes that come after it.
            for _start in range(2):
                with socket.socket(fileno=os.dup(door.fileno())) as its:
                    async with desk.opened(its, _simulator()):
                        with pytest.raises(desk.Turned, match="kitchen: this city has no smoke"):
                            await asyncio.wait_for(asked, 10)
                asked = asyncio.ensure_future(desk.handed_over(tmp_path, "x.yaml", SCENE, lambda line: None))
                await asyncio.sleep(0.1)
            asked.cancel()

    asyncio.run(play())
    assert not (tmp_path / desk.SOCKET).exists()


def test_a_message_that_waits_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anju.simulation.simulator.SLOW", 0.2)
    monkeypatch.setattr("anju.simulation.simulator.PATIENCE", 0.5)
    told: list[str] = []
    detector = Device(code="T1", kind="smoke", key="k" * 64, name="厨房烟感")
    simulator = Simulator([detector], Ways("127.0.0.1", 1, 1, "http://127.0.0.1:1", lambda: NOW))

    async def play() -> None:
        async with simulator.connected():
            await simulator.play(scenario.parse(SCENE, file="x.yaml"), told.append)

    asyncio.run(play())
    assert "厨房烟感: fire  … waits ([Errno" in told[1]
    assert "Connect call failed" in told[1]
    assert told[-1] == "1 of 1 messages are not confirmed yet"


def test_without_a_simulator_nobody_takes_the_scene(tmp_path: Path) -> None:
    assert asyncio.run(desk.handed_over(tmp_path, "x.yaml", SCENE, lambda line: None)) is False


def test_the_socket_is_its_owner_s_alone_and_one_folder_has_one(tmp_path: Path) -> None:
    here = Path.cwd()
    with desk.listening(tmp_path):
        assert (tmp_path / desk.SOCKET).stat().st_mode & 0o077 == 0
        with pytest.raises(desk.Taken), desk.listening(tmp_path):
            pass
    assert Path.cwd() == here


def test_what_a_killed_one_left_is_no_simulator(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with desk.listening(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (tmp_path / desk.SOCKET).exists()
    with desk.listening(tmp_path):
        pass
