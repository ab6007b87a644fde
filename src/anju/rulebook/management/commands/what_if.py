"""`anju standard what-if FILE.yaml`: a draft edition judged over the dwellings; counts and the homes that would change."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from anju import standard
from anju.areas.models import Area
from anju.core import time
from anju.dwellings.models import Dwelling
from anju.rulebook import snapshot
from anju.rulebook.trials import outcome

BAD_INPUT = 2
LANGUAGES = {"zh": "zh-hans", "en": "en"}


class Command(BaseCommand):
    help = "Judge the dwellings by a draft of the rule book and print what would change. Nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="draft in YAML")
        parser.add_argument("--area", default="", help="name of the area; the whole city if left out")
        parser.add_argument("--on", default="", help="day, 2026-11-22; today if left out")
        parser.add_argument("--json", action="store_true", help="print the counts and the homes' numbers as JSON")
        parser.add_argument("--lang", choices=LANGUAGES, default="zh", help="the language of texts and messages")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(LANGUAGES[options["lang"]]):
            area, result = self._try(**options)
            told = json.dumps(result, ensure_ascii=False) if options["json"] else "\n".join(_words(area, result))
        self.stdout.write(told)

    def _try(self, *, file: Path, area: str, on: str, lang: str, **options: Any) -> tuple[Area, dict[str, Any]]:
        day = _day(on)
        try:
            draft = standard.load_draft(file, day)
        except standard.EditionError as error:
            raise CommandError(error.in_words(lang), returncode=BAD_INPUT) from error
        where = Area.objects.filter(name=area) if area else Area.objects.filter(parent=None)
        found = where.order_by("path").first()
        if found is None:
            raise CommandError(_("There is no area “%(name)s”.") % {"name": area}, returncode=BAD_INPUT)
        edition = standard.current_edition(day)
        for part in snapshot.parts():
            if part.is_stale(day, edition):
                part.refresh(day, edition)
        if not snapshot.parts():
            raise CommandError(_("There are no homes yet, so nothing would change."))
        return found, outcome(found, day, edition, draft)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else time.today()
    except ValueError:
        raise CommandError(
            _("--on %(day)s: there is no such day. Write it as 2026-11-22.") % {"day": text}, returncode=BAD_INPUT
        ) from None


def _words(area: Area, result: dict[str, Any]) -> Iterator[str]:
    labels = dict(Dwelling.Verdict.choices)
    before, after = result["before"], result["after"]
    yield _("%(area)s: %(n)s homes") % {"area": area, "n": result["homes"]}
    for state in [name for name in Dwelling.Verdict.values if name in before or name in after]:
        yield f"  {labels[state]} {before.get(state, 0)} → {after.get(state, 0)}"
    for rule, now, then in result["rules"]:
        yield "  " + _("%(rule)s violated: %(now)s → %(then)s homes") % {"rule": rule, "now": now, "then": then}
    homes = Dwelling.objects.unscoped(reason="printed on the server's console").in_bulk(
        [row[0] for row in result["changed"]]
    )
    for pk, old, new in result["changed"]:
        yield f"  {homes[pk].code} {homes[pk].address} {labels[old]} → {labels[new]}"
    if result["more"]:
        yield "  " + _("… and %(n)s more") % {"n": result["more"]}
