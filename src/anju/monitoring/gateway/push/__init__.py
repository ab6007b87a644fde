"""The published message format (`docs/devices.md`), which MQTT, HTTP push and NATS share (A4.4).

- `parse(raw, device=, source=, received=)` gives a `Message` or an `Unusable`; it never raises for what `raw` holds.
- `split(body)` takes an HTTP body apart; `signature.make` and `signature.verify` are the header of HTTP push.
- `Command` with `encode` is what goes down.
"""

from anju.monitoring.gateway.push import signature
from anju.monitoring.gateway.push.commands import Command, decode, encode
from anju.monitoring.gateway.push.messages import LARGEST, MOST, TooMany, parse, split, wrong_topic
from anju.monitoring.gateway.push.signature import BadSignature

__all__ = [
    "LARGEST",
    "MOST",
    "BadSignature",
    "Command",
    "TooMany",
    "decode",
    "encode",
    "parse",
    "signature",
    "split",
    "wrong_topic",
]
