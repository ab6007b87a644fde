"""A vendor's cloud that pushes for its devices: signed HTTP, one request for all that waits."""

import asyncio
import secrets
import time
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any

from anju.monitoring.gateway import push
from anju.simulation.devices import Device
from anju.simulation.links.keeping import Link, Refused, Ways
from anju.simulation.links.mqtt import words

PATIENCE = 30.0


class PushLink(Link):
    def __init__(self, device: Device, ways: Ways) -> None:
        super().__init__(device, ways)
        self.boot, self.seq = secrets.token_hex(3), 0

    def message(self, at: datetime, values: dict[str, float], event: str, detail: dict[str, Any]) -> bytes:
        self.seq += 1
        return words(self.boot, self.seq, at, values, event, detail)

    async def talk(self) -> None:
        numbers = list(self.kept)[: push.MOST]
        body = b"[" + b",".join(self.kept[number].wire for number in numbers) + b"]"
        await asyncio.to_thread(self._post, body)
        self.refused = ""
        for number in numbers:
            self.confirm(number)

    def _post(self, body: bytes) -> None:
        """Raises OSError when nothing was taken and it should be said again."""
        signature = push.signature.make(body, key=self.device.key.encode(), at=int(time.time()))
        headers = {"Content-Type": "application/json", push.signature.HEADER: signature}
        request = urllib.request.Request(  # noqa: S310  # the address is the operator's own
            f"{self.ways.web}/push/v1/{self.device.code}", data=body, headers=headers
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 401:
                raise Refused("the city does not know this device, or not by this key") from error
            raise ConnectionError(f"status {error.code}") from error
