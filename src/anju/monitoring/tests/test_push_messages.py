"""JSON messages of devices: what is taken, what is refused and with which reason, and the signature of HTTP push."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.push import (
    BadSignature,
    Command,
    TooMany,
    decode,
    encode,
    parse,
    signature,
    split,
    wrong_topic,
)
from anju.monitoring.messages import Message, Unusable
from anju.monitoring.vocabulary import COMMANDS, EVENTS, VALUES, ValueName

pytestmark = pytest.mark.nodatabase
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def make_words(**changed: Any) -> dict[str, Any]:
    words = {"boot": "b1", "seq": 7, "at": "2026-11-22T19:59:58+08:00", "values": {"smoke": 0.5}, "event": "pre_alarm"}
    return {name: value for name, value in (words | changed).items() if value is not ...}


def parsed(words: Any) -> Message | Unusable:
    raw = words if isinstance(words, bytes) else json.dumps(words).encode()
    return parse(raw, device="D1", source="mqtt", received=NOW)


def message(**changed: Any) -> Message:
    found = parsed(make_words(**changed))
    assert isinstance(found, Message), found
    return found


def refused(words: Any) -> Unusable:
    found = parsed(words)
    assert isinstance(found, Unusable), found
    return found


def test_a_message_becomes_what_it_says() -> None:
    found = message(detail={"port": 3})
    assert (found.device, found.boot, found.seq, found.source) == ("D1", "b1", 7, "mqtt")
    assert found.at == datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)
    assert found.at.tzinfo is UTC
    assert (found.values, found.event, found.detail) == ({"smoke": 0.5}, "pre_alarm", {"port": 3})


def test_only_the_key_and_the_time_are_needed() -> None:
    for absent in (..., None):
        found = message(values=absent, event=absent, detail=absent)
        assert (found.values, found.event, found.detail) == ({}, "", {})


def test_the_time_may_be_milliseconds_since_1970() -> None:
    assert message(at=1795348798250).at == datetime(2026, 11, 22, 11, 59, 58, 250000, tzinfo=UTC)
    assert message(at=0).at == datetime(1970, 1, 1, tzinfo=UTC)


def test_every_published_name_is_known() -> None:
    assert message(values=dict.fromkeys(VALUES, 1)).values == dict.fromkeys(VALUES, 1.0)
    assert [message(event=name).event for name in EVENTS] == list(EVENTS)
    assert set(VALUES) == set(get_args(ValueName))


def test_a_time_more_than_ten_minutes_ahead_is_clamped_and_marked() -> None:
    ten = NOW + timedelta(minutes=10)
    assert message(at=ten.isoformat()).at == ten
    assert message(at=ten.isoformat()).detail == {}
    late = message(at=(ten + timedelta(seconds=1)).isoformat(), detail={"port": 1})
    assert late.at == NOW
    assert late.detail == {"port": 1, "clamped_from": "2026-11-22T12:10:01+00:00"}


def test_an_old_time_is_kept() -> None:
    assert message(at="2020-01-01T00:00:00Z").at.year == 2020


@pytest.mark.parametrize(
    ("changed", "reason", "words"),
    [
        ({"boot": ...}, "wrong_field", "boot"),
        ({"boot": ""}, "wrong_field", "$.boot"),
        ({"boot": "x" * 33}, "wrong_field", "$.boot"),
        ({"boot": 1}, "wrong_field", "$.boot"),
        ({"boot": "a\0"}, "wrong_field", "U+0000"),
        ({"seq": -1}, "wrong_field", "$.seq"),
        ({"seq": 1.5}, "wrong_field", "$.seq"),
        ({"seq": "1"}, "wrong_field", "$.seq"),
        ({"seq": True}, "wrong_field", "$.seq"),
        ({"seq": 2**63}, "wrong_field", "$.seq"),
        ({"at": ...}, "wrong_field", "at"),
        ({"at": "2026-11-22T12:00:00"}, "wrong_field", "timezone"),
        ({"at": "yesterday"}, "wrong_field", "$.at"),
        ({"at": 1.5}, "wrong_field", "$.at"),
        ({"at": -1}, "wrong_field", "$.at"),
        ({"at": 253_402_300_800_000}, "wrong_field", "$.at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "wrong_field", "$.at"),
        ({"values": {"smoke": "0.5"}}, "wrong_field", "$.values"),
        ({"values": {"smoke": None}}, "wrong_field", "$.values"),
        ({"values": {"smoke": True}}, "wrong_field", "$.values"),
        ({"values": [1]}, "wrong_field", "$.values"),
        ({"values": {"smell": 1}}, "unknown_name", "smell"),
        ({"event": "flood"}, "unknown_name", "flood"),
        ({"event": 1}, "wrong_field", "$.event"),
        ({"detail": "text"}, "wrong_field", "$.detail"),
        ({"detail": {"a": [{"b\0": 1}]}}, "wrong_field", "U+0000"),
        ({"colour": "red"}, "wrong_field", "colour"),
    ],
)
def test_what_is_not_of_the_format_is_refused_with_the_field(changed: dict[str, Any], reason: str, words: str) -> None:
    found = refused(make_words(**changed))
    assert (found.device, found.source, found.reason) == ("D1", "mqtt", reason)
    assert words in found.note


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"hello",
        b"\xff\xfe",
        b'{"boot":"\xff"}',
        b'{"detail":{"a":NaN}}',
        b'{"detail":' + b"[" * 3000,
        b"{}{}",
    ],
)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    found = refused(raw)
    assert found.reason in ("not_json", "wrong_field")
    assert found.raw == raw


def test_the_note_of_a_refusal_can_always_be_stored() -> None:
    for name in ("\0", "x" * 3000):
        for words in (make_words(event=name), make_words(values={name: 1}), make_words() | {name: 1}):
            note = refused(words).note
            assert "\0" not in note
            assert len(note) <= 300


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"9" * 400, b"NaN", b"Infinity"])
def test_a_value_that_is_not_a_finite_number_is_refused(number: bytes) -> None:
    refused(b'{"boot":"b","seq":1,"at":0,"values":{"smoke":' + number + b"}}")


def test_a_message_has_at_most_4_kib_and_no_more_is_kept_of_it() -> None:
    raw = json.dumps(make_words(detail={"text": ""})).encode()
    fitting = json.dumps(make_words(detail={"text": "x" * (4096 - len(raw))})).encode()
    assert len(fitting) == 4096
    assert isinstance(parsed(fitting), Message)
    found = refused(fitting + b" ")
    assert (found.reason, len(found.raw)) == ("too_large", 4096)


def test_the_digest_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    words = make_words(detail={"a": 1, "b": {"c": 2, "d": 3}}, values={"smoke": 1, "co": 2})
    other = {
        **dict(reversed(words.items())),
        "detail": {"b": {"d": 3, "c": 2}, "a": 1},
        "values": {"co": 2.0, "smoke": 1.0},
    }
    same = parsed(json.dumps(other, indent=2).encode())
    assert isinstance(same, Message)
    assert same.digest == message(**words).digest
    assert len(same.digest) == 16
    for changed in ({"values": {"smoke": 2}}, {"event": "fire"}, {"at": 1}, {"detail": {"a": 2}}, {"values": None}):
        assert message(**words | changed).digest != same.digest


def test_clamping_does_not_change_the_digest_so_a_repeat_is_known() -> None:
    words = json.dumps(make_words(at="2027-01-01T00:00:00Z")).encode()
    found = [parse(words, device="D1", source="mqtt", received=NOW + timedelta(hours=n)) for n in (0, 5)]
    first, second = found
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert first.digest == second.digest
    assert first.at != second.at


def test_a_message_on_another_topic_keeps_the_topic_as_its_reason() -> None:
    found = wrong_topic(b"{}", device="D1", topic="anju/v1/D2/up", source="mqtt")
    assert (found.device, found.reason) == ("D1", "wrong_topic")
    assert "anju/v1/D2/up" in found.note


@settings(deadline=None)
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode())
)
def test_nothing_that_is_sent_makes_the_parser_fail(raw: bytes) -> None:
    assert isinstance(parsed(raw), Message | Unusable)


@settings(deadline=None)
@given(
    st.text(min_size=1, max_size=32),
    st.integers(0, 2**63 - 1),
    st.dictionaries(st.sampled_from(sorted(VALUES)), st.floats(allow_nan=False, allow_infinity=False)),
    st.dictionaries(st.text(), st.text(), max_size=4),
)
def test_what_can_be_said_is_taken_as_it_was_said(
    boot: str, seq: int, values: dict[str, float], detail: dict[str, str]
) -> None:
    found = parsed(make_words(boot=boot, seq=seq, values=values, detail=detail))
    if any("\0" in text for text in (boot, *detail, *detail.values())) or any(
        "\ud800" <= c <= "\udfff" for c in boot + "".join([*detail, *detail.values()])
    ):
        assert isinstance(found, Unusable)
    else:
        assert isinstance(found, Message)
        assert (found.boot, found.seq, found.values, found.detail) == (boot, seq, values, detail)


# ---- HTTP ----


def test_a_request_holds_one_message_or_a_list_of_up_to_500() -> None:
    assert split(b' {"a": 1}') == [b' {"a": 1}']
    assert split(b'[{"a": 1}, 2 ,"x"]') == [b'{"a": 1}', b"2", b'"x"']
    assert split(b"[]") == []
    assert split(b"[1,") == [b"[1,"]
    assert len(split(json.dumps([1] * 500).encode())) == 500
    with pytest.raises(TooMany, match="501"):
        split(json.dumps([1] * 501).encode())


def test_a_signature_of_the_documented_form_is_taken() -> None:
    header = signature.make(b'{"seq":1}', key=b"k" * 43, at=1795348800)
    mac = "1400d547f3e8ffd08fcfd0896e46620477d9a68cb4f915fbeee82cd9ed769c1c"  # by openssl dgst -sha256 -hmac
    assert header == f"t=1795348800,v1={mac}"
    signature.verify(header, b'{"seq":1}', keys=[b"k" * 43], now=1795348800 + 299)
    signature.verify(header, b'{"seq":1}', keys=[b"new", b"k" * 43], now=1795348800 - 299)


@pytest.mark.parametrize(
    ("header", "body", "keys", "late", "words"),
    [
        ("", b"{}", [b"k"], 0, "has the form"),
        ("t=1,v1=00", b"{}", [b"k"], 0, "has the form"),
        ("t=-1,v1=" + "0" * 64, b"{}", [b"k"], 0, "has the form"),
        (None, b"{} ", [b"k"], 0, "this device's key"),
        (None, b"{}", [b"other"], 0, "this device's key"),
        (None, b"{}", [], 0, "this device's key"),
        (None, b"{}", [b"k"], 301, "301 s old"),
        (None, b"{}", [b"k"], -301, "Set the device's clock"),
    ],
)
def test_a_wrong_signature_is_refused_with_what_to_look_at(
    header: str | None, body: bytes, keys: list[bytes], late: int, words: str
) -> None:
    sent = signature.make(b"{}", key=b"k", at=1000) if header is None else header
    with pytest.raises(BadSignature, match=words):
        signature.verify(sent, body, keys=keys, now=1000 + late)


@settings(deadline=None)
@given(st.text(max_size=120))
def test_no_header_makes_the_check_fail_otherwise(header: str) -> None:
    with pytest.raises(BadSignature):
        signature.verify(header, b"{}", keys=[b"k"], now=0)


# ---- commands ----


def test_a_command_is_written_as_published_and_reads_back() -> None:
    command = Command(command="0b9c", name="set_threshold", args={"smoke": 3}, expires=NOW)
    raw = encode(command)
    assert json.loads(raw) == {
        "command": "0b9c",
        "name": "set_threshold",
        "args": {"smoke": 3},
        "expires": "2026-11-22T12:00:00Z",
    }
    assert decode(raw) == command
    assert "cut_power" in COMMANDS
    with pytest.raises(msgspec.DecodeError):
        decode(raw.replace(b"set_threshold", b"explode"))
