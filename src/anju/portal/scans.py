"""From the code on a sign to what it hangs at. The one place that knows which codes open public pages: those of signs that
hang, and no others. The code of a home itself opens nothing: it cannot be revoked."""

from dataclasses import dataclass

from anju.areas.models import Area, Place
from anju.dwellings.models import Dwelling
from anju.signage.public import sign_of


@dataclass(frozen=True)
class Scan:
    """What a code stands for: a home, or a place (estate, building, unit)."""

    code: str
    dwelling: Dwelling | None
    place: Place
    area: Area

    @property
    def name(self) -> str:
        return self.dwelling.address if self.dwelling else " ".join(reversed(_names(self.place)))


def _names(place: Place | None) -> list[str]:
    names = []
    while place is not None:
        names.append(place.name)
        place = place.parent
    return names


def find(code: str) -> Scan | None:
    """None for a code that no sign carries, or one that is revoked or replaced."""
    sign = sign_of(code)
    if sign is None or not sign.is_live:
        return None
    place = sign.dwelling.place if sign.dwelling is not None else sign.place
    return Scan(sign.code, sign.dwelling, place, sign.area) if place is not None else None
