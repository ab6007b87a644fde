"""Alarms of the demo: two months of them with the steps of the duty room, and what is open this morning.

What devices say goes through the same judging and storing as from a gateway; acknowledging, sending and closing are the steps of
the duty room at their times. What is open is a dozen, as where somebody looks after it: gas with the station on the spot, a pre-alarm
that somebody is sent to, and small things. A fire is what the simulator, or somebody with a device key, raises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from random import Random

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.dwellings.models import Dwelling
from anju.monitoring.messages import Message
from anju.monitoring.models import Alarm, Device
from anju.monitoring.services import handling
from anju.monitoring.services.announcing import announce
from anju.monitoring.services.register import Spot, add_device
from anju.monitoring.services.storing import store
from anju.stations.models import CallOut
from anju.stations.services import callouts

HISTORY = 72  # alarms of the last 60 days
KINDS = ("smoke", "smoke", "smoke", "gas", "residual_current")
NAMES = {
    "smoke": ("走道烟感", "厨房烟感", "客厅烟感"),
    "gas": ("厨房燃气探测器",),
    "residual_current": ("进线电气火灾探测器",),
}
READING = {"smoke": "smoke", "gas": "gas", "residual_current": "residual_current"}
CALM = {"smoke": 0.4, "gas": 0.2, "residual_current": 38.0}
PEAK = {"smoke": 15.5, "gas": 12.0, "residual_current": 420.0}
ENDS = {
    "smoke": (("false", "炒菜油烟，开窗后恢复"), ("false", "浴室水汽，无火情"), ("false", "楼道有人抽烟，已劝离"), ("test", "维保人员例行试验"), ("fault", "迷宫积灰，维保已清洁")),
    "gas": (("real", "灶具软管松动漏气，已关阀通风，燃气公司已换管"), ("false", "杀虫剂喷到探测器"), ("test", "维保人员用标准气试验")),
    "residual_current": (("real", "热水器漏电，已断开并停用"), ("false", "雷雨后瞬时值，复测 45 毫安"), ("fault", "互感器接线松动，已紧固")),
}  # fmt: skip


@dataclass
class Told:
    """One device and the number of its messages so far."""

    device: Device
    seq: int = 0

    def message(self, at: datetime, values: dict[str, float] | None = None, *, event: str = "") -> Message:
        self.seq += 1
        digest = blake2b(f"{self.device.code} {self.seq}".encode(), digest_size=16).digest()
        return Message(
            device=self.device.code,
            boot="demo",
            seq=self.seq,
            at=at,
            digest=digest,
            source="mqtt",
            values=values or {},
            event=event,
        )


def make(chance: Random, today: date) -> None:
    homes = _homes(chance)
    if not homes:
        return
    hung = [_hang(chance, home, KINDS[n % len(KINDS)], today) for n, home in enumerate(homes)]
    now = time.now()
    moments = sorted(now - timedelta(minutes=chance.randrange(8 * 60, 60 * 24 * 60)) for _n in range(HISTORY))
    for number, at in enumerate(moments):
        _past(chance, hung[number * 7 % len(hung)], at)
    _yesterday(now)
    _gas_now(now)
    _this_morning(chance, hung, now)
    _looked_at(now)


def _homes(chance: Random) -> list[Dwelling]:
    """Half of them in the town whose people can sign in, so that every account finds something. None that has devices already:
    what those say is told elsewhere.
    """
    rows = Dwelling.objects.for_user(system_actor()).filter(letting_state="let", devices=None).order_by("id")
    town = Area.objects.filter(kind="zone", name="周市镇").first()
    near = list(rows.filter(paths.under("area_path", town.path))[:1500]) if town else []
    far = list(rows.exclude(pk__in=[home.pk for home in near])[:1500])
    found = [*chance.sample(near, min(24, len(near))), *chance.sample(far, min(24, len(far)))]
    chance.shuffle(found)
    return found


def _hang(chance: Random, home: Dwelling, kind: str, today: date) -> Told:
    with time.in_the_past(time.day_start(today) - timedelta(days=120)):
        device, _key = add_device(
            by=system_actor(),
            kind=kind,
            spot=Spot(home),
            name=chance.choice(NAMES[kind]),
            installed_on=today - timedelta(days=120),
        )
    return Told(device)


# --- what is over --------------------------------------------------------------------------------------------------------


def _curve(chance: Random, told: Told, at: datetime, *, until: datetime | None = None) -> None:
    """Calm, then a rise over the limit within two minutes, then calm again; not beyond `until`."""
    kind = told.device.kind
    name, calm, peak = READING[kind], CALM[kind], PEAK[kind]
    said = []
    for step in range(-28, 44):
        share = max(0.0, min(1.0, (step + 6) / 9)) if step < 14 else max(0.0, 1 - (step - 14) / 12)
        value = calm + (peak - calm) * share + calm * chance.uniform(-0.3, 0.3)
        moment = at + timedelta(seconds=15 * step)
        if until is None or moment < until:
            said.append(told.message(moment, {name: round(max(0.0, value), 1)}))
    # What rises is taken one by one, so that the alarm is raised when its message came; the rest in two lots.
    for batch in (said[:23], *([one] for one in said[23:31]), said[31:]):
        received = batch[-1].at + timedelta(seconds=1)
        with time.in_the_past(received):
            store(batch, received=received)


def _past(chance: Random, told: Told, at: datetime) -> None:
    by = _operator(told.device)
    _curve(chance, told, at)
    kind = told.device.kind
    outcome, reason = chance.choices(ENDS[kind], weights=[4, *([2] * (len(ENDS[kind]) - 1))])[0]
    slow = chance.random() < 0.12
    for alarm in Alarm._base_manager.filter(device=told.device).exclude(state=Alarm.State.CLOSED).order_by("id"):
        Alarm._base_manager.filter(pk=alarm.pk).update(
            announced_at=alarm.received_at
        )  # the stations have call-outs of their own
        seen = alarm.received_at + timedelta(seconds=chance.randrange(65, 140) if slow else chance.randrange(6, 48))
        with time.in_the_past(seen):
            handling.acknowledge(by=by, alarm=alarm)
        if alarm.kind != Alarm.Kind.PRE_ALARM and outcome != "test":
            with time.in_the_past(seen + timedelta(seconds=chance.randrange(4, 14))):
                handling.dispatch(by=by, alarm=alarm, to=f"{told.device.area.leader_name or '网格员'}，电话通知")
        with time.in_the_past(seen + timedelta(seconds=chance.randrange(200, 900))):
            handling.close(by=by, alarm=alarm, outcome=outcome, reason=reason)


def _operator(device: Device) -> User:
    """Somebody of the town's office; the platform where none can be found."""
    path = device.area_path
    users = User.objects.filter(postings__department="office", postings__area__isnull=False).select_related()
    for user in users.order_by("id"):
        for posting in user.postings.select_related("area"):
            if posting.area is not None and posting.area.parent_id and path.startswith(posting.area.path):
                return user
    return system_actor()


