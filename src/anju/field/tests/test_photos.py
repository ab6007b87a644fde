"""Photos in pieces over a bad line: what is told to have arrived has arrived, and nothing else counts as a photo."""

import base64
import errno
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from anju.core import time
from anju.dwellings.models import Dwelling
from anju.dwellings.models.facts import ObservationPhoto
from anju.dwellings.testing import SOUND_FACTS, SOUND_ROOM, make_dwelling
from anju.field.models import EnvelopePhoto, KeptPhoto, PhotoUpload
from anju.field.services import uploads
from anju.field.testing import Handset, iso, make_letter, photo_line, picture, send
from anju.files.models import StoredFile
from anju.files.services import path_of
from anju.inspections.models import Hazard, HazardPhoto, VisitPhoto
from anju.inspections.testing import Team, make_hazard, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def home(team: Team) -> Dwelling:
    return make_dwelling(team.grid_area)


@pytest.fixture
def phone(team: Team) -> Handset:
    return Handset(team.grid)


def test_a_photo_arrives_in_pieces_and_is_known_by_the_hash_of_the_bytes_the_phone_sent(phone: Handset) -> None:
    data = picture()
    last = phone.upload(data, pieces=4)
    kept = KeptPhoto.objects.get()
    assert (last.status_code, last["Upload-Photo"], last["Upload-Offset"]) == (204, "kept", str(len(data)))
    assert kept.file is not None
    assert kept.sha256 == kept.file.original_sha256 == hashlib.sha256(data).hexdigest()
    assert path_of(kept.file.sha256).exists()
    assert not uploads.file_of(PhotoUpload.objects.get()).exists()
    assert phone.get(f"photos/{kept.sha256}").json()["have"] is True


def test_a_line_that_breaks_is_taken_up_where_the_disk_ends(phone: Handset) -> None:
    data = picture(size=(300, 200))
    where = phone.begin(data)["Location"]
    assert phone.piece(where, 0, data[:500]).status_code == 204
    told = phone.get(f"photos/{hashlib.sha256(data).hexdigest()}").json()
    assert (told["have"], told["upload"], told["offset"]) == (False, where, 500)
    head = phone.client.head(where, headers={"Tus-Resumable": "1.0.0"})
    assert (head["Upload-Offset"], head["Cache-Control"]) == ("500", "no-store")
    assert phone.piece(where, 0, data[:500]).status_code == 409  # the answer was lost, the piece was not
    assert phone.piece(where, 500, data[500:]).status_code == 204


def test_what_a_killed_process_wrote_and_did_not_record_is_cut_off(phone: Handset) -> None:
    data = picture(size=(300, 200))
    where = phone.begin(data)["Location"]
    phone.piece(where, 0, data[:400])
    with uploads.file_of(PhotoUpload.objects.get()).open("ab") as file:
        file.write(b"half a piece")
    assert phone.piece(where, 400, data[400:])["Upload-Photo"] == "kept"


def test_a_piece_damaged_on_the_way_is_not_taken(phone: Handset) -> None:
    data = picture()
    where = phone.begin(data)["Location"]
    right = base64.b64encode(hashlib.sha256(data[:200]).digest()).decode()
    damaged = phone.piece(where, 0, b"x" * 200, **{"Upload-Checksum": f"sha256 {right}"})
    assert (damaged.status_code, damaged.json()["error"]) == (460, "checksum")
    assert phone.piece(where, 0, data[:200], **{"Upload-Checksum": f"sha256 {right}"}).status_code == 204


def test_bytes_with_another_hash_than_announced_are_thrown_away(phone: Handset) -> None:
    data = picture()
    where = phone.begin(data, sha256="a" * 64)["Location"]
    answer = phone.piece(where, 0, data)
    assert (answer.status_code, answer.json()["error"]) == (422, "hash")
    assert not KeptPhoto.objects.exists()
    assert not StoredFile.objects.exists()
    assert not PhotoUpload.objects.exists()
    assert phone.client.head(where).status_code == 404


def test_what_is_no_photo_is_refused_once_and_told(phone: Handset, team: Team, home: Dwelling) -> None:
    data = b"<svg onload=alert(1)></svg>"
    row = send(team.grid, make_letter(home, "no_access", photos=[photo_line(data)]))
    answer = phone.upload(data, pieces=1)
    told = phone.get(f"envelopes/{row.uuid}").json()
    assert (answer.status_code, answer.json()["error"]) == (422, "not_a_photo")
    assert (told["state"], told["missing"], len(told["refused_photos"])) == ("applied", [], 1)
    assert phone.get(f"photos/{photo_line(data)['sha256']}").json()["refused"]
    assert not StoredFile.objects.exists()


