"""The Parquet snapshot of all current facts, refreshed part by part where something changed.

A part holds the dwellings of 10,000 consecutive ids. It is written anew when one of them changed after the part was
written, or when a passing fact of one ran out since the day the part was written for. Facts are written as of a day,
stale ones left out, exactly as one dwelling is judged (`dwellings.services.judging.stored_case`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from anju.core import time
from anju.dwellings.models import Current, Dwelling, UnitState
from anju.dwellings.services.judging import stored_case
from anju.standard import Edition
from anju.standard.snapshot import Snapshot, write_snapshot

PART = 10_000
WHY = "the snapshot holds every dwelling; who sees a result is decided when it is read"


def folder() -> Path:
    return Path(settings.ANJU_DIR) / "snapshot"


@dataclass(frozen=True)
class Part:
    number: int

    @property
    def path(self) -> Path:
        return folder() / "parts" / f"{self.number:06d}"

    @property
    def mark(self) -> Path:
        return self.path / "part.json"

    @property
    def ids(self) -> dict[str, int]:
        return {"pk__gte": self.number * PART, "pk__lt": (self.number + 1) * PART}

    def is_stale(self, on: date, edition: Edition) -> bool:
        try:
            written = json.loads(self.mark.read_text())
        except (OSError, ValueError):
            return True
        if written["edition"] != edition.name or date.fromisoformat(written["on"]) > on:
            return True
        rows = Current.objects.filter(**self.ids)
        if rows.filter(changed_at__gte=datetime.fromisoformat(written["at"])).exists():
            return True
        ran_out = Dwelling.objects.unscoped(reason=WHY).filter(
            **self.ids, verdict_until__gt=written["on"], verdict_until__lte=on
        )
        return bool(ran_out.exists() or rows.count() != written["rows"])

    def refresh(self, on: date, edition: Edition) -> None:
        moment = time.now()
        counter = _Counter()
        write_snapshot(counter.count(self._cases(on)), self.path, edition)
        self.mark.write_text(
            json.dumps({"on": on.isoformat(), "at": moment.isoformat(), "rows": counter.rows, "edition": edition.name})
        )

    def _cases(self, on: date) -> Iterator[tuple[int, dict[str, Any]]]:
        units = {
            state.pk: state for state in UnitState.objects.filter(place__dwellings__in=self._dwellings()).distinct()
        }
        rows = (
            Current.objects.filter(**self.ids)
            .select_related("dwelling")
            .only("facts", "rooms", "provenance", "register", "dwelling__place_id")
        )
        for current in rows.iterator(chunk_size=1000):
            case, _ends = stored_case(current, units.get(current.dwelling.place_id), on)
            yield current.pk, case

    def _dwellings(self) -> Any:
        return Dwelling.objects.unscoped(reason=WHY).filter(**self.ids).values("pk")


class _Counter:
    def __init__(self) -> None:
        self.rows = 0

    def count(self, cases: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
        for case in cases:
            self.rows += 1
            yield case


def parts() -> list[Part]:
    last = Current.objects.aggregate(last=Max("pk"))["last"]
    return [Part(number) for number in range(last // PART + 1)] if last else []


def whole() -> Snapshot:
    """All parts as one snapshot; refresh them first."""
    return Snapshot(folder() / "parts" / "*" / "dwellings.parquet", folder() / "parts" / "*" / "rooms.parquet")
