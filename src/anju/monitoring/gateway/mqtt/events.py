"""What a connection tells its caller. The caller writes what it is given to write, and closes when told to."""

import msgspec

from anju.monitoring.gateway.mqtt.packets import Connect, Will


class Asked(msgspec.Struct, frozen=True):
    """A device wants in. Answer with `accept` or `refuse`; nothing else it sends is looked at before."""

    connect: Connect


class Said(msgspec.Struct, frozen=True, gc=False):
    """A PUBLISH. number: to be given to `puback` after the commit; 0 for QoS 0, which is not acknowledged.

    own: it came on the device's own up topic; anything else is to be kept as rejected, and acknowledged all the same.
    again: the device says that it sent this before (DUP).
    """

    topic: str
    payload: bytes
    number: int
    own: bool
    again: bool


class Write(msgspec.Struct, frozen=True, gc=False):
    """Bytes for the wire that wait for no commit."""

    data: bytes


class Listens(msgspec.Struct, frozen=True, gc=False):
    """The device subscribed to its commands (or, False, no longer wants them). They can be sent from now on."""

    on: bool


class Received(msgspec.Struct, frozen=True, gc=False):
    """The device has the command: its MQTT client acknowledged it, which is not yet the event `ack` of the device."""

    token: str


class Closed(msgspec.Struct, frozen=True, gc=False):
    """Write `data`, then close. Nothing more comes out of this connection.

    reason: in English, for the log and the device's page; "" when the device said goodbye itself.
    """

    reason: str
    data: bytes = b""


class LinkLost(msgspec.Struct, frozen=True):
    """The connection ended without a goodbye. will: what the device left to be said in this case."""

    will: Will | None


Event = Asked | Said | Write | Listens | Received | Closed
