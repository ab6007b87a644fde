"""GB/T 26875.3 as bytes and back: frames, application data of every type, times, texts, profiles."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.gb26875 import (
    STANDARD,
    CustomType,
    Frame,
    FrameError,
    Profile,
    Unit,
    UnitError,
    decode,
    encode,
    objects,
    read_time,
    read_unit,
    tables,
    write_time,
    write_unit,
)
from anju.monitoring.gateway.gb26875.units import LAYOUTS
from anju.monitoring.tests.gb26875_frames import CENTRE, FIRE, FRAMES, UNIT

pytestmark = pytest.mark.nodatabase
TIME = bytes.fromhex("023a091a090c")
CUSTOM = Profile(types={200: CustomType("BB4sH6s", ("system", "component", "location", "residual_current", "time"))})

six = st.binary(min_size=6, max_size=6)
FRAME = st.builds(
    Frame,
    st.integers(0, 0xFFFF),
    st.integers(0, 255),
    six,
    six,
    six,
    st.binary(max_size=1024),
    st.integers(0, 255),
    st.integers(0, 255),
)


@settings(deadline=None)
@given(FRAME)
def test_every_frame_reads_back_as_it_was_written(frame: Frame) -> None:
    assert decode(encode(frame)) == frame


@pytest.mark.parametrize("name", FRAMES)
def test_the_frames_of_the_standard_read_and_write_back_byte_for_byte(name: str) -> None:
    frame = decode(FRAMES[name])
    assert {frame.source, frame.target} == {UNIT, CENTRE} or name == "a fire with a description"
    assert encode(frame) == FRAMES[name]
    if frame.data:
        assert write_unit(read_unit(frame.data)) == frame.data


def test_the_fire_of_the_standard_says_what_it_says() -> None:
    frame = decode(FIRE)
    assert (frame.serial, frame.command, frame.version, frame.user_version) == (1, tables.UPLOAD, 1, 1)
    assert (frame.source.hex(), frame.target.hex()) == ("790300000000", "385b01000000")
    assert read_time(frame.time) == datetime(2012, 9, 26, 1, 58, 32, tzinfo=UTC)
    unit = read_unit(frame.data)
    assert unit == Unit(
        tables.COMPONENT_STATUS,
        (objects.ComponentStatus(1, 1, 40, bytes.fromhex("0a000200"), 2, b" " * 30 + b"\0", TIME),),
    )
    assert tables.COMPONENTS[40] == "smoke detector"


def test_a_description_is_gb_18030() -> None:
    told = read_unit(decode(FRAMES["a fire with a description"]).data).objects[0]
    assert isinstance(told, objects.ComponentStatus)
    assert objects.text_of(told.description) == "Ａ区１层呷哺走廊"
    assert objects.description("Ａ区１层呷哺走廊") == told.description


def test_a_description_is_cut_between_characters_and_read_whatever_it_holds() -> None:
    assert len(objects.description("楼" * 40)) == 31
    assert objects.text_of(objects.description("楼" * 40)) == "楼" * 15
    assert objects.text_of(objects.description("𠀀" * 40)) == "𠀀" * 7  # four bytes each
    assert objects.text_of(b"\xff\xfe 3  ") == "\ufffd\ufffd 3"


@settings(deadline=None)
@given(st.binary(max_size=31))
def test_no_description_holds_what_a_database_does_not_take(raw: bytes) -> None:
    text = objects.text_of(raw)
    assert "\0" not in text
    text.encode()


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", "start"),
        (b"@" + FIRE[1:].replace(b"@", b"#", 1), "start"),
        (FIRE[:-1], "length"),
        (FIRE + b"#", "length"),
        (FIRE[:24] + b"\x31\x00" + FIRE[26:], "length"),
        (b"@@" + bytes(1060), "length"),
        (FIRE[:-2] + b"#$", "end"),
        (FIRE[:31] + b"\x29" + FIRE[32:], "checksum"),
        (FIRE[:-3] + b"\x47##", "checksum"),
    ],
)
def test_each_check_of_a_frame_has_its_own_error(raw: bytes, error: str) -> None:
    with pytest.raises(FrameError) as found:
        decode(raw)
    assert found.value.error == error


def test_a_frame_holds_1024_bytes_of_application_data_and_no_more() -> None:
    fitting = Frame(1, 2, UNIT, CENTRE, TIME, bytes(1024))
    assert len(encode(fitting)) == 1054
    with pytest.raises(ValueError, match="1025"):
        encode(Frame(1, 2, UNIT, CENTRE, TIME, bytes(1025)))


# ---- application data ----


def make_objects(kind: int) -> st.SearchStrategy[bytes]:
    """Application data of a type of fixed size, with one to its greatest number of objects."""
    layout = LAYOUTS[kind]
    return st.integers(1, layout.most).flatmap(
        lambda count: st.binary(min_size=count * layout.packed.size, max_size=count * layout.packed.size).map(
            lambda body: bytes((kind, count)) + body
        )
    )


@settings(deadline=None)
@given(st.sampled_from(sorted(LAYOUTS)).flatmap(make_objects))
def test_application_data_of_every_type_reads_and_writes_back(data: bytes) -> None:
    unit = read_unit(data)
    assert unit.type == data[0]
    assert len(unit.objects) == data[1]
    assert write_unit(unit) == data
    assert read_unit(write_unit(unit)) == unit


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=255)), min_size=1, max_size=3))
def test_texts_of_configurations_read_and_write_back(parts: list[tuple[int, int, bytes]]) -> None:
    unit = Unit(tables.SYSTEM_CONFIGURATION, tuple(objects.SystemConfiguration(*part) for part in parts))
    assert read_unit(write_unit(unit)) == unit
    own = Unit(tables.UNIT_CONFIGURATION, (objects.UnitConfiguration(parts[0][2]),))
    assert read_unit(write_unit(own)) == own


def test_the_table_of_types_is_complete_and_fits_a_frame() -> None:
    up, down = {1, 2, 3, 4, 5, 7, 8, 21, 24, 25, 28}, {61, 62, 63, 64, 65, 66, 67, 68, 81, 84, 85, 86, 88, 89, 90, 91}
    assert set(LAYOUTS) | {6, 26} == up | down | {6, 26}
    assert all(2 + layout.packed.size * layout.most <= 1024 for layout in LAYOUTS.values())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "0 bytes"),
        (b"\x02", "1 bytes"),
        (b"\x02\x00", "1 to 22 objects; 0"),
        (b"\x02\x17" + bytes(46 * 23), "23 were declared"),
        (b"\x15\x01\x08" + TIME[:5], "take 7 bytes; 6 came"),
        (b"\x15\x01\x08" + TIME + b"\0", "take 7 bytes; 8 came"),
        (b"\x06\x04", "1 to 3 objects; 4"),
        (b"\x06\x01\x01", "longer than the application data"),
        (b"\x06\x01\x01\x01\x05abcd", "longer than the application data"),
        (b"\x1a\x01\x02abc", "1 bytes follow"),
        (b"\x1a\x02\x01a\x01a", "1 to 1 objects; 2"),
    ],
)
def test_data_that_does_not_fit_its_type_is_refused_with_the_place(data: bytes, words: str) -> None:
    with pytest.raises(UnitError, match=words):
        read_unit(data)


@settings(deadline=None)
@given(st.binary(max_size=1024))
def test_no_application_data_makes_the_reader_fail_otherwise(data: bytes) -> None:
    for profile in (STANDARD, CUSTOM):
        try:
            unit = read_unit(data, profile)
        except UnitError:
            continue
        assert write_unit(unit, profile) == data


def test_a_vendors_type_is_opaque_until_its_profile_describes_it() -> None:
    data = bytes.fromhex("c801 01 11 0a000200 2c01") + TIME
    assert read_unit(data).objects == (objects.Opaque(1, data[2:]),)
    told = read_unit(data, CUSTOM).objects[0]
    assert told == objects.Custom((1, 17, bytes.fromhex("0a000200"), 300, TIME))
    assert write_unit(Unit(200, (told,)), CUSTOM) == data
    with pytest.raises(UnitError, match="type 200 is in neither"):
        write_unit(Unit(200, (told,)))


def test_a_vendors_type_must_name_each_of_its_values() -> None:
    with pytest.raises(ValueError, match="2 values, but 1 fields"):
        CustomType("BB", ("system",))
    with pytest.raises(ValueError, match="cannot be read"):
        CustomType("?!", ("system",))


# ---- times ----


@settings(deadline=None)
@given(st.integers(946_771_200, 4_102_272_000), st.booleans())
def test_times_read_back_as_they_were_written(seconds: int, bcd: bool) -> None:
    aware = datetime.fromtimestamp(seconds, UTC)
    assert read_time(write_time(aware, bcd=bcd), bcd=bcd) == aware


@pytest.mark.parametrize(
    "raw", [bytes(6), b"\xff" * 6, bytes((60, 0, 0, 1, 1, 1)), bytes((0, 0, 0, 31, 2, 1)), bytes((0, 0, 0, 1, 1, 100))]
)
def test_bytes_that_are_no_time_are_none(raw: bytes) -> None:
    assert read_time(raw) is None


def test_binary_and_bcd_times_are_told_apart_by_the_profile_only() -> None:
    moment = datetime(2026, 11, 22, 4, 59, 58, tzinfo=UTC)
    assert write_time(moment).hex() == "3a3b0c160b1a"
    assert write_time(moment, bcd=True).hex() == "585912221126"
    assert read_time(bytes.fromhex("3a3b0c160b1a"), bcd=True) is None


@settings(deadline=None)
@given(st.binary(min_size=6, max_size=6), st.booleans())
def test_no_six_bytes_make_the_clock_fail(raw: bytes, bcd: bool) -> None:
    read_time(raw, bcd=bcd)
