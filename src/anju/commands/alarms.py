"""`anju alarms export [--since TIME]`: every alarm as a line of JSON, for anybody who holds them against a list of their own."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any

from anju.commands.failures import Failure
from anju.core import time
from anju.monitoring.models import Alarm

AT_ONCE = 1000


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju alarms", description="Alarms that devices raised.")
    parser.add_argument("what", choices=["export"])
    parser.add_argument(
        "--since",
        type=_moment,
        metavar="TIME",
        help="only what reached the platform at or after TIME, e.g. 2026-11-27T08:00:00+08:00; "
        "a time without zone is Shanghai's",
    )
    chosen = parser.parse_args(arguments)
    rows = Alarm._base_manager.select_related("device", "incident").order_by("id")
    if chosen.since is not None:
        rows = rows.filter(received_at__gte=chosen.since)
    last = 0
    while page := list(rows.filter(pk__gt=last)[:AT_ONCE]):  # in pages: a long export holds no transaction open
        sys.stdout.write("".join(f"{json.dumps(line(row), ensure_ascii=False)}\n" for row in page))
        last = page[-1].pk
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Failure(f"--since {text!r} is no time. Write it like 2026-11-27T08:00:00+08:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=time.SHANGHAI)


def line(row: Alarm) -> dict[str, Any]:
    """What docs/devices.md promises. Times are UTC; a time that has not come is null."""
    return {
        "alarm": row.code, "device": row.device.code, "kind": row.kind, "part": row.part, "state": row.state,
        "first_at": _utc(row.first_at), "last_at": _utc(row.last_at), "received": _utc(row.received_at), "count": row.count,
        "late": row.late, "because": row.because, "incident": row.incident.code if row.incident else "",
        "restored_at": _utc(row.restored_at), "acknowledged_at": _utc(row.acknowledged_at), "dispatched_at": _utc(row.dispatched_at),
        "closed_at": _utc(row.closed_at), "outcome": row.outcome, "reason": row.reason,
    }  # fmt: skip


def _utc(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
