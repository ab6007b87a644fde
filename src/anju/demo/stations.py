"""Micro fire stations of the demo: people, kit, rosters and drills of every estate but two, and two months of call-outs.

One estate has no station, one station has a night without people next week, one has certificates that run out, and one call
of last month was answered by nobody: what the pages are there to find.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Place, Posting
from anju.audit.services import record
from anju.core import paths, time
from anju.demo import people
from anju.demo.geography import ZONES, Estate
from anju.demo.timeline import Timeline
from anju.dwellings.models import Dwelling
from anju.stations.models import (
    Attendance,
    CallOut,
    Certificate,
    Coverage,
    Drill,
    Duty,
    Kit,
    Member,
    SiteNote,
    Station,
)
from anju.stations.norms import PATTERNS
from anju.stations.roster import fill
from anju.stations.selectors import roster
from anju.stations.services import callouts, escalation, messages
from anju.stations.services.readiness import look

WITHOUT = {"里厍新村", "东阳澄湖村"}
SHORT_OF_PEOPLE = {"珠江村", "长云村"}
ROOMS = ("绿地21城", "蝶湖湾")  # estates tall enough to have a control room
PATTERN_OF = {"蝶湖湾": "8", "紫竹品苑": "24"}
KIT = (
    ("extinguisher", 8, "器材柜", 1500), ("hose", 6, "器材柜", 1400), ("nozzle", 3, "器材柜", 0), ("phone", 1, "值班台", 0),
    ("radio", 6, "值班台", 0), ("helmet", 6, "战斗服架", 1800), ("suit", 6, "战斗服架", 1800), ("respirator", 2, "器材柜", 1000),
    ("breaking", 1, "器材柜", 0), ("light", 4, "值班台", 0), ("keys", 1, "钥匙箱", 0),
)  # fmt: skip
SUBJECTS = ("夜间三分钟出动", "水带连接和出水", "楼梯疏散带人", "燃气泄漏处置", "电动自行车电池火")
REPORTED = (
    ("厨房烟感报火警", "fire"),
    ("走道烟感报火警", "fire"),
    ("燃气报警器报警", "gas"),
    ("剩余电流 420 mA", "electrical"),
)
FOUND = {
    "false": ("炒菜油烟，开窗后恢复", "浴室水汽，无火情", "有人在楼道抽烟，已劝离"),
    "test": ("维保人员例行测试", "站内每周试验"),
    "fault": ("烟感积灰，已通知维保", "电池电量低，已换"),
}
ROUTES = ("走东侧消防道", "走中心路，第二个路口右转", "出门左转，沿河边走")
WATER = ("室外消火栓在单元门左侧", "消火栓在每层电梯旁", "河边取水口在 3 幢东侧")


def make(chance: Random, timeline: Timeline, today: date) -> None:
    """An act of the timeline's first day: the register as it stands today, and the call-outs planned on the timeline."""
    made = [
        (zone, _station(chance, estate, today))
        for zone in ZONES
        for estate in zone.estates
        if estate.name not in WITHOUT
    ]
    for place in Place.objects.filter(kind="estate", name__in=ROOMS).order_by("path"):
        _control_room(chance, place, today)
    for zone in ZONES:
        _neighbours(chance, [station for owner, station in made if owner is zone])
    _joint_training(chance, [station for zone, station in made if zone.name == "周市镇"], today)
    for _zone, station in made:
        _calls(chance, timeline, station, today)
    for station in [station for _zone, station in made if station.place.name == "市北新村"]:
        _fire(timeline, station, today)


def look_at_all() -> None:
    """How ready they are today: the register was filled on the first day of the year."""
    for station in Station._base_manager.order_by("pk"):
        look(station)


