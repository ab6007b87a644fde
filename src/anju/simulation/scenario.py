"""Scenarios: YAML that a person can read and write; docs/simulator.md describes every field.

A mistake is told with file, line and field: `kitchen-fire.yaml, line 14, steps 3, values: there is no reading 'smok'. Did you
mean 'smoke'?`
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from anju.monitoring.vocabulary import EVENTS, VALUES
from anju.simulation import yaml_lines

SHIPPED = Path(__file__).parent / "scenarios"
KINDS = (
    "smoke", "gas", "residual_current", "cable_temperature", "arc", "breaker", "lock", "face_terminal", "lift_blocker",
    "charging_pile", "lane_camera", "patrol_point", "transmission_unit",
)  # fmt: skip
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
Span = float | str  # seconds, or "90s", "10m", "2h"
Made = TypeVar("Made")


class BadScenario(Exception):
    """The words name file, line and field, and what is expected."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Words(_Table, frozen=True):
    zh: str
    en: str


class Role(_Table, frozen=True):
    """Who plays: a device of one of these kinds. `named` and `estate` are wishes, `beside` (same home as) is a must.

    may_lack: without such a device its steps are left out; else the scene cannot be played.
    """

    kind: str | list[str]
    named: str = ""
    estate: str = ""
    beside: str = ""
    behind_unit: bool = False
    may_lack: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if isinstance(self.kind, str) else tuple(self.kind)


class Step(_Table, frozen=True):
    """One act at `at` seconds after the start: it says values or an event, lets readings go from one value to another within
    `over` (a message every `every`), or its line is cut or comes back."""

    at: Span
    who: str
    values: dict[str, float] = {}
    event: str = ""
    detail: dict[str, Any] = {}
    moves: dict[str, tuple[float, float]] = {}
    over: Span = 20
    every: Span = 2
    link: Literal["", "cut", "back"] = ""


class Wave(_Table, frozen=True):
    """A reading in an ordinary day: `calm`, up to `own` more or less for each device, `noise` each time, and what is added at
    some hours ("17-21": 1.2). stays: it goes on from what the device said last, as a battery does."""

    calm: float
    own: float = 0
    noise: float = 0
    hours: dict[str, float] = {}
    stays: bool = False


class Happening(_Table, frozen=True):
    """Something of an ordinary day: on average `per_day` times, within `hours`. then: said after a time within `after`."""

    event: str
    per_day: float
    hours: str = "0-24"
    detail: dict[str, Any] = {}
    then: str = ""
    after: tuple[Span, Span] = (60, 180)


class Rhythm(_Table, frozen=True):
    """How devices of a kind live: they speak every so often; a sleeper hangs up in between, for its battery's sake."""

    every: Span
    sleeps: bool = False
    values: dict[str, Wave] = {}
    happens: list[Happening] = []


class Scenario(_Table, frozen=True):
    title: Words
    about: Words
    cast: dict[str, Role] = {}
    steps: list[Step] = []
    life: dict[str, Rhythm] = {}

    @property
    def seconds(self) -> float:
        """How long its steps take."""
        return max((seconds(one.at) + (seconds(one.over) if one.moves else 0) for one in self.steps), default=0)


def names() -> list[str]:
    return sorted(file.stem for file in SHIPPED.glob("*.yaml"))


