"""Whether a station could go out now, and the reasons. Plain Python: facts in, reasons out.

Three levels: "stop" makes it not ready, "weak" makes it limited, "note" only says what comes.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from anju.stations import norms

Level = Literal["stop", "weak", "note"]


@dataclass(frozen=True)
class Facts:
    """What was found at one station on one day."""

    kind: str
    on_duty: int  # people who count, at this moment
    least: int
    staff: int
    has_head: bool
    covers: int  # estates and buildings
    gaps: int  # shifts of the next AHEAD days
    next_gap: str = ""  # ISO moment of the first
    certificates_expired: int = 0
    certificates_soon: int = 0
    kit_missing: tuple[str, ...] = ()
    kit_expired: int = 0
    kit_soon: int = 0
    drilled_on: date | None = None
    unanswered: int = 0


@dataclass(frozen=True)
class Reason:
    code: str
    level: Level
    values: dict[str, Any] = field(default_factory=dict)

    def row(self) -> list[Any]:
        return [self.code, self.level, self.values]


def reasons(facts: Facts, today: date) -> list[Reason]:
    """Worst first."""
    found = [*_duty(facts), *_staff(facts), *_kit(facts), *_practice(facts, today)]
    order = {"stop": 0, "weak": 1, "note": 2}
    return sorted(found, key=lambda reason: order[reason.level])


def level_of(found: list[Reason]) -> str:
    """ready, limited or not_ready."""
    levels = {reason.level for reason in found}
    return "not_ready" if "stop" in levels else "limited" if "weak" in levels else "ready"


def _duty(facts: Facts) -> list[Reason]:
    found = []
    if facts.on_duty == 0:
        found.append(Reason("nobody_now", "stop"))
    elif facts.on_duty < facts.least:
        found.append(Reason("few_now", "weak", {"have": facts.on_duty, "least": facts.least}))
    if facts.gaps:
        found.append(Reason("gaps", "weak", {"n": facts.gaps, "days": norms.AHEAD, "at": facts.next_gap}))
    return found


def _staff(facts: Facts) -> list[Reason]:
    norm, found = norms.NORMS[facts.kind], []
    if facts.staff < norm.staff:
        found.append(Reason("few_staff", "weak", {"have": facts.staff, "least": norm.staff}))
    if not facts.has_head:
        found.append(Reason("no_head", "weak"))
    if facts.certificates_expired:
        found.append(Reason("certificates_expired", "weak", {"n": facts.certificates_expired}))
    if facts.certificates_soon:
        found.append(Reason("certificates_soon", "note", {"n": facts.certificates_soon, "days": norms.SOON}))
    if norm.kit and not facts.covers:
        found.append(Reason("covers_nothing", "weak"))
    return found


def _kit(facts: Facts) -> list[Reason]:
    found = []
    if facts.kit_missing:
        found.append(Reason("kit_missing", "weak", {"items": list(facts.kit_missing)}))
    if facts.kit_expired:
        found.append(Reason("kit_expired", "weak", {"n": facts.kit_expired}))
    if facts.kit_soon:
        found.append(Reason("kit_soon", "note", {"n": facts.kit_soon, "days": norms.SOON}))
    return found


def _practice(facts: Facts, today: date) -> list[Reason]:
    found = []
    if facts.drilled_on is None:
        found.append(Reason("never_drilled", "weak"))
    elif (today - facts.drilled_on).days > norms.DRILL_EVERY:
        found.append(Reason("drill_old", "weak", {"on": facts.drilled_on.isoformat(), "days": norms.DRILL_EVERY}))
    if facts.unanswered:
        found.append(Reason("unanswered", "weak", {"n": facts.unanswered, "days": norms.UNANSWERED_WITHIN}))
    return found