def test_a_hundred_megabytes_are_refused_before_a_byte_is_sent(phone: Handset) -> None:
    answer = phone.begin(b"", sha256="b" * 64, size=100_000_000)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_more_bytes_than_announced_are_refused(phone: Handset) -> None:
    data = picture()
    where = phone.begin(data, size=100)["Location"]
    assert phone.piece(where, 0, data).status_code == 413
    assert PhotoUpload.objects.get().offset == 0


@pytest.mark.parametrize("moment", ["begin", "piece"])
def test_a_full_disk_is_told_and_keeps_nothing_half(
    phone: Handset, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    data = picture()
    if moment == "begin":
        monkeypatch.setattr(uploads, "KEEP_FREE", 1 << 60)
        answer = phone.begin(data)
    else:
        where = phone.begin(data)["Location"]

        def full(handle: int) -> None:
            raise OSError(errno.ENOSPC, "no space")

        monkeypatch.setattr("os.fsync", full)
        answer = phone.piece(where, 0, data)
        assert uploads.file_of(PhotoUpload.objects.get()).stat().st_size == PhotoUpload.objects.get().offset == 0
    assert (answer.status_code, answer.json()["error"]) == (507, "disk_full")
    assert not KeptPhoto.objects.exists()


def test_a_disk_that_fills_up_while_the_photo_is_made_anew_lets_the_phone_try_again(
    phone: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anju.files import services as files

    data = picture(233, (61, 43))  # bytes that no other test has put on the disk
    where = phone.begin(data)["Location"]

    def full(*given: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patch:
        patch.setattr(files, "_write", full)
        assert phone.piece(where, 0, data).status_code == 507
    assert not KeptPhoto.objects.exists()
    assert phone.piece(where, len(data), b"x" * 0)["Upload-Photo"] == "kept"


def test_an_upload_can_be_given_up_and_a_stale_one_is_thrown_away(phone: Handset) -> None:
    first, second = phone.begin(picture(1))["Location"], phone.begin(picture(2))["Location"]
    phone.piece(first, 0, picture(1)[:50])
    phone.piece(second, 0, picture(2)[:50])
    assert phone.client.delete(first).status_code == 204
    assert uploads.discard_stale(time.now()) == 0
    PhotoUpload.objects.update(expires_at=time.now() - timedelta(minutes=1))
    assert phone.piece(second, 50, b"x").status_code == 410
    assert uploads.discard_stale(time.now()) == 1
    assert [where for where in (first, second) if (_pieces() / where.rsplit("/", 1)[1]).exists()] == []


def test_nobody_touches_the_upload_of_somebody_else(phone: Handset, team: Team) -> None:
    where = phone.begin(picture())["Location"]
    other = Handset(team.colleague)
    assert other.client.head(where).status_code == other.piece(where, 0, b"x").status_code == 404
    assert other.client.delete(where).status_code == 404
    phone.upload(picture(9))
    sha256 = hashlib.sha256(picture(9)).hexdigest()
    assert other.get(f"photos/{sha256}").json() == {"have": False, "refused": "", "upload": None, "offset": 0}


def test_the_protocol_says_what_it_can_and_refuses_another_version(phone: Handset) -> None:
    options = phone.client.options("/field/api/v1/uploads/")
    assert (options.status_code, options["Tus-Version"]) == (204, "1.0.0")
    assert "creation" in options["Tus-Extension"]
    where = phone.begin(picture())["Location"]
    assert phone.client.head(where, headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    wrong = phone.client.patch(where, data=b"x", content_type="text/plain", headers={"Upload-Offset": "0"})
    assert wrong.status_code == 415


def _pieces() -> Path:
    return Path(django_settings.ANJU_FILES_DIR) / "pieces"


# --- photos of records ----------------------------------------------------------------------------------------------------


def _with_photos(home: Dwelling, *lines: dict[str, Any], **over: Any) -> dict[str, Any]:
    return make_letter(home, facts=SOUND_FACTS, rooms={"A": {**SOUND_ROOM, "alarm": False}}, photos=list(lines), **over)


def test_a7_2_facts_and_hazards_are_not_held_back_for_a_photo(phone: Handset, team: Team, home: Dwelling) -> None:
    data = picture()
    row = send(team.grid, _with_photos(home, photo_line(data, **{"for": {"fact": "alarm", "room": "A"}})))
    hazard = Hazard._base_manager.get(dwelling=home)
    assert (row.state, HazardPhoto.objects.count()) == ("waiting_photos", 0)
    phone.upload(data)
    row.refresh_from_db()
    use = EnvelopePhoto.objects.get()
    assert (row.state, use.attached_at is not None) == ("applied", True)
    assert use.photo is not None
    assert HazardPhoto.objects.get().hazard == hazard
    link = ObservationPhoto.objects.get()
    assert (link.fact, link.room, link.file) == ("alarm", "A", use.photo.file)


def test_a_photo_that_arrived_before_its_record_hangs_on_it_at_once(phone: Handset, team: Team, home: Dwelling) -> None:
    data = picture()
    phone.upload(data)
    row = send(team.grid, make_letter(home, "no_access", photos=[photo_line(data)]))
    assert row.state == "applied"
    assert VisitPhoto.objects.get().visit == row.visit


def test_equal_bytes_used_twice_are_two_photos_of_one_file(phone: Handset, team: Team, home: Dwelling) -> None:
    data = picture()
    lines = [photo_line(data, **{"for": {"fact": fact}}) for fact in ("rcd", "wiring")]
    send(team.grid, _with_photos(home, *lines))
    phone.upload(data)
    assert sorted(ObservationPhoto.objects.values_list("fact", flat=True)) == ["rcd", "wiring"]
    assert StoredFile.objects.count() == 1


def test_a_photo_sent_again_hangs_only_once(phone: Handset, team: Team, home: Dwelling) -> None:
    data = picture()
    send(team.grid, _with_photos(home, photo_line(data, **{"for": {"rule": "R09", "room": "A"}})))
    phone.upload(data)
    phone.upload(data)
    assert HazardPhoto.objects.count() == KeptPhoto.objects.count() == 1


def test_a_photo_never_hangs_on_a_hazard_that_the_record_is_not_about(
    phone: Handset, team: Team, home: Dwelling
) -> None:
    foreign, data = make_hazard(), picture()
    send(team.grid, _with_photos(home, photo_line(data, **{"for": {"hazard": foreign.code}})))
    phone.upload(data)
    assert not HazardPhoto.objects.filter(hazard=foreign).exists()
    assert ObservationPhoto.objects.count() == 1


def test_a_correction_reported_from_the_phone_waits_for_its_photo(phone: Handset, team: Team, home: Dwelling) -> None:
    hazard, data = make_hazard(team, dwelling=home), picture()
    letter = make_letter(home, "reinspection", hazard=hazard.code, put_right=True, photos=[photo_line(data)])
    row = send(team.grid, letter)
    assert (row.state, row.is_applied) == ("waiting_photos", False)
    phone.upload(data)
    row.refresh_from_db()
    hazard.refresh_from_db()
    assert (row.state, hazard.state) == ("applied", "reinspect")


def _flags(team: Team, home: Dwelling, *lines: dict[str, Any]) -> list[list[str]]:
    row = send(team.grid, make_letter(home, "no_access", photos=list(lines)))
    return [use.flags for use in row.photos.order_by("id")]


def at(lat: float, lon: float, accuracy: float = 10, minutes: float = 3) -> dict[str, Any]:
    return {"lat": lat, "lon": lon, "accuracy": accuracy, "at": iso(time.now() - timedelta(minutes=minutes))}


def test_a7_2_what_is_odd_about_a_photo_is_flagged_and_nothing_is_hidden(team: Team, home: Dwelling) -> None:
    estate = home.place.parent
    assert estate is not None
    type(estate).objects.filter(pk=estate.pk).update(latitude=31.4, longitude=120.95)
    near, far = at(31.4005, 120.9503), at(31.45, 120.95)
    assert _flags(team, home, photo_line(b"1", position=near)) == [[]]
    assert _flags(team, home, photo_line(b"2", position=near, source="gallery")) == [["gallery"]]
    assert _flags(team, home, photo_line(b"3", position=None)) == [["no_position"]]
    assert _flags(team, home, photo_line(b"4", position=at(31.4005, 120.9503, 0))) == [["zero_accuracy"]]
    assert _flags(team, home, photo_line(b"5", position=far)) == [["far"]]
    assert _flags(team, home, photo_line(b"6", position=at(31.4005, 120.9503, minutes=90))) == [["old_position"]]
    early = iso(time.now() - timedelta(days=2))
    assert _flags(team, home, photo_line(b"7", position={**near, "at": early}, taken_at=early)) == [["other_time"]]
    assert _flags(team, home, photo_line(b"1", position=near)) == [[]]  # another record of the same visit
    assert _flags(team, make_dwelling(team.grid_area), photo_line(b"1", position=near)) == [["used_before"]]
    jump = [
        photo_line(b"8", position=near, taken_at=iso(time.now() - timedelta(minutes=3))),
        photo_line(b"9", position=at(31.4, 121.2, 10), taken_at=iso(time.now() - timedelta(minutes=2))),
    ]
    assert _flags(team, home, *jump)[1] == ["far", "jump"]
