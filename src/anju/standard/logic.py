"""Three-valued logic over the atoms of a rule: the status and the atoms that forced it.

True, False and None (unknown) as in SQL. A rule is a tree over a few atoms, so its answer is a function of their values.
"""

from collections.abc import Mapping
from typing import Literal

from anju.standard.expressions import Always, And, Atom, Node, Not, Or

Status = Literal["not_applicable", "violation", "unknown", "pass"]
Truth = bool | None

STATUSES: tuple[Status, ...] = ("pass", "not_applicable", "violation", "unknown")


def decide(node: Node, values: Mapping[Atom, Truth]) -> tuple[Truth, tuple[Atom, ...]]:
    """Return the truth of an expression and the fewest atoms that force it.

    One false part settles an AND, so only one is named; all parts together make it true; when it is unknown, the
    unknown parts are named, since only they can change it.
    """
    if isinstance(node, Always):
        return True, ()
    if isinstance(node, Not):
        truth, atoms = decide(node.child, values)
        return (None if truth is None else not truth), atoms
    if isinstance(node, And | Or):
        return _decide_many([decide(child, values) for child in node.children], settling=isinstance(node, Or))
    return values[node], (node,)


def _decide_many(parts: list[tuple[Truth, tuple[Atom, ...]]], settling: bool) -> tuple[Truth, tuple[Atom, ...]]:
    settled = [atoms for truth, atoms in parts if truth is settling]
    if settled:
        return settling, min(settled, key=len)
    unknown = [atoms for truth, atoms in parts if truth is None]
    if unknown:
        return None, _joined(unknown)
    return not settling, _joined([atoms for _, atoms in parts])


def _joined(parts: list[tuple[Atom, ...]]) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(atom for atoms in parts for atom in atoms))


def status_of(applies: Node, violated: Node, values: Mapping[Atom, Truth]) -> tuple[Status, tuple[Atom, ...]]:
    """Return the status of a rule and the atoms that forced it.

    >>> from anju.standard.loading import load_edition
    >>> from anju.standard.expressions import atoms_of
    >>> rule = load_edition().versions("D16")[0]
    >>> flame, alarm = atoms_of(rule.applies)[0], atoms_of(rule.violated)[0]
    >>> status_of(rule.applies, rule.violated, {flame: None, alarm: True})[0]
    'pass'
    """
    applicable, why_applicable = decide(applies, values)
    if applicable is False:
        return "not_applicable", why_applicable
    truth, atoms = decide(And((applies, violated)), values)
    if truth is True:
        return "violation", atoms
    if truth is None:
        return "unknown", atoms
    return "pass", atoms
