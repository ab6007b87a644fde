"""Wording that people sign or agree to, by edition. The newest one in force counts; a signature keeps its edition and SHA-256."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from anju.registration.models import TextEdition

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Wording:
    kind: str
    edition: int
    title: str
    body: str
    since: date | None = None

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.body.splitlines() if line.strip()]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


@lru_cache(maxsize=8)
def first_edition(kind: str) -> Wording:
    """The one that comes with the program."""
    data = yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8"))
    return Wording(data["kind"], data["edition"], data["title"], data["body"].strip())


def current(kind: str, on: date) -> Wording:
    row = TextEdition.objects.filter(kind=kind, since__lte=on).order_by("-edition").first()
    return Wording(row.kind, row.edition, row.title, row.body, row.since) if row else first_edition(kind)


def editions(kind: str) -> list[Wording]:
    """All of a kind, newest first."""
    rows = TextEdition.objects.filter(kind=kind).order_by("-edition")
    return [Wording(row.kind, row.edition, row.title, row.body, row.since) for row in rows] + [first_edition(kind)]
