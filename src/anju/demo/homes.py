"""One invented home: what is true of it, and the story of how it came to be known. Plain Python, no database.

A story is a list of tellings (imported, visited, re-visited, with what was seen then). What follows from them, verdicts
and hazards, is the standard's business: nothing here says "compliant". The fates only steer how often something is wrong:
most homes are sound now, some have something wrong, are stale, half-seen, never seen, or not let. Two rare fates have a
party who does not correct ("defiant") or lets again what may not be let ("let_again").
"""

import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from anju import standard
from anju.demo.flaws import Facts, Rooms, spoil, spoil_with
from anju.demo.pace import VISITED, YEAR, turn

FATES = {"sound": 82.0, "wrong": 5.0, "stale": 3.5, "half_seen": 3.0, "unseen": 2.5, "not_let": 4.0}
FRESH = 91  # days after which the first passing facts of a visit have run out
RECHECKS = (7, 29, 88)  # days after a move-out on which somebody looks whether it was let again
PROHIBITED = ("R03", "R04", "D05", "D06")


@dataclass(frozen=True)
class Telling:
    """Something told about the home on a day. `found`: rules that were then seen violated; `mended`: put right.

    `recheck`: whether it was let again after a move-out.
    """

    day: date
    source: str  # dwellings.Observation.Source
    facts: Facts
    rooms: Rooms
    found: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    recheck: bool = False


@dataclass
class Home:
    fate: str
    kind: str
    rooms_let: int
    beds_let: int
    letting_state: str
    sublet: bool
    facts: Facts
    rooms: Rooms
    tellings: list[Telling] = field(default_factory=list)
    let_before: tuple[int, int] = (0, 0)  # rooms and beds, before it was emptied

    @property
    def people(self) -> int:
        return sum(room["persons"] for room in self.rooms.values())


def make(
    chance: Random,
    *,
    rural: bool,
    storeys: int,
    registered: date,
    today: date,
    behind: float = 0.0,
    fate: str = "",
) -> Home:
    """`today` is the last day of which something may be told; `behind`: how far the town lags; `fate`: drawn if empty."""
    weights = {**FATES, "wrong": FATES["wrong"] + behind * 60, "unseen": FATES["unseen"] + behind * 40}
    lot = chance.choices(list(weights), weights=[max(1.0, weight) for weight in weights.values()])[0]
    facts, rooms = sound(chance, rural=rural, storeys=storeys, shared=bool(fate))
    home = Home(
        fate=fate or lot,
        kind=facts["kind"],
        rooms_let=facts["rooms_let"],
        beds_let=facts["beds_let"],
        letting_state="let",
        sublet=facts["sublet"],
        facts=facts,
        rooms=rooms,
        let_before=(facts["rooms_let"], facts["beds_let"]),
    )
    home.tellings = _Story(home, chance, registered, today, behind).tell()
    return home


def sound(chance: Random, *, rural: bool, storeys: int, shared: bool = False) -> tuple[Facts, Rooms]:
    """A home of which every question has a good answer. `shared`: never one family's."""
    many = rural and chance.random() < 0.12
    count = chance.randint(10, 12) if many else chance.randint(2, 6) if rural else chance.choice((2, 2, 3, 3, 3, 4))
    family = not rural and chance.random() < 0.35 and not shared
    rooms = {_room_name(i): _room(chance, family) for i in range(count)}
    split = not rural and not family and chance.random() < 0.3
    if split:
        last = _room_name(count - 1)
        rooms[last].update(
            origin="living_room", partitioned=True, partition_material="noncombustible", partition_to_slab=True
        )
    facts: Facts = {
        "kind": "rural" if rural else "commercial",
        "letting_state": "let",
        "storeys": storeys,
        "structure": chance.choice(("concrete", "masonry")),
        "stairs": 2 if storeys > 6 or (rural and chance.random() < 0.3) else 1,
        "stair_material": "concrete",
        "rooms_let": count,
        "beds_let": sum(max(1, room["persons"]) for room in rooms.values()),
        "whole_let_one_family": family,
        "unrelated_people": 0 if family else sum(room["persons"] for room in rooms.values()),
        "living_room_area": round(15 + chance.random() * 12, 1),
        "living_room_splits": int(split),
        "mixed_use": "none",
        "hazmat_storage": False,
        "combustible_fitout": False,
        "common_alarm": True,
        "extinguishers_3kg": 2 + (count >= 6),
        "inner_exit": "clear",
        "kitchen_flame": chance.random() < 0.7,
        "kitchen_fire_door": True,
        "gas_alarm": True,
        "flameout_protection": True,
        "water_heater": chance.choice(("electric", "electric", "gas_flued", "none")),
        "lpg_cylinders": 1 if rural and chance.random() < 0.5 else 0,
        "rcd": True,
        "wiring": "protected",
        "ebike_inside": False,
        "need_help": chance.choice((0, 0, 0, 0, 1, 2)),
        "sublet": chance.random() < 0.12,
    }
    facts["lpg_place"] = "kitchen" if facts["lpg_cylinders"] else "none"
    if facts["sublet"]:
        facts["sublet_consent"] = True
    if rural:
        facts["rope_ladders"] = max(0, storeys - 1)
    if storeys > 9:
        facts["respirators"] = count
    if count >= 10 or facts["beds_let"] >= 10:
        facts |= {"emergency_lights": True, "exit_signs": True}
    return facts, rooms


