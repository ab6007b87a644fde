"""The devices of a city, alive: `live` lets them speak as on an ordinary day, `play` lets a scene happen to some of them."""

import asyncio
import contextlib
import heapq
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from anju.simulation import life as ordinary
from anju.simulation.devices import Device
from anju.simulation.links import Link, MqttLink, PartLink, PushLink, Said, UnitLink, Ways
from anju.simulation.scenario import Rhythm, Role, Scenario, Step, seconds

log = logging.getLogger(__name__)
CHINA = timezone(timedelta(hours=8))
PUSHED = frozenset({"charging_pile", "lock", "face_terminal"})  # their vendors collect in a cloud of their own
SLEEPERS = frozenset({"smoke", "gas"})  # without a rhythm that says so
FIRST_ROUND = 45.0  # seconds in which every device speaks once after the start
PATIENCE = 120.0  # seconds that a scene waits in the end for what is not confirmed
SLOW = 5.0  # seconds after which a message that is not confirmed is told to wait
Tell = Callable[[str], None]


class CannotPlay(Exception):
    """The scene needs a device that this city does not have."""


@dataclass
class Actor:
    """A device with its link. busy: a scene has it, so that its ordinary life does not interfere."""

    device: Device
    link: Link
    readings: dict[str, float]
    busy: bool = False
    played: bool = False
    next_at: float = 0.0  # of the loop's clock: when it speaks next on an ordinary day

    def say(
        self, at: datetime, values: dict[str, float], event: str = "", detail: dict[str, Any] | None = None
    ) -> Said:
        self.readings |= values
        words = ", ".join([*([event] if event else []), *(f"{name} {value:g}" for name, value in values.items())])
        return self.link.say(at, words or "heartbeat", values, event, detail or {})


