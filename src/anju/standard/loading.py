"""From plain data to an Edition, with every mistake reported at once and by name."""

import functools
import string
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from anju.standard.columns import no_others, one_of, read_day, read_text, whole_number
from anju.standard.edition import (
    CATEGORIES,
    FORCES,
    PARTIES,
    SEVERITIES,
    SUPPLIES,
    Definition,
    Edition,
    Rule,
    Supply,
    Wording,
)
from anju.standard.expressions import ExpressionError, Node, params_of, parse_condition, parse_number
from anju.standard.facts import ENTITIES, EntityName, Text
from anju.standard.mistakes import EditionError, Mistake, at, reason_of
from anju.standard.reading import HOME, Raw, read_folder
from anju.standard.vocabulary import EDITION, Vocabulary

# A room rule may read its dwelling and its unit, a dwelling rule its unit; a unit knows no dwelling.
READABLE: dict[EntityName, tuple[EntityName, ...]] = {"room": ("dwelling", "unit"), "dwelling": ("unit",), "unit": ()}
WORDS = ("title", "says", "wrong", "why", "todo")
RULE_KEYS = {
    *("id", "entity", "category", "applies", "violated", "severity", "days", "day_kind", "bound", "force"),
    *("binding_when", "security", "remedy", "sources", "valid_from", "valid_to", "clauses", "note", "zh", "en"),
}


