"""What one MQTT connection does with what a device sends: letting in, messages, commands, time, the end."""

import pytest

from anju.monitoring.gateway.mqtt import (
    BAD_CREDENTIALS,
    Asked,
    Closed,
    Connect,
    Connection,
    Event,
    Limits,
    LinkLost,
    Listens,
    Received,
    Said,
    Sessions,
    State,
    Will,
    Write,
    packets,
)

pytestmark = pytest.mark.nodatabase
UP, DOWN = "anju/v1/D1/up", "anju/v1/D1/down"
SAID = Connect("c", "D1", b"key")
SUBSCRIBE = packets.subscribe(3, [(DOWN, 1)])


def make_connection(said: Connect = SAID, *, sessions: Sessions | None = None) -> Connection:
    """One that was let in."""
    connection = Connection(0.0)
    assert connection.feed(packets.connect(said), 0.0) == [Asked(said)]
    session, present = (sessions or Sessions()).begin("D1", said.client_id, clean=said.clean)
    answer = connection.accept(session, present=present, up=UP, down=DOWN)
    assert answer[:2] == b"\x20\x02"
    return connection


def closed(events: list[Event]) -> Closed:
    assert isinstance(events[-1], Closed), events
    return events[-1]


# ---- letting in ----


def test_nothing_behind_a_connect_is_looked_at_before_the_device_is_let_in() -> None:
    connection, message = Connection(0.0), packets.publish(UP, b"{}", number=1)
    assert [type(event) for event in connection.feed(packets.connect(Connect("c")) + message, 0.0)] == [Asked]
    assert connection.feed(message, 0.0) == []
    session, present = Sessions().begin("D1", "c", clean=True)
    connection.accept(session, present=present, up=UP, down=DOWN)
    assert [type(event) for event in connection.feed(b"", 1.0)] == [Said, Said]


def test_a_refused_device_is_told_why_and_what_it_sent_is_thrown_away() -> None:
    connection = Connection(0.0)
    connection.feed(packets.connect(Connect("c")) + packets.publish(UP, b"{}"), 0.0)
    assert connection.refuse(BAD_CREDENTIALS) == b"\x20\x02\x00\x04"
    assert connection.feed(packets.publish(UP, b"{}"), 1.0) == []
    assert connection.lost() is None


def test_who_sends_much_before_being_let_in_is_closed() -> None:
    connection = Connection(0.0, Limits(waiting=1000))
    connection.feed(packets.connect(Connect("c")), 0.0)
    assert connection.feed(bytes(1000), 0.0) == []
    assert "before it was let in" in closed(connection.feed(b"x", 0.0)).reason


def test_another_edition_of_mqtt_gets_code_1_and_is_closed() -> None:
    five = packets.packet(0x10, b"\0\4MQTT\5\2\0\x3c\0\0\1d")
    assert closed(Connection(0.0).feed(five, 0.0)).data == b"\x20\x02\x00\x01"


def test_a_session_to_keep_needs_a_client_identifier() -> None:
    assert closed(Connection(0.0).feed(packets.connect(Connect("", clean=False)), 0.0)).data == b"\x20\x02\x00\x02"
    assert isinstance(Connection(0.0).feed(packets.connect(Connect("", clean=True)), 0.0)[0], Asked)


@pytest.mark.parametrize("will", [Will(UP, b"x", 2), Will(UP, b"x", 1, retain=True)])
def test_a_will_of_qos_2_or_retained_is_refused(will: Will) -> None:
    assert closed(Connection(0.0).feed(packets.connect(Connect("c", will=will)), 0.0)).data == b"\x20\x02\x00\x05"


@pytest.mark.parametrize("first", [packets.publish(UP, b"{}"), packets.PING, SUBSCRIBE, b"GET / HTTP/1.1\r\n"])
def test_what_does_not_begin_with_a_connect_is_closed_without_an_answer(first: bytes) -> None:
    assert closed(Connection(0.0).feed(first, 0.0)).data == b""


