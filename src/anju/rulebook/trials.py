"""Trying a draft: the snapshot is refreshed, judged by the book in force and by the draft, and the two are compared.

`Trial.result` is {"homes", "before": {verdict: n}, "after": {…}, "rules": [[id, before, after]], "areas": [[name, before,
after]], "changed": [[dwelling id, before, after]], "more": n}. `rules` and `areas` count homes; `areas` those not compliant.
"""

import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anju import standard
from anju.areas.models import Area
from anju.areas.permissions import require
from anju.areas.scope import scope_of
from anju.audit.services import audited, record
from anju.core import paths, time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.models import Dwelling
from anju.jobs.models import Job
from anju.jobs.services import enqueue, job_kind, save_step
from anju.rulebook import snapshot
from anju.rulebook.models import Trial
from anju.standard.bulk import Bulk
from anju.standard.drafts import draft_edition
from anju.standard.snapshot import Snapshot

SHOWN = 1000


def read_draft(text: str, on: date) -> standard.Edition:
    """The edition as the draft would make it; Refused with every mistake in it."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refused(_("The draft is not valid YAML: %(error)s") % {"error": error}) from error
    if not isinstance(data, dict):
        raise Refused(_("The draft is empty. Write for example: parameters: {min_area_per_person: 5}"))
    try:
        return draft_edition(data, on)
    except standard.EditionError as error:
        raise Refused(error.in_words(get_language() or "zh")) from error


@audited
def start_trial(*, by: Any, area: Area, draft: str, on: date | None = None) -> Trial:
    """Queue a trial of a draft over an area. Raises Refused for a draft that cannot be read."""
    require(by, "rule.try")
    if not scope_of(by).has_area(area.path):
        raise NotAllowed(_("%(area)s is not in your area.") % {"area": area.name})
    day = on or time.today()
    read_draft(draft, day)
    trial: Trial = Trial.objects.create(
        area=area, area_path=area.path, draft=draft, on=day, created_at=time.now(), created_by=by
    )
    trial.job = enqueue(
        kind="what-if", by=by, key=trial.code, state={"trial": trial.pk}, total=len(snapshot.parts()) + 1
    )
    trial.save(update_fields=["job"])
    record(by=by, verb="rule.try", subject=trial, after={"draft": draft, "on": day})
    return trial


@job_kind("what-if")
def step(job: Job) -> bool:
    trial = Trial.objects.unscoped(reason="a worker runs the trial that its owner started").get(pk=job.state["trial"])
    edition = standard.current_edition(trial.on)
    parts = snapshot.parts()
    number = job.state.get("part", 0)
    if number < len(parts):
        if parts[number].is_stale(trial.on, edition):
            parts[number].refresh(trial.on, edition)
        job.state["part"] = job.done = number + 1
        save_step(job)
        return False
    trial.result = outcome(trial.area, trial.on, edition, read_draft(trial.draft, trial.on)) if parts else _nothing()
    job.done = job.total
    save_step(job)
    trial.save(update_fields=["result"])
    return True


def _nothing() -> dict[str, Any]:
    return {"homes": 0, "before": {}, "after": {}, "rules": [], "areas": [], "changed": [], "more": 0}


def outcome(area: Area, on: date, now: standard.Edition, draft: standard.Edition) -> dict[str, Any]:
    """Judge the refreshed snapshot by both editions and compare what concerns the area."""
    homes = dict(
        Dwelling.objects.unscoped(reason="the homes of an area that the trial's owner may see")
        .filter(paths.under("area_path", area.path), hidden=False)
        .values_list("pk", "area_path")
    )
    with tempfile.TemporaryDirectory(dir=snapshot.folder()) as scratch:
        here = Path(scratch)
        bulks = [Bulk(on, now), Bulk(on, draft)]
        results = [
            bulk.judge(snapshot.whole(), here / name) for bulk, name in zip(bulks, ("before", "after"), strict=True)
        ]
        rows = _verdicts(*results)
        rules = _rules_that_move(bulks, results, homes)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    changed = []
    red: dict[str, list[int]] = {}
    child = len(area.path) + paths.STEP
    for pk, old, new in rows:
        path = homes.get(pk)
        if path is None:
            continue
        before[old] += 1
        after[new] += 1
        counts = red.setdefault(path[:child], [0, 0])
        counts[0] += old == "non_compliant"
        counts[1] += new == "non_compliant"
        if old != new:
            changed.append([pk, old, new])
    names = dict(Area.objects.filter(path__in=red).values_list("path", "name"))
    worst_first = sorted(red.items(), key=lambda item: item[1][0] - item[1][1])
    areas = [[names.get(path, ""), *counts] for path, counts in worst_first if any(counts)]
    return {
        "homes": sum(before.values()),
        "before": dict(before),
        "after": dict(after),
        "rules": rules,
        "areas": areas,
        "changed": changed[:SHOWN],
        "more": max(0, len(changed) - SHOWN),
    }


def _verdicts(before: Snapshot, after: Snapshot) -> list[tuple[int, str, str]]:
    with duckdb.connect() as database:
        return database.execute(
            "SELECT b.id, b.verdict, a.verdict FROM read_parquet(?) b JOIN read_parquet(?) a USING (id) ORDER BY id",
            [str(before.dwellings), str(after.dwellings)],
        ).fetchall()


def _rules_that_move(bulks: list[Bulk], results: list[Snapshot], homes: dict[int, str]) -> list[list[Any]]:
    """[rule, homes violating it now, homes then] for every rule whose count the draft changes."""
    now, then = (_violating(bulk, result, homes) for bulk, result in zip(bulks, results, strict=True))
    return [
        [rule, now.get(rule, 0), then.get(rule, 0)]
        for rule in sorted(now.keys() | then.keys())
        if now.get(rule) != then.get(rule)
    ]


def _violating(bulk: Bulk, result: Snapshot, homes: dict[int, str]) -> Counter[str]:
    found: Counter[str] = Counter()
    with duckdb.connect() as database:
        for entity, query in (
            ("dwelling", "SELECT id, violated FROM read_parquet(?) WHERE violated <> 0"),
            ("room", "SELECT dwelling_id, bit_or(violated) AS v FROM read_parquet(?) GROUP BY 1 HAVING v <> 0"),
        ):
            file = result.dwellings if entity == "dwelling" else result.rooms
            rules = bulk.rules["dwelling" if entity == "dwelling" else "room"]
            for pk, bits in database.execute(query, [str(file)]).fetchall():
                if pk in homes:
                    found.update(rule.id for number, rule in enumerate(rules) if bits >> number & 1)
    return found
