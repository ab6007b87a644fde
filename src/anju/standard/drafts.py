"""A draft edition: a short YAML file that says what it changes in an edition, for trying it before it takes effect.

name: draft-2027
label: {zh: 2027 修订稿, en: Draft for 2027}
base: initial              # the edition it changes; the current one if left out
valid_from: 2027-01-01     # from this day on; left out: on every day
parameters:
  min_area_per_person: 5
rules:
  R14: {severity: minor, days: 15}      # columns of a rule that change
  D22: null                             # a rule that no longer holds
  R15: {entity: room, …}                # a new rule, with all its columns
definitions:
  group_rental: {when: "beds_let >= group_rental_beds"}
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from anju.standard.columns import unknown_column
from anju.standard.edition import Edition
from anju.standard.expressions import near_to
from anju.standard.facts import Text
from anju.standard.loading import build_edition, current_edition, day_before, folder_of
from anju.standard.mistakes import EditionError
from anju.standard.reading import Raw, read_folder, read_yaml

KEYS = {"name", "label", "base", "valid_from", "note", "parameters", "rules", "definitions"}


def load_draft(path: Path, on: date) -> Edition:
    """Read a draft and return the edition as it would be; raise EditionError that lists what is wrong with it.

    ``on`` chooses the base where the draft names none.
    """
    return draft_edition(read_yaml(path), on)


def draft_edition(draft: Mapping[str, Any], on: date) -> Edition:
    """Build the edition of a draft that is already read."""
    problems = [unknown_column(str(key), KEYS).text for key in draft if key not in KEYS]
    start = draft.get("valid_from")
    if start is not None and type(start) is not date:
        problems.append(
            Text(f"valid_from {start!r} 不是日期，写成 2027-01-01", f"valid_from {start!r} is no day; write 2027-01-01")
        )
    lists = [key for key in ("parameters", "rules", "definitions") if not isinstance(draft.get(key) or {}, Mapping)]
    problems += [Text(f"{key}：应是“名称: 值”的对照", f"{key}: a mapping (name: value) is expected") for key in lists]
    base = str(draft.get("base") or current_edition(on).name)
    if problems:
        raise EditionError(problems)
    raw = read_folder(folder_of(base))
    _Overlay(raw, start, problems).apply(draft, base)
    if problems:
        raise EditionError(problems)
    return build_edition(raw)


class _Overlay:
    """Lays a draft over the plain data of its base."""

    def __init__(self, raw: Raw, start: date | None, problems: list[Text]) -> None:
        self.raw = raw
        self.start = start
        self.problems = problems
        self.changes: list[str] = []

    def apply(self, draft: Mapping[str, Any], base: str) -> None:
        head = self.raw.head
        name = str(draft.get("name") or "draft")
        label = draft.get("label") or {"zh": f"草稿 {name}", "en": f"Draft {name}"}
        first = self.start or date(1949, 10, 1)
        head["laws"]["DRAFT"] = {**_both(label), "in_force": first, "kind": "draft"}
        for parameter, value in (draft.get("parameters") or {}).items():
            self._parameter(str(parameter), value)
        for rule_id, change in (draft.get("rules") or {}).items():
            self._rule(str(rule_id), change)
        for definition, change in (draft.get("definitions") or {}).items():
            self._definition(str(definition), change)
        head.update(name=name, label=label, base=base, changes=self.changes)
        if draft.get("note"):
            head["note"] = draft["note"]

    def _parameter(self, name: str, value: Any) -> None:
        data = self.raw.parameters.get(name)
        if data is None:
            near = near_to(name, self.raw.parameters)
            self.problems.append(Text(f"没有参数 {name}{near.zh}", f"parameter {name} is unknown{near.en}"))
            return
        old = data["values"]
        first = self.start or old[0]["from"]
        data["values"] = [entry for entry in old if entry["from"] < first] if self.start else []
        data["values"].append({"from": first, "value": value, "law": "DRAFT"})
        self.changes.append(f"{name}: {old[-1]['value']} → {value}")

    def _rule(self, rule_id: str, change: Any) -> None:
        versions = [rule for rule in self.raw.rules if rule.get("id") == rule_id]
        if change is not None and not isinstance(change, Mapping):
            self.problems.append(
                Text(
                    f"规则 {rule_id}：写出要改的栏，或写 null 停用它",
                    f"rule {rule_id}: write the columns that change, or null to take it out",
                )
            )
        elif versions:
            for version in versions:
                self._change(version, change)
            self.changes.append(rule_id if change is not None else f"{rule_id} ✕")
        elif change is None or "entity" not in change:
            near = near_to(rule_id, {str(rule.get("id")) for rule in self.raw.rules})
            self.problems.append(
                Text(
                    f"没有规则 {rule_id}{near.zh}（新规则要写全各栏）",
                    f"rule {rule_id} is unknown{near.en} (a new rule needs all its columns)",
                )
            )
        else:
            self.raw.rules.append({"id": rule_id, "sources": [{"law": "DRAFT"}], "clauses": [], **self._dated(change)})
            self.changes.append(f"{rule_id} +")

    def _dated(self, change: Mapping[str, Any]) -> dict[str, Any]:
        return {"valid_from": self.start or date(1949, 10, 1), **change}

    def _change(self, version: dict[str, Any], change: Mapping[str, Any] | None) -> None:
        """Change one version: in place without a start day, else by ending it and letting a new one follow."""
        if self.start is None or version["valid_from"] >= self.start:
            if change is None:
                self.raw.rules.remove(version)
            else:
                version.update(_merged(version, change))
        elif version.get("valid_to") is None or version["valid_to"] >= self.start:
            following = {**_merged(version, change), "valid_from": self.start} if change is not None else None
            version["valid_to"] = day_before(self.start)
            if following:
                self.raw.rules.append(following)

    def _definition(self, name: str, change: Any) -> None:
        items = self.raw.head["definitions"].get(name)
        if items is None or not isinstance(change, Mapping):
            names = list(self.raw.head["definitions"])
            self.problems.append(
                Text(
                    f"没有定义 {name}。现有：{'、'.join(names)}",
                    f"definition {name}: unknown; there is: {', '.join(names)}",
                )
            )
            return
        last = items[-1]
        following = {**last, **change, "source": {"law": "DRAFT"}}
        if self.start is None or last["valid_from"] >= self.start:
            items[-1] = following
        else:
            last["valid_to"] = day_before(self.start)
            items.append({**following, "valid_from": self.start})
        self.changes.append(name)


def _merged(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Merge columns; the words of a language are merged one by one."""
    words = {lang: {**old[lang], **change[lang]} for lang in ("zh", "en") if isinstance(change.get(lang), Mapping)}
    return {**old, **change, **words}


def _both(label: Any) -> dict[str, str]:
    if isinstance(label, Mapping):
        return {"zh": str(label.get("zh", "")), "en": str(label.get("en", ""))}
    return {"zh": str(label), "en": str(label)}
