"""Alarms in words: what the list, the page, the sound's announcement and the export call them."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from anju.monitoring.models import Alarm
from anju.monitoring.vocabulary import DANGER
from anju.monitoring.wording_devices import source_words

Text = str | Promise
K, S = Alarm.Kind, Alarm.State

ICONS: dict[str, str] = {
    K.FIRE: "flame", K.GAS: "gas-station", K.ELECTRICAL: "bolt", K.PRE_ALARM: "alert-triangle", K.LIFT: "battery-charging",
    K.PILE: "plug", K.LANE: "barrier-block", K.TAMPER: "hand-stop", K.PATROL: "route", K.FAULT: "tool", K.SILENT: "wifi-off",
    K.BATTERY: "battery-charging", K.TEST: "flask",
}  # fmt: skip
# How loud a kind looks: only danger is red.
LOUD: dict[str, str] = {
    **dict.fromkeys((K.FIRE, K.GAS, K.ELECTRICAL), "danger"),
    **dict.fromkeys((K.PRE_ALARM, K.LIFT, K.LANE, K.PILE, K.TAMPER, K.PATROL), "due"),
}
STATES: dict[str, tuple[str, str]] = {
    S.NEW: ("bad", "bell-ringing"),
    S.ACKNOWLEDGED: ("work", "eye-check"),
    S.DISPATCHED: ("work", "route"),
    S.CLOSED: ("ok", "circle-check"),
}
OUTCOMES: dict[str, tuple[str, str]] = {
    Alarm.Outcome.REAL: ("bad", "flame"),
    Alarm.Outcome.FALSE: ("plain", "circle-minus"),
    Alarm.Outcome.TEST: ("plain", "flask"),
    Alarm.Outcome.FAULT: ("due", "tool"),
    Alarm.Outcome.GONE: ("plain", "circle-check"),
}
READINGS: dict[str, Text] = {
    "smoke": gettext_lazy("Smoke obscuration"), "temperature": gettext_lazy("Temperature"), "gas": gettext_lazy("Gas"),
    "co": gettext_lazy("Carbon monoxide"), "residual_current": gettext_lazy("Residual current"),
    "cable_temperature": gettext_lazy("Cable temperature"), "current": gettext_lazy("Electric current"),
    "voltage": gettext_lazy("Voltage"), "power": pgettext_lazy("reading", "Power"), "energy": gettext_lazy("Energy"),
    "water": gettext_lazy("Water"), "battery": pgettext_lazy("reading", "Battery"), "rssi": gettext_lazy("Signal strength"),
    "arc": gettext_lazy("Arcs"),
}  # fmt: skip
# "half-cycles in the last second" is a sentence, not a unit.
UNITS: dict[str, Text] = {"arc": gettext_lazy("half-cycles a second")}
LIMITS: dict[str, Text] = {
    K.FIRE: gettext_lazy("Fire limit"), K.GAS: gettext_lazy("Danger limit"), K.ELECTRICAL: gettext_lazy("Danger limit"),
    K.PRE_ALARM: gettext_lazy("Pre-alarm limit"), K.PILE: gettext_lazy("Limit"), K.BATTERY: gettext_lazy("Limit"),
    K.FAULT: gettext_lazy("Limit"),
}  # fmt: skip
KEYS: tuple[tuple[str, Text], ...] = (
    ("J K", gettext_lazy("next, previous")),
    ("A", gettext_lazy("Acknowledge")),
    ("D", gettext_lazy("Dispatch")),
    ("R", gettext_lazy("Real")),
    ("F", gettext_lazy("False alarm")),
    ("T", gettext_lazy("Test")),
    ("X", gettext_lazy("Device fault")),
    ("M", gettext_lazy("sound on, off")),
)


def unit(reading: str, plain: str) -> str:
    return str(UNITS.get(reading, plain))


def figure(alarm: Alarm) -> str:
    """ "420 mA": the reading that raised it; "" where the device decided by itself."""
    because = alarm.because
    if "reading" not in because:
        return ""
    value = because["value"]
    return f"{value:g} {unit(because['reading'], because['unit'])}" if isinstance(value, int | float) else str(value)


def title(alarm: Alarm) -> str:
    """ "Pre-alarm residual current 420 mA"."""
    kind, shown = str(alarm.get_kind_display()), figure(alarm)
    if not shown:
        return kind
    reading = READINGS.get(alarm.because["reading"], alarm.because["reading"])
    return _("%(kind)s %(reading)s %(figure)s") % {"kind": kind, "reading": reading, "figure": shown}


def device_words(alarm: Alarm) -> str:
    return str(alarm.device.name or alarm.device.get_kind_display())


def spoken(alarm: Alarm) -> str:
    """What is read aloud and shown when it rings."""
    return _("%(what)s: %(where)s") % {"what": title(alarm), "where": alarm.where}


def why(alarm: Alarm) -> str:
    """Why it was raised, in one sentence with the source of the limit."""
    because: dict[str, Any] = alarm.because
    if "confirmed_by" in because:
        return ngettext(
            "Pre-alarms of this and %(n)d more device within minutes", "Pre-alarms of this and %(n)d more devices within minutes",
            len(because["confirmed_by"]),
        ) % {"n": len(because["confirmed_by"])}  # fmt: skip
    if "last_heard" in because:
        return _("Nothing heard for longer than it may be silent")
    if "reading" not in because:
        return _("The device decided by itself")
    values = {
        "figure": figure(alarm), "limit": f"{because['limit']:g}", "unit": unit(because["reading"], because["unit"]),
        "edition": because.get("edition", ""), "rise": because.get("rises_by", ""), "within": because.get("within", ""),
    }  # fmt: skip
    if "rises_by" in because:
        return _("%(figure)s, risen by %(rise)s within %(within)s s; thresholds of %(edition)s") % values
    return _("%(figure)s, limit %(limit)s %(unit)s; thresholds of %(edition)s") % values


def source(alarm: Alarm) -> str:
    return source_words(str(alarm.because.get("source", "")))


def seconds(number: int | None) -> str:
    """ "1 min 12 s"; "" where it was not measured."""
    if number is None:
        return ""
    if number < 60:
        return _("%(n)s s") % {"n": number}
    if number < 3600:
        return _("%(m)s min %(s)s s") % {"m": number // 60, "s": number % 60}
    hours, days = number // 3600, number // 86400
    return _("%(n)s h") % {"n": hours} if days < 2 else pgettext("duration", "%(n)s days") % {"n": days}


def rings(alarm: Alarm) -> bool:
    return alarm.kind in DANGER
