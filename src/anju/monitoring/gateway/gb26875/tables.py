"""Numbers of GB/T 26875.3-2011 and what they mean (clauses 6 to 8, tables 2 to 6, figures 6, 7, 9, 13, 14)."""

# Commands (table 2). 0 and 7-127 are reserved, 128-255 the vendor's.
CONTROL, UPLOAD, ACKNOWLEDGE, REQUEST, REPLY, REFUSE = range(1, 7)

# Types of application data (table 3): from the unit, and to it.
SYSTEM_STATUS, COMPONENT_STATUS, COMPONENT_READING, OPERATION, VERSION = 1, 2, 3, 4, 5
SYSTEM_CONFIGURATION, COMPONENT_CONFIGURATION, SYSTEM_TIME = 6, 7, 8
UNIT_STATUS, UNIT_OPERATION, UNIT_VERSION, UNIT_CONFIGURATION, UNIT_TIME = 21, 24, 25, 26, 28
ASK_SYSTEM_STATUS, ASK_COMPONENT_STATUS, ASK_READING, ASK_OPERATIONS, ASK_VERSION = 61, 62, 63, 64, 65
ASK_SYSTEM_CONFIGURATION, ASK_COMPONENT_CONFIGURATION, ASK_SYSTEM_TIME = 66, 67, 68
ASK_UNIT_STATUS, ASK_UNIT_OPERATIONS, ASK_UNIT_VERSION, ASK_UNIT_CONFIGURATION, ASK_UNIT_TIME = 81, 84, 85, 86, 88
INITIALISE, SET_CLOCK, DUTY_CHECK = 89, 90, 91
FIRST_CUSTOM, LAST_CUSTOM = 128, 254

# Bits of the states. Bit 0 is "normal" (1) or "test" (0) and is treated apart; what is not named is reserved.
COMPONENT_BITS = {
    1: "fire", 2: "fault", 3: "shielded", 4: "supervision", 5: "started", 6: "feedback", 7: "delayed", 8: "power_fault",
}  # fmt: skip
SYSTEM_BITS = {
    **COMPONENT_BITS, 8: "main_power_fault", 9: "backup_power_fault", 10: "bus_fault", 11: "manual",
    12: "configuration_changed", 13: "reset",
}  # fmt: skip
UNIT_BITS = {
    1: "fire", 2: "fault", 3: "main_power_fault", 4: "backup_power_fault", 5: "channel_fault", 6: "line_fault",
}  # fmt: skip
OPERATION_BITS = {
    0: "reset", 1: "silence", 2: "manual_alarm", 3: "alarm_cleared", 4: "self_test", 5: "confirmed", 6: "test",
}  # fmt: skip
UNIT_OPERATION_BITS = {**OPERATION_BITS, 5: "duty_answer"}

GAS_DETECTORS = frozenset({10, 11, 12, 13, 74})  # table 5: their alarm is gas, not fire
ELECTRICAL_DETECTORS = frozenset({16, 17, 18})  # their alarm comes before a fire (GB 50116-2013, 9.1)
RESIDUAL_CURRENT, CABLE_TEMPERATURE = 17, 18

COMPONENTS = {
    0: "general", 1: "fire alarm controller", 10: "gas detector", 11: "point gas detector", 12: "stand-alone gas detector",
    13: "line gas detector", 16: "electrical fire monitor", 17: "residual current detector", 18: "temperature detector",
    21: "detection loop", 22: "fire display panel", 23: "manual call point", 24: "hydrant button", 25: "fire detector",
    30: "heat detector", 31: "point heat detector", 32: "point heat detector (S)", 33: "point heat detector (R)",
    34: "line heat detector", 35: "line heat detector (S)", 36: "line heat detector (R)", 37: "optical fibre heat detector",
    40: "smoke detector", 41: "ionisation smoke detector", 42: "optical smoke detector", 43: "beam smoke detector",
    44: "aspirating smoke detector", 50: "multi-sensor detector", 51: "smoke and heat detector",
    52: "light and heat detector", 53: "light and smoke detector", 61: "ultraviolet flame detector",
    62: "infrared flame detector", 69: "light detector", 74: "gas sensor", 78: "image detector", 79: "sound detector",
    81: "gas extinguishing controller", 82: "electrical control device", 83: "control room display", 84: "module",
    85: "input module", 86: "output module", 87: "input and output module", 88: "relay module", 91: "fire pump",
    92: "fire water tank", 95: "spray pump", 96: "flow indicator", 97: "signal valve", 98: "alarm valve",
    99: "pressure switch", 101: "valve drive", 102: "fire door", 103: "fire damper", 104: "ventilation", 105: "foam pump",
    106: "pipe solenoid valve", 111: "smoke fan", 113: "smoke fire damper", 114: "closed supply opening",
    115: "smoke outlet", 116: "smoke curtain", 117: "fire shutter controller", 118: "fire door monitor",
    121: "alarm device",
}  # fmt: skip
