"""The signs of a home for who lets it: which hang, which are out of date and why, and what they say about him (A8.3, A8.4)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anju.core.registry import Text
from anju.dwellings.models import Dwelling
from anju.signage.models import HOME_KINDS, Sign
from anju.signage.selectors.drafts import draft
from anju.signage.selectors.lists import REASONS
from anju.signage.services import comparing

K = Sign.Kind


@dataclass(frozen=True)
class OwnSign:
    """state: posted, printed, or missing. `why`: what is out of date. `says`: what stands on the sheet, nothing of who lives
    there but their number. `missing`: why there is none yet.
    """

    kind: Text
    state: str
    since: datetime | None
    why: list[Text]
    says: list[str]
    missing: str


def signs_of(home: Dwelling, on: date) -> list[OwnSign]:
    """`home` comes with its area, place, landlord, sublessor, operator and current facts."""
    rows = {kind: _newest(home, kind) for kind in HOME_KINDS}
    return [_own(kind, sign, "" if sign else draft(kind, home, on).refusal) for kind, sign in rows.items()]


def _newest(home: Dwelling, kind: str) -> Sign | None:
    """The one that hangs, else the one that waits to be hung."""
    rows = Sign._base_manager.filter(dwelling=home, kind=kind).order_by("-printed_at", "-id")
    return rows.filter(state=Sign.State.POSTED).first() or rows.filter(state=Sign.State.PRINTED).first()


def _own(kind: str, sign: Sign | None, refusal: str) -> OwnSign:
    label = K(kind).label
    if sign is None:
        return OwnSign(label, "missing", None, [], [], refusal or _("It is printed in the next round."))
    hangs = sign.state == Sign.State.POSTED
    why = [REASONS.get(code, code) for code in sign.outdated]
    return OwnSign(label, sign.state, sign.posted_at if hangs else sign.printed_at, why, _says(sign), "")


def _says(sign: Sign) -> list[str]:
    if sign.kind == K.INSIDE:
        people = sum(room["count"] for room in sign.data["rooms"])
        return [ngettext("%(n)s person lives here", "%(n)s people live here", people) % {"n": people}]
    lines = [_("Found in order on %(day)s") % {"day": sign.data["checked"]}] if sign.data["checked"] else []
    lets = [line for line in sign.data["people"] if line["role"] in comparing.LETTING_ROLES]
    return lines + [_("You are named as %(name)s, without a telephone") % {"name": line["name"]} for line in lets]
