"""What a message means: a pure function of what the device said before, what it says now, and the thresholds of the day.

No database, no clock: `judge` gets everything and returns the device's new state with what was found. A finding says that
something is the case (`present`) or is over; whether that opens an alarm, counts on an open one or closes it is for
`services/raising.py`. What the device decides by itself (an event) and what its readings say are judged alike.

Order. Messages come late, twice and out of order. Within one boot the number decides which is newer, because a device's
clock may be wrong; between boots the time does. An old message never moves the state, but what it says of danger is found.
"""

from datetime import datetime, timedelta

import msgspec

from anju.monitoring.messages import Message
from anju.monitoring.thresholds import KindRules, Rule
from anju.monitoring.vocabulary import DANGER, LATCHED

LATE = timedelta(minutes=10)
BROKEN_CLOCK = timedelta(days=30)  # older than any repeat is remembered: the clock is wrong, not the message late
PATIENCE = timedelta(minutes=10)  # so long nothing newer came: whatever comes now is the newest
BOOTS = 4  # earlier boots that are remembered
MEMOS = 400  # causes that are remembered: a unit with more parts in alarm than this forgets the oldest
MARKS = 6  # readings that are remembered per window of a rise

# Event of a device -> kind of alarm. Events that are not here say nothing that anybody must see to.
RAISES: dict[str, str] = {
    "fire": "fire",
    "pre_alarm": "pre_alarm",
    "gas_leak": "gas",
    "overload": "electrical",
    "short_circuit": "electrical",
    "arc_fault": "electrical",
    "fault": "fault",
    "tamper": "tamper",
    "low_battery": "battery",
    "test": "test",
    "ebike_in_lift": "lift",
    "cylinder_in_lift": "lift",
    "lane_occupied": "lane",
    "port_fault": "pile",
}
SIGNS_OF_LIFE = frozenset({"", "heartbeat", "ack"})


class Memo(msgspec.Struct, array_like=True):
    """What one cause (a rule, or an event of one part) remembers.

    on: it counts now. since: milliseconds since which the limit has been passed. marks: (milliseconds, reading) of a rise.
    """

    kind: str
    on: bool = False
    since: int | None = None
    marks: list[tuple[int, float]] = []


class State(msgspec.Struct):
    """What is known of a device: the newest message (boot, seq, measured_at, moved_at when it arrived) and its memory."""

    measured_at: datetime | None = None
    moved_at: datetime | None = None
    boot: str = ""
    seq: int = 0
    boots: list[str] = []
    readings: dict[str, float] = {}
    event: str = ""
    memory: dict[str, Memo] = {}


class Finding(msgspec.Struct, frozen=True):
    """kind: of alarm. part: of the device. present: it is so (else: it is over). new: it was not so before.

    because: what a person should read: the event, or reading, value, limit, unit, rule, edition, source.
    """

    kind: str
    part: str
    present: bool
    new: bool
    at: datetime
    because: dict[str, object]


class Judged(msgspec.Struct, frozen=True):
    """at: when it counts as measured. late: it came more than ten minutes later, or out of order. moved: it is the newest."""

    state: State
    findings: list[Finding]
    at: datetime
    late: bool
    moved: bool


def judge(state: State, said: Message, rules: KindRules, *, received: datetime, quiet: bool = False) -> Judged:
    """quiet: the device is being maintained; danger is then found as a test, and everything else is left out."""
    at = received if received - said.at > BROKEN_CLOCK else said.at
    moved = _is_newest(state, said, at, received)
    late = not moved or received - said.at > LATE
    part = part_of(said)
    if not moved:
        found = _old(state, said, rules, at, part)
        return Judged(state, _as_test(found) if quiet else found, at, late, moved)
    memory = dict(state.memory)
    touched = _events(memory, said, part)
    for name, value in said.values.items():
        for rule in rules.by_reading.get(name, ()):
            _reading(memory, rule, part, value, said.at, touched, rules.edition)
    findings = _findings(state.memory, memory, touched, at, part) if touched else []
    if quiet and touched:
        findings = _as_test(findings)
        _forget(memory, touched, state.memory)
    return Judged(_next(state, said, at, received, memory), findings, at, late, moved)


def part_of(said: Message) -> str:
    """Which part speaks: what the protocol names, a lane, a port of a pile; "" for the device itself."""
    detail = said.detail
    for name in ("part", "lane", "port"):
        if name in detail:
            return str(detail[name])[:40]
    return ""