def test_a_stranger_cannot_make_the_server_keep_much() -> None:
    connection = Connection(0.0)
    assert "the most is 2048" in closed(connection.feed(b"\x10\xff\xff\x7f", 0.0)).reason


def test_a_second_connect_is_a_violation() -> None:
    assert "second CONNECT" in closed(make_connection().feed(packets.connect(Connect("c")), 1.0)).reason


def test_a_connection_is_accepted_only_once_and_only_after_it_asked() -> None:
    session, _present = Sessions().begin("D1", "c", clean=True)
    for connection in (Connection(0.0), make_connection()):
        with pytest.raises(RuntimeError, match="accepted once"):
            connection.accept(session, present=False, up=UP, down=DOWN)


# ---- messages ----


def test_messages_come_out_in_order_however_the_bytes_are_cut() -> None:
    wire = b"".join(packets.publish(UP, b"x" * size, number=size + 1) for size in (0, 1, 100, 200, 4096))
    whole = make_connection().feed(wire, 1.0)
    assert [len(event.payload) for event in whole if isinstance(event, Said)] == [0, 1, 100, 200, 4096]
    for step in (1, 2, 3, 7, 64, 1000):
        connection = make_connection()
        parts = [connection.feed(wire[at : at + step], 1.0) for at in range(0, len(wire), step)]
        assert [event for part in parts for event in part] == whole


def test_qos_0_needs_no_acknowledgement_and_a_repeat_says_so() -> None:
    connection = make_connection()
    assert connection.feed(packets.publish(UP, b"a"), 1.0) == [Said(UP, b"a", 0, True, False)]
    assert connection.unacknowledged == 0
    again = packets.publish(UP, b"a", number=7, again=True)
    assert connection.feed(again, 1.0) == [Said(UP, b"a", 7, True, True)]
    assert connection.unacknowledged == 1


def test_acknowledgements_go_out_in_the_order_the_messages_came() -> None:
    connection = make_connection()
    connection.feed(packets.publish(UP, b"a", number=9) + packets.publish(UP, b"b", number=4), 1.0)
    with pytest.raises(RuntimeError, match="the next one owed is 9"):
        connection.puback(4)
    assert connection.puback(9) + connection.puback(4) == bytes.fromhex("40020009 40020004")
    with pytest.raises(RuntimeError, match="none"):
        connection.puback(4)


def test_a_message_on_another_topic_is_handed_on_and_can_be_acknowledged() -> None:
    connection = make_connection()
    assert connection.feed(packets.publish("anju/v1/D2/up", b"a", number=1), 1.0) == [
        Said("anju/v1/D2/up", b"a", 1, False, False)
    ]
    assert connection.puback(1)


def test_a_message_above_4_kib_is_handed_on_and_a_packet_above_the_limit_closes() -> None:
    connection = make_connection()
    assert isinstance(connection.feed(packets.publish(UP, bytes(8000), number=1), 1.0)[0], Said)
    huge = packets.publish(UP, bytes(17_000), number=2)
    assert "the most is 16384" in closed(connection.feed(huge[:5], 1.0)).reason


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (packets.publish(UP, b"a", number=1, retain=True), "retain"),
        (b"\x34" + packets.publish(UP, b"a", number=1)[1:], "QoS 2"),
        (b"\x36" + packets.publish(UP, b"a", number=1)[1:], "QoS 3"),
        (packets.publish(UP, b"a", again=True), "repeated QoS 0"),
        (b"\x32" + packets.publish(UP, b"\0\0a")[1:], "no identifier"),
        (packets.publish("a/+/b", b"a"), "pattern"),
        (packets.publish("a/#", b"a"), "pattern"),
        (packets.publish("", b"a"), "nothing"),
        (b"\x30\x01\x00", "longer than its packet"),
        (b"\x30\x00", "longer than its packet"),
        (b"\x32\x03\x00\x01a", "longer than its packet"),
        (b"\x30\x04\x00\x02\xff\xff", "UTF-8"),
        (b"\x62\x02\x00\x01", "reserved bits"),
        (b"\x60\x02\x00\x01", "QoS 2"),
        (b"\x20\x02\x00\x00", "kind 2"),
        (b"\xf0\x00", "kind 15"),
        (b"\x00\x00", "kind 0"),
        (b"\xc0\x01a", "wrong length"),
        (b"\x80" + SUBSCRIBE[1:], "reserved bits"),
        (b"\x30\xff\xff\xff\xff", "more than four"),
    ],
)
def test_what_the_standard_forbids_or_this_server_does_not_do_closes_the_connection(wire: bytes, why: str) -> None:
    connection = make_connection()
    events = connection.feed(packets.publish(UP, b"good") + wire + packets.publish(UP, b"never read"), 1.0)
    assert isinstance(events[0], Said)
    assert len(events) == 2
    assert why in closed(events).reason
    assert connection.state is State.closed
    assert connection.feed(packets.PING, 1.0) == []


