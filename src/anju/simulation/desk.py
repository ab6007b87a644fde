"""Where a running simulator takes scenes: a socket in the folder of its city, for its owner only.

Two processes that speak as one device would push each other off the line; so a scene goes to the one that is there. A demo
listens before its simulator has started, and while it is started again: a scene that comes meanwhile waits for it.
Down comes one line with the scenario as JSON, up go lines of text until the scene is over. Who hangs up ends the scene.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from anju.simulation import scenario
from anju.simulation.simulator import CannotPlay, Simulator

SOCKET = "simulator.sock"
LONGEST = 1 << 20
PATIENCE = 5.0  # seconds after which whoever waits is told so


class Turned(Exception):
    """The running simulator could not play the scene; in words."""


class Taken(Exception):
    """Somebody else takes scenes in this folder."""


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[socket.socket]:
    """The socket, on which one listens as long as this is open. Raises Taken."""
    with contextlib.chdir(folder):  # the path of a socket may have 100 letters only
        made = _bound()
    try:
        yield made
    finally:
        made.close()
        (folder / SOCKET).unlink(missing_ok=True)


def _bound() -> socket.socket:
    with socket.socket(socket.AF_UNIX) as other, contextlib.suppress(OSError):
        other.connect(SOCKET)
        raise Taken
    Path(SOCKET).unlink(missing_ok=True)  # of one that was killed
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        made.bind(SOCKET)
    finally:
        os.umask(before)
    made.listen()
    return made


@asynccontextmanager
async def opened(listener: socket.socket, simulator: Simulator) -> AsyncIterator[None]:
    """Take scenes as long as this is open."""
    server = await asyncio.start_unix_server(
        lambda reader, writer: _serve(simulator, reader, writer), sock=listener, limit=LONGEST
    )
    try:
        yield
    finally:
        server.close()


async def _serve(simulator: Simulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    def tell(line: str) -> None:
        if not writer.is_closing():
            writer.write(f"{line}\n".encode())

    playing = asyncio.ensure_future(_play(simulator, await reader.readline(), tell))
    gone = asyncio.ensure_future(reader.read())
    try:
        await asyncio.wait({playing, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (playing, gone):
            task.cancel()
        await asyncio.gather(playing, gone, return_exceptions=True)
        with contextlib.suppress(OSError):
            await writer.drain()
        writer.close()


async def _play(simulator: Simulator, line: bytes, tell: Callable[[str], None]) -> None:
    try:
        asked = json.loads(line)
        await simulator.play(scenario.parse(asked["text"], file=asked["file"]), tell)
    except (CannotPlay, scenario.BadScenario) as error:
        tell(f"! {error}")
    except (ValueError, KeyError):
        tell("! this is no scenario")


async def handed_over(folder: Path, file: str, text: str, tell: Callable[[str], None]) -> bool:
    """Have the scene played by the simulator of this folder; False if none runs there. Raises Turned."""
    try:
        with contextlib.chdir(folder):
            reader, writer = await asyncio.open_unix_connection(SOCKET, limit=LONGEST)
    except OSError:
        return False
    words = "the simulator of this city has not started yet; the scene waits for it"
    waits = asyncio.get_running_loop().call_later(PATIENCE, tell, words)
    try:
        writer.write(json.dumps({"file": file, "text": text}).encode() + b"\n")
        while line := (await reader.readline()).decode().rstrip("\n"):
            waits.cancel()
            if line.startswith("! "):
                raise Turned(line[2:])
            tell(line)
    finally:
        waits.cancel()
        writer.close()
    return True