def _station(chance: Random, estate: Estate, today: date) -> Station:
    place = Place.objects.select_related("area").get(kind="estate", name=estate.name)
    pattern = PATTERN_OF.get(estate.name, "12")
    station = _row(place, f"{estate.name}微型消防站", "community", pattern, chance)
    crew = _crew(chance, station, 5 if estate.name in SHORT_OF_PEOPLE else chance.choice((6, 6, 7, 8)), today)
    _kit(chance, station, today)
    Coverage.objects.create(station=station, place=place, place_path=place.path, rank=1, metres=chance.randrange(120, 420, 20), route=chance.choice(ROUTES))  # fmt: skip
    _notes(chance, place)
    _roster(station, crew, today, gap=estate.name in ("惠泽嘉园", "东方村", *SHORT_OF_PEOPLE))
    _drills(chance, station, crew, today)
    record(by=system_actor(), verb="station.edit", subject=station, after={"people": len(crew), "place": place.name})
    return station


def _row(place: Place, name: str, kind: str, pattern: str, chance: Random) -> Station:
    station: Station = Station.objects.create(
        name=name, kind=kind, place=place, place_path=place.path, area=place.area, area_path=place.area_path,
        where="物业楼一楼" if kind == "community" else "1 幢一楼", phone=people.office_phone(chance.randint(1000, 9999)),
        pattern=pattern, least=2, rest_hours=max(shift.hours for shift in PATTERNS[pattern]), opened_on=date(2024, 3, 1),
    )  # fmt: skip
    return station


def _crew(chance: Random, station: Station, count: int, today: date) -> list[Member]:
    account = User.objects.filter(username="station").first() if station.place.name == "兰泾花苑" else None
    since, crew = today - timedelta(days=700), []
    for number in range(count):
        name = account.display_name if account and number == 0 else people.name(chance, local=number == 0)
        member = Member(
            station=station, name=name, role="head" if number == 0 else "deputy" if number == 1 else "firefighter",
            team="ABC"[number % 3], since=since, user=account if number == 0 else None,
        )  # fmt: skip
        member.phone = people.phone(8000 + station.pk * 20 + number)
        crew.append(member)
    Member.objects.bulk_create(crew)
    Certificate.objects.bulk_create(_certificates(chance, crew, "training", today))
    Certificate.objects.bulk_create(
        Certificate(member=member, kind="first_aid", number=f"JJ{chance.randrange(10**6):06d}", issued_on=since, expires_on=since + timedelta(days=1095))
        for member in crew[:2]
    )  # fmt: skip
    if account is None:
        _sign_in(station, crew[0], since)
    return crew


def _sign_in(station: Station, head: Member, since: date) -> None:
    """The head of every other station can be named in the log; only the demo accounts can sign in."""
    user = User.objects.create(
        username=f"station-{station.place_path}",
        display_name=head.name,
        title=station.name,
        password=make_password(None),
    )
    Posting.objects.create(user=user, department="station", place=station.place, is_leader=True, since=since)
    Member._base_manager.filter(pk=head.pk).update(user=user)


def _certificates(chance: Random, crew: Sequence[Member], kind: str, today: date) -> list[Certificate]:
    """Most hold for a year or more; now and then one runs out within weeks."""
    return [
        Certificate(
            member=member, kind=kind, number=f"{'SK' if kind == 'operator' else 'XF'}{chance.randrange(10**8):08d}",
            issued_on=today - timedelta(days=600),
            expires_on=today + timedelta(days=chance.randrange(18, 28) if chance.random() < 0.05 else chance.randrange(200, 900)),
        )
        for member in crew
    ]  # fmt: skip


def _kit(chance: Random, station: Station, today: date) -> None:
    Kit.objects.bulk_create(
        Kit(
            station=station, item=item, quantity=quantity, kept_at=kept, bought_on=today - timedelta(days=500),
            expires_on=today + timedelta(days=chance.randrange(-20, days) if chance.random() < 0.12 else days - 400) if days else None,
            recorded_at=time.now(), recorded_by=system_actor(),
        )
        for item, quantity, kept, days in KIT
    )  # fmt: skip


