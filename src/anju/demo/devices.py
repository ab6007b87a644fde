"""Devices of the demo: detectors in some estates with a month behind them, some of them silent, with a flat battery, never
connected, due for calibration; a transmission unit with its parts; a batch that waits, and units nobody registered yet.

Everything goes through the services: registered, heard by `store`, judged by the thresholds. No danger is raised here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any

import msgspec

from anju.accounts.models import User
from anju.areas.models import Place
from anju.areas.scope import scope_of
from anju.core import paths, time
from anju.core.sheets import workbook
from anju.dwellings.models import Dwelling
from anju.jobs import services as jobs
from anju.monitoring.ledgers.laying_out import rooms_let
from anju.monitoring.ledgers.reading import COLUMNS
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.models import Device, Listening
from anju.monitoring.services import batches, register, silence, vouching
from anju.monitoring.services.storing import store

ESTATES = ("兰泾花苑", "市北新村", "娄江新村C7区", "紫竹品苑", "施条新村", "珠江村")
LAID_OUT = "惠泽嘉园"
HOMES = 14  # with devices, in each of them
SLOTS = 32  # in the last four days, one every three hours
STEP = timedelta(hours=3)
SMOKE, GAS, LEAK, BREAKER = "smoke", "gas", "residual_current", "breaker"
MAKERS = {SMOKE: "海湾 JTY-GF", GAS: "汉威 BS03", LEAK: "安科瑞 ARCM300", BREAKER: "正泰 NB2LE"}
TROUBLES = ("silent", "silent", "never", "battery")  # a handful in all, as where devices are looked after


@dataclass
class Hung:
    """A device, what is to become of it, and how it counts."""

    device: Device
    level: float  # of its battery, or of its current when nobody cooks
    condition: str = "ok"
    seq: int = 0


def make(chance: Random, today: date) -> None:
    by, now = User.objects.get(username="town"), time.now()
    city = User.objects.get(username="city")
    estates = [place for name in ESTATES if (place := Place.objects.filter(kind="estate", name=name).first())]
    with time.in_the_past(now - timedelta(days=70)):
        hung = [one for estate in estates for one in _estate(chance, _keeper(estate, by, city), estate, today)]
        smoke = [one for one in hung if one.device.kind == SMOKE]
        for one, condition in zip(chance.sample(smoke, min(len(TROUBLES), len(smoke))), TROUBLES, strict=False):
            one.condition = condition
        if estates:
            hung += _unit(chance, _keeper(estates[0], by, city), estates[0], today)
    _speak(chance, hung, now)
    _troubles(chance, hung, now)
    _fall_silent(now)
    _looked_after(hung, now)
    for pk in vouching.to_settle(now, 2000):
        vouching.settle(Dwelling._base_manager.get(pk=pk), now)
    if estates:
        _waiting(chance, by, now)


def _keeper(estate: Place, town: User, city: User) -> User:
    """Who registers there: the town where it is the town's, else the city."""
    return town if scope_of(town).has_area(estate.area_path) else city


def _estate(chance: Random, by: User, estate: Place, today: date) -> Iterator[Hung]:
    homes = Dwelling._base_manager.filter(paths.under("place_path", estate.path), letting_state="let", hidden=False)
    some = list(homes.select_related("place", "area", "current").order_by("place_path", "number")[: HOMES * 3])
    for home in sorted(chance.sample(some, k=min(HOMES, len(some))), key=lambda home: home.pk):
        for room in rooms_let(home)[:6]:
            yield _hang(chance, by, SMOKE, register.Spot(home, room), f"{room} 烟感", today)
        yield _hang(chance, by, SMOKE, register.Spot(home), "走道烟感", today)
        if chance.random() < 0.5:
            yield _hang(chance, by, SMOKE, register.Spot(home), "厨房烟感", today)
        if chance.random() < 0.6:
            yield _hang(chance, by, GAS, register.Spot(home), "厨房燃气报警器", today)
        if chance.random() < 0.5:
            kind = chance.choice((LEAK, BREAKER))
            yield _hang(chance, by, kind, register.Spot(home), "进户配电箱", today)


