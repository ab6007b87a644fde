"""Personal values in the log stand under a key of their person; without the key they are gone and the chain still holds.

`record(after={"phone": personal.seal(party.code, phone)})`. `erase` deletes the key: the log then shows that a value
stood there, and nobody can read it any more, not even from a backup of the log alone.
"""

import base64
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from anju.audit.models import PersonKey
from anju.audit.services import audited, record
from anju.core import crypto

PREFIX = "sealed:"


def _key(subject: str, *, make: bool) -> bytes | None:
    row = PersonKey.objects.filter(subject=subject).first()
    if row is None and make:
        raw = base64.b64encode(os.urandom(32)).decode()
        sealed = crypto.encrypt(raw, f"person-key:{subject}")
        row, _created = PersonKey.objects.get_or_create(subject=subject, defaults={"key": sealed})
    return base64.b64decode(crypto.decrypt(row.key, f"person-key:{subject}")) if row else None


def seal(subject: str, value: str) -> str:
    """`value` under the key of `subject` (a party's public code)."""
    if not value:
        return ""
    key = _key(subject, make=True)
    assert key is not None
    nonce = os.urandom(12)
    body = base64.b64encode(nonce + AESGCM(key).encrypt(nonce, value.encode(), subject.encode())).decode()
    return f"{PREFIX}{subject}:{body}"


def is_sealed(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)


def unseal(stored: str) -> str | None:
    """The value, or None when its person was erased."""
    subject, _colon, body = stored.removeprefix(PREFIX).partition(":")
    key = _key(subject, make=False)
    if key is None:
        return None
    raw = base64.b64decode(body)
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], subject.encode()).decode()
    except InvalidTag as error:
        raise crypto.Unreadable(subject) from error


@audited
def erase(*, by: Any, subject: str, reason: str) -> None:
    """Make every value of this person in the log unreadable for ever."""
    row = PersonKey.objects.filter(subject=subject).first()
    if row is None:
        raise LookupError(f"no values of {subject} stand in the log")
    record(by=by, verb="person.erase", subject=row, reason=reason, name=subject)
    row.delete()