def _notes(chance: Random, place: Place) -> None:
    SiteNote.objects.create(
        place=place, place_path=place.path, area_path=place.area_path, way_in="北门常开，消防车走北门", water=chance.choice(WATER),
        shut_off="燃气总阀在各单元一楼左手", changed_at=time.now(), changed_by=system_actor(),
    )  # fmt: skip


def _roster(station: Station, crew: Sequence[Member], today: date, *, gap: bool) -> None:
    """From two months back to the end of next month, the teams in turn; a gap is two nights next week."""
    first, last = today - timedelta(days=62), roster.next_month(roster.next_month(today)) - timedelta(days=1)
    members = roster.members_of(station, first)
    counting = [roster.person_of(member, station.norm.needs) for member in members]
    empty = {today + timedelta(days=n) for n in (5, 6)} if gap else set()
    night = PATTERNS[station.pattern][-1].key
    Duty.objects.bulk_create(
        Duty(station=station, member_id=turn.person, day=turn.slot.day, shift=turn.slot.key, starts_at=turn.slot.starts, ends_at=turn.slot.ends)
        for turn in fill(roster.rules_of(station), counting, [], first, last)
        if not (turn.slot.day in empty and turn.slot.key == night and turn.person != crew[0].pk)
    )  # fmt: skip


def _drills(chance: Random, station: Station, crew: Sequence[Member], today: date) -> None:
    for ago in (chance.randrange(20, 88), chance.randrange(100, 180)):
        _held(chance, station, [station], crew, today - timedelta(days=ago), "turn_out", chance.choice(SUBJECTS))


def _held(
    chance: Random,
    host: Station,
    stations: Sequence[Station],
    crew: Sequence[Member],
    day: date,
    kind: str,
    subject: str,
) -> None:
    at = time.day_start(day) + timedelta(hours=chance.choice((9, 15, 19)))
    drill: Drill = Drill.objects.create(
        host=host, kind=kind, subject=subject, where=host.place.name, planned_at=at, state="held", held_at=at,
        seconds=chance.randrange(95, 215), result=chance.choice(("good", "good", "good", "partly")),
        lessons=chance.choice(("水带接口要再练", "对讲机统一频道", "", "")), planned_by=system_actor(), recorded_by=system_actor(),
    )  # fmt: skip
    drill.stations.add(*stations)
    Attendance.objects.bulk_create(
        Attendance(drill=drill, member=member, present=chance.random() < 0.85 or number == 0)
        for number, member in enumerate(crew)
    )


def _joint_training(chance: Random, stations: Sequence[Station], today: date) -> None:
    crew = [member for station in stations for member in roster.members_of(station, today)]
    _held(chance, stations[0], stations, crew, today - timedelta(days=33), "joint", "周市镇联勤联训：高层内攻和供水")
    planned: Drill = Drill.objects.create(
        host=stations[0], kind="joint", subject="周市镇联勤联训：冬季夜间增援", where="兰泾花苑 6 幢", planned_by=system_actor(),
        planned_at=time.day_start(today + timedelta(days=9)) + timedelta(hours=19),
    )  # fmt: skip
    planned.stations.add(*stations)


def _neighbours(chance: Random, stations: Sequence[Station]) -> None:
    """Each is called second for the next estate of its town; an estate without a station is the neighbour's first."""
    for near, far in zip(stations, [*stations[1:], *stations[:1]], strict=True):
        if near.pk != far.pk:
            Coverage.objects.create(station=near, place=far.place, place_path=far.place_path, rank=2, metres=chance.randrange(600, 2400, 50))  # fmt: skip


