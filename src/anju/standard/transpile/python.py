"""Rules as Python source: one function per entity that turns facts into the truth of every atom its rules use."""

from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import Any

from anju.standard.expressions import (
    Arith,
    Atom,
    Compare,
    Flag,
    Node,
    Number,
    OneOf,
    Param,
    Quantity,
    Ref,
    divisors_of,
    refs_of,
)
from anju.standard.facts import EntityName, Facts

_OPERATORS = {"=": "==", "<>": "!="}

RulesFunction = Callable[[Facts, Facts, Facts], list[Any]]


def variable(ref: Ref) -> str:
    return f"{ref.entity}_{ref.name}"


def number_source(number: Number, parameters: Mapping[str, float]) -> str:
    """Write a number as Python; the caller makes sure that every fact is known and no divisor is zero."""
    if isinstance(number, Param):
        return repr(parameters[number.name])
    if isinstance(number, Quantity):
        return variable(number.ref)
    if isinstance(number, Arith):
        left, right = number_source(number.left, parameters), number_source(number.right, parameters)
        return f"({left} {number.op} {right})"
    return "0"


def unknown_source(node: Node | Number) -> str:
    """Write the condition under which numbers are unknown: a fact is, or a divisor is zero. Empty if never."""
    tests = [f"{variable(ref)} is None" for ref in refs_of(node)]
    tests += [f"{variable(ref)} == 0" for ref in divisors_of(node)]
    return " or ".join(tests)


def atom_source(atom: Atom, parameters: Mapping[str, float]) -> str:
    """Write one atom as a Python expression whose value is True, False or None."""
    if isinstance(atom, Flag):
        return variable(atom.ref)
    if isinstance(atom, OneOf):
        name = variable(atom.ref)
        test = f"== {atom.values[0]!r}" if len(atom.values) == 1 else f"in {atom.values!r}"
        return f"None if {name} is None else {name} {test}"
    assert isinstance(atom, Compare)
    left, right = number_source(atom.left, parameters), number_source(atom.right, parameters)
    compared = f"{left} {_OPERATORS.get(atom.op, atom.op)} {right}"
    unknown = unknown_source(atom)
    return f"None if {unknown} else {compared}" if unknown else compared


def rules_source(entity: EntityName, rules: Sequence[Sequence[Atom]], parameters: Mapping[str, float]) -> str:
    """Write the function that judges an entity: per rule its atoms' values look up the entry of its decision table."""
    atoms = tuple(dict.fromkeys(atom for rule in rules for atom in rule))
    names = {atom: f"a{number}" for number, atom in enumerate(atoms)}
    refs = dict.fromkeys(ref for atom in atoms for ref in refs_of(atom))
    lines = [f"def judge_{entity}(room, dwelling, unit):"]
    lines += [f"    {variable(ref)} = {ref.entity}[{ref.name!r}]" for ref in refs]
    lines += [f"    {names[atom]} = {atom_source(atom, parameters)}" for atom in atoms]
    keys = ["(" + "".join(f"{names[atom]}, " for atom in rule) + ")" for rule in rules]
    lines.append("    return [" + ", ".join(f"t{n}[{key}]" for n, key in enumerate(keys)) + "]")
    return "\n".join(lines) + "\n"


def compile_rules(
    entity: EntityName,
    rules: Sequence[Sequence[Atom]],
    tables: Sequence[Mapping[Any, Any]],
    parameters: Mapping[str, float],
) -> RulesFunction:
    """Compile the function of rules_source with its decision tables bound."""
    scope: dict[str, Any] = {f"t{number}": table for number, table in enumerate(tables)}
    function: RulesFunction = _run(rules_source(entity, rules, parameters), scope)[f"judge_{entity}"]
    return function


def compile_number(number: Number, parameters: Mapping[str, float]) -> Callable[[Facts, Facts, Facts], float | None]:
    """Compile one number expression; the function returns None where it is unknown."""
    lines = ["def number(room, dwelling, unit):"]
    lines += [f"    {variable(ref)} = {ref.entity}.get({ref.name!r})" for ref in refs_of(number)]
    value, unknown = number_source(number, parameters), unknown_source(number)
    lines.append(f"    return None if {unknown} else {value}" if unknown else f"    return {value}")
    function: Callable[[Facts, Facts, Facts], float | None] = _run("\n".join(lines) + "\n", {})["number"]
    return function


def _run(source: str, scope: dict[str, Any]) -> dict[str, Any]:
    # The source is made of checked names, checked values and numbers only (expressions.py), so nothing foreign runs.
    code: CodeType = compile(source, "<rules of the standard>", "exec")
    exec(code, scope)  # noqa: S102
    return scope