def _is_newest(state: State, said: Message, at: datetime, received: datetime) -> bool:
    if state.measured_at is None or state.moved_at is None:
        return True
    numbered = said.source in ("mqtt", "push", "nats")
    if numbered and said.boot == state.boot:
        return said.seq > state.seq
    if at >= state.measured_at and not (numbered and said.boot in state.boots):
        return True
    return received - state.moved_at > PATIENCE


def _next(state: State, said: Message, at: datetime, received: datetime, memory: dict[str, Memo]) -> State:
    boots = state.boots
    if said.boot != state.boot and state.boot and said.source in ("mqtt", "push", "nats"):
        boots = [state.boot, *(boot for boot in boots if boot not in (state.boot, said.boot))][:BOOTS]
    return State(
        measured_at=at,
        moved_at=received,
        boot=said.boot,
        seq=said.seq,
        boots=boots,
        readings={**state.readings, **said.values} if said.values else state.readings,
        event=state.event if said.event in SIGNS_OF_LIFE else said.event,
        memory=memory if len(memory) <= MEMOS else dict(list(memory.items())[-MEMOS:]),
    )


# A touched kind of alarm -> why it is so, or None when only something of it is over.
Touched = dict[tuple[str, str], dict[str, object] | None]


def _events(memory: dict[str, Memo], said: Message, part: str) -> Touched:
    """Lay the device's own word into the memory."""
    event = said.event
    if event in SIGNS_OF_LIFE:
        return {}
    if event in ("restored", "lane_cleared"):
        over = [
            key for key in memory if _is_event_of(key, part) and (event == "restored" or memory[key].kind == "lane")
        ]
        return {(memory.pop(key).kind, part): None for key in over}
    kind = RAISES.get(event)
    if kind is None:
        return {}
    if kind != "test":  # a test is over when it was made
        memory[f"event:{event}|{part}"] = Memo(kind, on=True)
    return {(kind, part): {"event": event, **_shown(said.detail)}}


def _shown(detail: dict[str, object]) -> dict[str, object]:
    """What of the detail helps who looks at the alarm; a person's opaque id does not."""
    return {name: detail[name] for name in ("part", "lane", "port", "text", "dwell_s", "picture") if name in detail}


def _is_event_of(key: str, part: str) -> bool:
    return key.startswith("event:") and key.partition("|")[2] == part


def _reading(
    memory: dict[str, Memo], rule: Rule, part: str, value: float, at: datetime, touched: Touched, edition: str
) -> None:
    """Lay one reading into the memory of one rule."""
    key = f"{rule.id}|{part}"
    memo = memory.get(key)
    if memo is None and rule.rises_by is None and not rule.beyond(value):
        return  # the usual case: all is well, and was
    was, moment = memo is not None and memo.on, int(at.timestamp() * 1000)
    if rule.rises_by is not None:
        memo, counts = _rise(memo, rule, value, moment)
        over = was and not rule.beyond(value)
    else:
        memo, counts = _level(memo, rule, value, moment)
        over = was and rule.cleared(value)
    memory[key] = memo
    memo.on = counts or (was and not over)
    if memo.on:
        touched[(rule.raises, part)] = touched.get((rule.raises, part)) or _why(rule, value, edition)
    elif over:
        touched.setdefault((rule.raises, part), None)
        _over(memory, rule.raises, part)
    if rule.rises_by is None and not memo.on and memo.since is None:
        del memory[key]


def _over(memory: dict[str, Memo], kind: str, part: str) -> None:
    """The battery that an event told to be low now reads full: the reading counts. What is latched waits for a person."""
    if kind not in LATCHED:
        for key in [key for key in memory if _is_event_of(key, part) and memory[key].kind == kind]:
            del memory[key]


def _level(memo: Memo | None, rule: Rule, value: float, moment: int) -> tuple[Memo, bool]:
    """(new memo, whether the limit has been passed for as long as it takes)."""
    since = memo.since if memo is not None else None
    if rule.beyond(value):
        since = moment if since is None or since > moment else since
    elif rule.cleared(value) or not (memo is not None and memo.on):
        since = None
    counts = since is not None and rule.beyond(value) and moment - since >= rule.for_ * 1000
    return Memo(rule.raises, memo.on if memo else False, since), counts


