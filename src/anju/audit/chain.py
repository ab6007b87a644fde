"""How one link of the chain is computed: SHA-256 over the hash before and the entry, written in one fixed way."""

import hashlib
import json
from datetime import UTC

from anju.audit.models import Entry

START = "0" * 64  # what stands before the first link


def canonical(entry: Entry) -> bytes:
    """Every column of the entry as JSON with sorted keys: the same bytes on every database and in every year."""
    columns = {
        "id": entry.pk,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_name": entry.subject_name,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
        "address": entry.address,
    }
    return json.dumps(columns, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def link(before: str, entry: Entry) -> str:
    return hashlib.sha256(before.encode() + b"\n" + canonical(entry)).hexdigest()
