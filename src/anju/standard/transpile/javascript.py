"""Rules as an ES module for the phone: judges with no network, and without eval, so that a strict content policy holds."""

import json
from pathlib import Path
from typing import Any

from anju.standard.edition import Definition, Edition, Rule
from anju.standard.expressions import (
    Always,
    And,
    Arith,
    Atom,
    Compare,
    Flag,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    Param,
    Quantity,
    Ref,
    atoms_of,
    divisors_of,
    refs_of,
)
from anju.standard.facts import Fact, Text

_RUNTIME = Path(__file__).with_name("runtime.mjs")
_OPERATORS = {"=": "===", "<>": "!=="}


def module_source(edition: Edition) -> str:
    """Write the module of an edition: ``judge(facts, on, lang)``, ``questions(facts, on)``, ``facts`` and ``edition``.

    Rules and numbers carry their days, so that a phone that is offline over a change of law judges rightly.
    """
    group = [item for item in edition.definitions if item.name == "group_rental"]
    parameters = {
        name: [[entry.valid_from.isoformat(), entry.value] for entry in parameter.values]
        for name, parameter in edition.parameters.items()
    }
    facts = {entity: {name: _fact(fact) for name, fact in facts.items()} for entity, facts in edition.facts.items()}
    return "\n".join(
        [
            "// Generated from the rule book by anju.standard.transpile.javascript; not to be edited.",
            f"const EDITION = {_json({'name': edition.name, 'label': _both(edition.label)})};",
            f"const FACTS = {_json(facts)};",
            f"const PARAMETERS = {_json(parameters)};",
            f"const GROUP_RENTAL = [{', '.join(_definition(item) for item in group)}];",
            "const RULES = [",
            *(f"  {_rule(rule)}," for rule in edition.rules),
            "];",
            _RUNTIME.read_text(encoding="utf-8"),
        ]
    )


def _json(value: Any) -> str:
    # A line separator is valid in JSON and, in older engines, not in a script.
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "type": fact.type,
        "by": fact.by,
        "label": _both(fact.label),
        "question": _both(fact.question) if fact.question else None,
        "photo": fact.photo,
        "values": {value: _both(label) for value, label in fact.values.items()},
        "unit": fact.unit,
        "min": fact.minimum,
        "max": fact.maximum,
        "freshDays": fact.fresh_days,
    }


def _rule(rule: Rule) -> str:
    atoms = atoms_of(And((rule.applies, rule.violated)))
    plain = {
        "id": rule.id,
        "entity": rule.entity,
        "category": rule.category,
        "severity": rule.severity,
        "force": rule.force,
        "from": rule.valid_from.isoformat(),
        "to": rule.valid_to.isoformat() if rule.valid_to else None,
        "title": _both(rule.words.title),
        "wrong": _both(rule.words.wrong),
        "todo": _both(rule.words.todo),
        "reads": [_named(ref) for ref in rule.reads],
        "changes": [ref.text for ref in refs_of(rule.violated)],
        "applies": _tree(rule.applies, atoms),
        "violated": _tree(rule.violated, atoms),
    }
    binding = _condition(rule.binding_when) if rule.binding_when else "null"
    return f"{{ ...{_json(plain)}, binding: {binding}, atoms: {_atoms(atoms)} }}"


def _definition(item: Definition) -> str:
    dates = {"from": item.valid_from.isoformat(), "to": item.valid_to.isoformat() if item.valid_to else None}
    return f"{{ ...{_json(dates)}, ...{_condition(item.when)} }}"


def _condition(node: Node) -> str:
    atoms = atoms_of(node)
    return f"{{ when: {_json(_tree(node, atoms))}, atoms: {_atoms(atoms)} }}"


def _tree(node: Node, atoms: tuple[Atom, ...]) -> Any:
    """Turn a condition into nested lists; an atom is its number."""
    if isinstance(node, Always):
        return ["always", []]
    if isinstance(node, Not):
        return ["not", _tree(node.child, atoms)]
    if isinstance(node, And | Or):
        return ["and" if isinstance(node, And) else "or", [_tree(child, atoms) for child in node.children]]
    return atoms.index(node)


def _atoms(atoms: tuple[Atom, ...]) -> str:
    return "[" + ", ".join(_atom(atom) for atom in atoms) + "]"


def _atom(atom: Atom) -> str:
    refs, divisors = ([_named(ref) for ref in found] for found in (refs_of(atom), divisors_of(atom)))
    return f"{{ refs: {_json(refs)}, divisors: {_json(divisors)}, test: (s, p) => {_test(atom)} }}"


def _named(ref: Ref) -> dict[str, str]:
    return {"entity": ref.entity, "name": ref.name, "text": ref.text}


def _test(atom: Atom) -> str:
    """Write an atom as an expression over the sources ``s`` and the parameters ``p``: true, false or null."""
    unknown = [f"{_value(ref)} == null" for ref in refs_of(atom)]
    unknown += [f"{_value(ref)} === 0" for ref in divisors_of(atom)]
    test = f"({_known(atom)})"
    return f"({' || '.join(unknown)} ? null : {test})" if unknown else test


def _known(atom: Atom) -> str:
    if isinstance(atom, Flag):
        return _value(atom.ref)
    if isinstance(atom, OneOf):
        return f"{_json(list(atom.values))}.includes({_value(atom.ref)})"
    assert isinstance(atom, Compare)
    return f"{_number(atom.left)} {_OPERATORS.get(atom.op, atom.op)} {_number(atom.right)}"


def _number(number: Number) -> str:
    if isinstance(number, Param):
        return f"p.{number.name}"
    if isinstance(number, Quantity):
        return _value(number.ref)
    if isinstance(number, Arith):
        return f"({_number(number.left)} {number.op} {_number(number.right)})"
    return "0"


def _value(ref: Ref) -> str:
    return f"s.{ref.entity}.{ref.name}"
