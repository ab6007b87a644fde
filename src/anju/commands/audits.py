"""`anju audit verify` and `anju audit seal`."""

import argparse
import sys

from anju.audit import sealer
from anju.audit.verify import lines, verify


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju audit", description="The audit log: does it still say what it said?")
    parser.add_argument("what", choices=["verify", "seal"])
    chosen = parser.parse_args(arguments)
    if chosen.what == "seal":
        sys.stdout.write(f"{sealer.seal_all(whole=True)} entries sealed.\n")
        return 0
    progress = verify()
    for line in lines(progress):
        sys.stdout.write(f"{line}\n")
    return 0 if progress.good else 1
