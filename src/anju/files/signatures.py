"""A signature written on glass: strokes of points with their time, checked, and drawn anew as a picture.

The picture is drawn here from the strokes and never taken from the phone, so that the two cannot differ.
"""

import io
import json
import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from anju.core.errors import Refused

MOST_STROKES, MOST_POINTS, MOST_TEXT = 120, 6000, 200_000
FEWEST_POINTS = 8
SHORTEST = 0.25  # of the pad's width, all strokes together: a dot or a slip of the finger is no signature
HEIGHT = 240  # pixels of the picture
Point = tuple[float, float, int]  # x and y in parts of the pad's width and height, milliseconds since the first touch


@dataclass(frozen=True)
class Signature:
    strokes: list[list[Point]]
    ratio: float  # width to height of the pad

    def as_text(self) -> str:
        return json.dumps({"ratio": self.ratio, "strokes": self.strokes}, separators=(",", ":"))

    def png(self) -> bytes:
        width = int(HEIGHT * self.ratio)
        image = Image.new("L", (width * 2, HEIGHT * 2), 255)  # drawn twice as large: smooth edges
        pen = ImageDraw.Draw(image)
        for stroke in self.strokes:
            line = [(x * width * 2, y * HEIGHT * 2) for x, y, _t in stroke]
            pen.line(line, fill=20, width=9, joint="curve")
            for x, y in (line[0], line[-1]):
                pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=20)
        out = io.BytesIO()
        image.resize((width, HEIGHT)).save(out, "PNG", optimize=True)
        return out.getvalue()


def _refused() -> Refused:
    return Refused(
        _("The signature could not be read."),
        instead=_("Sign again on the white field, or upload a photo of your signature on paper."),
    )


def _point(value: Any) -> Point:
    if not (isinstance(value, list) and len(value) == 3 and all(type(part) in (int, float) for part in value)):
        raise _refused()
    x, y, moment = value
    if not (math.isfinite(x) and math.isfinite(y) and 0 <= moment < 3_600_000):
        raise _refused()
    return round(min(max(x, 0.0), 1.0), 4), round(min(max(y, 0.0), 1.0), 4), int(moment)


def read(text: str) -> Signature:
    """The strokes that the page sends: {"ratio": 2.9, "strokes": [[[x, y, t], …], …]}. Refused when it is none."""
    if len(text) > MOST_TEXT:
        raise _refused()
    try:
        data = json.loads(text)
        ratio, lines = float(data["ratio"]), data["strokes"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _refused() from None
    if not (isinstance(lines, list) and 1 <= len(lines) <= MOST_STROKES and 1 <= ratio <= 8):
        raise _refused()
    if not all(isinstance(line, list) for line in lines) or sum(map(len, lines)) > MOST_POINTS:
        raise _refused()
    strokes = [[_point(point) for point in line] for line in lines if line]
    if sum(map(len, strokes)) < FEWEST_POINTS or _length(strokes) < SHORTEST:
        raise Refused(_("The signature is too short. Write your full name on the white field."))
    return Signature(strokes, round(ratio, 3))


def _length(strokes: list[list[Point]]) -> float:
    return sum(
        math.hypot(b[0] - a[0], b[1] - a[1]) for stroke in strokes for a, b in zip(stroke, stroke[1:], strict=False)
    )
