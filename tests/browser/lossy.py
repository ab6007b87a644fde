"""A line that breaks: a proxy in a thread that carries one request per connection and cuts as many of them as it is told.

A connection is cut on the way up, after the work and before the answer, or on the way down, each equally often and at any
byte; cut means reset. Bytes from the phone are counted as they pass, headers and lost pieces among them.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

UP, ANSWER, DOWN = "up", "answer", "down"
HOWS = (UP, ANSWER, DOWN)
BLOCK = 8 * 1024  # read no more at a time, so that what a cut left unread was hardly sent


@dataclass
class Line:
    """`drop` is the share of connections that are cut; `cut` names single ones by their number since `start_over`."""

    target: int  # port of the server
    drop: float = 0.0
    cut: dict[int, str] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(331))
    port: int = 0
    up: int = 0  # bytes from the phone, of every request
    content: int = 0  # of these, bodies of records and pieces of photos, with what was cut off
    connections: int = 0
    broken: int = 0
    asked: list[str] = field(default_factory=list)
    under_way: "set[asyncio.Task[None]]" = field(default_factory=set)

    def start_over(self, **cut: str) -> None:
        """Count connections from nought, and cut those of these numbers: start_over(c3="answer")."""
        self.connections, self.broken, self.asked = 0, 0, []
        self.cut = {int(name[1:]): how for name, how in cut.items()}

    def _how(self) -> str:
        number = self.connections
        self.connections += 1
        chosen = self.cut.get(number, "")
        if not chosen and self.dice.random() < self.drop:
            chosen = self.dice.choice(HOWS)
        self.broken += bool(chosen)
        return chosen

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.under_way.add(task)  # the loop itself holds no task, and one that nobody holds may vanish
        task.add_done_callback(self.under_way.discard)
        await self._carry(reader, writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server: asyncio.StreamWriter | None = None
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            how = self._how()
            verb, path, length = _read(head)
            self.asked.append(f"{verb} {path}")
            self.up += len(head)
            kept = self.dice.randrange(len(head) + length) if how == UP else len(head) + length
            if kept < len(head):
                return
            answers, server = await asyncio.open_connection("127.0.0.1", self.target)
            server.write(_once(head))
            if not await self._pass_up(reader, server, kept - len(head), counted=verb in ("POST", "PATCH")):
                return
            if how == UP:
                return
            await self._pass_down(answers, writer, how)
            if not how:
                writer.close()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            if server is not None:
                server.close()
            if not writer.is_closing():
                writer.transport.abort()

    async def _pass_up(
        self, reader: asyncio.StreamReader, server: asyncio.StreamWriter, left: int, *, counted: bool
    ) -> bool:
        while left > 0:
            block = await reader.read(min(left, BLOCK))
            if not block:
                return False
            left -= len(block)
            self.up += len(block)
            self.content += len(block) if counted else 0
            server.write(block)
            await server.drain()
        return True

    async def _pass_down(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, how: str) -> None:
        first = await answers.read(BLOCK)  # the work is done
        if how == ANSWER:
            return
        left = self.dice.randrange(1, len(first) + 1) if how == DOWN else None
        while first:
            writer.write(first if left is None else first[:left])
            await writer.drain()
            if left is not None:
                return
            first = await answers.read(BLOCK)


def _read(head: bytes) -> tuple[str, str, int]:
    """Verb, path and length of the body."""
    lines = head.decode("latin-1").split("\r\n")
    verb, path, _version = lines[0].split(" ", 2)
    told = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return verb, path.partition("?")[0], int(told.get("content-length", 0))


def _once(head: bytes) -> bytes:
    """The same request, after whose answer the server closes."""
    first, *lines = head[:-4].split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n"


@contextlib.contextmanager
def lossy(target: int) -> Iterator[Line]:
    """A line to the server at this port of this machine; its own port is `line.port`."""
    line, loop, ready = Line(target), asyncio.new_event_loop(), threading.Event()

    async def run() -> None:
        server = await asyncio.start_server(line.carry, "127.0.0.1", 0, limit=64 * 1024)
        line.port = server.sockets[0].getsockname()[1]
        ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await server.serve_forever()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(task)
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    task = loop.create_task(run())
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