def _control_room(chance: Random, place: Place, today: date) -> None:
    room = _row(place, f"{place.name}消防控制室", "control_room", "12", chance)
    crew = [
        Member(station=room, name=people.name(chance), role="operator", team="ABC"[number % 3], since=today - timedelta(days=500))
        for number in range(6)
    ]  # fmt: skip
    Member.objects.bulk_create(crew)
    certificates = _certificates(chance, crew, "operator", today)
    certificates[3].expires_on = today + timedelta(days=8)  # found eight days ahead: its shifts are gaps from then on
    Certificate.objects.bulk_create(certificates)
    _roster(room, crew, today, gap=False)
    _held(chance, room, [room], crew, today - timedelta(days=40), "training", "火警确认和联动操作")
    record(by=system_actor(), verb="station.edit", subject=room, after={"people": len(crew), "place": place.name})


# --- call-outs -------------------------------------------------------------------------------------------------------


def _calls(chance: Random, timeline: Timeline, station: Station, today: date) -> None:
    found = _homes_and_head(station)
    if found is None:
        return
    homes, user = found
    busy = station.area_path[:10] == Place.objects.get(kind="estate", name="兰泾花苑").area_path[:10]
    for number in range(chance.randint(4, 7) if busy else chance.randint(1, 3)):
        day = today - timedelta(days=chance.randrange(1, 58))
        at = time.day_start(day) + timedelta(seconds=chance.randrange(6 * 3600, 23 * 3600))
        unanswered = busy and number == 0 and chance.random() < 0.5
        title, level = chance.choice(REPORTED)
        outcome = chance.choice(("false", "false", "false", "test", "fault"))
        answer = chance.randrange(64, 100) if unanswered else chance.randrange(8, 56)
        call = Call(chance.choice(homes), user, title, level, outcome, chance.choice(FOUND[outcome]))
        call.plan(timeline, at, answer, answer + chance.randrange(60, 165))


def _fire(timeline: Timeline, station: Station, today: date) -> None:
    """A real fire of the day before yesterday: its hazard is open on the home."""
    found = _homes_and_head(station)
    if found is not None:
        homes, user = found
        call = Call(homes[0], user, "厨房烟感报火警", "fire", "real", "油锅起火，用灭火器扑灭，灶台和油烟机烧损")
        call.plan(timeline, time.day_start(today - timedelta(days=2)) + timedelta(hours=20, minutes=14), 19, 141)


def _homes_and_head(station: Station) -> tuple[list[Dwelling], User] | None:
    seen = Dwelling.objects.for_user(system_actor())
    homes = list(seen.filter(paths.under("place_path", station.place_path)).order_by("id")[:200])
    user = User.objects.filter(postings__place=station.place, postings__department="station").first()
    return (homes, user) if homes and user else None


@dataclass
class Call:
    """One call-out as it happens: answered and there after so many seconds; what ran out before is escalated."""

    home: Dwelling
    user: User
    title: str
    level: str
    outcome: str
    found: str
    row: CallOut | None = None

    def plan(self, timeline: Timeline, at: datetime, answer: int, there: int) -> None:
        acts: tuple[tuple[int, Callable[[], object]], ...] = (
            (0, self._begin),
            (60, _run_clocks),
            (180, _run_clocks),
            (answer, lambda: callouts.accept(by=self.user, callout=self._row)),
            (there, lambda: callouts.arrive(by=self.user, callout=self._row)),
            (there + 70, self._report),
            (there + 400, lambda: callouts.close(by=self.user, callout=self._row, lessons="带备用钥匙快半分钟")),
        )
        for seconds, act in acts:
            timeline.at(at + timedelta(seconds=seconds), act)

    @property
    def _row(self) -> CallOut:
        assert self.row is not None
        return self.row

    def _begin(self) -> None:
        subject = callouts.Subject(dwelling=self.home)
        self.row = callouts.call_out(
            by=system_actor(), subject=subject, title=self.title, level=self.level, source="alarm"
        )
        messages.send_all(time.now())

    def _report(self) -> None:
        callouts.report(by=self.user, callout=self._row, outcome=self.outcome, finding=self.found)


def _run_clocks() -> None:
    escalation.run_clocks(time.now())
