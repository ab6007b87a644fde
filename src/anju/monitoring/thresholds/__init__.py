"""From which reading on what is raised: dated editions, one file each, by kind of device and with their source (A4.3).

A file is a whole edition, or names the one it is `based_on` and only the kinds that change. Which edition counts is decided
by the day on which something was measured. Plain Python, no Django.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml
from msgspec import Meta

from anju.core.structs import readable
from anju.monitoring.vocabulary import VALUES, ValueName

FOLDER = Path(__file__).parent
Raised = Literal["fire", "gas", "electrical", "pre_alarm", "pile", "fault", "battery"]
Seconds = Annotated[float, Meta(ge=0, le=86400)]
Named = Annotated[str, Meta(min_length=1, max_length=60)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"for_": "for"}):
    """One limit of one reading, in the reading's unit.

    at_least or at_most: where it begins to count; clears: where it is over (hysteresis; without it, the limit itself).
    for_: seconds for which it must hold. rises_by and within: instead, how much it must rise within how many seconds, once
    it has reached `at_least`. checked: the figure was read in the standard itself.
    """

    id: Named
    reading: ValueName
    raises: Raised
    at_least: float | None = None
    at_most: float | None = None
    clears: float | None = None
    for_: Seconds = 0
    rises_by: float | None = None
    within: Seconds = 0
    source: Annotated[str, Meta(min_length=1)]
    checked: bool

    @property
    def limit(self) -> float:
        return (self.at_least if self.at_least is not None else self.at_most) or 0.0

    @property
    def unit(self) -> str:
        return VALUES[self.reading]

    def beyond(self, value: float) -> bool:
        if self.at_least is not None and value < self.at_least:
            return False
        return self.at_most is None or value <= self.at_most

    def cleared(self, value: float) -> bool:
        if self.clears is None:
            return not self.beyond(value)
        return value <= self.clears if self.at_least is not None else value >= self.clears


class Confirm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many devices of one spot within so many seconds turn their pre-alarms into a fire alarm."""

    devices: Annotated[int, Meta(ge=2, le=10)]
    within: Seconds
    source: Annotated[str, Meta(min_length=1)]
    checked: bool


class LaneLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Minutes for which a fire lane may be blocked: until the warning, and until it counts as a hazard."""

    warn_after: Annotated[int, Meta(ge=0, le=1440)]
    hazard_after: Annotated[int, Meta(ge=0, le=1440)]
    source: Annotated[str, Meta(min_length=1)]
    checked: bool


class KindFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    silent_after: Annotated[int, Meta(ge=10)] | None = None
    rules: list[Rule]


@readable
class EditionFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    edition: Named
    in_force: date
    based_on: str = ""
    confirm: Confirm | None = None
    lane: LaneLimits | None = None
    kinds: dict[str, KindFile]


@dataclass(frozen=True)
class KindRules:
    """The rules of one kind of device in one edition. silent_after: seconds; None: it need not speak by itself."""

    edition: str
    silent_after: int | None
    by_reading: dict[str, tuple[Rule, ...]]

    @property
    def rules(self) -> list[Rule]:
        return [rule for rules in self.by_reading.values() for rule in rules]


@dataclass(frozen=True)
class Edition:
    name: str
    in_force: date
    confirm: Confirm | None
    kinds: dict[str, KindRules]
    lane: LaneLimits | None = None


class BadThresholds(ValueError):
    """A file of thresholds cannot be used; the text names the file, the place in it, and what is expected."""


NO_RULES = KindRules("", None, {})


def _fault(rule: Rule) -> str:
    """What is wrong with a rule beyond the types of its fields, or ""."""
    if (rule.at_least is None) == (rule.at_most is None):
        return "name one limit, `at_least` or `at_most`"
    if rule.clears is not None and rule.beyond(rule.clears):
        return f"`clears` ({rule.clears:g}) lies beyond the limit ({rule.limit:g}), so it would never be over"
    if rule.rises_by is not None and (rule.within <= 0 or rule.rises_by <= 0 or rule.for_):
        return "a rise needs `rises_by` above 0 and `within`, and has no `for`"
    if rule.rises_by is None and rule.within:
        return "`within` belongs to `rises_by`"
    return ""


def _kind(name: str, edition: str, file: KindFile) -> KindRules:
    by_reading: dict[str, tuple[Rule, ...]] = {}
    ids: set[str] = set()
    for rule in file.rules:
        fault = _fault(rule) or ("this id stands twice" if rule.id in ids else "")
        if fault:
            raise BadThresholds(f"{name}, rule {rule.id}: {fault}")
        ids.add(rule.id)
        by_reading[rule.reading] = (*by_reading.get(rule.reading, ()), rule)
    return KindRules(edition, file.silent_after, by_reading)


def parse(text: str, name: str, earlier: dict[str, Edition]) -> Edition:
    """One file. `earlier`: the editions it may be based on, by name. Raises BadThresholds."""
    try:
        file = msgspec.convert(yaml.safe_load(text), EditionFile)
        kinds = {kind: _kind(kind, file.edition, rules) for kind, rules in file.kinds.items()}
    except (yaml.YAMLError, msgspec.ValidationError, BadThresholds) as error:
        raise BadThresholds(f"{name}: {error}") from error
    base = None
    if file.based_on:
        base = earlier.get(file.based_on)
        if base is None:
            raise BadThresholds(
                f"{name}: based_on {file.based_on!r} is no earlier edition; there are {sorted(earlier)}"
            )
    lane = file.lane
    if base is not None:
        kinds, lane = {**base.kinds, **kinds}, lane or base.lane
    if lane is not None and lane.hazard_after < lane.warn_after:
        raise BadThresholds(
            f"{name}: `hazard_after` ({lane.hazard_after}) comes before `warn_after` ({lane.warn_after})"
        )
    return Edition(file.edition, file.in_force, file.confirm, kinds, lane)


@lru_cache(maxsize=4)
def editions(folder: Path = FOLDER) -> tuple[Edition, ...]:
    """All editions, oldest first. Raises BadThresholds."""
    found: dict[str, Edition] = {}
    for file in sorted(folder.glob("*.yaml")):
        edition = parse(file.read_text(encoding="utf-8"), file.name, found)
        if edition.name in found:
            raise BadThresholds(f"{file.name}: the edition {edition.name!r} exists already")
        found[edition.name] = edition
    if not found:
        raise BadThresholds(f"{folder} holds no edition")
    return tuple(sorted(found.values(), key=lambda edition: edition.in_force))


@lru_cache(maxsize=4096)
def edition_on(day: date) -> Edition:
    """The edition in force on a day; before the first one, the first."""
    every = editions()
    return next((edition for edition in reversed(every) if edition.in_force <= day), every[0])


@lru_cache(maxsize=65536)
def rules_of(kind: str, day: date, limits: tuple[tuple[str, float], ...] = ()) -> KindRules:
    """The rules of a kind on a day. limits: (rule id, limit) of this very device, which stand above the edition's."""
    rules = edition_on(day).kinds.get(kind, NO_RULES)
    if not limits:
        return rules
    own = dict(limits)
    return KindRules(
        rules.edition,
        rules.silent_after,
        {name: tuple(_with_limit(rule, own) for rule in group) for name, group in rules.by_reading.items()},
    )


def _with_limit(rule: Rule, own: dict[str, float]) -> Rule:
    """The same rule at another limit; what it takes to clear it moves along."""
    limit = own.get(rule.id)
    if limit is None:
        return rule
    clears = None if rule.clears is None else rule.clears + limit - rule.limit
    if rule.at_least is not None:
        return msgspec.structs.replace(rule, at_least=limit, clears=clears)
    return msgspec.structs.replace(rule, at_most=limit, clears=clears)
