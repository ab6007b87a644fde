"""Rules as SQL that DuckDB, SQLite and PostgreSQL read alike.

The text is the same for all three: names quoted, calculations in double precision, a division by NULLIF(divisor, 0), so
that zero gives NULL everywhere instead of an error here and infinity there.
"""

from collections.abc import Callable, Mapping

from anju.standard.edition import Rule
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
    Zero,
    divisors_of,
    refs_of,
)
from anju.standard.logic import STATUSES

ColumnOf = Callable[[Ref], str]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class SqlWriter:
    """Writes expressions; ``column`` says how a fact is called in the query around them."""

    def __init__(self, parameters: Mapping[str, float], column: ColumnOf) -> None:
        self.parameters = parameters
        self.column = column

    def condition(self, node: Node) -> str:
        if isinstance(node, Always):
            return "(1 = 1)"
        if isinstance(node, Not):
            return f"(NOT {self.condition(node.child)})"
        if isinstance(node, And | Or):
            word = " AND " if isinstance(node, And) else " OR "
            return "(" + word.join(self.condition(child) for child in node.children) + ")"
        return self.atom(node)

    def atom(self, atom: Atom) -> str:
        if isinstance(atom, Flag):
            return self.column(atom.ref)
        if isinstance(atom, OneOf):
            values = ", ".join(text_literal(value) for value in atom.values)
            return f"({self.column(atom.ref)} IN ({values}))"
        assert isinstance(atom, Compare)
        return f"({self._side(atom.left)} {atom.op} {self._side(atom.right)})"

    def _side(self, number: Number) -> str:
        """A bare fact is compared as it is; whatever is calculated or written out is a double."""
        return self.column(number.ref) if isinstance(number, Quantity) else self.number(number)

    def number(self, number: Number) -> str:
        if isinstance(number, Zero):
            return "0"
        if isinstance(number, Param):
            value = self.parameters[number.name]
            return str(value) if isinstance(value, int) else f"CAST({value!r} AS DOUBLE PRECISION)"
        if isinstance(number, Quantity):
            return f"CAST({self.column(number.ref)} AS DOUBLE PRECISION)"
        left, right = self._double(number.left), self._double(number.right)
        return f"({left} / NULLIF({right}, 0))" if number.op == "/" else f"({left} {number.op} {right})"

    def _double(self, number: Number) -> str:
        written = self.number(number)
        return written if isinstance(number, Arith | Quantity) else f"CAST({written} AS DOUBLE PRECISION)"

    def status(self, rule: Rule) -> str:
        """Write the status of a rule as a number: its place in logic.STATUSES."""
        applies, violated = self.condition(rule.applies), self.condition(rule.violated)
        passed, not_applicable, violation, unknown = range(len(STATUSES))
        return (
            f"CASE WHEN NOT {applies} THEN {not_applicable} WHEN {applies} AND {violated} THEN {violation} "
            f"WHEN ({applies} AND {violated}) IS NULL THEN {unknown} ELSE {passed} END"
        )

    def forced_by(self, node: Node, ref: Ref) -> str | None:
        """Write whether an unknown expression is unknown because of one fact; None where it does not read the fact.

        The same facts as logic.decide names: those of the unknown parts, down to the atoms; a divisor that is zero
        stands for its atom when all facts of the atom are known.
        """
        if isinstance(node, Not):
            return self.forced_by(node.child, ref)
        if isinstance(node, And | Or):
            parts = [part for child in node.children if (part := self.forced_by(child, ref))]
            if not parts:
                return None
            return f"({self.condition(node)} IS NULL AND ({' OR '.join(parts)}))"
        if isinstance(node, Always) or ref not in refs_of(node):
            return None
        test = f"{self.column(ref)} IS NULL"
        if ref in divisors_of(node):
            known = [f"{self.column(other)} IS NOT NULL" for other in refs_of(node) if other != ref]
            test = f"({test} OR ({' AND '.join([*known, f'{self.column(ref)} = 0'])}))"
        return f"({self.atom(node)} IS NULL AND {test})"