@dataclass
class Attended:
    """An alarm with the call-out that it made, and who answers it."""

    alarm: Alarm
    row: CallOut
    station: User
    operator: User


def _attended(estate: str, kind: str, name: str, at: datetime, now: datetime) -> Attended | None:
    """Something is beyond its limit at `at`, and the estate's station is called. The call is what the platform does itself."""
    place = Place.objects.filter(kind="estate", name=estate).first()
    if place is None:
        return None
    user = User.objects.filter(postings__place=place, postings__department="station").order_by("id").first()
    homes = Dwelling.objects.for_user(system_actor()).filter(paths.under("place_path", place.path), devices=None)
    home = homes.order_by("id").first()
    if home is None or user is None:
        return None
    with time.in_the_past(at - timedelta(days=40)):
        device, _key = add_device(by=system_actor(), kind=kind, spot=Spot(home), name=name)
    _curve(Random(7), Told(device), at, until=now)  # noqa: S311  # invented
    level = Alarm.Kind.FIRE if kind == "smoke" else Alarm.Kind.GAS
    alarm = Alarm._base_manager.filter(device=device, kind=level).first()
    if alarm is None:
        return None
    with time.in_the_past(alarm.received_at + timedelta(seconds=1)):
        announce(alarm.received_at + timedelta(seconds=1))
    row = CallOut._base_manager.filter(source_code=alarm.code).first()
    return Attended(alarm, row, user, _operator(device)) if row else None


def _play(start: datetime, steps: Sequence[tuple[int, Callable[[], object]]]) -> None:
    for after, act in steps:
        with time.in_the_past(start + timedelta(seconds=after)):
            act()


