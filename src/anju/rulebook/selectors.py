"""What the pages of the rule book read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

from anju import standard
from anju.accounts.models import User
from anju.dwellings.models import Dwelling, Finding
from anju.standard import Edition, Rule, Text


@dataclass(frozen=True)
class Row:
    """A rule in the list, with the homes it concerns now in what the person sees."""

    rule: Rule
    violated: int
    unknown: int


def counts_by_rule(user: User) -> dict[str, dict[str, int]]:
    """{rule: {"violation": homes, "unknown": homes}}"""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = (
        Finding.objects.for_user(user)
        .values("rule", "status")
        .annotate(homes=Count("dwelling_id", distinct=True))
        .order_by()
    )
    for row in rows:
        found[row["rule"]][row["status"]] = row["homes"]
    return found


def rows(user: User, on: date, *, severity: str = "", entity: str = "", force: str = "", text: str = "") -> list[Row]:
    counts = counts_by_rule(user)
    wanted = []
    for rule in standard.current_edition(on).rules_on(on):
        fits = (not severity or rule.severity == severity) and (not entity or rule.entity == entity)
        if fits and (not force or rule.force == force) and _matches(rule, text):
            count = counts.get(rule.id, {})
            wanted.append(Row(rule, count.get("violation", 0), count.get("unknown", 0)))
    return wanted


def _matches(rule: Rule, text: str) -> bool:
    words = rule.words
    haystack = [rule.id, words.title.zh, words.title.en, words.says.zh, words.says.en, *rule.clauses]
    haystack += [part for source in rule.sources for part in source.text]
    return not text or any(text.lower() in straw.lower() for straw in haystack)


def rule_or_404(rule_id: str, on: date) -> tuple[Edition, Rule, tuple[Rule, ...]]:
    """The edition, the version of the rule in force (else its newest), and all versions."""
    edition = standard.current_edition(on)
    try:
        versions = edition.versions(rule_id)
    except KeyError as error:
        raise Http404 from error
    valid = [rule for rule in versions if rule.in_force(on)]
    return edition, (valid or list(versions))[-1], versions


def neighbours(edition: Edition, rule: Rule, on: date) -> tuple[int, int, str, str]:
    """(position from 1, how many, id before or "", id after or "")"""
    ids = [each.id for each in edition.rules_on(on)]
    if rule.id not in ids:
        return 0, len(ids), "", ""
    place = ids.index(rule.id)
    return place + 1, len(ids), ids[place - 1] if place else "", ids[place + 1] if place + 1 < len(ids) else ""


def findings(user: User, rule: Rule, status: str) -> "QuerySet[Finding]":
    rows = Finding.objects.for_user(user).filter(rule=rule.id, status=status)
    return rows.select_related("dwelling", "dwelling__area", "dwelling__current")  # type: ignore[no-any-return]


def reasons(finding: Finding, edition: Edition, rule: Rule, lang: str) -> list[tuple[str, str]]:
    """[(fact, value)] that made it so, in words."""
    results: list[dict[str, Any]] = finding.dwelling.current.results
    found = next((r for r in results if r["rule"] == finding.rule and (r["room"] or "") == finding.room), None)
    words = []
    for text, value in (found or {"because": {}})["because"].items():
        ref = next((ref for ref in rule.reads if ref.text == text), None)
        if ref is not None:
            fact = edition.fact(ref.entity, ref.name)
            words.append((fact.label.of(lang), fact.label_of(value, lang)))
    return words


@dataclass(frozen=True)
class History:
    day: date
    text: Text
    now: bool


def history(edition: Edition, versions: tuple[Rule, ...], on: date) -> list[History]:
    """When the rule and its numbers began, newest first."""
    lines = []
    for rule in versions:
        laws = Text(
            "；".join(source.text.zh for source in rule.sources), "; ".join(source.text.en for source in rule.sources)
        )
        lines.append(History(rule.valid_from, Text(f"{laws.zh}起有效", f"In force by {laws.en}"), rule.in_force(on)))
        for name in rule.parameters:
            parameter = edition.parameters[name]
            for value in parameter.values:
                number = f"{value.value:g} {parameter.unit}".strip()
                lines.append(
                    History(
                        max(value.valid_from, rule.valid_from),
                        Text(f"{parameter.label.zh} {number}", f"{parameter.label.en}: {number}"),
                        value.value == parameter.on(on),
                    )
                )
    return sorted(set(lines), key=lambda line: line.day, reverse=True)


def changed_homes(user: User, changed: list[list[Any]]) -> list[tuple[Dwelling, str, str]]:
    """The homes of a trial that the person may see now, in its order."""
    homes = {home.pk: home for home in Dwelling.objects.for_user(user).filter(pk__in=[row[0] for row in changed[:200]])}
    return [(homes[pk], old, new) for pk, old, new in changed if pk in homes]