def load(wanted: str) -> tuple[str, str]:
    """Name and text of a shipped scenario, or of a file. Raises BadScenario, OSError."""
    if wanted in names():
        file = SHIPPED / f"{wanted}.yaml"
    elif "/" in wanted or wanted.endswith((".yaml", ".yml")):
        file = Path(wanted)
    else:
        near = difflib.get_close_matches(wanted, names(), n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise BadScenario(f"there is no scenario {wanted!r}.{hint} There are {', '.join(names())}, and any file.yaml.")
    try:
        return file.name, file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadScenario(f"{file.name} is not UTF-8.") from error


def parse(text: str, *, file: str) -> Scenario:
    """Raises BadScenario for the first thing that is wrong."""
    try:
        data, lines = yaml_lines.read(text)
    except yaml_lines.NotYaml as error:
        raise BadScenario(f"{file}, line {error.line}: {error.problem}") from error
    return _Reader(file, data, lines).scenario()


def seconds(span: Span) -> float:
    """Raises ValueError for what is no time, in words."""
    if isinstance(span, int | float) and not isinstance(span, bool):
        if span < 0:
            raise ValueError(f"{span} is before the beginning")
        return float(span)
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([smh]?)", str(span))
    if not found:
        raise ValueError(f"{span!r} is no time; write 90, 90s, 10m or 2h")
    return float(found[1]) * UNITS[found[2]]


def hours(text: str) -> tuple[int, int]:
    """ "17-21" as two hours of the day. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text)
    if not found or not int(found[1]) < int(found[2]) <= 24:
        raise ValueError(f"{text!r} are no hours of a day; write them as 17-21")
    return int(found[1]), int(found[2])


class _Reader:
    def __init__(self, file: str, data: Any, lines: dict[yaml_lines.Path, int]) -> None:
        self.file, self.data, self.lines = file, data, lines

    def wrong(self, path: yaml_lines.Path, problem: str) -> BadScenario:
        at = path
        while at and at not in self.lines:
            at = at[:-1]
        place = "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in path)
        return BadScenario(f"{self.file}, line {self.lines.get(at, 1)}{place}: {problem}")

    def scenario(self) -> Scenario:
        if not isinstance(self.data, dict):
            raise self.wrong((), "a scenario is a table with title, about, and steps or life")
        tables = {
            "cast": {name: self.take(("cast", name), Role) for name in self.table("cast")},
            "life": {kind: self.rhythm(kind) for kind in self.table("life")},
        }
        made = self.convert((), {**self.data, "cast": {}, "life": {}}, Scenario)
        found = msgspec.structs.replace(made, **tables)
        if not found.steps and not found.life:
            raise self.wrong((), "nothing happens in it: it needs steps or life")
        self.check_cast(found)
        for number, step in enumerate(found.steps):
            self.check_step(("steps", number), step, found)
        return found

    def table(self, *path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.data
        for part in path:
            found = found.get(part) or {}
            if not isinstance(found, dict):
                raise self.wrong(path, "a table is expected")
        return found

    def take(self, path: tuple[str, ...], kind: type[Made]) -> Made:
        return self.convert(path, self.table(*path[:-1])[path[-1]], kind)

    def convert(self, path: yaml_lines.Path, data: Any, kind: type[Made]) -> Made:
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            problem, _dash, tail = str(error).partition(" - at `$")
            inner = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]`]+", tail)]
            unknown = re.search(r"unknown field `(.+?)`", problem)
            if unknown:
                inner.append(unknown[1])
                problem = f"there is no such field.{_did_you_mean(unknown[1], kind, inner)}"
            raise self.wrong((*path, *(part for part in inner if part != "...")), problem) from error

    def rhythm(self, kind: str) -> Rhythm:
        path = ("life", kind)
        self.known(path, kind, KINDS, "kind of device")
        table = self.table(*path)
        found = self.convert(path, {**table, "values": {}}, Rhythm)
        waves = {name: self.take((*path, "values", name), Wave) for name in self.table(*path, "values")}
        self.span((*path, "every"), found.every)
        for name, wave in waves.items():
            self.known((*path, "values", name), name, VALUES, "reading")
            for text in wave.hours:
                self.try_(("life", kind, "values", name, "hours"), hours, text)
        for number, one in enumerate(found.happens):
            at = (*path, "happens", number)
            for event in filter(None, (one.event, one.then)):
                self.known((*at, "event"), event, EVENTS, "event")
            self.try_((*at, "hours"), hours, one.hours)
            for span in one.after:
                self.span((*at, "after"), span)
        return msgspec.structs.replace(found, values=waves)

    def check_cast(self, found: Scenario) -> None:
        for name, role in found.cast.items():
            path = ("cast", name)
            for kind in role.kinds:
                self.known((*path, "kind"), kind, KINDS, "kind of device")
            if role.beside:
                earlier = list(found.cast)[: list(found.cast).index(name)]
                self.known((*path, "beside"), role.beside, earlier, "role above it")

    def check_step(self, path: yaml_lines.Path, step: Step, found: Scenario) -> None:
        self.known((*path, "who"), step.who, found.cast, "role in the cast")
        for field, names in (("values", step.values), ("moves", step.moves)):
            for name in names:
                self.known((*path, field, name), name, VALUES, "reading")
        if step.event:
            self.known((*path, "event"), step.event, EVENTS, "event")
        for field in ("at", "over", "every"):
            self.span((*path, field), getattr(step, field))
        if seconds(step.every) <= 0:
            raise self.wrong((*path, "every"), "it is more than 0")
        acts = sum(map(bool, (step.values or step.event, step.moves, step.link)))
        if acts != 1:
            raise self.wrong(path, "a step does one thing: values or event, moves, or link")

    def known(self, path: yaml_lines.Path, name: str, names: Iterable[str], what: str) -> None:
        names = list(names)
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(names) or 'none'}."
            raise self.wrong(path, f"there is no {what} {name!r}. {hint}")

    def span(self, path: yaml_lines.Path, span: Span) -> None:
        self.try_(path, seconds, span)

    def try_(self, path: yaml_lines.Path, check: Any, value: Any) -> None:
        try:
            check(value)
        except ValueError as error:
            raise self.wrong(path, str(error)) from error


def _did_you_mean(name: str, kind: type[Any], inner: list[Any]) -> str:
    """The nearest field of the table in which the unknown one stands."""
    made: type[Any] = kind
    if inner[:1] == ["steps"]:
        made = Step
    elif "happens" in inner:
        made = Happening
    elif inner[:1] in (["title"], ["about"]):
        made = Words
    fields = [field.name for field in msgspec.structs.fields(made)]
    near = difflib.get_close_matches(name, fields, n=1, cutoff=0.4)
    return f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(fields)}."