class _Builder:
    """Builds one edition and gathers what is wrong with it."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self.problems: list[Text] = []
        self.words = Vocabulary(raw, self.problems)

    def build(self) -> Edition:
        head = self.raw.head
        rules = [rule for rule in map(self._rule, self.raw.rules) if rule]
        definitions = [
            self._definition(name, item) for name, items in (head.get("definitions") or {}).items() for item in items
        ]
        self._versions_are_apart(rules)
        named = self.words.each(EDITION, {str(head.get("name")): head}, self._head)
        if self.problems:
            raise EditionError(self.problems)
        return Edition(
            **next(iter(named.values())),
            facts=self.words.facts,
            laws=self.words.laws,
            parameters=self.words.parameters,
            definitions=tuple(item for item in definitions if item),
            rules=tuple(sorted(rules, key=lambda rule: (ENTITIES.index(rule.entity), rule.id, rule.valid_from))),
        )

    def _head(self, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": name,
            "label": read_text(data["label"]),
            "valid_from": read_day(data["valid_from"]),
            "valid_to": read_day(data["valid_to"]) if data.get("valid_to") else None,
            "note": read_text(data["note"]) if data.get("note") else None,
            "base": str(data.get("base", "")),
            "changes": tuple(data.get("changes", ())),
        }

    def _rule(self, data: Mapping[str, Any]) -> Rule | None:
        name = data.get("id", "?")
        try:
            no_others(data, RULE_KEYS)
            return self._checked(self._unchecked(data))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.problems.append(at(f"规则 {name}", f"rule {name}", reason_of(error)))
            return None

    def _unchecked(self, data: Mapping[str, Any]) -> Rule:
        entity = one_of(data["entity"], ENTITIES, "entity")
        binding = data.get("binding_when")
        read: tuple[EntityName, ...] = ("dwelling",) if entity == "unit" else READABLE[entity]
        return Rule(
            id=str(data["id"]),
            entity=entity,
            category=one_of(data["category"], CATEGORIES, "category"),
            severity=one_of(data["severity"], SEVERITIES, "severity"),
            applies=self._condition(data, "applies", entity, READABLE[entity]),
            violated=self._condition(data, "violated", entity, READABLE[entity]),
            applies_text=" ".join(str(data["applies"]).split()),
            violated_text=" ".join(str(data["violated"]).split()),
            days=whole_number(data["days"], "days"),
            day_kind=one_of(data.get("day_kind", "calendar"), ("calendar", "working"), "day_kind"),
            bound=tuple(one_of(party, PARTIES, "bound") for party in data["bound"]),
            force=one_of(data["force"], FORCES, "force"),
            binding_when=self._condition(data, "binding_when", entity, read) if binding else None,
            security=bool(data.get("security", False)),
            remedy=tuple(self._supply(item, entity) for item in data.get("remedy", ())),
            sources=tuple(self.words.citation(source) for source in data["sources"]),
            clauses=tuple(data["clauses"]),
            valid_from=read_day(data["valid_from"]),
            valid_to=read_day(data["valid_to"]) if data.get("valid_to") else None,
            words=_wording(data["zh"], data["en"]),
            note=read_text(data["note"]) if data.get("note") else None,
            binding_text=str(binding or ""),
        )

    def _condition(
        self, data: Mapping[str, Any], column: str, entity: EntityName, read: tuple[EntityName, ...]
    ) -> Node:
        try:
            return parse_condition(str(data[column]), self.words.scope(entity, read))
        except ExpressionError as error:
            raise _in(f"{column} 一栏", f"column {column}", error) from None

    def _supply(self, data: Mapping[str, Any], entity: EntityName) -> Supply:
        no_others(data, {"item", "quantity", "when"})
        item = one_of(data["item"], SUPPLIES, "item")
        when = self._condition(data, "when", entity, READABLE[entity]) if "when" in data else None
        if "quantity" not in data:
            return Supply(item, None, when)
        try:
            return Supply(item, parse_number(str(data["quantity"]), self.words.scope(entity, READABLE[entity])), when)
        except ExpressionError as error:
            raise _in(f"{item} 的 quantity 一栏", f"column quantity of {item}", error) from None

    def _definition(self, name: str, data: Mapping[str, Any]) -> Definition | None:
        try:
            when = self._condition(data, "when", "dwelling", READABLE["dwelling"])
            start, end = read_day(data["valid_from"]), data.get("valid_to")
            self.words.have_values(params_of(when), start)
            words = " ".join(str(data["when"]).split())
            return Definition(name, when, words, read_text(data), self.words.citation(data["source"]), start, end)
        except (KeyError, TypeError, ValueError) as error:
            self.problems.append(at(f"定义 {name}", f"definition {name}", reason_of(error)))
            return None

    def _checked(self, rule: Rule) -> Rule:
        earliest = min(source.law.in_force for source in rule.sources)
        if rule.valid_from < earliest:
            raise Mistake(
                f"valid_from {rule.valid_from} 早于最早的依据（{earliest}）",
                f"valid_from {rule.valid_from} lies before its earliest source ({earliest})",
            )
        if rule.valid_to and rule.valid_to < rule.valid_from:
            raise Mistake(
                f"valid_to {rule.valid_to} 早于 valid_from {rule.valid_from}",
                f"valid_to {rule.valid_to} lies before valid_from {rule.valid_from}",
            )
        named = {*rule.parameters, *(params_of(rule.binding_when) if rule.binding_when else ())}
        for text in (text for words in vars_of(rule.words) for text in words):
            fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
            if unknown := fields - named:
                raise Mistake(
                    f"文字 {text!r}：{'、'.join(sorted(unknown))} 不是本条用到的参数",
                    f"text {text!r}: {', '.join(sorted(unknown))} is no parameter that the rule uses",
                )
        self.words.have_values(named, rule.valid_from)
        return rule

    def _versions_are_apart(self, rules: list[Rule]) -> None:
        ordered = sorted(rules, key=lambda rule: (rule.id, rule.valid_from))
        for earlier, later in pairwise(ordered):
            if earlier.id == later.id and (earlier.valid_to is None or later.valid_from <= earlier.valid_to):
                day = later.valid_from
                twice = Text(f"{day} 这一天有两个版本施行", f"two versions are in force on {day}")
                self.problems.append(at(f"规则 {later.id}", f"rule {later.id}", twice))


def _in(zh: str, en: str, error: Mistake) -> Mistake:
    return Mistake(*at(zh, en, error.text))


def vars_of(words: Wording) -> tuple[Text, ...]:
    return (words.title, words.says, words.wrong, words.why, words.todo)


def _wording(zh: Any, en: Any) -> Wording:
    for lang, words in (("zh", zh), ("en", en)):
        if not isinstance(words, Mapping) or set(words) != set(WORDS):
            raise Mistake(
                f"{lang} 要正好有这些文字：{'、'.join(WORDS)}", f"{lang} must have exactly the texts {', '.join(WORDS)}"
            )
    return Wording(**{word: read_text((zh[word], en[word])) for word in WORDS})


def build_edition(raw: Raw) -> Edition:
    """Check plain data and build the edition; raise EditionError that lists every problem."""
    return _Builder(raw).build()


_FOLDERS = [HOME]


def use_editions(folder: Path) -> None:
    """Add the editions of an office: each folder in ``folder`` that has an edition.yaml. Raises EditionError."""
    if folder not in _FOLDERS:
        _FOLDERS.append(folder)
        editions.cache_clear()
    editions()


@functools.cache
def load_edition(name: str | Path = "initial") -> Edition:
    """Load an edition by its name, or from its folder; each is read once per process. Raises EditionError."""
    return build_edition(read_folder(name)) if isinstance(name, Path) else load_edition(folder_of(name))


def folder_of(name: str) -> Path:
    """Return the folder of an edition; raise EditionError that lists the names there are."""
    for path in _edition_folders():
        if path.name == name:
            return path
    names = [path.name for path in _edition_folders()]
    raise EditionError(
        [Text(f"没有版本 {name!r}。现有：{'、'.join(names)}", f"no edition {name!r}; there is: {', '.join(names)}")]
    )


def _edition_folders() -> list[Path]:
    return [path.parent for folder in _FOLDERS for path in sorted(folder.glob("*/edition.yaml"))]


@functools.cache
def editions() -> tuple[Edition, ...]:
    """Return the editions that come with the platform and those of the office, oldest first."""
    return tuple(sorted(map(load_edition, _edition_folders()), key=lambda edition: edition.valid_from))


def current_edition(on: date) -> Edition:
    """Return the edition that is valid on a day.

    A day before every edition is judged by the oldest, in which no rule is in force yet on that day.
    """
    valid = [item for item in editions() if item.valid_from <= on and (item.valid_to is None or on <= item.valid_to)]
    return valid[-1] if valid else editions()[0]


def day_before(day: date) -> date:
    return day - timedelta(days=1)
