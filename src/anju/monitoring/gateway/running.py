"""How a process that takes in messages runs: on the fastest loop there is, and with nothing that makes a message wait."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any

from django.db.backends.signals import connection_created

from anju.core import garbage
from anju.monitoring.services import tables

SWITCH = 0.0002  # seconds after which a thread that wants to go on gets its turn: a commit's answer shall not wait for the loop


def run(main: Coroutine[Any, Any, None]) -> None:
    """Until it ends; raises what it raises."""
    sys.setswitchinterval(SWITCH)
    garbage.set_apart()
    connection_created.connect(tables.by_key)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # small batches are written in the loop, on purpose
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