def _yesterday(now: datetime) -> None:
    """In the evening at the estate of the station's account: alarm, call-out, answer, arrival, report, end."""
    at = time.day_start(time.day_of(now)) - timedelta(hours=3, minutes=11)
    one = _attended("兰泾花苑", "smoke", "厨房烟感", at, now)
    if one is None:
        return
    found = "炒菜油烟，无明火，已开窗"
    _play(
        one.alarm.received_at,
        (
            (9, lambda: handling.acknowledge(by=one.operator, alarm=one.alarm)),
            (24, lambda: callouts.accept(by=one.station, callout=one.row)),
            (152, lambda: callouts.arrive(by=one.station, callout=one.row)),
            (230, lambda: callouts.report(by=one.station, callout=one.row, outcome="false", finding=found)),
            (300, lambda: handling.close(by=one.operator, alarm=one.alarm, outcome="false", reason=f"现场报告：{found}")),
            (420, lambda: callouts.close(by=one.station, callout=one.row, lessons="备用钥匙在站内，快半分钟")),
        ),
    )  # fmt: skip


def _acknowledge_all(one: Attended) -> None:
    """The danger, and the pre-alarm that came before it."""
    for alarm in Alarm._base_manager.filter(device=one.alarm.device, state=Alarm.State.NEW).order_by("id"):
        handling.acknowledge(by=one.operator, alarm=alarm)


def _gas_now(now: datetime) -> None:
    """A quarter of an hour ago; the station of that estate is there, and airs the kitchen."""
    one = _attended("市北新村", "gas", "厨房燃气探测器", now - timedelta(minutes=14), now)
    if one is not None:
        _play(
            one.alarm.received_at,
            (
                (8, lambda: _acknowledge_all(one)),
                (21, lambda: callouts.accept(by=one.station, callout=one.row)),
                (143, lambda: callouts.arrive(by=one.station, callout=one.row)),
            ),
        )


# --- what is open --------------------------------------------------------------------------------------------------------


def _this_morning(chance: Random, hung: Sequence[Told], now: datetime) -> None:
    free = list(hung)
    chance.shuffle(free)
    smoke = [told for told in free if told.device.kind == "smoke"]
    other = [told for told in free if told.device.kind != "smoke"]
    _events(smoke[:1], "fault", now - timedelta(hours=5))
    _events(smoke[1:2], "tamper", now - timedelta(minutes=41))
    current = next((told for told in other if told.device.kind == "residual_current"), None)
    if current is not None:
        _pre_alarm(chance, current, now - timedelta(minutes=6))


def _looked_at(now: datetime) -> None:
    """What has been open since yesterday, or since early, was seen by somebody."""
    seen = Alarm._base_manager.filter(state=Alarm.State.NEW, first_at__lt=now - timedelta(hours=1))
    for alarm in seen.filter(kind__in=("battery", "silent", "fault", "patrol", "pre_alarm")).order_by("id"):
        with time.in_the_past(min(alarm.received_at + timedelta(minutes=4), now)):
            handling.acknowledge(by=_operator(alarm.device), alarm=alarm)


def _events(devices: Sequence[Told], event: str, at: datetime) -> None:
    for number, told in enumerate(devices):
        moment = at + timedelta(minutes=3 * number)
        store([told.message(moment, event=event)], received=moment + timedelta(seconds=1))


def _pre_alarm(chance: Random, told: Told, at: datetime) -> None:
    """Cable temperature a little above its first limit: acknowledged, the grid's leader is on the way."""
    calm = [
        told.message(at + timedelta(seconds=15 * step), {"residual_current": round(41 + chance.uniform(-4, 4), 1)})
        for step in range(-28, 0)
    ]
    store(calm, received=at)
    store([told.message(at, {"residual_current": 228.0}, event="pre_alarm")], received=at + timedelta(seconds=1))
    alarm = Alarm._base_manager.filter(device=told.device, kind=Alarm.Kind.PRE_ALARM).order_by("-id").first()
    if alarm is None or not alarm.is_open:
        return
    by = _operator(told.device)
    with time.in_the_past(at + timedelta(seconds=22)):
        handling.acknowledge(by=by, alarm=alarm)
    with time.in_the_past(at + timedelta(seconds=50)):
        handling.dispatch(by=by, alarm=alarm, to=f"{told.device.area.leader_name or '网格员'}，电话通知")
