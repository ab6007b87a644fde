"""`anju device add|show` and `anju readings export`: the register of devices from a terminal, for scripts and for checking."""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Place
from anju.commands.failures import Failure
from anju.core import time as clock
from anju.dwellings.models import Dwelling
from anju.monitoring import wording_devices as wording
from anju.monitoring.models import Alarm, Device, Reading
from anju.monitoring.selectors import device_page, devices
from anju.monitoring.selectors.links import link_of
from anju.monitoring.services import keys
from anju.monitoring.services.register import Spot, add_device

PORTION = 2000


def device(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju device", description="The register of devices.")
    steps = parser.add_subparsers(dest="step", required=True)
    add = steps.add_parser("add", help="register a device; its key is printed this once")
    add.add_argument("--kind", required=True, help=", ".join(Device.Kind.values))
    add.add_argument("--dwelling", metavar="CODE", default="", help="code of the home in which it hangs")
    add.add_argument(
        "--place", metavar="CODE", default="", help="code of the estate, building or unit, where it hangs in no home"
    )
    add.add_argument("--room", default="", help="room of the home")
    add.add_argument("--name", default="")
    add.add_argument("--profile", default="", help="vendor profile")
    add.add_argument("--serial", default="", help="serial number")
    add.add_argument(
        "--address", default="", help="wire address of a transmission unit: 12 hexadecimal digits, e.g. 790300000000"
    )
    add.add_argument("--unit", metavar="ID", default="", help="transmission unit behind which it hangs")
    add.add_argument("--part", default="", help="how that unit names it, e.g. 1/40/000200")
    add.add_argument("--user", metavar="NAME", default="", help="act as this person (else: the system)")
    add.add_argument("--json", action="store_true")
    show = steps.add_parser("show", help="last readings, state, open alarms, refused messages with their reasons")
    show.add_argument("id")
    show.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    return _add(chosen) if chosen.step == "add" else _show(chosen)


def readings(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="anju readings", description="Accepted messages as JSON lines, in the order they came."
    )
    steps = parser.add_subparsers(dest="step", required=True)
    export = steps.add_parser("export")
    export.add_argument("--device", metavar="ID", default="")
    export.add_argument(
        "--since", metavar="TIME", default="", help="received from then on: 2026-11-22 or 2026-11-22T08:00:00+08:00"
    )
    chosen = parser.parse_args(arguments)
    since = _moment(chosen.since) if chosen.since else None
    row = _device(chosen.device) if chosen.device else None
    for line in _exported(row, since):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


# --- add -----------------------------------------------------------------------------------------------------------------


def _add(chosen: argparse.Namespace) -> int:
    if chosen.kind not in Device.Kind.values:
        near = get_close_matches(chosen.kind, Device.Kind.values, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise Failure(f"there is no kind {chosen.kind!r}.{hint} There are {', '.join(Device.Kind.values)}.")
    by, parent = _person(chosen.user), _device(chosen.unit) if chosen.unit else None
    row, _key = add_device(
        by=by, kind=chosen.kind, spot=_spot(chosen), name=chosen.name, profile=chosen.profile, address=chosen.address,
        parent=parent, part=chosen.part, serial=chosen.serial,
    )  # fmt: skip
    key = "" if row.wire_address or row.parent_id else keys.show_key(by=by, device=row)
    told = {"id": row.code, "kind": row.kind, "where": row.where, **_way_in(row, key)}
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) if chosen.json else _in_lines(told))
    sys.stdout.write("\n")
    return 0


def _way_in(row: Device, key: str) -> dict[str, Any]:
    if row.wire_address:
        return {"address": row.wire_address}
    if row.parent is not None:
        return {"unit": row.parent.code, "part": row.part}
    return {"user": row.code, "key": key, "topic_up": row.topic_up, "topic_down": row.topic_down}


def _spot(chosen: argparse.Namespace) -> Spot:
    if bool(chosen.dwelling) == bool(chosen.place):
        raise Failure(
            "say where it hangs: either --dwelling CODE of a home or --place CODE of an estate, building or unit."
        )
    if chosen.dwelling:
        home = (
            Dwelling._base_manager.select_related("place", "area")
            .filter(code=chosen.dwelling.upper(), hidden=False)
            .first()
        )
        if home is None:
            raise Failure(
                f"there is no home {chosen.dwelling!r}. Expected the code on its page, such as {_example(Dwelling, 'D2345678')}."
            )
        return Spot(dwelling=home, room=chosen.room)
    if chosen.room:
        raise Failure("--room belongs to a home: give --dwelling CODE, or leave --room out.")
    place = Place.objects.select_related("area", "parent").filter(code=chosen.place.upper()).first()
    if place is None:
        raise Failure(
            f"there is no place {chosen.place!r}. Expected the code of an estate, building or unit, such as {_example(Place, 'P2345678')}."
        )
    return Spot(place=place)


