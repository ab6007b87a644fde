"""A real nats-server for a test: JetStream and MQTT in a folder of its own."""

import asyncio
import shutil
import subprocess
import time
from pathlib import Path

from tests.program.devices import free_port


class Server:
    """One nats-server with JetStream and MQTT of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.port, self.mqtt_port, self.folder = free_port(), free_port(), folder
        self.config = folder / "nats.conf"
        self.config.write_text(
            f'listen: 127.0.0.1:{self.port}\nserver_name: test\njetstream {{ store_dir: "{folder}/js" }}\n'
            f"mqtt {{ host: 127.0.0.1, port: {self.mqtt_port} }}\n"
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = shutil.which("nats-server")
        assert program is not None
        self.process = subprocess.Popen([program, "-c", str(self.config), "-l", str(self.folder / "log")])
        asyncio.run(self._until_it_answers())

    async def _until_it_answers(self) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                _reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                assert time.monotonic() < until, (self.folder / "log").read_text()
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
