"""The closed sub-language of rules: SQL boolean expressions, as parsing.py reads and checks them.

Everything on which databases disagree is left out by construction: no functions, no LIKE, no IS, no NULL, no ROUND, no
casts, no subqueries, no text order. A division is by a whole-number fact or a parameter only, so that its one undefined
case (zero) can be made unknown everywhere; sums and products are bounded so that nothing overflows.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from anju.standard.facts import EntityName, Fact, FactType, Text
from anju.standard.mistakes import Mistake


class ExpressionError(Mistake):
    """An expression that is outside the sub-language; the message says what and what is allowed."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A fact as it is read by a rule; ``text`` is how the rule writes it (``area``, ``dwelling.kind``)."""

    entity: EntityName
    name: str
    type: FactType
    text: str


@dataclass(frozen=True, slots=True)
class Always:
    """True, whatever the facts."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no fact."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class OneOf:
    """An enum fact that has one of the values."""

    ref: Ref
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers compared."""

    op: Literal["=", "<>", "<", "<=", ">", ">="]
    left: "Number"
    right: "Number"


@dataclass(frozen=True, slots=True)
class Not:
    child: "Node"


@dataclass(frozen=True, slots=True)
class And:
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Zero:
    """The literal 0, which means none; every other number is a named parameter."""


@dataclass(frozen=True, slots=True)
class Param:
    name: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number fact."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Arith:
    op: Literal["+", "-", "*", "/"]
    left: "Number"
    right: "Number"


Number = Zero | Param | Quantity | Arith
Atom = Flag | OneOf | Compare
Node = Always | Flag | OneOf | Compare | Not | And | Or


@dataclass(frozen=True)
class Scope:
    """What an expression may name: its own entity's facts, the entities it may read with a prefix, and parameters.

    ``parameters`` maps a name to the largest absolute value it ever has.
    """

    entity: EntityName
    facts: Mapping[EntityName, Mapping[str, Fact]]
    readable: tuple[EntityName, ...]
    parameters: Mapping[str, float]

    def names(self) -> list[str]:
        others = [f"{entity}.{name}" for entity in self.readable for name in self.facts[entity]]
        return [*self.facts[self.entity], *others, *self.parameters]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name most like the given one, or None if none is near."""
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return found[0] if found else None


def near_to(name: str, names: Iterable[str]) -> Text:
    """Say which name is most like the given one; empty if none is near."""
    near = nearest(name, names)
    return Text(f"。最接近的：{near}", f"; nearest: {near}") if near else Text("", "")


def walk_numbers(node: Node | Number) -> Iterator[Number]:
    """Yield every number inside an expression."""
    if isinstance(node, Not):
        yield from walk_numbers(node.child)
    elif isinstance(node, And | Or):
        for child in node.children:
            yield from walk_numbers(child)
    elif isinstance(node, Compare | Arith):
        yield from walk_numbers(node.left)
        yield from walk_numbers(node.right)
    if isinstance(node, Zero | Param | Quantity | Arith):
        yield node


def atoms_of(node: Node) -> tuple[Atom, ...]:
    """Return the smallest yes/no parts of an expression, each once, in reading order."""
    return tuple(dict.fromkeys(_atoms(node)))


def _atoms(node: Node) -> Iterator[Atom]:
    if isinstance(node, Not):
        yield from _atoms(node.child)
    elif isinstance(node, And | Or):
        for child in node.children:
            yield from _atoms(child)
    elif not isinstance(node, Always):
        yield node


def refs_of(node: Node | Number) -> tuple[Ref, ...]:
    """Return the facts that an expression reads, each once, in reading order."""
    return tuple(dict.fromkeys(_refs(node)))


def _refs(node: Node | Number) -> Iterator[Ref]:
    if isinstance(node, Flag | OneOf | Quantity):
        yield node.ref
    elif isinstance(node, Not):
        yield from _refs(node.child)
    elif isinstance(node, And | Or):
        for child in node.children:
            yield from _refs(child)
    elif isinstance(node, Compare | Arith):
        yield from _refs(node.left)
        yield from _refs(node.right)


def params_of(node: Node | Number) -> tuple[str, ...]:
    """Return the parameters that an expression names, each once."""
    return tuple(dict.fromkeys(part.name for part in walk_numbers(node) if isinstance(part, Param)))


def divisors_of(node: Node | Number) -> tuple[Ref, ...]:
    """Return the facts that an expression divides by: unknown when they are zero."""
    found = (part.right for part in walk_numbers(node) if isinstance(part, Arith) and part.op == "/")
    return tuple(dict.fromkeys(right.ref for right in found if isinstance(right, Quantity)))
