"""Where a running simulator takes scenes: a socket in the folder of its city, for its owner only.

Two processes that speak as one device would push each other off the line; so a scene goes to the one that is there.
Down comes one line with the scenario as JSON, up go lines of text until the scene is over. Who hangs up ends the scene.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from anju.simulation import scenario
from anju.simulation.simulator import CannotPlay, Simulator

SOCKET = "simulator.sock"
LONGEST = 1 << 20


class Turned(Exception):
    """The running simulator could not play the scene; in words."""


@asynccontextmanager
async def opened(folder: Path, simulator: Simulator) -> AsyncIterator[None]:
    """Take scenes as long as this is open. Changes the working directory: the path of a socket may have 100 letters only."""
    os.chdir(folder)
    Path(SOCKET).unlink(missing_ok=True)  # of one that was killed
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(
            lambda reader, writer: _serve(simulator, reader, writer), SOCKET, limit=LONGEST
        )
    finally:
        os.umask(before)
    try:
        yield
    finally:
        server.close()
        Path(SOCKET).unlink(missing_ok=True)


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
    os.chdir(folder)
    try:
        reader, writer = await asyncio.open_unix_connection(SOCKET, limit=LONGEST)
    except OSError:
        return False
    try:
        writer.write(json.dumps({"file": file, "text": text}).encode() + b"\n")
        while line := (await reader.readline()).decode().rstrip("\n"):
            if line.startswith("! "):
                raise Turned(line[2:])
            tell(line)
    finally:
        writer.close()
    return True
