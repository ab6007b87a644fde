"""The names devices may use, and the reasons for which a message is refused. Plain Python; published in `docs/devices.md`."""

from typing import Literal, get_args

ValueName = Literal[
    "smoke", "temperature", "gas", "co", "residual_current", "cable_temperature", "current", "voltage", "power", "energy",
    "water", "battery", "rssi", "arc",
]  # fmt: skip

# Readings: name and unit.
VALUES: dict[str, str] = {
    "smoke": "%/m",  # obscuration
    "temperature": "°C",
    "gas": "%LEL",
    "co": "ppm",
    "residual_current": "mA",
    "cable_temperature": "°C",
    "current": "A",
    "voltage": "V",
    "power": "W",
    "energy": "kWh",
    "water": "L",
    "battery": "%",
    "rssi": "dBm",
    "arc": "half-cycles in the last second",
}

EventName = Literal[
    "fire", "pre_alarm", "gas_leak", "overload", "short_circuit", "arc_fault", "fault", "restored", "tamper", "low_battery",
    "test", "heartbeat", "door_open", "door_refused", "ebike_in_lift", "cylinder_in_lift", "lane_occupied", "lane_cleared",
    "patrol_scan", "charge_start", "charge_end", "port_fault", "ack",
]  # fmt: skip
EVENTS: tuple[str, ...] = get_args(EventName)

# The last three are for transmission units, which get them as frames.
CommandName = Literal[
    "silence", "block", "release", "cut_power", "restore_power", "self_test", "set_threshold",
    "duty_check", "set_clock", "initialise",
]  # fmt: skip
COMMANDS: tuple[str, ...] = get_args(CommandName)

# Why a message can never be accepted: `Unusable.reason`.
Reason = Literal[
    "too_large",  # above 4 KiB
    "not_json",
    "wrong_field",  # one is missing, unknown, of another type, or out of its limits
    "unknown_name",  # of a reading or of an event
    "wrong_topic",  # not this device's own
    "bad_frame",  # GB/T 26875.3: application data that does not fit its type
    "unknown_type",  # GB/T 26875.3: a type flag that neither the standard nor the unit's profile has
    "bad_xml",
    "unmapped_event",  # a camera's event that the table gives no meaning
]
REASONS: tuple[str, ...] = get_args(Reason)

# Kinds of alarm (`models.Alarm.Kind`). Danger belongs to an incident of its spot. What is latched stays open until a person
# closes it; the rest is over when its cause is.
DANGER = frozenset({"fire", "gas", "electrical", "pre_alarm"})
LATCHED = DANGER | {"lift", "tamper"}
