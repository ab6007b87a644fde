"""`anju demo-clock +3d`: a demo's clock runs ahead, so that terms end and tiers rise while one watches."""

import argparse
import re
import sys
from datetime import timedelta

from anju.commands.failures import Failure
from anju.core import time

UNITS = {"d": "days", "h": "hours", "m": "minutes", "w": "weeks"}


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju demo-clock", description="Moves a demo's clock forward; never back.")
    parser.add_argument("by", nargs="?", default="", help="+3d, +12h, +2w; without it, the clock is only shown")
    chosen = parser.parse_args(arguments)
    if chosen.by:
        time.move_demo_clock(parse(chosen.by))
    ahead = time.demo_offset()
    sys.stdout.write(
        f"{time.local(time.now()):%Y-%m-%d %H:%M} ({ahead.days} days and {ahead.seconds // 3600} hours ahead)\n"
    )
    return 0


def parse(text: str) -> timedelta:
    found = re.fullmatch(r"\+?(\d{1,4})([dhmw])", text)
    if not found:
        raise Failure(f"{text!r} is no span of time. Write +3d, +12h, +30m or +2w.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})
