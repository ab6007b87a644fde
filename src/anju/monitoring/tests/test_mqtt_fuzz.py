"""Whatever bytes come, a connection neither crashes nor keeps more than it may."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.mqtt import Closed, Connect, Connection, Limits, Said, Sessions, State, packets

pytestmark = pytest.mark.nodatabase
UP, DOWN = "anju/v1/D1/up", "anju/v1/D1/down"
LIMITS = Limits(packet=300, first=200, waiting=500)

GOOD = st.sampled_from(
    [
        packets.PING,
        packets.publish(UP, b"{}", number=7),
        packets.publish(UP, b"x" * 150),
        packets.subscribe(1, [(DOWN, 1)]),
        packets.unsubscribe(2, [DOWN]),
        packets.puback(1),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(GOOD))
    for _change in range(draw(st.integers(1, 3))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


def let_in() -> Connection:
    connection = Connection(0.0, LIMITS)
    connection.feed(packets.connect(Connect("c")), 0.0)
    session, present = Sessions().begin("D1", "c", clean=True)
    connection.accept(session, present=present, up=UP, down=DOWN)
    return connection


@settings(deadline=None)
@given(st.booleans(), st.lists(GOOD | damaged() | st.binary(max_size=700), max_size=12))
def test_no_bytes_crash_a_connection_or_make_it_keep_more_than_one_packet(known: bool, pieces: list[bytes]) -> None:
    connection = let_in() if known else Connection(0.0, LIMITS)
    for piece in pieces:
        events = connection.feed(piece, 1.0)
        assert len(connection._rest) <= max(LIMITS.packet + 5, LIMITS.waiting)
        assert [type(event) for event in events].count(Closed) <= 1
        if any(isinstance(event, Closed) for event in events):
            assert connection.state is State.closed
            assert connection.feed(packets.PING, 1.0) == []
    connection.deadline()
    connection.lost()


@settings(deadline=None)
@given(st.lists(GOOD, max_size=8), st.data())
def test_good_packets_say_the_same_however_they_are_cut(pieces: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(pieces)
    whole = let_in().feed(wire, 1.0)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=10)))
    connection, events = let_in(), []
    for start, stop in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        events += connection.feed(wire[start:stop], 1.0)
    assert events == whole


@settings(deadline=None)
@given(st.binary(max_size=4096), st.integers(1, 65535), st.booleans())
def test_every_message_reads_back_as_it_was_written(payload: bytes, number: int, again: bool) -> None:
    connection = Connection(0.0)
    connection.feed(packets.connect(Connect("c")), 0.0)
    session, present = Sessions().begin("D1", "c", clean=True)
    connection.accept(session, present=present, up=UP, down=DOWN)
    wire = packets.publish(UP, payload, number=number, again=again)
    assert connection.feed(wire, 1.0) == [Said(UP, payload, number, True, again)]
    assert packets.publish(UP, payload, number=number, again=again) == wire