def _room_name(number: int) -> str:
    return "ABCDEFGHJKLMNPQRST"[number]


def _room(chance: Random, family: bool) -> Facts:
    persons = chance.choice((1, 1, 1, 2)) if not family else chance.choice((0, 1, 2))
    return {
        "origin": "bedroom",
        "let": True,
        "area": round(max(4.2 * persons, 6.5) + chance.random() * 9, 1),
        "persons": persons,
        "family": family or (persons == 2 and chance.random() < 0.3),
        "window": True,
        "escape_opening": True,
        "partitioned": False,
        "alarm": True,
        "masks": max(1, persons),
        "whistles": 1,
        "torches": 1,
        "flame_stove": False,
        "ebike_inside": False,
    }


@lru_cache(maxsize=4)
def terms(on: date) -> dict[str, int]:
    """The days that each rule of the standard gives for correction."""
    return {rule.id: rule.days for rule in standard.current_edition(on).rules_on(on)}


def shortest(found: tuple[str, ...], on: date) -> int:
    return min(terms(on)[rule] for rule in found)


class _Story:
    def __init__(self, home: Home, chance: Random, registered: date, today: date, behind: float) -> None:
        self.home, self.chance, self.registered, self.today, self.behind = home, chance, registered, today, behind

    def tell(self) -> list[Telling]:
        fate = self.home.fate
        if fate == "unseen":
            return [self._imported(bare=True)]
        if fate == "not_let":
            return [self._imported(), self._emptied()]
        if fate == "defiant":
            return [self._imported(), *self._defiant()]
        if fate == "let_again":
            return [self._imported(), *self._let_again()]
        return [self._imported(), *self._visited()]

    # --- how it became known ---------------------------------------------------------------------------------------

    def _imported(self, *, bare: bool = False) -> Telling:
        names = ("kind", "letting_state") if bare else ("kind", "letting_state", "rooms_let", "beds_let")
        return Telling(self.registered, "import", {name: self.home.facts[name] for name in names}, {})

    def _emptied(self) -> Telling:
        home, chance = self.home, self.chance
        home.letting_state = chance.choice(("vacant", "vacant", "self_occupied", "suspended", "cleared"))
        home.rooms, home.rooms_let, home.beds_let = {}, 0, 0
        day = self._between(self.registered + timedelta(days=3), self.today - timedelta(days=4))
        return Telling(day, "inspection", {"letting_state": home.letting_state, "rooms_let": 0, "beds_let": 0}, {})

    def _between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randint(0, max(0, (last - first).days)))

    def _visited(self) -> list[Telling]:
        """Visits from the first one on, each with what was found and put right; the last as the fate says."""
        home, chance = self.home, self.chance
        ending: list[Telling] = []
        if home.fate == "wrong":
            ending = [self._left_wrong()]
        last = ending[0].day if ending else self._last()
        days = self._days(last)
        tellings: list[Telling] = []
        for index, day in enumerate(days):
            if ending and index == len(days) - 1:
                break
            following = days[index + 1] if index + 1 < len(days) else None
            tellings += self._visit(day, following, first=index == 0)
        tellings = [*self._with_rechecks(tellings, ending[0].day if ending else self.today), *ending]
        if home.fate == "half_seen":
            tellings[-1] = _half(tellings[-1], chance)
        return tellings

    def _last(self) -> date:
        """Skewed to the recent: offices visit more and more."""
        if self.home.fate == "stale":
            return max(self.registered, self.today - timedelta(days=self.chance.randint(FRESH + 2, 165)))
        return max(self.registered, self.today - timedelta(days=int(self.chance.triangular(1, 84, 20))))

    def _days(self, last: date) -> list[date]:
        """From the day on which the campaign reached the home, in rounds that grew closer, to the last visit."""
        reached = turn(self.chance, VISITED.behind(self.behind), self.today) or last
        days = [min(last, max(self.registered + timedelta(days=1), reached))]
        while True:
            early = days[-1] < self.today - YEAR / 2
            following = days[-1] + timedelta(
                days=self.chance.randint(72, 125) if early else self.chance.randint(70, 90)
            )
            if following > last - timedelta(days=40):
                break
            days.append(following)
        return days if days[-1] == last else [*days, last]

    # --- what was found --------------------------------------------------------------------------------------------

    def _spoiled(self, rule: str = "", *, still: bool = False) -> tuple[Facts, Rooms, tuple[str, ...]]:
        """`still`: of what is open on one day the long terms are the larger part."""
        facts, rooms = copy.deepcopy((self.home.facts, self.home.rooms))
        if rule:
            return facts, rooms, tuple(spoil_with(rule, facts, rooms, self.chance))
        count = self.chance.choices((1, 2, 3, 5), weights=(64, 24, 9, 3) if still else (72, 25, 3, 0))[0]
        days = terms(self.today)

        def lasting(rule: str) -> float:
            return (days[rule] + 1) ** 0.6 if still else 0.4 if rule in PROHIBITED else 1.0

        found = spoil(facts, rooms, self.chance, count, lasting)
        return facts, rooms, tuple(found)

    def _visit(self, day: date, following: date | None, *, first: bool) -> list[Telling]:
        """A visit and, where something was wrong, the re-inspection that saw it put right before the next round."""
        home, chance = self.home, self.chance
        rate = (0.14 + 0.14 * self._early(day) + self.behind * 0.5) if first else 0.05
        room = ((following - timedelta(days=12) if following else self.today) - day).days
        if chance.random() >= rate or room < 1:
            return [Telling(day, "inspection", home.facts, home.rooms)]
        facts, rooms, found = self._spoiled()
        again = day + timedelta(days=min(room, self._needed(found, day)))
        return [
            Telling(day, "inspection", facts, rooms, found=found),
            Telling(again, "inspection", home.facts, home.rooms, mended=found),
        ]

    def _early(self, day: date) -> float:
        """1 when the year began, 0 today."""
        return max(0.0, min(1.0, (self.today - day) / YEAR))

    def _needed(self, found: tuple[str, ...], day: date) -> int:
        """Days until it was seen put right: early in the year most were late, and where people move out it takes longer."""
        chance, early = self.chance, self._early(day)
        if set(found) & set(PROHIBITED):
            return chance.randint(7, 15)
        term = shortest(found, self.today)
        if chance.random() < 0.86 - 0.5 * early - self.behind:
            return chance.randint(1, max(1, term))
        return max(1, term) + chance.randint(2, 36 + round(50 * early))

    def _left_wrong(self) -> Telling:
        """Lately found and still open; a few are open beyond their term."""
        facts, rooms, found = self._spoiled(still=True)
        term = shortest(found, self.today)
        age = (
            self.chance.randint(0, max(0, term - 1))
            if self.chance.random() < 0.83
            else term + self.chance.randint(1, 18)
        )
        day = max(self.registered + timedelta(days=1), self.today - timedelta(days=age))
        return Telling(day, "inspection", facts, rooms, found=found)

    def _with_rechecks(self, tellings: list[Telling], before: date) -> list[Telling]:
        """After a move-out somebody looks in again; not while another hazard of the home is open."""
        busy = [(one.day, two.day) for one, two in zip(tellings, tellings[1:], strict=False) if one.found]
        more = [
            Telling(told.day + timedelta(days=days), "inspection", self.home.facts, self.home.rooms, recheck=True)
            for told in tellings
            if set(told.mended) & set(PROHIBITED)
            for days in RECHECKS
        ]
        free = [one for one in more if one.day < before and not any(start <= one.day <= end for start, end in busy)]
        return sorted([*tellings, *free], key=lambda one: one.day)

    # --- hard cases ------------------------------------------------------------------------------------------------

    def _defiant(self) -> list[Telling]:
        """Crowded rooms, found and found again; in between a legal order was missed twice (`demo.orders`)."""
        facts, rooms, found = self._spoiled(self.chance.choice(("R01", "R02")))
        first = self.today - timedelta(days=self.chance.randint(56, 72))
        again = self.today - timedelta(days=self.chance.randint(2, 8))
        return [Telling(day, "inspection", facts, rooms, found=found) for day in (first, again)]

    def _let_again(self) -> list[Telling]:
        """A kitchen let as a room: ordered, cleared, seen right, and some weeks later somebody lives in it again."""
        facts, rooms, found = self._spoiled("R04")
        first = self.today - timedelta(days=self.chance.randint(74, 82))
        right = Telling(first + timedelta(days=18), "inspection", self.home.facts, self.home.rooms, mended=found)
        last = self.today - timedelta(days=self.chance.randint(5, 9))
        return [
            Telling(first, "inspection", facts, rooms, found=found),
            right,
            Telling(last, "inspection", facts, rooms, found=found),
        ]


def _half(visit: Telling, chance: Random) -> Telling:
    """The inspector could not see everything: a locked room, a cupboard over the switchboard."""
    facts: dict[str, Any] = dict(visit.facts)
    rooms = dict(visit.rooms)
    if len(rooms) > 1 and chance.random() < 0.4:
        rooms.popitem()
    else:
        for name in chance.sample(
            ("rcd", "gas_alarm", "water_heater", "common_alarm", "wiring"), k=chance.randint(1, 3)
        ):
            facts.pop(name)
        facts.pop("kitchen_flame") if chance.random() < 0.3 else None
    if len(rooms) == len(visit.rooms):
        for name in chance.sample(sorted(rooms), k=1):
            rooms[name] = {key: value for key, value in rooms[name].items() if key not in ("escape_opening", "area")}
    return Telling(visit.day, visit.source, facts, rooms, visit.found, visit.mended)
