"""Encryption of personal values: AES-256-GCM with the key's id inside and the row bound in, and keyed hashes to search.

A value is bound to `binding` (table, public code, field), so a ciphertext copied to another row does not open there.
The index key is another key than the data keys: ID numbers have little entropy, and a leaked index key would be a
dictionary attack's oracle.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class Unreadable(Exception):
    """A stored value cannot be opened: key missing, or moved to another row."""


@dataclass(frozen=True)
class KeyRing:
    keys: dict[str, bytes]
    newest: str
    index_key: bytes


def _make(file: Path) -> None:
    ring = {"newest": "k1", "keys": {"k1": _b64(secrets.token_bytes(32))}, "index": _b64(secrets.token_bytes(32))}
    draft = file.with_suffix(f".{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(ring, out)
    try:
        os.link(draft, file)  # fails if another process was first: its keys then count
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@lru_cache(maxsize=4)
def _ring(name: str) -> KeyRing:  # a plain string, which hashes faster than a Path: this is asked for every value
    file = Path(name)
    if not file.exists():
        _make(file)
    data = json.loads(file.read_text())
    keys = {name: base64.b64decode(value) for name, value in data["keys"].items()}
    return KeyRing(keys, data["newest"], base64.b64decode(data["index"]))


def ring() -> KeyRing:
    return _ring(str(settings.ANJU_KEYS_FILE))


@lru_cache(maxsize=8)
def _cipher(key: bytes) -> AESGCM:
    """Setting a key up costs more than sealing a telephone number under it."""
    return AESGCM(key)


def encrypt(value: str, binding: str) -> str:
    if not value:
        return ""
    keys = ring()
    nonce = os.urandom(12)
    sealed = _cipher(keys.keys[keys.newest]).encrypt(nonce, value.encode(), binding.encode())
    return f"1.{keys.newest}.{_b64(nonce + sealed)}"


def decrypt(stored: str, binding: str) -> str:
    if not stored:
        return ""
    try:
        _version, key_id, body = stored.split(".", 2)
        raw = base64.b64decode(body)
        return _cipher(ring().keys[key_id]).decrypt(raw[:12], raw[12:], binding.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as error:
        raise Unreadable(binding) from error


def index(value: str, purpose: str) -> str:
    """Keyed hash for equality search; `purpose` keeps a phone's last digits from matching an ID number's."""
    if not value:
        return ""
    return hmac.digest(ring().index_key, f"{purpose}:{value}".encode(), "sha256").hex()[:32]


def mask_id(number: str) -> str:
    return f"{number[:4]}{'•' * 6}{number[-4:]}" if len(number) > 8 else "••••"


def mask_phone(phone: str) -> str:
    return f"{phone[:3]}••••{phone[-4:]}" if len(phone) >= 7 else "••••"


def mask_name(name: str) -> str:
    """王强 → 王*, 王小强 → 王*强, ASCII names keep the first letter."""
    if len(name) <= 1:
        return name
    return f"{name[0]}*{name[-1]}" if len(name) > 2 else f"{name[0]}*"
