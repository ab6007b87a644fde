"""Packets of MQTT 3.1.1 as bytes: what is written reads back the same, and what breaks the standard is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.mqtt import packets
from anju.monitoring.gateway.mqtt.packets import Connect, VersionRefused, Violation, Will

pytestmark = pytest.mark.nodatabase

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
WILLS = st.builds(Will, TEXT, st.binary(max_size=60), st.integers(0, 2), st.booleans())


@st.composite
def connects(draw: st.DrawFn) -> Connect:
    user = draw(st.none() | TEXT)
    password = None if user is None else draw(st.none() | st.binary(max_size=40))
    will = draw(st.none() | WILLS)
    return Connect(draw(TEXT), user, password, draw(st.integers(0, 65535)), draw(st.booleans()), will)


def body(packet: bytes) -> bytes:
    length, start = packets.read_length(packet, 1)
    assert len(packet) == start + length
    return packet[start:]


@settings(deadline=None)
@given(connects())
def test_a_connect_reads_back_as_it_was_written(said: Connect) -> None:
    assert packets.read_connect(body(packets.connect(said))) == said


@settings(deadline=None)
@given(st.integers(1, 65535), st.lists(st.tuples(TEXT, st.integers(0, 2)), min_size=1, max_size=5))
def test_a_subscribe_reads_back_as_it_was_written(number: int, wanted: list[tuple[str, int]]) -> None:
    assert packets.read_subscribe(body(packets.subscribe(number, wanted))) == (number, wanted)
    topics = [topic for topic, _qos in wanted]
    assert packets.read_unsubscribe(body(packets.unsubscribe(number, topics))) == (number, topics)


@pytest.mark.parametrize(
    ("length", "wire"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (16383, "ff7f"),
        (16384, "808001"),
        (2097151, "ffff7f"),
        (2097152, "80808001"),
    ],
)
def test_the_remaining_length_takes_one_to_four_bytes(length: int, wire: str) -> None:
    assert packets.packet(0x30, bytes(length))[1:][: len(wire) // 2].hex() == wire
    assert packets.read_length(bytes.fromhex(wire), 0) == (length, len(wire) // 2)


def test_a_length_of_five_bytes_is_a_violation_and_an_unfinished_one_waits() -> None:
    with pytest.raises(Violation, match="more than four"):
        packets.read_length(b"\x80\x80\x80\x80\x01", 0)
    assert packets.read_length(b"\x80\x80", 0) == (-1, 0)


def connect_with(*, name: bytes = b"\0\4MQTT", level: int = 4, flags: int = 2, rest: bytes = b"\0\1d") -> bytes:
    return name + bytes((level, flags)) + b"\0\x3c" + rest


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (connect_with(name=b"\0\4HTTP"), "not a CONNECT"),
        (connect_with(flags=0x03), "reserved flag"),
        (connect_with(flags=0x0A), "without a will"),
        (connect_with(flags=0x1E, rest=b"\0\1d\0\1w\0\0"), "QoS is 3"),
        (connect_with(flags=0x42, rest=b"\0\1d\0\1p"), "without a user"),
        (connect_with(rest=b"\0\1dx"), "longer than its fields"),
        (connect_with(rest=b"\0\5d"), "longer than its packet"),
        (connect_with(rest=b"\0\2\xc3\x28"), "UTF-8"),
        (connect_with(rest=b"\0\3\xed\xa0\x80"), "UTF-8"),  # a surrogate
        (connect_with(rest=b"\0\1\0"), "U.0000"),
        (b"", "longer than its packet"),
    ],
)
def test_a_connect_that_breaks_the_standard_is_a_violation(wrong: bytes, why: str) -> None:
    with pytest.raises(Violation, match=why):
        packets.read_connect(wrong)


@pytest.mark.parametrize("other", [connect_with(level=5, rest=b"\0\0\1d"), connect_with(name=b"\0\6MQIsdp", level=3)])
def test_other_editions_of_mqtt_are_told_so(other: bytes) -> None:
    with pytest.raises(VersionRefused, match=r"this server speaks MQTT 3\.1\.1"):
        packets.read_connect(other)


@pytest.mark.parametrize("wrong", [b"", b"\0\0\0\1a\0", b"\0\1", b"\0\1\0\1a", b"\0\1\0\1a\3", b"\0\1\0\1a\x81"])
def test_a_subscribe_without_number_topic_or_qos_is_a_violation(wrong: bytes) -> None:
    with pytest.raises(Violation):
        packets.read_subscribe(wrong)


@pytest.mark.parametrize("wrong", [b"", b"\0\0\0\1a", b"\0\1", b"\0\1\0\7a"])
def test_an_unsubscribe_without_number_or_topic_is_a_violation(wrong: bytes) -> None:
    with pytest.raises(Violation):
        packets.read_unsubscribe(wrong)


def test_what_does_not_fit_the_format_is_not_written() -> None:
    with pytest.raises(ValueError, match="65535"):
        packets.field(bytes(65536))


def test_a_password_is_not_in_the_words_a_log_would_show() -> None:
    assert "secret" not in repr(Connect("d", "D1", b"secret", will=Will("secret/topic", b"x")))


def test_a_refusal_never_says_that_a_session_is_present() -> None:
    assert packets.connack(packets.BAD_CREDENTIALS, present=True) == b"\x20\x02\x00\x04"
    assert packets.connack(packets.ACCEPTED, present=True) == b"\x20\x02\x01\x00"
