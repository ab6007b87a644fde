"""Doors, patrols, piles, lifts and fire lanes of the demo: two months of what they said, and something that goes on right now.

What is there to be found: a door that opens by face alone, a lift that is blocked for the third time this week and did not
answer, a lane that is blocked since this morning, a patrol of last night with two points missed, an estate without a pile.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.core import time
from anju.core.ids import new_code
from anju.demo.geography import ZONES, Estate
from anju.monitoring.messages import Message
from anju.monitoring.models import (
    Charge,
    Command,
    Device,
    DeviceState,
    DoorAlternative,
    DoorConsent,
    DoorEvent,
    EbikeCount,
    LaneOccupation,
    LiftEvent,
    PatrolRound,
    PatrolRoute,
    PatrolScan,
    PatrolStop,
    PilePort,
)
from anju.monitoring.patrolling import due_times, walked
from anju.monitoring.services import lanes, patrol
from anju.monitoring.services.keys import make_key
from anju.monitoring.services.lifts import week_of
from anju.monitoring.services.register import Spot
from anju.monitoring.services.storing import store
from anju.monitoring.thresholds import edition_on

DAYS = 62
WITHOUT_PILE = {"里厍新村", "东方村"}
PATROLLED = {"兰泾花苑": ("20:00", "23:00"), "紫竹品苑": ("21:00", "02:00"), "惠泽嘉园": ("22:30",)}
POINTS = ("北门岗亭", "地下车库入口", "3 幢消火栓", "充电棚", "配电房", "9 幢楼梯口", "西门")
FACE_ONLY = "惠泽嘉园"
WITHOUT_CONSENT = {"市北新村", "贞丰新村"}
BUSY_LIFT = "惠泽嘉园"
BLOCKED = "兰泾花苑"


def make(chance: Random, today: date) -> None:
    now = time.now()
    town = User.objects.get(username="town")
    for zone in ZONES:
        for estate in zone.estates:
            place = Place.objects.select_related("area").get(kind="estate", name=estate.name)
            one = _Estate(chance, estate, place, today, now, town)
            one.lanes()
            one.doors()
            one.piles()
            if estate.storeys > 7:
                one.lifts()
            if estate.name in PATROLLED:
                one.patrol(PATROLLED[estate.name])
    _campaigns(town, today)
    _now(now)


class _Estate:
    def __init__(self, chance: Random, estate: Estate, place: Place, today: date, now: datetime, by: User) -> None:
        self.chance, self.estate, self.place, self.today, self.now, self.by = chance, estate, place, today, now, by
        self.system = system_actor()

    def devices(self, kind: str, names: Sequence[str]) -> list[Device]:
        since = self.now - timedelta(days=self.chance.randrange(300, 500))
        made = Device._base_manager.bulk_create(
            Device(
                code=new_code("T", 9), kind=kind, name=name, place=self.place, area=self.place.area, area_path=self.place.area_path,
                place_path=self.place.path, where=Spot(place=self.place).words, installed_on=time.day_of(since), added_at=since,
                added_by=self.system,
            )
            for name in names
        )  # fmt: skip
        for device in made:
            make_key(device, by=self.system)
        seen = self.now - timedelta(minutes=self.chance.randrange(1, 50))
        DeviceState.objects.bulk_create(
            DeviceState(device=device, seen_at=None if kind == "patrol_point" else seen) for device in made
        )
        return list(made)

    def moment(self, day: date, first: float, last: float) -> datetime:
        return time.day_start(day) + timedelta(hours=self.chance.uniform(first, last))

    # --- fire lanes ---

    def lanes(self) -> None:
        often = self.estate.name in ("兰泾花苑", "市北新村", "娄江新村C7区")
        rows = []
        for camera in self.devices("lane_camera", ("东门消防通道", "3 幢南侧消防通道")[: 2 if often else 1]):
            for ago in range(DAYS, 0, -1):
                better = 0.45 if self.estate.name == "兰泾花苑" and ago < 24 else 1.0  # what the campaign did
                if self.chance.random() < (0.8 if often else 0.16) * better:
                    rows.append(self._occupation(camera, self.today - timedelta(days=ago)))
        LaneOccupation._base_manager.bulk_create(rows)

    def _occupation(self, camera: Device, day: date) -> LaneOccupation:
        begun = self.moment(day, 7, 22)
        minutes = min(28.0, max(1.0, self.chance.lognormvariate(2.1, 0.9)))  # longer ones would have left a hazard
        ended = begun + timedelta(minutes=minutes)
        edition = edition_on(day)
        assert edition.lane is not None
        warn, hazard = (timedelta(minutes=n) for n in (edition.lane.warn_after, edition.lane.hazard_after))
        return LaneOccupation(
            device=camera, lane=self.chance.choice(("A1", "A1", "A2")), began_at=begun, last_at=ended, ended_at=ended,
            received=begun, seconds=int(minutes * 60), edition=edition.name, warn_at=begun + warn, hazard_at=begun + hazard,
            warned_at=begun + warn if ended > begun + warn else None,
        )  # fmt: skip

    # --- doors ---

    def doors(self) -> None:
        face = self.estate.kind == "large_commercial" or self.estate.pilot
        found = self.devices("lock", ("1 幢单元门",)) + (self.devices("face_terminal", ("北门人行门",)) if face else [])
        for door in found:
            self._papers(door)
            DoorEvent._base_manager.bulk_create(
                self._passage(door, self.today - timedelta(days=ago)) for ago in range(7, 0, -1) for _n in range(12)
            )

    def _papers(self, door: Device) -> None:
        first = self.today - timedelta(days=self.chance.randrange(200, 380))
        common = {"recorded_by": self.by, "recorded_at": time.day_start(first) + timedelta(hours=10)}
        if self.estate.name not in WITHOUT_CONSENT:
            second = first + timedelta(days=120)
            DoorConsent._base_manager.create(
                device=door, edition="告知书 2025 年第 1 版", given_on=first, given_by="业主大会", withdrawn_on=second,
                withdrawn_reason="已同意新版文本", **common,
            )  # fmt: skip
            people = self.chance.randrange(30, 120)
            DoorConsent._base_manager.create(
                device=door,
                edition="告知书 2026 年第 2 版",
                given_on=second,
                given_by=f"住户 {people} 人书面同意",
                **common,
            )
        if door.kind == "face_terminal" and self.estate.name != FACE_ONLY:
            DoorAlternative._base_manager.create(device=door, kind="card", note="物业前台领卡", since=first, **common)
            if self.chance.random() < 0.4:
                DoorAlternative._base_manager.create(device=door, kind="staff", note="岗亭值守", since=first, **common)

    def _passage(self, door: Device, day: date) -> DoorEvent:
        at = self.moment(day, 6, 23)
        way = (
            self.chance.choice(("face", "face", "card"))
            if door.kind == "face_terminal"
            else self.chance.choice(("card", "code"))
        )
        refused = self.chance.random() < 0.05
        person = "" if refused else f"u{self.chance.randrange(36**4):06d}"
        return DoorEvent(device=door, kind="refused" if refused else "open", person=person, way=way, at=at, received=at)

    # --- charging piles ---

    def piles(self) -> None:
        if self.chance.random() < 0.6:
            bikes = int(self.estate.homes * self.chance.uniform(1.1, 1.9))
            day = self.today - timedelta(days=self.chance.randrange(20, 120))
            EbikeCount._base_manager.create(
                place=self.place, area_path=self.place.area_path, place_path=self.place.path, ebikes=bikes, counted_on=day,
                source=self.chance.choice(("社区夜间清点", "物业登记牌照数", "网格员逐栋清点")), recorded_by=self.by,
                recorded_at=time.day_start(day) + timedelta(hours=15),
            )  # fmt: skip
        if self.estate.name in WITHOUT_PILE:
            return
        names = [f"{side}充电棚 {n} 号桩" for side in ("东侧", "西侧") for n in (1, 2)]
        for pile in self.devices("charging_pile", names[: max(1, self.estate.homes // 70)]):
            self._ports(pile)

    def _ports(self, pile: Device) -> None:
        charges, ports = [], [str(number) for number in range(1, 11)]
        for ago in range(30, 0, -1):
            for port in self.chance.sample(ports, self.chance.randrange(3, 8)):
                begun = self.moment(self.today - timedelta(days=ago), 17, 20)
                hours = self.chance.uniform(2, 7)
                faulted = self.chance.random() < 0.01
                charges.append(
                    Charge(
                        device=pile, port=port, began_at=begun, ended_at=begun + timedelta(hours=hours), day=time.day_of(begun),
                        energy=None if faulted else round(hours * self.chance.uniform(0.12, 0.2), 2), faulted=faulted,
                    )
                )  # fmt: skip
        Charge._base_manager.bulk_create(charges)
        states = self.chance.choices(("free", "charging", "fault"), (62, 34, 4), k=len(ports))
        rows = []
        for port, state in zip(ports, states, strict=True):
            since = self.now - timedelta(minutes=self.chance.randrange(5, 400))
            rows.append(PilePort(device=pile, number=port, state=state, state_at=since))
            if state == "charging":
                Charge._base_manager.create(device=pile, port=port, began_at=since, day=time.day_of(since))
        PilePort._base_manager.bulk_create(rows)

    # --- lifts ---

    def lifts(self) -> None:
        names = [f"{building} 幢 {lift} 号梯" for building in (1, 3) for lift in (1, 2)]
        for lift in self.devices("lift_blocker", names):
            busy = self.estate.name == BUSY_LIFT and lift.name == names[0]
            often = 0.2 if busy else 0.05
            days = [self.today - timedelta(days=ago) for ago in range(84, 0, -1)]
            events = [self._seen(lift, self.moment(day, 17, 22)) for day in days if self.chance.random() < often]
            if busy:  # whatever day of the week it is, three of this week
                monday = time.day_start(week_of(self.now))
                events = [event for event in events if event.week != week_of(self.now)]
                span = max(timedelta(hours=1), self.now - monday)
                events += [self._seen(lift, monday + span * part) for part in (0.3, 0.6, 0.9)]
            LiftEvent._base_manager.bulk_create(events)
            self._blocked(lift, events[-2:], answered=not busy)

    def _seen(self, lift: Device, at: datetime) -> LiftEvent:
        kind = "cylinder" if self.chance.random() < 0.12 else "ebike"
        return LiftEvent(
            device=lift, kind=kind, at=at, last_at=at, received=at, week=week_of(at), count=self.chance.randrange(1, 5)
        )

    def _blocked(self, lift: Device, events: Sequence[LiftEvent], *, answered: bool) -> None:
        for event in events:
            asked = event.at + timedelta(seconds=self.chance.randrange(8, 40))
            last = event is events[-1]
            done = asked + timedelta(seconds=self.chance.randrange(2, 9)) if answered or not last else None
            command = Command._base_manager.create(
                device=lift, name="block", asked_by=self.by, asked_at=asked, expires_at=asked + timedelta(minutes=2),
                sent_at=asked + timedelta(seconds=1), acknowledged_at=done, state="acknowledged" if done else "expired",
            )  # fmt: skip
            LiftEvent._base_manager.filter(pk=event.pk).update(command=command)

    # --- patrol ---

    def patrol(self, times: Sequence[str]) -> None:
        points = self.devices("patrol_point", POINTS[: self.chance.randrange(5, 8)])
        since = time.day_start(self.today - timedelta(days=31))
        route: PatrolRoute = PatrolRoute._base_manager.create(
            name="夜间巡更", place=self.place, area=self.place.area, area_path=self.place.area_path, place_path=self.place.path,
            weekdays=[1, 2, 3, 4, 5, 6, 7], times=list(times), window_minutes=60, told_by="phone" if self._guard() else "gateway", planned_since=since,
            changed_at=since, changed_by=self.system,
        )  # fmt: skip
        PatrolStop._base_manager.bulk_create(
            PatrolStop(route=route, device=point, position=number) for number, point in enumerate(points, start=1)
        )
        ids = [point.pk for point in points]
        for ago in range(30, -1, -1):
            day = self.today - timedelta(days=ago)
            for due in due_times(day, route.weekdays, route.times):
                if due + timedelta(hours=1) < self.now:
                    self._round(route, due, ids, last=ago <= 1)
        patrol.make_rounds(self.now)
        patrol.judge(self.now)

    def _guard(self) -> User | None:
        """Who walks with a phone; elsewhere readers report by themselves."""
        found: User | None = User.objects.filter(username="property").first() if self.estate.name == BLOCKED else None
        return found

    def _round(self, route: PatrolRoute, due: datetime, plan: list[int], *, last: bool) -> None:
        lot, order = self.chance.random(), list(plan)
        if last and self.estate.name == "兰泾花苑":
            order = plan[:-2]  # last night: judged by the platform itself, which raises the alarm
        elif lot < 0.05:
            order = [point for point in plan if self.chance.random() < 0.7]
        elif lot < 0.13:
            order[1], order[2] = order[2], order[1]
        result = walked(plan, order)
        state = "open" if last else "missed" if result.missed else "complete" if result.ordered else "disordered"
        ends = due + timedelta(minutes=60)
        made: PatrolRound = PatrolRound._base_manager.create(
            route=route, due_at=due, ends_at=ends, points=plan, scanned=result.scanned, state=state, missed=[] if last else list(result.missed),
            judged_at=None if last else ends + timedelta(minutes=6),
        )  # fmt: skip
        guard = self._guard()
        at, scans = due + timedelta(minutes=self.chance.randrange(1, 8)), []
        for point, flag in zip(order, result.flags, strict=True):
            scans.append(
                PatrolScan(
                    device_id=point, round=made, at=at, received=at, by=guard, badge="" if guard else "G-02", in_order=flag,
                    metres=(430 if self.chance.random() < 0.02 else self.chance.randrange(5, 90)) if guard else None,
                    accuracy=12 if guard else None,
                )
            )  # fmt: skip
            at += timedelta(minutes=self.chance.uniform(3, 7))
        PatrolScan._base_manager.bulk_create(scans)


def _campaigns(by: User, today: date) -> None:
    """One that is over and one that runs, in the town of the demo accounts."""
    area = Area.objects.get(kind="zone", name="周市镇")
    estates = list(Place.objects.filter(kind="estate", area_path__startswith=area.path).order_by("path"))
    begin = today - timedelta(days=24)
    with time.in_the_past(time.day_start(begin) - timedelta(days=3)):
        lanes.plan_campaign(
            by=by, area=area, name="周市镇打通生命通道专项行动", estates=estates, since=begin, until=begin + timedelta(days=11),
            measures="划线、挂牌、劝离，物业每天两巡",
        )  # fmt: skip
    lanes.plan_campaign(
        by=by, area=area, name="兰泾花苑夜间消防通道专项", estates=estates[:1], since=today - timedelta(days=4),
        until=today + timedelta(days=9), measures="20 时至 23 时专人值守东门",
    )  # fmt: skip


def _now(now: datetime) -> None:
    """What goes on at this moment comes in as messages and raises its alarms."""
    lane = Device._base_manager.filter(kind="lane_camera", place__name=BLOCKED).order_by("id")[0]
    lift = Device._base_manager.filter(kind="lift_blocker", place__name=BUSY_LIFT).order_by("id")[0]
    pile = Device._base_manager.filter(kind="charging_pile", place__name=BLOCKED).order_by("id")[0]
    said: tuple[tuple[Device, str, int, dict[str, Any]], ...] = (
        (lane, "lane_occupied", 47, {"lane": "A1"}),
        (lift, "ebike_in_lift", 6, {}),
        (pile, "port_fault", 100, {"port": "4"}),
    )
    for device, event, minutes, detail in said:
        at = now - timedelta(minutes=minutes)
        store([_message(device, event, at, detail)], received=at + timedelta(seconds=1))


def _message(device: Device, event: str, at: datetime, detail: dict[str, Any]) -> Message:
    digest = blake2b(f"{device.code} {event} {at}".encode(), digest_size=16).digest()
    return Message(
        device=device.code, boot="demo", seq=1, at=at, digest=digest, source="mqtt", event=event, detail=detail
    )
