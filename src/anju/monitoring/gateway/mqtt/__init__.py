"""MQTT 3.1.1, the server's side, without sockets: bytes in, events out, and an acknowledgement the caller times (A4.4).

Written here because no codec on PyPI fits: `mqtt-codec` (the one that needs no event loop) is from 2019, no longer installs
with a current setuptools and takes 39 µs for a PUBLISH, amqtt's is bound to asyncio and takes 16 µs; this one about 3, with the
acknowledgement.

What is refused, and how (3.1.1 has few ways to say no):
- QoS 2 and messages with the retain flag: the connection closes. So does everything the standard calls a violation.
- A last will of QoS 2 or with the retain flag: CONNACK 5, then it closes. Other editions of MQTT: CONNACK 1.
- A subscription to anything but the device's own down topic: 0x80 in the SUBACK; QoS 2 there is granted as QoS 1.
- A message on another topic, or of more than 4 KiB: handed to the caller, who keeps it as rejected and acknowledges it, so
  that the device goes on. A packet above `Limits.packet` closes the connection.

How a server uses it:

    connection = Connection(now)
    for event in connection.feed(data, now):
        match event:
            case Asked(connect): look the device up, compare the password, then
                session, present = sessions.begin(device, connect.client_id, clean=connect.clean)
                write(connection.accept(session, present=present, up=up, down=down)), then feed(b"", now) again,
                    and if connection.listening send what waits in the outbox;
                or write(connection.refuse(BAD_CREDENTIALS)) and close
            case Said(): store it; after the commit write(connection.puback(event.number)) unless the number is 0
            case Write(data): write it
            case Listens(on): send what waits in the outbox with connection.command(token, payload)
            case Received(token): the command reached the device
            case Closed(reason, data): write data, close
    at connection.deadline(): close; when the socket is gone: connection.lost() gives LinkLost(will) or None
"""

from anju.monitoring.gateway.mqtt.connection import LIMITS, Connection, Limits, State
from anju.monitoring.gateway.mqtt.events import Asked, Closed, Event, LinkLost, Listens, Received, Said, Write
from anju.monitoring.gateway.mqtt.packets import (
    BAD_CREDENTIALS,
    BAD_IDENTIFIER,
    NOT_AUTHORISED,
    UNAVAILABLE,
    Connect,
    Will,
)
from anju.monitoring.gateway.mqtt.sessions import Session, Sessions

__all__ = [
    "BAD_CREDENTIALS",
    "BAD_IDENTIFIER",
    "LIMITS",
    "NOT_AUTHORISED",
    "UNAVAILABLE",
    "Asked",
    "Closed",
    "Connect",
    "Connection",
    "Event",
    "Limits",
    "LinkLost",
    "Listens",
    "Received",
    "Said",
    "Session",
    "Sessions",
    "State",
    "Will",
    "Write",
]
