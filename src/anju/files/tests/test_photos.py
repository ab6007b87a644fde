import errno
import hashlib
import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import RequestFactory, override_settings
from PIL import ExifTags, Image, PngImagePlugin

from anju.accounts.models import User
from anju.core.errors import Refused
from anju.files import services
from anju.files.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user("photographer", display_name="沈立群")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    settings.ANJU_FILES_DIR = tmp_path
    return tmp_path


def picture(format: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120).save(out, format, **save)
    return out.getvalue()


def upload(data: bytes, name: str = "现场.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_encoded_anew_and_kept_by_its_hash(person: User, store: Path, format: str) -> None:
    original = picture(format)
    file = services.store_photo(upload=upload(original, "a/b/现场.PNG"), by=person)
    with services.open_file(file) as source:
        data = source.read()
    assert file.media_type == "image/jpeg"
    assert file.name == "现场.jpg"
    assert (file.width, file.height) == (60, 40)
    assert hashlib.sha256(data).hexdigest() == file.sha256
    assert file.original_sha256 == hashlib.sha256(original).hexdigest()
    assert Image.open(io.BytesIO(data)).format == "JPEG"


def test_equal_photos_share_their_bytes_and_have_rows_of_their_own(person: User, store: Path) -> None:
    first = services.store_photo(upload=upload(picture()), by=person)
    second = services.store_photo(upload=upload(picture()), by=person)
    assert first.sha256 == second.sha256
    assert first.pk != second.pk
    assert len(stored(store)) == 1


def exif_of(**gps: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "Spy camera 13812345678"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 09:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps["gps"])
    return exif


def test_position_and_time_are_kept_apart_and_metadata_are_stripped(person: User) -> None:
    gps = {1: "N", 2: (31.0, 22.0, 48.0), 3: "E", 4: (120.0, 58.0, 12.0)}
    file = services.store_photo(upload=upload(picture(exif=exif_of(gps=gps))), by=person)
    assert (file.latitude, file.longitude) == (31.38, 120.97)
    assert file.taken_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    with services.open_file(file) as source:
        data = source.read()
    assert b"Spy" not in data
    assert not Image.open(io.BytesIO(data)).getexif()


def test_a_photo_taken_upright_is_stored_upright(person: User) -> None:
    file = services.store_photo(upload=upload(picture(exif=exif_of(gps={}))), by=person)
    assert (file.width, file.height) == (40, 60)
    assert file.latitude is None


@pytest.mark.parametrize(
    "gps", [{1: "N", 2: (400.0, 0.0, 0.0), 3: "E", 4: (1.0, 0.0, 0.0)}, {2: (1.0,), 4: (2.0, 3.0)}]
)
def test_a_nonsense_position_is_left_out(person: User, gps: dict[int, Any]) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    file = services.store_photo(upload=upload(picture(exif=exif)), by=person)
    assert file.latitude is None


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + b"\x00" * 64


def pdf_in_jpeg() -> bytes:
    data = picture()
    return data[:2] + b"\xff\xfe\x00\x20%PDF-1.7 1 0 obj" + b" " * 14 + data[2:]


def zip_behind_jpeg() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("payload.js", "alert(1)")
    return picture() + archive.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "SVG"),
        (picture("GIF"), "GIF"),
        (HEIC, "HEIC"),
        (b"%PDF-1.7 hello", "JPEG"),
        (b"", "JPEG"),
        (b"GIF89a=1;alert(1)//", "GIF"),
        (pdf_in_jpeg(), "同时|same time"),
        (zip_behind_jpeg(), "同时|same time"),
        (picture()[:200], "损坏|damaged"),
        (b"\xff\xd8\xff" + os.urandom(500), "损坏|damaged|同时|same time"),
    ],
    ids=["svg", "gif", "heic", "pdf", "empty", "gif and script", "pdf in jpeg", "zip behind jpeg", "cut off", "noise"],
)
def test_what_is_no_photo_is_refused_with_its_reason(person: User, store: Path, data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said) as refusal:
        services.store_photo(upload=upload(data, "现场.jpg"), by=person)
    assert "现场.jpg" in refusal.value.message
    assert refusal.value.instead
    assert not stored(store)
    assert not StoredFile.objects.exists()


def test_a_script_behind_a_photo_does_not_survive(person: User) -> None:
    file = services.store_photo(upload=upload(picture() + b"<script>alert(1)</script>"), by=person)
    with services.open_file(file) as source:
        assert b"script" not in source.read()


def test_text_inside_a_png_does_not_survive(person: User) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<b>13812345678</b>" * 3)
    file = services.store_photo(upload=upload(picture("PNG", pnginfo=info), "x.png"), by=person)
    with services.open_file(file) as source:
        assert b"13812345678" not in source.read()


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(person: User) -> None:
    bomb = picture("PNG", size=(9000, 9000), mode="1")
    assert len(bomb) < 100_000
    with pytest.raises(Refused, match="60"):
        services.store_photo(upload=upload(bomb, "bomb.png"), by=person)


def test_a_transparent_picture_gets_a_white_ground(person: User) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    file = services.store_photo(upload=upload(out.getvalue(), "t.png"), by=person)
    with services.open_file(file) as source:
        assert Image.open(source).getpixel((0, 0)) == (255, 255, 255)


class NeverRead:
    name = "huge.jpg"
    size = 100_000_000

    def read(self, n: int = -1) -> bytes:
        raise AssertionError("was read")


def test_a_photo_of_100_mb_is_refused_without_being_read(person: User) -> None:
    with pytest.raises(Refused, match="100 MB") as refusal:
        services.store_photo(upload=NeverRead(), by=person)
    assert "20 MB" in refusal.value.message


def test_a_full_disk_is_said_and_leaves_nothing(person: User, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused) as refusal:
        services.store_photo(upload=upload(picture()), by=person)
    assert "ANJU_FILES_DIR" in refusal.value.instead
    assert not stored(store)
    assert not StoredFile.objects.exists()


def test_serving_lets_no_browser_run_it(person: User) -> None:
    photo = services.store_photo(upload=upload(picture()), by=person)
    response = services.serve(photo)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("inline")
    page = services.store_bytes(data=b"<script>alert(1)</script>", name="x.html", media_type="text/html", by=person)
    assert services.serve(page)["Content-Disposition"].startswith("attachment")
    assert services.serve(photo, attachment=True)["Content-Disposition"].startswith("attachment")


def test_bytes_that_are_gone_are_said(person: User) -> None:
    photo = services.store_photo(upload=upload(picture()), by=person)
    services.path_of(photo.sha256).unlink()
    with pytest.raises(Refused, match=r"现场\.jpg"):
        services.open_file(photo)


@override_settings(
    FILE_UPLOAD_HANDLERS=[
        "anju.files.uploads.BoundedUploadHandler",
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
    ],
    ANJU_MAX_PHOTO_MB=1,
)
def test_an_upload_beyond_the_limit_is_counted_and_thrown_away() -> None:
    factory = RequestFactory()
    large = SimpleUploadedFile("huge.jpg", b"\xff" * 1_500_000, content_type="image/jpeg")
    small = SimpleUploadedFile("small.jpg", b"\xff" * 1000, content_type="image/jpeg")
    request = factory.post("/", {"large": large, "small": small})
    files = {name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)}
    assert files["large"].size == 1_500_000
    assert files["large"].read() == b""
    assert files["small"].read() == b"\xff" * 1000