def test_a_ping_is_answered() -> None:
    assert make_connection().feed(packets.PING, 1.0) == [Write(packets.PONG)]


# ---- commands ----


def test_only_the_own_commands_can_be_subscribed_to_and_at_most_with_qos_1() -> None:
    connection = make_connection()
    wanted = [("anju/v1/D2/down", 1), ("#", 0), (DOWN, 2), (UP, 1), ("anju/v1/+/down", 0)]
    assert connection.feed(packets.subscribe(5, wanted), 1.0) == [
        Write(packets.suback(5, [0x80, 0x80, 1, 0x80, 0x80])),
        Listens(True),
    ]
    assert make_connection().feed(packets.subscribe(5, [("#", 1)]), 1.0) == [Write(b"\x90\x03\x00\x05\x80")]


def test_a_command_waits_for_the_subscription_and_ends_with_the_acknowledgement() -> None:
    connection = make_connection()
    assert connection.command("c1", b"{}") == b""
    connection.feed(SUBSCRIBE, 1.0)
    assert connection.command("c1", b"{}") == packets.publish(DOWN, b"{}", number=1)
    assert connection.command("c2", b"{}") == packets.publish(DOWN, b"{}", number=2)
    assert connection.feed(packets.puback(2) + packets.puback(1), 2.0) == [Received("c2"), Received("c1")]
    assert connection.feed(packets.puback(1), 2.0) == []  # one nobody waits for is harmless


def test_a_subscription_of_qos_0_gets_commands_without_acknowledgement() -> None:
    connection = make_connection()
    connection.feed(packets.subscribe(5, [(DOWN, 0)]), 1.0)
    assert connection.command("c1", b"{}") == packets.publish(DOWN, b"{}")


def test_after_unsubscribing_no_command_is_sent() -> None:
    connection = make_connection()
    connection.feed(SUBSCRIBE, 1.0)
    assert connection.feed(packets.unsubscribe(6, [DOWN]), 1.0) == [Write(packets.unsuback(6)), Listens(False)]
    assert connection.feed(packets.unsubscribe(7, [DOWN]), 1.0) == [Write(packets.unsuback(7))]
    assert connection.command("c1", b"{}") == b""


def test_a_kept_session_keeps_the_subscription_and_sends_unacknowledged_commands_again_in_order() -> None:
    sessions, said = Sessions(), Connect("c", "D1", b"key", clean=False)
    first = make_connection(said, sessions=sessions)
    first.feed(SUBSCRIBE, 1.0)
    for token in ("c1", "c2", "c3"):
        first.command(token, token.encode())
    first.feed(packets.puback(2), 1.0)
    first.lost()

    second = Connection(10.0)
    second.feed(packets.connect(said), 10.0)
    session, present = sessions.begin("D1", "c", clean=False)
    assert second.accept(session, present=present, up=UP, down=DOWN) == (
        packets.connack(packets.ACCEPTED, present=True)
        + packets.publish(DOWN, b"c1", number=1, again=True)
        + packets.publish(DOWN, b"c3", number=3, again=True)
    )
    assert second.listening
    assert second.feed(packets.puback(3), 11.0) == [Received("c3")]


