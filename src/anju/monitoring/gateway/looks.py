"""When a listener looks at its deadlines."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic


async def looks(every: float) -> AsyncIterator[float]:
    """Each time it is time to look: monotonic seconds. One that comes far too late is left out, because the loop was held up, by a
    disk say, and what devices said meanwhile has not been read yet."""
    while True:
        began = monotonic()
        await asyncio.sleep(every)
        now = monotonic()
        if now - began < 2 * every:
            yield now
