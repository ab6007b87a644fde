"""Words of this app that stand in no model: readings, why a message was refused, what an entry of the log says."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from anju.audit.models import Entry
from anju.monitoring.models import Rejected

R = Rejected.Reason

READINGS: dict[str, Any] = {
    "smoke": pgettext_lazy("reading", "Smoke"),
    "temperature": pgettext_lazy("reading", "Air temperature"),
    "gas": pgettext_lazy("reading", "Gas"),
    "co": pgettext_lazy("reading", "Carbon monoxide"),
    "residual_current": pgettext_lazy("reading", "Residual current"),
    "cable_temperature": pgettext_lazy("reading", "Cable temperature"),
    "current": pgettext_lazy("reading", "Current"),
    "voltage": pgettext_lazy("reading", "Voltage"),
    "power": pgettext_lazy("reading", "Power"),
    "energy": pgettext_lazy("reading", "Energy"),
    "water": pgettext_lazy("reading", "Water"),
    "battery": pgettext_lazy("reading", "Battery"),
    "rssi": pgettext_lazy("reading", "Radio signal"),
    "arc": pgettext_lazy("reading", "Arcs"),
}

EVENTS: dict[str, Any] = {
    "fire": pgettext_lazy("event of a device", "Fire"), "pre_alarm": pgettext_lazy("event of a device", "Pre-alarm"), "gas_leak": pgettext_lazy("event of a device", "Gas leak"), "overload": pgettext_lazy("event of a device", "Overload"),
    "short_circuit": pgettext_lazy("event of a device", "Short circuit"), "arc_fault": pgettext_lazy("event of a device", "Arc fault"), "fault": pgettext_lazy("event of a device", "Fault"), "restored": pgettext_lazy("event of a device", "Over again"),
    "tamper": pgettext_lazy("event of a device", "Tampered with"), "low_battery": pgettext_lazy("event of a device", "Battery low"), "test": pgettext_lazy("event of a device", "Test"), "heartbeat": pgettext_lazy("event of a device", "Alive"),
    "door_open": pgettext_lazy("event of a device", "Door opened"), "door_refused": pgettext_lazy("event of a device", "Not let in"), "ebike_in_lift": pgettext_lazy("event of a device", "E-bike in the lift"),
    "cylinder_in_lift": pgettext_lazy("event of a device", "Gas cylinder in the lift"), "lane_occupied": pgettext_lazy("event of a device", "Lane occupied"), "lane_cleared": pgettext_lazy("event of a device", "Lane cleared"),
    "patrol_scan": pgettext_lazy("event of a device", "Point scanned"), "charge_start": pgettext_lazy("event of a device", "Charging begins"), "charge_end": pgettext_lazy("event of a device", "Charging ends"),
    "port_fault": pgettext_lazy("event of a device", "Port at fault"), "ack": pgettext_lazy("event of a device", "Command carried out"),
}  # fmt: skip

# What is wrong, and what to do about it: for whoever looks for the fault in the device.
WHY_REJECTED: dict[str, Any] = {
    R.TOO_LARGE: _("Longer than 4,096 bytes. Send fewer readings in one message."),
    R.NOT_JSON: _("Not one JSON object in UTF-8. Look at the bytes below."),
    R.WRONG_FIELD: _("A field is missing, unknown, or of another type. The note names it; docs/devices.md lists them all."),
    R.UNKNOWN_NAME: _("A reading or an event by a name that is not in the list. The note names it."),
    R.WRONG_TOPIC: _("Published on another topic than its own. Set the device to the topic on this page."),
    R.BAD_FRAME: _("A GB/T 26875.3 frame whose content does not fit its type. Check the unit's vendor profile."),
    R.UNKNOWN_TYPE: _("A GB/T 26875.3 type that neither the standard nor the vendor profile has. Choose the right profile."),
    R.BAD_XML: _("The camera's request holds no readable alert."),
    R.UNMAPPED_EVENT: _("An event of the camera without a meaning here. Add its name to the table of the city."),
    R.UNKNOWN_DEVICE: _("The register did not know the sender yet."),
    R.RETIRED: _("The device was taken out of use here and still speaks. Switch it off, or register it again."),
    R.CONFLICT: _("Its number was used before with other content. The counter starts over without a new boot name."),
    R.UNSTORABLE: _("It cannot be stored. The log of the gateway has the details."),
}  # fmt: skip

# Why a threshold is what it is, as `thresholds/*.yaml` says it; a test holds the two together.
SOURCES = frozenset(
    (
        gettext_noop("GB 14287.3, lower end of the usual setting"),
        gettext_noop("GB 14287.3, usual setting 60 to 70 °C"),
        gettext_noop("GB 14287.3, usual setting 60 to 70 °C; GB 50166-2019 4.8.5 asks for an alarm within 40 s"),
        gettext_noop("GB 15322.2-2019, lower end of 150 to 300 ppm"),
        gettext_noop("GB 15322.2-2019, lower end of 5 to 25 %LEL"),
        gettext_noop("GB 15322.2-2019, setting within 5 to 25 %LEL"),
        gettext_noop(
            "GB 20517-2025 5.11: the battery is checked every 24 h and its fault told; the level is the usual one"
        ),
        gettext_noop("GB 4716 class A1, response 54 to 65 °C"),
        gettext_noop("GB 4716 class R, rising faster than 10 °C a minute"),
        gettext_noop("GB 50116-2013 9.2.3, setting 300 to 500 mA"),
        gettext_noop("GB 50116-2013 9.2.3, setting 300 to 500 mA; GB 14287.2 asks for an alarm within 30 s"),
        gettext_noop("GB 50166-2019 4.8.6"),
        gettext_noop("GB 50166-2019 4.8.6: 14 half-cycles in a second alarm within 30 s, 9 do not"),
        gettext_noop("setting below the alarm point, GB 20517"),
        gettext_noop("setting below the alarm point, GB 20517-2025"),
        gettext_noop("upper end of the response range of GB 20517 (0.5 dB/m)"),
        gettext_noop("usual setting of piles"),
        gettext_noop("usual warning level"),
    )
)


def source_words(source: str) -> str:
    """In the reader's language; a source of a city's own edition stands as it was written."""
    return _t(source) if source in SOURCES else source


FIELDS: dict[str, Any] = {
    "name": _("name"), "room": _("room"), "profile": _("vendor profile"), "serial": _("serial number"),
    "installed_on": _("installed on"), "calibrated_until": _("calibrated until"), "battery_changed_on": _("battery changed on"),
    "silent_after": _("silent after (seconds)"), "limits": _("own limits"), "where": _("where it hangs"),
    "dwelling": "", "place": "", "area": "", "area_path": "", "place_path": "", "wire_address": _("wire address"),
}  # fmt: skip


def changed_words(row: Entry) -> tuple[str, str]:
    """Title and text of one entry of the log about a device."""
    after, before = row.after or {}, row.before or {}
    if row.verb == "device.key":
        return _key_words(after, row.reason)
    if "retired_on" in after:
        return _t("Taken out of use"), row.reason
    if "quiet_until" in after:
        title = _t("Maintenance until %(until)s") if "quiet_reason" in after else _t("Maintenance ended %(until)s")
        return title % {"until": str(after["quiet_until"])[:16].replace("T", " ")}, row.reason
    if "kind" in after:
        return _t("Registered"), str(after.get("where", ""))
    parts = [
        f"{FIELDS.get(name, name)}: {_shown(before.get(name))} → {_shown(value)}"
        for name, value in after.items()
        if FIELDS.get(name, name)
    ]
    return (_t("Moved") if "place" in after else _t("Changed")), _t("; ").join(parts)


def _key_words(after: dict[str, Any], reason: str) -> tuple[str, str]:
    if "both_until" in after:
        until = str(after["both_until"])[:16].replace("T", " ")
        return _t("New key"), _t("The old one held until %(until)s UTC") % {"until": until}
    if "revoked" in after:
        return _t("Key revoked"), reason
    return _t("Key handed out"), reason


def _shown(value: Any) -> str:
    if value in (None, "", {}):
        return "–"
    if isinstance(value, dict):
        return _t(", ").join(f"{name} {limit}" for name, limit in value.items())
    return str(value)
