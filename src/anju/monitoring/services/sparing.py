"""What of a device's `detail` is kept: nothing that tells who somebody is (A4.1; PIPL articles 6, 19, 26, 28).

A door may say that somebody came in, by an id that means something to the door's own system only. Names, faces, numbers of
cards, telephones, identity cards and plates are dropped before anything is stored, whoever sends them. What a door says goes
by a list of what may stay, everything else by a list of what must go.
"""

import re
from collections.abc import Mapping
from typing import Any

DOORS = frozenset({"lock", "face_terminal"})
DOOR_EVENTS = frozenset({"door_open", "door_refused"})
OF_A_DOOR = frozenset({"person", "way", "door", "part", "command", "refused", "clamped_from"})
WAYS = frozenset({"face", "card", "key", "code", "phone", "button", "staff"})
# A field is personal by its whole name, or by a word in it.
NAMES = frozenset({
    "name", "person_name", "user_name", "username", "full_name", "real_name", "owner_name", "tenant", "tenant_name",
    "card", "uid", "sex", "age", "address", "home_address", "openid", "姓名",
})  # fmt: skip
WORDS = (
    "face", "image", "photo", "portrait", "fingerprint", "biometric", "id_card", "idcard", "id_no", "id_number",
    "identity", "passport", "phone", "mobile", "telephone", "plate", "licence", "license", "birth", "gender",
    "nationality", "card_no", "card_number", "人脸", "身份证", "手机", "电话", "车牌",
)  # fmt: skip
OPAQUE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
TELLING = re.compile(r"1[3-9]\d{9}|\d{17}[\dXx]|\d{15}")  # a mobile number or an identity number is no opaque id


def opaque(value: object) -> str:
    """The id as it may be kept; "" for what tells who it is (a name, a telephone, an identity number)."""
    word = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return word if OPAQUE.fullmatch(word) and not TELLING.fullmatch(word) else ""


def spare(kind: str, event: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail as it may be judged and stored. kind: of the device."""
    if kind in DOORS or event in DOOR_EVENTS:
        kept = {name: value for name, value in detail.items() if name in OF_A_DOOR and isinstance(value, str | int)}
        if kept.get("way") not in WAYS:
            kept.pop("way", None)
    else:
        kept = _without(detail)
        if event != "patrol_scan":
            kept.pop("person", None)
    if "person" in kept:
        kept["person"] = opaque(kept["person"])
        if not kept["person"]:
            del kept["person"]
    return kept


def _without(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _inside(value) for name, value in detail.items() if not _is_personal(name)}


def _inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without(value)
    return [_inside(one) for one in value] if isinstance(value, list) else value


def _is_personal(name: str) -> bool:
    plain = name.lower()
    return plain in NAMES or any(word in plain for word in WORDS)


def for_reading(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The detail as it stands in the readings, which are kept longer than doors may remember who came in."""
    return {name: value for name, value in detail.items() if name != "person"}
