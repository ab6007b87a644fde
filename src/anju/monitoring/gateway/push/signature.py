"""`X-Anju-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body" with the device key>`."""

import hmac
import re
from collections.abc import Sequence

HEADER = "X-Anju-Signature"
OLDEST = 300  # seconds, in both directions
FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class BadSignature(Exception):
    """The request is refused (401); the words say what to look at."""


def make(body: bytes, *, key: bytes, at: int) -> str:
    """The header's value. key: the device key as it was shown, as ASCII bytes. at: unix seconds."""
    return f"t={at},v1={_mac(body, key, str(at))}"


def verify(header: str, body: bytes, *, keys: Sequence[bytes], now: float) -> None:
    """Raises BadSignature unless one of the device's keys made the header within the last five minutes.

    keys: two while a key is being rotated; every one is tried, in constant time, and none means an unknown device.
    """
    found = FORM.fullmatch(header.strip())
    if found is None:
        raise BadSignature(f"{HEADER} has the form t=<unix seconds>,v1=<64 hex digits>")
    stamp, claimed = found.groups()
    right = [hmac.compare_digest(_mac(body, key, stamp), claimed) for key in keys or (b"",)]
    if not keys or not any(right):
        raise BadSignature(f"{HEADER} was not made with this device's key over this body")
    if abs(now - int(stamp)) > OLDEST:
        raise BadSignature(f"{HEADER} is {now - int(stamp):.0f} s old; the most is {OLDEST}. Set the device's clock.")


def _mac(body: bytes, key: bytes, stamp: str) -> str:
    return hmac.digest(key, stamp.encode() + b"." + body, "sha256").hex()