def _rise(memo: Memo | None, rule: Rule, value: float, moment: int) -> tuple[Memo, bool]:
    """(new memo, whether it rose by as much within the window)."""
    begin = moment - int(rule.within * 1000)
    marks = [mark for mark in memo.marks if begin <= mark[0] <= moment] if memo is not None else []
    lowest = min((mark[1] for mark in marks), default=value)
    if not marks or moment - marks[-1][0] >= rule.within * 1000 / MARKS:
        marks = [*marks, (moment, value)]
    assert rule.rises_by is not None
    counts = value - lowest >= rule.rises_by and rule.beyond(value)
    return Memo(rule.raises, memo.on if memo else False, None, marks), counts


def _why(rule: Rule, value: float, edition: str) -> dict[str, object]:
    why: dict[str, object] = {
        "reading": rule.reading,
        "value": value,
        "limit": rule.limit,
        "unit": rule.unit,
        "rule": rule.id,
        "edition": edition,
        "source": rule.source,
    }
    if rule.rises_by is not None:
        why |= {"rises_by": rule.rises_by, "within": rule.within}
    elif rule.for_:
        why["for"] = rule.for_
    return why


def _findings(
    before: dict[str, Memo], after: dict[str, Memo], touched: Touched, at: datetime, part: str
) -> list[Finding]:
    """One finding per kind and part: it is so while any cause is on; it is over when the last one is."""
    on_before, on_after = _on(before), _on(after)
    burning = touched.get(("fire", part)) is not None
    found = []
    for (kind, of), why in touched.items():
        if kind == "pre_alarm" and why is not None and burning:
            continue  # the fire alarm says it
        if why is not None:
            new = kind == "test" or (kind, of) not in on_before or "event" in why
            found.append(Finding(kind, of, True, new, at, why))
        elif (kind, of) not in on_after:
            found.append(Finding(kind, of, False, False, at, {}))
    return found


def _on(memory: dict[str, Memo]) -> set[tuple[str, str]]:
    return {(memo.kind, key.partition("|")[2]) for key, memo in memory.items() if memo.on}


def _old(state: State, said: Message, rules: KindRules, at: datetime, part: str) -> list[Finding]:
    """A message that something newer has overtaken: what it says of danger is found, what is over is old news."""
    found = []
    kind = RAISES.get(said.event, "")
    if kind in LATCHED or kind == "test":
        found.append(Finding(kind, part, True, True, at, {"event": said.event, **_shown(said.detail)}))
    found += [
        Finding(rule.raises, part, True, True, at, _why(rule, value, rules.edition))
        for name, value in said.values.items()
        for rule in rules.by_reading.get(name, ())
        if rule.raises in LATCHED and rule.beyond(value) and _held(state, rule, part, said.at)
    ]
    kinds = {finding.kind for finding in found}
    return [finding for finding in found if finding.kind != "pre_alarm" or "fire" not in kinds]


def _held(state: State, rule: Rule, part: str, at: datetime) -> bool:
    """Whether with this old reading the limit has been passed long enough: newer ones have passed it since."""
    if rule.rises_by is not None:
        return False
    if not rule.for_:
        return True
    memo = state.memory.get(f"{rule.id}|{part}")
    if memo is None or memo.since is None or state.measured_at is None:
        return False
    moment = int(at.timestamp() * 1000)
    gap = memo.since - moment
    newest = int(state.measured_at.timestamp() * 1000)
    return 0 <= gap <= rule.for_ * 1000 and newest - moment >= rule.for_ * 1000


def _as_test(findings: list[Finding]) -> list[Finding]:
    """While a device is maintained somebody blows smoke into it on purpose."""
    tests = [finding for finding in findings if finding.present and (finding.kind in DANGER or finding.kind == "test")]
    return [
        msgspec.structs.replace(finding, kind="test", because={**finding.because, "instead_of": finding.kind})
        for finding in tests[:1]
    ]


def _forget(memory: dict[str, Memo], touched: Touched, before: dict[str, Memo]) -> None:
    """What maintenance caused does not count as seen: if it still holds afterwards, the next message raises it."""
    for key, memo in list(memory.items()):
        if (memo.kind, key.partition("|")[2]) in touched and memo.on and not (key in before and before[key].on):
            if key.startswith("event:"):
                del memory[key]
            else:
                memory[key] = Memo(memo.kind, on=False, since=memo.since, marks=memo.marks)
