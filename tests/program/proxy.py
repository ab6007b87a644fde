"""A bad network between devices and a gateway: delays, cuts, half-open links, and the same bytes once more (A4.4)."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable

from tests.program.links import link, torn

MOODS = ("delay", "cut", "half-open", "repeat")


class Proxy:
    """Each connection gets the next mood, until `calm`. target: the port behind it, asked for every connection.

    delay: pieces of a few bytes, each late. cut: both sides are reset after some bytes. half-open: what the gateway answers is
    swallowed after some bytes, and the link stays open. repeat: when the link has ended everything the device said is said
    again by the proxy, as a network that sends twice does.
    """

    def __init__(self, target: Callable[[], int], seed: int) -> None:
        self.target, self.chance, self.calm = target, random.Random(seed), False
        self.used: Counter[str] = Counter()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._again: list[asyncio.Task[None]] = []
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *of: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await asyncio.gather(*self._again, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._link(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mood = "" if self.calm else MOODS[self.used.total() % len(MOODS)]
        self.used[mood] += 1
        said = bytearray()
        try:
            async with link(self.target()) as (far_reader, far_writer):
                up = asyncio.ensure_future(self._carry(reader, far_writer, mood, said, answers=False))
                down = asyncio.ensure_future(self._carry(far_reader, writer, mood, bytearray(), answers=True))
                try:
                    await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in (up, down):
                        task.cancel()
                    await asyncio.gather(up, down, return_exceptions=True)
        finally:
            await torn(writer)
        if mood == "repeat" and said:
            self._again.append(asyncio.ensure_future(self._repeat(bytes(said))))

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, mood: str, said: bytearray, *, answers: bool
    ) -> None:
        left = self.chance.randrange(300, 6000)
        while data := await source.read(self.chance.randrange(1, 400) if mood == "delay" else 65536):
            said += data
            if mood == "delay":
                await asyncio.sleep(self.chance.uniform(0, 0.02))
            left -= len(data) * (20 if answers else 1)
            if left < 0 and mood == "cut":
                sink.write(data[: len(data) // 2])
                return
            if left < 0 and mood == "repeat" and not answers:
                sink.write(data)
                return
            if left < 0 and mood == "half-open" and answers:
                continue
            sink.write(data)
            with contextlib.suppress(ConnectionError):
                await sink.drain()

    async def _repeat(self, said: bytes) -> None:
        async with link(self.target()) as (reader, writer):
            writer.write(said)
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(2):
                    while await reader.read(65536):
                        pass
