"""Several gateways on one PostgreSQL behind a balancer: one is killed under load, and every acknowledged message is there once."""

import asyncio
import itertools
import signal
import subprocess
from pathlib import Path

import pytest

from tests.program.devices import MqttDevice, UnitDevice, listeners, ports, postgres_city

pytestmark = [pytest.mark.nodatabase, pytest.mark.needs("postgres")]
DEVICES, MESSAGES, FRAMES, KILLS = 4, 600, 300, 3


class Balancer:
    """Gives each new connection to the next gateway that lives, as a TCP balancer does."""

    def __init__(self) -> None:
        self.gateways: list[subprocess.Popen[str]] = []
        self._turn = itertools.count()

    def port(self, which: int) -> int:
        return ports(self.gateways[next(self._turn) % len(self.gateways)])[which]


async def _always(device: MqttDevice | UnitDevice, balancer: Balancer, which: int) -> int:
    """Comes again until everything is acknowledged; how many links broke."""
    broken = 0
    while not device.done:
        try:
            await device.talk(balancer.port(which))
        except (OSError, asyncio.IncompleteReadError):
            broken += 1
            await asyncio.sleep(0.02)
    return broken


def test_a4_4_of_two_gateways_one_is_killed_under_load_and_every_acknowledged_message_is_there_once(
    tmp_path: Path,
) -> None:
    with postgres_city(tmp_path) as city:
        known = city.make_devices(*["smoke"] * DEVICES, "transmission_unit:790300000000")
        balancer = Balancer()
        balancer.gateways = [city.start(*listeners(name=f"g{number}")) for number in range(2)]
        devices = [MqttDevice(code, key, MESSAGES) for code, key in known[:DEVICES]]
        unit = UnitDevice("790300000000", FRAMES)
        total = DEVICES * MESSAGES + FRAMES

        def so_far() -> int:
            return sum(len(device.acknowledged) for device in devices) + len(unit.acknowledged)

        async def run() -> int:
            talking = [asyncio.ensure_future(_always(device, balancer, 0)) for device in devices]
            talking.append(asyncio.ensure_future(_always(unit, balancer, 1)))
            for turn in range(KILLS):
                while so_far() < (turn + 1) * total // (KILLS + 2):
                    await asyncio.sleep(0.002)
                dying = balancer.gateways.pop(turn % 2)
                city.end(dying)
                fresh = await asyncio.to_thread(city.start, *listeners(name=f"g{turn + 2}"))
                balancer.gateways.append(fresh)
            return sum(await asyncio.wait_for(asyncio.gather(*talking), 300))

        broken = asyncio.run(run())
        assert broken >= KILLS, "the kills came too late to be in the middle"
        for gateway in list(balancer.gateways):
            assert city.end(gateway, signal.SIGTERM) == 0
        assert city.count() == {"rows": total, "keys": total, "rejected": 0, "alarms": 0}


def test_the_same_message_through_both_gateways_at_the_same_moment_is_stored_once(tmp_path: Path) -> None:
    """A device whose acknowledgement was lost comes again at the other gateway while the first one is still writing."""
    with postgres_city(tmp_path) as city:
        (code, key) = city.make_devices("smoke")[0]
        gateways = [city.start(*listeners(name=f"g{number}")) for number in range(2)]
        first, second = MqttDevice(code, key, 1000), MqttDevice(code, key, 1000)
        second.payloads = first.payloads

        async def run() -> None:
            await asyncio.gather(first.talk(ports(gateways[0])[0]), second.talk(ports(gateways[1])[0]))

        asyncio.run(asyncio.wait_for(run(), 240))
        assert first.done
        assert second.done
        assert city.count() == {"rows": 1000, "keys": 1000, "rejected": 0, "alarms": 0}
