"""A few drawn pictures that stand where photos would: nobody's home is shown, and each says that it is of the demo."""

import io
from typing import Any

from PIL import Image, ImageDraw

from anju.core import time
from anju.files.models import StoredFile
from anju.files.services import keep

SIZE = (960, 720)
WALL, FLOOR, DOOR, METAL, RED, GREEN = "#e9e4da", "#b9a88f", "#8d6e4f", "#9aa5ad", "#c0392b", "#2e7d4f"


def make(by: Any) -> dict[str, list[StoredFile]]:
    """{"wrong": […], "right": […]}"""
    drawings = {"wrong": (_bare_ceiling, _blocked_exit, _wires), "right": (_alarm, _extinguishers, _clear_exit)}
    return {
        kind: [_store(draw, by, f"{kind}-{draw.__name__[1:]}") for draw in list_] for kind, list_ in drawings.items()
    }


def _store(draw: Any, by: Any, name: str) -> StoredFile:
    image = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 560, *SIZE), fill=FLOOR)
    draw(pen)
    pen.text((24, 684), "ANJU DEMO - drawn, not photographed", fill="#4a4a4a")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    data = out.getvalue()
    return StoredFile.objects.create(
        sha256=keep(data), size=len(data), media_type="image/jpeg", name=f"{name}.jpg", width=SIZE[0], height=SIZE[1],
        created_at=time.now(), created_by=by,
    )  # fmt: skip


def _bare_ceiling(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(0, 0), (960, 0), (760, 160), (200, 160)], fill="#f6f3ec")
    pen.ellipse((440, 60, 520, 100), outline=RED, width=6)
    pen.rectangle((620, 260, 860, 560), fill="#cfd8dc", outline=METAL, width=8)


def _blocked_exit(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((360, 140, 600, 560), fill=DOOR)
    for x, y, w, h in ((300, 420, 150, 140), (430, 470, 190, 90), (560, 390, 120, 170)):
        pen.rectangle((x, y, x + w, y + h), fill="#c9a26a", outline="#7a5c30", width=5)


def _wires(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((140, 180, 300, 380), fill="#dfe4e8", outline=METAL, width=8)
    for shift in range(5):
        pen.line(
            [(220, 380), (300 + shift * 60, 480 + shift * 8), (560 + shift * 50, 420), (820, 500 + shift * 12)],
            fill=RED if shift % 2 else "#333333",
            width=6,
        )


def _alarm(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon([(0, 0), (960, 0), (760, 160), (200, 160)], fill="#f6f3ec")
    pen.ellipse((410, 40, 550, 120), fill="white", outline=METAL, width=6)
    pen.ellipse((472, 76, 488, 92), fill=GREEN)
    pen.rectangle((620, 260, 860, 560), fill="#cfd8dc", outline=METAL, width=8)


def _extinguishers(pen: ImageDraw.ImageDraw) -> None:
    for x in (360, 520):
        pen.rounded_rectangle((x, 300, x + 100, 560), radius=30, fill=RED)
        pen.rectangle((x + 36, 260, x + 64, 304), fill="#333333")


def _clear_exit(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((360, 140, 600, 560), fill=DOOR)
    pen.ellipse((560, 340, 580, 360), fill=METAL)
    pen.rectangle((400, 70, 560, 120), fill=GREEN)
