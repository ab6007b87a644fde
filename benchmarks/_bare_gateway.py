"""The gateway of `gateway.py` as it would be if a batch were one row: everything around the storing, and nothing of it.

What its devices wait for no change of the storing can save. Takes what `anju gateway` takes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from anju import cli


def one_row(items: Sequence[Any]) -> list[Any]:
    from django.db import connection, transaction

    from anju.monitoring.services.storing import ACCEPTED

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row VALUES (%s)", [len(items)])
    return [ACCEPTED] * len(items)


def main() -> int:
    import django

    django.setup()
    from anju.monitoring.gateway import process

    process.write = one_row
    return cli.main(["gateway", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
