"""Frames out of a stream: cut, glued, damaged, and after any noise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.gb26875 import Damaged, Frame, Stream, decode, encode
from anju.monitoring.tests.gb26875_frames import CENTRE, FIRE, FRAMES, UNIT

pytestmark = pytest.mark.nodatabase
ALL = list(FRAMES.values())


def damaged(raw: bytes, at: int, byte: int) -> bytes:
    return raw[:at] + bytes((byte,)) + raw[at + 1 :]


def test_glued_frames_come_out_one_by_one() -> None:
    assert Stream().feed(b"".join(ALL)) == [decode(raw) for raw in ALL]


@pytest.mark.parametrize("step", [1, 2, 3, 26, 27, 28, 29, 79, 200])
def test_cut_frames_come_out_whole(step: int) -> None:
    wire, stream = b"".join(ALL), Stream()
    found = [one for at in range(0, len(wire), step) for one in stream.feed(wire[at : at + step])]
    assert found == [decode(raw) for raw in ALL]
    assert stream.skipped == 0


def test_markers_inside_a_frame_do_not_cut_it() -> None:
    frame = Frame(0x4040, 2, b"@@####", b"##@@@@", b"@@##@@", b"\x1a\x01\x08##@@##@@")
    assert Stream().feed(encode(frame) * 2) == [frame, frame]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (damaged(FIRE, 40, 0), "checksum"),
        (damaged(FIRE, 26, 1), "checksum"),
        (damaged(FIRE, len(FIRE) - 1, 0), "end"),
        (damaged(FIRE, 24, 0x2F), "end"),
        (damaged(FIRE, 25, 0x05), "length"),
    ],
)
def test_a_damaged_frame_is_told_and_the_next_one_is_read(raw: bytes, error: str) -> None:
    found = Stream().feed(raw + FIRE)
    told = found[0]
    assert isinstance(told, Damaged)
    assert (told.error, told.header.serial, told.header.source) == (error, 1, UNIT)
    assert found[1:] == [decode(FIRE)]


def test_noise_with_a_start_marker_is_not_answered() -> None:
    stream = Stream()
    assert stream.feed(b"@@" + b"\x07" * 1100 + FIRE) == [decode(FIRE)]
    assert stream.skipped == 1102


def test_a_sender_that_broke_off_does_not_hold_up_the_alarm_behind() -> None:
    long = encode(Frame(9, 2, UNIT, CENTRE, bytes(6), b"\x1a\x01" + bytes(1000)))
    assert Stream().feed(long[:100] + FIRE) == [decode(FIRE)]
    stream = Stream()
    assert stream.feed(long[:100]) == []
    assert stream.feed(FIRE[:40]) == []
    assert stream.feed(FIRE[40:]) == [decode(FIRE)]


def test_a_lost_start_byte_costs_one_frame_only() -> None:
    assert Stream().feed(FIRE[1:] + FIRE) == [decode(FIRE)]
    assert Stream().feed(b"@" + FIRE) == [decode(FIRE)]


NOISE = st.binary(max_size=400) | st.lists(
    st.sampled_from(
        [b"@", b"@@", b"##", b"@@\x01\0\1\1", b"\0" * 20, b"\xff\3\2", FIRE[:50], FIRE[3:], damaged(FIRE, 50, 9)]
    ),
    max_size=30,
).map(b"".join)


@settings(deadline=None)
@given(st.lists(NOISE, max_size=4), st.sampled_from(ALL), st.integers(1, 300))
def test_after_any_noise_the_next_good_frame_is_read_and_little_is_kept(
    noise: list[bytes], good: bytes, step: int
) -> None:
    stream = Stream()
    wire = b"".join(noise) + good
    found: list[Frame | Damaged] = []
    for at in range(0, len(wire), step):
        found += stream.feed(wire[at : at + step])
        assert len(stream._rest) < 1054
    assert found[-1] == decode(good) or decode(good) in found
    assert stream.feed(good)[-1] == decode(good)


@settings(deadline=None)
@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=6), st.data())
def test_frames_say_the_same_however_they_are_cut(frames: list[bytes], data: st.DataObject) -> None:
    wire = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    stream = Stream()
    found = [
        one for start, stop in zip([0, *cuts], [*cuts, len(wire)], strict=True) for one in stream.feed(wire[start:stop])
    ]
    assert found == [decode(raw) for raw in frames]


@pytest.mark.parametrize("noise", [b"@" * 65536, b"@@\xff" * 20000, (b"@@\0\0\1" + b"\1" * 20 + b"\3\2") * 2000])
def test_much_that_looks_like_beginnings_is_skipped(noise: bytes) -> None:
    stream = Stream()
    stream.feed(noise)
    assert len(stream._rest) < 1054
    assert stream.feed(FIRE)[-1] == decode(FIRE)