def _example(model: Any, otherwise: str) -> str:
    return str(model._base_manager.order_by("pk").values_list("code", flat=True).first() or otherwise)


def _person(name: str) -> User:
    if not name:
        return system_actor()
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Failure(f"there is no active account {name!r}.")
    return found


# --- show ----------------------------------------------------------------------------------------------------------------


def _device(code: str) -> Device:
    rows = Device._base_manager.select_related("state", "parent", "dwelling", "place", "area")
    found = (
        rows.filter(code=code.upper()).first()
        or rows.filter(wire_address=code.lower()).exclude(wire_address="").first()
    )
    if found is None:
        raise Failure(
            f"there is no device {code!r}. Expected the id that `anju device add` printed, such as {_example(Device, 'T23456789')}."
        )
    return found


def _show(chosen: argparse.Namespace) -> int:
    told = shown(_device(chosen.id), clock.now())
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) if chosen.json else _in_lines(told))
    sys.stdout.write("\n")
    return 0


def shown(row: Device, now: datetime) -> dict[str, Any]:
    state = devices.lines([row], now)[0].state
    open_alarms = Alarm._base_manager.filter(device=row).exclude(state=Alarm.State.CLOSED).order_by("rank", "-id")
    refused = device_page.rejected_of(row)[:50]
    return {
        "id": row.code, "kind": row.kind, "name": row.name, "where": row.where, "serial": row.serial,
        "state": state.key, "silent": row.state.silent, "last_heard": _iso(row.state.seen_at),
        "link": _link(row, now), "readings": row.state.readings, "event": row.state.event,
        "quiet_until": _iso(row.quiet_until if row.is_quiet(now) else None),
        "retired_on": row.retired_on.isoformat() if row.retired_on else None,
        "alarms": [
            {"id": alarm.code, "kind": alarm.kind, "part": alarm.part, "state": alarm.state, "count": alarm.count,
             "first_at": _iso(alarm.first_at), "last_at": _iso(alarm.last_at), "received": _iso(alarm.received_at)}
            for alarm in open_alarms
        ],
        "last": [_line(reading, row.code) for reading in device_page.last_readings(row, clock.day_of(now), 20)],
        "rejected": [
            {"at": _iso(one.at), "source": one.source, "reason": one.reason, "why": str(wording.WHY_REJECTED[one.reason]),
             "note": one.note, "raw": one.excerpt}
            for one in refused
        ],
        **{name: value for name, value in _way_in(row, "").items() if name != "key"},
    }  # fmt: skip


def _link(row: Device, now: datetime) -> dict[str, Any] | None:
    link = link_of(row, now)
    if link is None:
        return None
    return {"stands": link.up, "at": _iso(link.at), "why": str(link.why), "last_will": link.will}


def _in_lines(told: dict[str, Any]) -> str:
    lines = []
    for name, value in told.items():
        if isinstance(value, list):
            lines.append(f"{name}: {len(value)}")
            lines += [f"  {json.dumps(one, ensure_ascii=False)}" for one in value]
        elif value not in (None, "", {}):
            lines.append(f"{name}: {json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}")
    return "\n".join(lines)


# --- readings ------------------------------------------------------------------------------------------------------------


def _exported(row: Device | None, since: datetime | None) -> Iterator[dict[str, Any]]:
    """In portions by id, which is the order in which they were stored."""
    rows = Reading.objects.order_by("pk")
    if row is not None:
        rows = rows.filter(device=row)
    if since is not None:
        rows = rows.filter(received_day__gte=clock.day_of(since), received__gte=since)
    codes: dict[int, str] = {}
    after = 0
    while True:
        found = list(rows.filter(pk__gt=after)[:PORTION])
        missing = {one.device_id for one in found} - codes.keys()
        codes.update(Device._base_manager.filter(pk__in=missing).values_list("pk", "code"))
        for one in found:
            yield _line(one, codes.get(one.device_id, ""))
        if len(found) < PORTION:
            return
        after = found[-1].pk


def _line(one: Reading, code: str) -> dict[str, Any]:
    line = {
        "device": code,
        "boot": one.boot,
        "seq": one.seq,
        "at": _iso(one.at),
        "values": one.values,
        "event": one.event or None,
    }
    return {**line, "received": _iso(one.received)}


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def _moment(text: str) -> datetime:
    """A day begins at midnight in Shanghai; a time without a zone is Shanghai's; `2h` and `3d` count back from now."""
    if text[:-1].isdigit() and text[-1] in "hd":
        return clock.now() - timedelta(**{"hours" if text[-1] == "h" else "days": int(text[:-1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"--since {text!r} is no time. Expected 2026-11-22, 2026-11-22T08:00:00+08:00, or 3d.") from None
    if found.tzinfo is None:
        found = datetime.combine(found.date(), found.time() or time(0), tzinfo=clock.SHANGHAI)
    return found.astimezone(UTC)
