"""How a camera proves who it is: by a word of its own in the address that it is told to post to.

Not by HTTP digest or basic: the "HTTP listening" page of most firmware has fields for host, port and address only, and where
there is a password it takes 16 characters. The address goes to every camera. The word is made from the device's key and ends
with it; whoever reads it in a log can report for this camera, but cannot sign a push or open an MQTT connection.
"""

import hmac
from collections.abc import Sequence

LABEL = b"anju camera address v1"
LENGTH = 32  # hexadecimal digits: 128 bits


def word(key: bytes) -> str:
    """key: as it was shown, as ASCII bytes."""
    return hmac.digest(key, LABEL, "sha256").hex()[:LENGTH]


def is_word(given: str, keys: Sequence[bytes]) -> bool:
    """Whether it was made from one of the keys; takes as long for a wrong one, and for a device that nobody knows."""
    said = given.encode("utf-8", "replace")
    right = [hmac.compare_digest(word(key).encode(), said) for key in keys or (b"",)]
    return bool(keys) and any(right)