@dataclass
class Simulator:
    """devices: those it may speak as. ways: where the city listens. chance: of noise and casting."""

    devices: Sequence[Device]
    ways: Ways
    rhythms: dict[str, Rhythm] = field(default_factory=dict)
    chance: Random = field(default_factory=Random)
    actors: dict[str, Actor] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        links: dict[str, Link] = {}
        for device in self.devices:
            if device.address:
                links[device.code] = UnitLink(device, self.ways)
        for device in self.devices:
            if device.unit and isinstance(unit := links.get(device.unit), UnitLink):
                links[device.code] = PartLink(device, unit)
            elif device.key:
                links[device.code] = self._link(device)
        for device in self.devices:
            if device.code in links:
                self.actors[device.code] = Actor(device, links[device.code], dict(device.readings))

    def _link(self, device: Device) -> Link:
        if device.kind in PUSHED:
            return PushLink(device, self.ways)
        rhythm = self.rhythms.get(device.kind)
        sleeps = rhythm.sleeps if rhythm else device.kind in SLEEPERS
        return MqttLink(device, self.ways, sleeps=sleeps)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Links run while this is open."""
        try:
            for actor in self.actors.values():
                self._start(actor.link.run())
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- ordinary days ----

    async def live(self, rate: float = 0.0) -> None:
        """Until it is cancelled. rate: messages a second of all devices together; 0: as often as the rhythms say."""
        loop = asyncio.get_running_loop()
        actors = [one for one in self.actors.values() if one.device.kind in self.rhythms]
        usual = sum(1 / seconds(self.rhythms[one.device.kind].every) for one in actors)
        slower = usual / rate if rate else 1.0
        first = min(FIRST_ROUND, FIRST_ROUND * slower)
        queue = [(loop.time() + first * number / len(actors), number) for number in range(len(actors))]
        heapq.heapify(queue)
        while queue:
            at, number = queue[0]
            await asyncio.sleep(max(0.0, at - loop.time()))
            actor = actors[number]
            span = seconds(self.rhythms[actor.device.kind].every) * slower
            if not actor.busy:
                self._lives(actor, span)
            heapq.heapreplace(queue, (max(at, loop.time() - 60) + span * self.chance.uniform(0.85, 1.15), number))
        await asyncio.Event().wait()

    def _lives(self, actor: Actor, span: float) -> None:
        rhythm, now = self.rhythms[actor.device.kind], self.ways.now()
        local = now.astimezone(CHINA)
        values = ordinary.measured(rhythm, actor.device.code, local, actor.readings, self.chance)
        actor.say(now, values, "" if values else "heartbeat")
        for one in ordinary.happening(rhythm, local, span, self.chance):
            detail = ordinary.details(one.detail, self.chance)
            actor.say(now, {}, one.event, detail)
            if one.then:
                self._start(self._ends(actor, one.then, detail, ordinary.later(one, self.chance)))

    async def _ends(self, actor: Actor, event: str, detail: dict[str, Any], after: float) -> None:
        await asyncio.sleep(after)
        actor.say(self.ways.now(), {}, event, detail)

    # ---- scenes ----

    async def play(self, scene: Scenario, tell: Tell) -> None:
        """To its end, or until it is cancelled. Raises CannotPlay."""
        cast = self.cast(scene)
        for name, actor in cast.items():
            actor.busy = actor.played = True
            where = " · ".join(filter(None, (actor.device.estate, actor.device.home)))
            tell(f"{name}: {actor.device.shown}, {where}")
        said: list[Said] = []
        try:
            await self._act(scene, cast, said, tell)
            await self._confirmed(said, cast, tell)
        finally:
            for actor in cast.values():
                actor.link.back()
                actor.busy = False

    async def _act(self, scene: Scenario, cast: dict[str, Actor], said: list[Said], tell: Tell) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for at, step, values in _unrolled(scene.steps):
            actor = cast.get(step.who)
            if actor is None:
                continue
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            name = actor.device.name or actor.device.code
            if step.link:
                (actor.link.cut if step.link == "cut" else actor.link.back)()
                tell(f"{_clock(at)}  {name}: " + ("its line is cut" if step.link == "cut" else "its line is back"))
                continue
            one = actor.say(self.ways.now(), values, step.event, ordinary.details(step.detail, self.chance))
            self._start(_told(one, f"{_clock(at)}  {name}: {one.words}", actor.link, tell))
            said.append(one)

    async def _confirmed(self, said: Sequence[Said], cast: dict[str, Actor], tell: Tell) -> None:
        """What waits longer is told; in a running city it goes on waiting for the gateway."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                for one in said:
                    await one.confirmed.wait()
        await asyncio.sleep(0.1)  # the last lines of `_told`
        for actor in cast.values():
            if actor.link.refused:
                tell(f"{actor.device.shown}: {actor.link.refused}")
        left = sum(not one.confirmed.is_set() for one in said)
        tell(
            f"{left} of {len(said)} messages are not confirmed yet"
            if left
            else f"all {len(said)} messages are confirmed"
        )

    def cast(self, scene: Scenario) -> dict[str, Actor]:
        """Who plays. Raises CannotPlay."""
        found: dict[str, Actor] = {}
        for name, role in scene.cast.items():
            actor = self._for(role, found, scene)
            if actor is not None:
                found[name] = actor
            elif not role.may_lack:
                beside = f" in the home of {role.beside}" if role.beside else ""
                raise CannotPlay(
                    f"{name}: this city has no {' or '.join(role.kinds)}{beside} that is free for a scene."
                )
        return found

    def _for(self, role: Role, taken: dict[str, Actor], scene: Scenario) -> Actor | None:
        able = [
            one for one in self.actors.values()
            if one.device.kind in role.kinds and not one.busy and one not in taken.values()
            and isinstance(one.link, PartLink) == role.behind_unit
        ]  # fmt: skip
        if role.beside:
            if role.beside not in taken:
                return None
            home = taken[role.beside].device.home
            able = [one for one in able if home and one.device.home == home]
        able = able if role.beside else [one for one in able if self._has_company(one, role, scene)] or able
        if not able:
            return None

        def wished(one: Actor) -> tuple[bool, bool, bool, float]:
            device = one.device
            return (
                not one.played,
                bool(role.estate) and role.estate == device.estate,
                bool(role.named) and role.named in device.name,
                self.chance.random(),
            )

        return max(able, key=wished)

    def _has_company(self, one: Actor, role: Role, scene: Scenario) -> bool:
        """Whether its home also has the others that the scene puts beside it."""
        name = next(name for name, other in scene.cast.items() if other is role)
        kinds = [other.kinds for other in scene.cast.values() if other.beside == name]
        near = [other for other in self.actors.values() if other is not one and other.device.home == one.device.home]
        return all(any(other.device.kind in wanted for other in near) for wanted in kinds)


def _unrolled(steps: Sequence[Step]) -> list[tuple[float, Step, dict[str, float]]]:
    """Every message by its second; what moves is a row of messages on a curve that rises slowly and then fast."""
    found = []
    for step in steps:
        begin = seconds(step.at)
        if not step.moves:
            found.append((begin, step, step.values))
            continue
        over, every = seconds(step.over), seconds(step.every)
        turns = max(1, round(over / every))
        for turn in range(turns + 1):
            share = turn / turns
            values = {name: round(first + (last - first) * share**1.6, 2) for name, (first, last) in step.moves.items()}
            found.append((begin + over * share, step, values))
    return sorted(found, key=lambda one: one[0])


async def _told(said: Said, words: str, link: Link, tell: Tell) -> None:
    """One line when the city has confirmed it, with how long that took; before, one that says why it waits."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        await asyncio.wait_for(said.confirmed.wait(), SLOW)
    except TimeoutError:
        trouble = (link.unit if isinstance(link, PartLink) else link).trouble
        tell(f"{words}  … waits" + (f" ({trouble})" if trouble else ""))
        await said.confirmed.wait()
    tell(f"{words}  confirmed after {(loop.time() - began) * 1000:.0f} ms")


def _clock(at: float) -> str:
    return f"{int(at) // 60:02d}:{int(at) % 60:02d}"
