"""From a code to what the public may see. The one place that knows which codes there are.

The code of a sign stands for what it hangs at until it is revoked or replaced. The code of a home or a place itself leads to
the same pages: it stands in links that the platform gives (an invitation, a resident's own list) and on no sign.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Observation, Party
from anju.dwellings.models.facts import Observation as Seen
from anju.signage.models import Sign
from anju.signage.public import sign_of

V = Dwelling.Verdict


@dataclass(frozen=True)
class Scan:
    """What a code stands for: a home, or a place (estate, building, unit)."""

    code: str
    dwelling: Dwelling | None
    place: Place
    area: Area

    @property
    def home_code(self) -> str:
        """Of the home itself, for the pages of who lets it and who lives there."""
        return self.dwelling.code if self.dwelling else ""

    @property
    def name(self) -> str:
        return self.dwelling.address if self.dwelling else " ".join(reversed(_names(self.place)))


@dataclass(frozen=True)
class PublicState:
    """The words of the plate: only what was found, on which day, and never more than a sign may say."""

    tone: str  # ok, work, unk
    icon: str
    word: str
    line: str


def _names(place: Place | None) -> list[str]:
    names = []
    while place is not None:
        names.append(place.name)
        place = place.parent
    return names


def find(code: str) -> Scan | None:
    """What the code stands for; None for an unknown, hidden or revoked one."""
    code = code.strip().upper()
    sign = sign_of(code)
    if sign is not None:
        return _of_sign(sign)
    home = Dwelling._base_manager.filter(code=code, hidden=False).select_related(
        "area", "place__parent__parent", "landlord", "sublessor", "operator"
    ).first()  # fmt: skip
    if home is not None:
        return Scan(code, home, home.place, home.area)
    place = Place.objects.filter(code=code).select_related("area", "parent__parent").first()
    return Scan(code, None, place, place.area) if place else None


def _of_sign(sign: Sign) -> Scan | None:
    home = sign.dwelling
    place = home.place if home is not None else sign.place
    if place is None or not sign.is_live or (home is not None and home.hidden):
        return None
    return Scan(sign.code, home, place, sign.area)


def found_on(home: Dwelling) -> date | None:
    """The last day on which somebody looked at a home that is in order now."""
    if home.verdict != V.COMPLIANT:
        return None
    sources = [Observation.Source.INSPECTION, Observation.Source.DEPARTMENT]
    rows = Seen._base_manager.filter(dwelling=home, source__in=sources, withdrawn_at=None)
    last = rows.order_by("-observed_at").values_list("observed_at", flat=True).first()
    return time.day_of(last) if last else None


def state_of(home: Dwelling) -> PublicState | None:
    """In order on a day, being corrected, being checked; nothing about a home that is not let, and never a delay."""
    if home.letting_state != Dwelling.LettingState.LET:
        return None
    day = found_on(home)
    if day is not None:
        line = _("Found in order on %(year)s-%(month)s-%(day)s") % {
            "year": day.year,
            "month": day.month,
            "day": day.day,
        }
        return PublicState("ok", "circle-check", _("In order"), line)
    if home.verdict == V.NON_COMPLIANT:
        return PublicState(
            "work", "tool", _("Being corrected"), _("Something has to be put right; an officer looks again.")
        )
    return PublicState("unk", "help-circle", _("Being checked"), _("Not everything has been looked at yet."))


@dataclass(frozen=True)
class Contact:
    role: str
    name: str
    icon: str
    phone: str


def contacts(scan: Scan) -> list[Contact]:
    """Duty numbers only, and who lets without a number: 顾先生."""
    found: list[Contact] = []
    above = list(Area.objects.filter(path__in=paths.ancestors(scan.area.path)).order_by("-path"))
    post = next((area.police_office for area in above if area.police_office), "")
    if post:
        found.append(Contact(_("Police post"), post, "shield", ""))
    grid = next((area for area in above if area.leader_name), None)
    if grid is not None:
        role = _("Grid leader") if grid.kind == Area.Kind.GRID else _("Community committee")
        found.append(Contact(role, grid.leader_name, "users", grid.leader_phone))
    if scan.dwelling and scan.dwelling.letting_party:
        found.append(
            Contact(_("Lets this home"), public_name(scan.dwelling.operator or scan.dwelling.letting_party), "key", "")
        )
    return found


def public_name(party: Party) -> str:
    if party.kind == Party.Kind.COMPANY:
        return party.name
    return identity.title_of(party.name, party.id_number, party.id_kind)
