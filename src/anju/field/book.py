"""The rule book for the phone: what may be asked, what each rule says, and the module that judges without a network."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from anju import standard
from anju.standard.facts import EntityName, Fact, Text
from anju.standard.questions import ALWAYS
from anju.standard.transpile.javascript import module_source

TENANT = "tenant"


@lru_cache(maxsize=8)
def module(edition: standard.Edition) -> tuple[bytes, str]:
    """(the ES module, the mark of its content)."""
    source = module_source(edition).encode()
    return source, hashlib.sha256(source).hexdigest()[:20]


@lru_cache(maxsize=8)
def packed(edition: standard.Edition) -> bytes:
    return gzip.compress(module(edition)[0], 9, mtime=0)


def book(on: date) -> dict[str, Any]:
    """docs/field-api.md, "book"."""
    edition = standard.current_edition(on)
    asked = {rule_fact for rule in edition.rules_on(on) for rule_fact in ((ref.entity, ref.name) for ref in rule.reads)}
    judge = standard.judge_for(edition, on)
    return {
        "edition": edition.name,
        "label": _both(edition.label),
        "on": on.isoformat(),
        "module": f"/field/rulebook-{module(edition)[1]}.mjs",
        "questions": {
            entity: list(_questions(edition, entity, asked)) for entity in ("dwelling", "room", "unit")
        },
        "rules": {rule.id: _rule(rule, judge) for rule in edition.rules_on(on)},
    }  # fmt: skip


def _questions(
    edition: standard.Edition, entity: EntityName, asked: set[tuple[EntityName, str]]
) -> Iterator[dict[str, Any]]:
    for name, fact in edition.facts[entity].items():
        if fact.by == "field" and ((entity, name) in asked or name in ALWAYS[entity]):
            yield {**_question(fact), "always": name in ALWAYS[entity]}


def _question(fact: Fact) -> dict[str, Any]:
    return {
        "name": fact.name,
        "label": _both(fact.label),
        "question": _both(fact.question) if fact.question else None,
        "type": fact.type,
        "values": {value: _both(text) for value, text in fact.values.items()},
        "unit": fact.unit,
        "min": fact.minimum,
        "max": fact.maximum,
        "photo": fact.photo,
        "fresh_days": fact.fresh_days,
        "theme": fact.theme,
    }


def _rule(rule: standard.Rule, judge: Any) -> dict[str, Any]:
    def words(text: Text) -> dict[str, str]:
        return {"zh": judge.words(text, "zh"), "en": judge.words(text, "en")}

    return {
        "title": words(rule.words.title),
        "wrong": words(rule.words.wrong),
        "todo": words(rule.words.todo),
        "entity": rule.entity,
        "severity": rule.severity,
        "category": rule.category,
        "days": rule.days,
        "working_days": rule.day_kind == "working",
        "bound": list(rule.bound),
        "tenant": TENANT in rule.bound,
        "force": rule.force,
        "source": [_both(citation.text) for citation in rule.sources],
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