def _hang(chance: Random, by: User, kind: str, spot: register.Spot, name: str, today: date, **over: Any) -> Hung:
    installed = today - timedelta(days=chance.randint(71, 700))
    until = None
    if kind == GAS:
        until = installed.replace(day=1) + timedelta(days=365)
        while until < today - timedelta(days=20):
            until += timedelta(days=365)
    device, _key = register.add_device(
        by=by, kind=kind, spot=spot, name=name, profile=str(over.pop("profile", MAKERS.get(kind, ""))),
        serial=f"{kind[:2].upper()}{chance.randint(10**7, 10**8 - 1)}", installed_on=installed, calibrated_until=until, **over,
    )  # fmt: skip
    level = chance.uniform(35, 98) if kind in (SMOKE, GAS) else chance.uniform(12, 60)
    return Hung(device, level)


def _unit(chance: Random, by: User, estate: Place, today: date) -> list[Hung]:
    """A user information transmission unit with three detectors of its own behind it."""
    spot = register.Spot(place=estate)
    unit = _hang(chance, by, "transmission_unit", spot, "消控室传输装置", today, address="790300000000", profile="")
    parts = [
        _hang(
            chance,
            by,
            SMOKE,
            spot,
            f"{n} 号楼门厅烟感",
            today,
            parent=unit.device,
            part=f"1-1-{n:02d}000000",
            profile="",
        )
        for n in (1, 2, 3)
    ]
    for one in parts:
        one.condition = "never" if one is parts[2] else "part"
    return [unit, *parts]


def _message(
    one: Hung, at: datetime, values: dict[str, float], event: str, source: str = "mqtt", **detail: object
) -> Message:
    one.seq += 1
    content = msgspec.json.encode((one.seq, values, event, detail))
    device = one.device.parent.code if one.device.parent else one.device.code
    return Message(
        device=device, boot=f"d{one.device.code[-4:].lower()}", seq=one.seq, at=at, values=values, event=event, detail=detail,
        source="gb26875" if source == "gb26875" else "mqtt", digest=blake2b(content, digest_size=16).digest(),
    )  # fmt: skip


def _speak(chance: Random, hung: Sequence[Hung], now: datetime) -> None:
    """Every three hours; what is to fall silent stops three days ago."""
    for slot in range(SLOTS, -1, -1):
        at = now - slot * STEP - timedelta(minutes=4)
        said: list[Message | Unusable] = []
        for one in hung:
            late = one.condition == "silent" and slot < SLOTS // 4 * 3
            if one.condition in ("never", "part") or late or (one.device.kind == SMOKE and slot % 2):
                continue
            values, event = _readings(chance, one, at)
            said.append(_message(one, at, values, event))
        for start in range(0, len(said), 500):
            store(said[start : start + 500], received=at + timedelta(seconds=2))


def _readings(chance: Random, one: Hung, at: datetime) -> tuple[dict[str, float], str]:
    hour, kind = time.local(at).hour, one.device.kind
    evening = 1.0 if 17 <= hour <= 22 else 0.0
    if kind == SMOKE:
        battery = 7.0 if one.condition == "battery" else round(one.level - 0.002 * one.seq, 1)
        return {
            "smoke": round(chance.uniform(0.1, 0.5) + evening * chance.random(), 2),
            "temperature": round(15 + evening * 4 + chance.random() * 3, 1),
            "battery": battery,
        }, ""
    if kind == GAS:
        return {"gas": round(chance.uniform(0, 0.6) + evening * chance.uniform(0, 2.5), 2)}, ""
    if kind in (LEAK, BREAKER):
        current = round(1.5 + evening * chance.uniform(4, 11) + chance.random(), 1)
        return {
            "residual_current": round(one.level + chance.uniform(-1.5, 1.5) + evening * chance.uniform(5, 60), 1),
            "cable_temperature": round(24 + current * 1.4, 1),
            "current": current,
        }, ""
    return {}, "heartbeat"


