"""Alerts of Hikvision cameras: XML, multipart with pictures, and what they mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anju.monitoring.gateway.isapi import TABLE, BadBody, BadXml, Mapped, pictures, read, table_of, to_message
from anju.monitoring.messages import Message, Unusable

pytestmark = pytest.mark.nodatabase
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
XML, JPEG = "application/xml", b"\xff\xd8\xff\xe0 picture \r\n--\r\n of a face \xff\xd9"
FORM = "multipart/form-data; boundary=boundary"


def make_alert(
    kind: str = "parking",
    *,
    state: str = "active",
    time: str = "2026-11-22T19:59:58+08:00",
    count: int = 1,
    more: str = "",
) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
  <ipAddress>192.168.1.64</ipAddress><macAddress>44:19:b6:00:00:01</macAddress><channelID>1</channelID>
  <dateTime>{time}</dateTime><activePostCount>{count}</activePostCount>
  <eventType>{kind}</eventType><eventState>{state}</eventState>
  <eventDescription>parking alarm</eventDescription><channelName>3幢 消防通道</channelName>{more}
</EventNotificationAlert>""".encode()


def make_form(alert: bytes, *, first: bytes = b"", last: bytes = b"--\r\n", kind: str = "application/xml") -> bytes:
    head = f'Content-Disposition: form-data; name="alert"; filename="a.xml"\r\nContent-Type: {kind}\r\n\r\n'.encode()
    image = b'Content-Disposition: form-data; name="p"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return first + b"--boundary\r\n" + head + alert + b"\r\n--boundary\r\n" + image + JPEG + b"\r\n--boundary" + last


def message(body: bytes, kind: str = XML, **options: Any) -> Message:
    found = to_message(kind, body, device="C1", received=NOW, **options)
    assert isinstance(found, Message), found
    return found


def refused(body: bytes, kind: str = XML) -> Unusable:
    found = to_message(kind, body, device="C1", received=NOW)
    assert isinstance(found, Unusable)
    return found


def test_a_vehicle_in_a_forbidden_zone_occupies_the_lane_and_its_leaving_clears_it() -> None:
    region = "<DetectionRegionList><DetectionRegionEntry><regionID>2</regionID><detectionTarget>vehicle</detectionTarget></DetectionRegionEntry></DetectionRegionList>"
    found = message(make_alert(more=region))
    assert (found.device, found.source, found.event, found.values) == ("C1", "isapi", "lane_occupied", {})
    assert found.at == NOW - timedelta(seconds=2)
    assert found.detail == {
        "camera_event": "parking",
        "target": "vehicle",
        "part": "1-2",
        "lane": "1-2",
        "channel_name": "3幢 消防通道",
        "text": "parking alarm",
    }
    assert message(make_alert(state="inactive", more=region)).event == "lane_cleared"


def test_the_kind_of_traffic_event_decides_where_the_type_does_not() -> None:
    parked = make_alert("AID", more="<AID><illegalTrafficEvent>illegalParking</illegalTrafficEvent></AID>")
    assert message(parked).event == "lane_occupied"
    jam = make_alert("AID", more="<AID><illegalTrafficEvent>congestion</illegalTrafficEvent></AID>")
    assert (refused(jam).reason, refused(jam).note) == (
        "unmapped_event",
        "AID/congestion has no meaning in the table of camera events",
    )


def test_a_city_gives_its_cameras_events_a_meaning() -> None:
    table = table_of(
        {"eBikeInLift": "ebike_in_lift", "regionEntrance/gasTank": "cylinder_in_lift", "parking": "heartbeat"}
    )
    assert message(make_alert("ebikeinlift"), table=table).event == "ebike_in_lift"
    assert "lane" not in message(make_alert("ebikeinlift"), table=table).detail
    cylinder = make_alert("regionEntrance", more="<detectionTarget>gasTank</detectionTarget>")
    assert message(cylinder, table=table).event == "cylinder_in_lift"
    assert message(make_alert("ebikeinlift", state="inactive"), table=table).event == ""
    assert message(make_alert(), table=table).event == "heartbeat"
    assert table_of({"x": "lane_occupied, lane_cleared"})["x"] == Mapped("lane_occupied", "lane_cleared")
    assert all(name == name.lower() for name in TABLE)
    with pytest.raises(ValueError, match="'x' cannot mean 'flood'"):
        table_of({"x": "flood"})


def test_the_end_of_lost_video_is_a_sign_of_life() -> None:
    assert message(make_alert("videoloss", state="inactive")).event == "heartbeat"
    assert message(make_alert("videoloss")).event == "fault"


def test_the_xml_is_found_in_a_multipart_and_the_pictures_are_only_handed_out_when_asked() -> None:
    body = make_form(make_alert())
    found = message(body, FORM)
    assert found.event == "lane_occupied"
    assert "picture" not in found.detail
    assert message(body, FORM, picture="abc").detail["picture"] == "abc"
    (picture,) = pictures(FORM, body)
    assert (picture.kind, picture.body) == ("image/jpeg", JPEG)
    assert pictures(XML, make_alert()) == []