def test_a_clean_session_starts_from_nothing_and_leaves_nothing() -> None:
    sessions = Sessions()
    make_connection(Connect("c", clean=False), sessions=sessions).feed(SUBSCRIBE, 1.0)
    assert sessions.count == 1
    fresh = make_connection(Connect("c", clean=True), sessions=sessions)
    assert not fresh.listening
    assert sessions.count == 0
    assert sessions.begin("D1", "c", clean=False)[1] is False


def test_a_device_cannot_fill_the_memory_with_sessions_or_with_commands() -> None:
    sessions = Sessions(most_devices=2)
    for number in range(10):
        sessions.begin("D1", f"c{number}", clean=False)
    assert sessions.count == 4
    for device in ("D2", "D3"):
        sessions.begin(device, "c", clean=False)
    assert sessions.begin("D1", "c9", clean=False)[1] is False  # the device unheard of longest was pushed out
    sessions.forget("D1")
    assert sessions.begin("D1", "c9", clean=False)[1] is False

    connection = make_connection()
    connection.feed(SUBSCRIBE, 1.0)
    assert [bool(connection.command(str(number), b"{}")) for number in range(17)] == [True] * 16 + [False]


def test_packet_identifiers_run_around_and_skip_those_in_use() -> None:
    connection = make_connection()
    connection.feed(SUBSCRIBE, 1.0)
    connection.command("stays", b"{}")
    assert connection.session is not None
    connection.session.last_number = 0xFFFF
    assert connection.command("next", b"{}") == packets.publish(DOWN, b"{}", number=2)


# ---- time and the end ----


def test_a_stranger_has_ten_seconds_to_say_connect() -> None:
    connection = Connection(100.0)
    assert connection.deadline() == 110.0
    connection.feed(b"\x10", 109.0)
    assert connection.deadline() == 110.0


def test_silence_of_one_and_a_half_keep_alives_is_the_deadline() -> None:
    connection = make_connection(Connect("c", keep_alive=60))
    assert connection.deadline() == 90.0
    connection.feed(packets.PING, 50.0)
    assert connection.deadline() == 140.0
    assert make_connection(Connect("c", keep_alive=0)).deadline() is None


def test_a_packet_that_trickles_in_does_not_count_as_life() -> None:
    connection = make_connection(Connect("c", keep_alive=0))
    message = packets.publish(UP, b"slow", number=1)
    for second, byte in enumerate(message[:-1]):
        connection.feed(bytes((byte,)), 10.0 + second)
    assert connection.deadline() == 40.0
    connection.feed(message[-1:], 39.0)
    assert connection.deadline() is None


def test_a_lost_link_brings_the_last_will_and_a_goodbye_discards_it() -> None:
    will = Will(UP, b"gone", 1)
    connection = make_connection(Connect("c", "D1", b"key", will=will))
    assert connection.connect is not None
    assert connection.connect.password is None  # not kept in memory longer than needed
    assert connection.lost() == LinkLost(will)
    assert connection.lost() is None

    connection = make_connection(Connect("c", will=will))
    assert connection.feed(packets.GOODBYE + packets.PING, 1.0) == [Closed("")]
    assert connection.lost() is None

    assert make_connection().lost() == LinkLost(None)
    assert Connection(0.0).lost() is None


def test_a_violation_counts_as_a_lost_link() -> None:
    will = Will(UP, b"gone")
    connection = make_connection(Connect("c", will=will))
    connection.feed(b"\xf0\x00", 1.0)
    assert connection.lost() == LinkLost(will)