def _troubles(chance: Random, hung: Sequence[Hung], now: datetime) -> None:
    """Messages that had to be refused, and units that nobody registered."""
    at = now - timedelta(minutes=3)
    parts = [one for one in hung if one.condition == "part"]
    said: list[Message | Unusable] = [
        _message(one, at, {}, "restored", "gb26875", part=one.device.part) for one in parts
    ]
    speaking = [
        one for one in hung if one.condition == "ok" and one.device.parent_id is None and not one.device.wire_address
    ]
    for one, reason, note, raw in zip(
        speaking[3:40:9], ("wrong_field", "unknown_name", "not_json", "wrong_topic"),
        ("seq: Expected `int`, got `str`", "values: no reading is called `smoke_level`", "", "anju/v1/SENSOR01/up"),
        (b'{"boot": "k1", "seq": "17", "at": 1795348798000}', b'{"boot": "k1", "seq": 18, "at": 1795348799000, "values": {"smoke_level": 3}}',
         b"smoke=3.1;battery=80", b'{"boot": "k1", "seq": 3, "at": 1795348798000}'), strict=False,
    ):  # fmt: skip
        said.append(Unusable(device=one.device.code, reason=reason, raw=raw, source="mqtt", note=note))
    for address, calls in (("790300000017", 5), ("3c0d00a1b200", 2)):
        said += [
            Unusable(device=address, reason="unknown_device", raw=bytes.fromhex(address), source="gb26875")
            for _n in range(calls)
        ]
    store(said, received=at + timedelta(seconds=1))


def _fall_silent(now: datetime) -> None:
    """As if a gateway had listened all the while; the real one begins anew when the demo starts."""
    seat = Listening.objects.create(gateway="demo", since=now - timedelta(days=30), beat_at=now)
    silence.find_silent(now)
    seat.delete()


def _looked_after(hung: Sequence[Hung], now: datetime) -> None:
    """Two are being maintained, one was replaced, some batteries are new."""
    fine = [one.device for one in hung if one.condition == "ok" and one.device.kind == SMOKE]
    for device in fine[5:7]:
        register.set_quiet(
            by=device.added_by, device=device, until=now + timedelta(hours=20), reason="楼道刷漆，刷完恢复"
        )
    for device in fine[7:10]:
        register.change_device(
            by=device.added_by, device=device, battery_changed_on=time.day_of(now) - timedelta(days=9)
        )
    for device in fine[10:12]:
        register.retire(by=device.added_by, device=device, reason="进水损坏，已换新")


def _waiting(chance: Random, by: User, now: datetime) -> None:
    """A ledger with two mistakes that waits for its office, and an estate laid out whose keys nobody fetched yet."""
    homes = list(
        Dwelling.objects.for_user(by).filter(letting_state="let").select_related("current").order_by("-id")[:60]
    )
    homes = [home for home in homes if len(rooms_let(home)) >= 2][:6]
    if not homes:
        return
    head = [words[0] for words in COLUMNS.values()]
    day = time.day_of(now)
    rows: list[list[Any]] = [
        ["烟感", home.code, "", room, "", "海湾 JTY-GF", f"SM{chance.randint(10**7, 10**8 - 1)}", day, None, ""]
        for home in homes
        for room in rooms_let(home)[:2]
    ]
    rows[2][0], rows[5][3] = "烟囱", "Z9"
    batches.upload(by=by, name="烟感安装台账（第二批）.xlsx", data=workbook(head, rows))
    building = (
        Place.objects.filter(kind="building", parent__name=LAID_OUT)
        .select_related("area", "parent")
        .order_by("path")
        .first()
    )
    if building is not None:
        batches.write(
            by=by, batch=batches.lay_out(by=by, place=building, kind=BREAKER, per="home", profile=MAKERS[BREAKER])
        )
        jobs.run_all()
