"""What this city's devices say differently from the standards: events of its cameras, vendors of its transmission units.

One YAML file, named by ANJU_DIALECTS_FILE, read when a process starts (`docs/devices.md` describes it). A wrong entry stops the
start with its place: a dialect that is half understood would turn a fire into noise.
"""

import difflib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from django.conf import settings

from anju.monitoring.gateway import isapi
from anju.monitoring.gateway.gb26875 import STANDARD, Profile
from anju.monitoring.gateway.gb26875.tables import FIRST_CUSTOM, LAST_CUSTOM

PARTS = {"camera_events", "transmission_units"}
NUMBERS = {
    "heartbeat_commands": 255,
    "uploads": 255,
    "quantities": 255,
    "types": LAST_CUSTOM,
}  # the vendors' own: from 128


class BadDialects(Exception):
    """The file cannot be used; the words name the place."""


class Dialects(msgspec.Struct, frozen=True):
    """camera_events: what a camera's event means, the documented ones included. units: profile of a vendor by its name."""

    camera_events: Mapping[str, isapi.Mapped]
    units: Mapping[str, Profile]

    def unit(self, name: str) -> Profile | None:
        """The profile that the register names; None for a name that nobody described."""
        return self.units.get(name or STANDARD.name)

    def nearest(self, name: str) -> str:
        """Of the profiles that there are, the one whose name is most like it; "" when none is."""
        lower = {one.lower(): one for one in self.units}
        found = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.5)
        return lower[found[0]] if found else ""


def read(text: str) -> Dialects:
    """Raises BadDialects."""
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BadDialects(f"it is not YAML: {error}") from error
    if not isinstance(found, dict) or found.keys() - PARTS:
        raise BadDialects(f"it has the parts {' and '.join(sorted(PARTS))}, and no others")
    try:
        events = isapi.table_of({str(name): str(value) for name, value in (found.get("camera_events") or {}).items()})
    except (ValueError, AttributeError) as error:
        raise BadDialects(f"camera_events: {error}") from error
    units = {STANDARD.name: STANDARD}
    for name, words in (found.get("transmission_units") or {}).items():
        units[str(name)] = _profile(str(name), words)
    return Dialects(events, units)


def _profile(name: str, words: Any) -> Profile:
    where = f"transmission_units: {name}"
    if not isinstance(words, dict):
        raise BadDialects(f"{where}: a table of what differs is expected")
    unknown = words.keys() - {*Profile.__struct_fields__} | words.keys() & {"name"}
    if unknown:
        known = ", ".join(field for field in Profile.__struct_fields__ if field != "name")
        raise BadDialects(f"{where}: {sorted(map(str, unknown))[0]} is not known; there are {known}")
    for field, most in NUMBERS.items():
        for number in words.get(field) or ():
            if not isinstance(number, int) or not FIRST_CUSTOM <= number <= most:
                raise BadDialects(
                    f"{where}: {field}: {number} is not the vendor's to give; {FIRST_CUSTOM} to {most} are"
                )
    try:
        return msgspec.convert({**words, "name": name}, Profile)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadDialects(f"{where}: {error}") from error


def read_file(file: Path | None) -> Dialects:
    """Without a file, what the standards say. Raises BadDialects."""
    try:
        return read(file.read_text(encoding="utf-8") if file else "")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDialects(f"it cannot be read ({error})") from error


@lru_cache(maxsize=1)
def _kept(file: Path | None) -> Dialects:
    return read_file(file)


def dialects() -> Dialects:
    """Of this city; a change of the file counts from the next start."""
    return _kept(settings.ANJU_DIALECTS_FILE)