@pytest.mark.parametrize(
    "body",
    [
        make_form(make_alert(), first=b"\r\n"),
        make_form(make_alert(), first=b"preamble\r\n"),
        make_form(make_alert(), last=b""),
        make_form(make_alert(), kind="text/plain"),
    ],
)
def test_multiparts_as_cameras_write_them_are_read(body: bytes) -> None:
    for kind in (FORM, 'multipart/mixed; boundary="boundary"', "Multipart/Form-Data;charset=utf-8; boundary=boundary"):
        assert message(body, kind).event == "lane_occupied"


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("multipart/form-data", make_form(make_alert()), "boundary is missing"),
        ("multipart/form-data; boundary=other", make_form(make_alert()), "not in the body"),
        (FORM, b"--boundary\r\nno end of the header", "no end of its header"),
        (FORM, b"--boundary\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--boundary--", "no part of the body is XML"),
        (FORM, b"\r\n--boundary" * 30, "more than 16 parts"),
    ],
)
def test_a_multipart_that_is_none_is_refused(kind: str, body: bytes, words: str) -> None:
    assert refused(body, kind).reason == "bad_xml"
    assert words in refused(body, kind).note
    with pytest.raises((BadBody, BadXml)):
        read(kind, body)


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no element found"),
        (b"hello", "syntax error"),
        (b"<a>", "no element found"),
        (b"<a/>", "is a a, not"),
        (b"<EventNotificationAlert/>", "no eventType"),
        (BOMB, "entity is declared"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "entity is declared"),
        (b"<a>" * 17 + b"</a>" * 17, "inside each other"),
        (b"<a>" + b"<b/>" * 2001 + b"</a>", "more than 2000 elements"),
        (make_alert(more="x" * 70_000), "the most is 65536"),
    ],
)
def test_dangerous_or_broken_xml_is_refused(body: bytes, words: str) -> None:
    assert words in refused(body).note
    assert refused(body).raw == body[:4096]


def test_the_editions_of_the_namespace_and_chinese_encodings_are_read() -> None:
    plain = make_alert().decode()
    assert message(plain.replace("http://www.isapi.org/ver20/XMLSchema", "urn:psialliance-org").encode()).event
    prefixed = plain.replace("xmlns=", "xmlns:h=").replace("<", "<h:").replace("<h:/", "</h:").replace("<h:?", "<?")
    assert message(prefixed.encode()).event == "lane_occupied"
    chinese = plain.replace("UTF-8", "GB2312").encode("gb2312")
    assert message(chinese).detail["channel_name"] == "3幢 消防通道"
    assert message(("\n" + plain.split("\n", 1)[1]).encode()).event == "lane_occupied"


def test_number_plates_and_faces_are_not_taken_over() -> None:
    found = message(make_alert(more="<PlateInfo><plate>苏E12345</plate></PlateInfo><faceID>7</faceID>"))
    assert "苏E12345" not in str(found)
    assert "faceID" not in str(found)


def test_the_same_request_is_a_repeat_and_the_next_report_of_the_same_thing_is_not() -> None:
    first, again = message(make_alert()), message(make_form(make_alert()), FORM, picture="kept")
    assert (first.boot, first.seq, first.digest) == (again.boot, again.seq, again.digest)
    assert len(first.boot) == 32
    for other in (make_alert(count=2), make_alert(time="2026-11-22T19:59:59+08:00"), make_alert(state="inactive")):
        assert (first.boot, first.seq) != (message(other).boot, message(other).seq)


def test_times_without_a_zone_are_chinas_and_none_is_ours() -> None:
    assert message(make_alert(time="2026-11-22T19:59:58")).at == NOW - timedelta(seconds=2)
    for wrong in ("yesterday", "", "0001-01-01T00:00:00+14:00"):
        assert message(make_alert(time=wrong)).at == NOW
    ahead = message(make_alert(time="2026-11-22T21:00:00+08:00"))
    assert (ahead.at, ahead.detail["clamped_from"]) == (NOW, "2026-11-22T13:00:00+00:00")


def test_a_camera_without_a_clock_repeats_itself_only_within_a_minute() -> None:
    body = make_alert(time="")
    later = to_message(XML, body, device="C1", received=NOW + timedelta(minutes=2))
    assert isinstance(later, Message)
    assert later.boot != message(body).boot
    assert message(body).boot == message(body).boot


PIECES = st.sampled_from(
    [make_alert(), b"--boundary", b"\r\n", b"\r\n\r\n", b"<a>", b"</a>", b"&lt;", b"<!DOCTYPE a>", b"\0", b"\xff", JPEG]
)


@settings(deadline=None)
@given(
    st.sampled_from([XML, FORM, "multipart/mixed", "", "\r\n;;="]) | st.text(max_size=60),
    st.binary() | st.lists(PIECES).map(b"".join),
)
def test_no_body_makes_the_reader_fail(kind: str, body: bytes) -> None:
    assert isinstance(to_message(kind, body, device="C1", received=NOW), Message | Unusable)
