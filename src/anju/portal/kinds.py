"""What a resident can report in one tap, and what hazard an officer is offered for it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    label: str | Promise
    icon: str
    title: str | Promise  # of the hazard that is offered
    category: str = "fire"
    severity: str = "severe"
    days: int = 0


KINDS: dict[str, Kind] = {
    "ebike": Kind(_("E-bike in the building"), "bike", _("E-bike parked or charged inside the building")),
    "wires": Kind(_("Flying charging wire"), "bolt", _("Charging wire hung out of a window"), "electricity"),
    "exit": Kind(_("Way out blocked"), "door-exit", _("Way out or stairs blocked or locked")),
    "gas": Kind(_("Gas cylinder"), "gas-station", _("Gas cylinder used or stored"), "gas"),
    "partition": Kind(_("People behind partitions"), "wall", _("Partitioned room lived in"), "crowding", "severe", 3),
    "sign": Kind(_("Sign wrong or missing"), "qrcode", _("Sign wrong, torn off or at another door"), "paperwork", "minor", 3),
    "other": Kind(_("Something else"), "dots", _("Reported by a resident"), "fire", "minor", 3),
}  # fmt: skip


def words(kinds: list[str]) -> list[str]:
    return [str(KINDS[kind].label) for kind in kinds if kind in KINDS]


def first_of(kinds: list[str]) -> Kind:
    """The most urgent of what was ticked."""
    order = list(KINDS)
    return KINDS[min((kind for kind in kinds if kind in KINDS), key=order.index, default="other")]
