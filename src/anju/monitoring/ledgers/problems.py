"""What can be wrong with a cell of a device ledger, as codes with parameters. Days and text share the codes of the home ledgers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from anju.dwellings.ledger import problems as shared

PROBLEMS: dict[str, Any] = {
    "kind_missing": _("The kind of device is missing. Expected one of: %(choices)s"),
    "kind_unknown": _("No kind of device. Expected one of: %(choices)s"),
    "where_missing": _("Where does it hang? Expected the code of a home, or an address"),
    "home_unknown": _("No home in your area has this code. Expected a code such as D2345678, from the home's page"),
    "home_not_here": _(
        "The register of homes has no such address. Register the home first, or write the estate or building alone"
    ),
    "home_in_doubt": _("Several units have this room: write the unit too"),
    "where_differs": _("The code of the home belongs to another address: %(address)s"),
    "estate_unknown": _("No estate or village of this name in your area"),
    "building_unknown": _("%(estate)s has no such building"),
    "unit_unknown": _("%(building)s has no such unit"),
    "address_unclear": _("Not an address. Expected for instance 兰泾花苑12幢2单元302"),
    "room_unknown": _(
        "The home has no such room. Its rooms: %(rooms)s. Leave it empty for the corridor or the kitchen"
    ),
    "room_without_home": _("A room belongs to a home, and this is a place without one"),
    "wire_missing": _("A transmission unit needs its wire address: 12 hexadecimal digits, e.g. 790300000000"),
    "wire_wrong": _("Expected 12 hexadecimal digits in the order of the wire, e.g. 790300000000"),
    "wire_not_here": _("Only a transmission unit has a wire address; other devices get a key"),
    "wire_taken": _("This address is in the register already: %(device)s"),
    "profile_like": _("No vendor profile of this name. Did you mean “%(near)s”?"),
    "profile_unknown": _("No vendor profile of this name. There are: %(names)s. Leave it empty for the standard"),
    "serial_taken": _("This serial number is in the register already: %(device)s"),
    "twice": _("Stands in row %(row)s already"),
    "calibration_before": _("Calibrated until a day before it was installed (%(day)s)"),
    "far_future": _("More than 20 years from now. Write the year first, such as 2027-06-30"),
    "too_long_for": _("At most %(limit)s characters"),
    "rooms_not_recorded": _("Nobody recorded its rooms yet, so nothing can be laid out"),
    "refused": "%(text)s",
}


def text_of(code: str, params: Mapping[str, Any]) -> str:
    """In the reader's language."""
    if code in PROBLEMS:
        return str(PROBLEMS[code]) % dict(params)
    return shared.render(code, params)
