"""The closed sub-language of rules: SQL boolean expressions, parsed by sqlglot and checked against a whitelist.

Everything on which databases disagree is left out by construction: no functions, no LIKE, no IS, no NULL, no ROUND, no
casts, no subqueries, no text order. A division is by a whole-number fact or a parameter only, so that its one undefined
case (zero) can be made unknown everywhere; sums and products are bounded so that nothing overflows.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from anju.standard.facts import EntityName, Fact, FactType, Text
from anju.standard.mistakes import Mistake

ALLOWED = Text(
    "AND、OR、NOT、( )、= <> < <= > >=、fact IN ('a', 'b')、+ - * /、事实、dwelling.事实、unit.事实、"
    "有名称的参数、'事实的取值'、0；或单独一个 always",
    "AND, OR, NOT, ( ), = <> < <= > >=, fact IN ('a', 'b'), + - * /, facts, dwelling.fact, unit.fact, "
    "named parameters, 'a value of the fact', 0; or the single word always",
)
RULE_OF = {"room": "房间", "dwelling": "住房", "unit": "公共部位"}
LONGEST = 2000
LARGEST = 1e15  # below 2**53: every evaluator holds it exactly
MOST_OPERATIONS = 8


class ExpressionError(Mistake):
    """An expression that is outside the sub-language; the message says what and what is allowed."""


def _outside(zh: str, en: str) -> ExpressionError:
    return ExpressionError(f"{zh}。可用：{ALLOWED.zh}", f"{en}; allowed: {ALLOWED.en}")


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

_COMPARE: dict[type[exp.Expr], Literal["=", "<>", "<", "<=", ">", ">="]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITH: dict[type[exp.Expr], Literal["+", "-", "*", "/"]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}


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


def parse_condition(text: str, scope: Scope) -> Node:
    """Parse a yes/no expression; raise ExpressionError for anything outside the sub-language."""
    if text.strip() == "always":
        return Always()
    node = _Parser(scope).condition(_tree(text))
    if sum(isinstance(part, Arith) for part in walk_numbers(node)) > MOST_OPERATIONS:
        raise ExpressionError(
            f"一个条件里的计算超过 {MOST_OPERATIONS} 次", f"more than {MOST_OPERATIONS} calculations in one expression"
        )
    return node


def parse_number(text: str, scope: Scope) -> Number:
    """Parse an expression whose result is a number."""
    return _Parser(scope).number(_tree(text))


def _tree(text: str) -> exp.Expr:
    if len(text) > LONGEST:
        raise ExpressionError(f"超过 {LONGEST} 个字符", f"longer than {LONGEST} characters")
    for mark, zh, en in (
        (";", "第二条语句", "a second statement"),
        ("--", "注释", "a comment"),
        ("/*", "注释", "a comment"),
    ):
        if mark in text:
            raise _outside(f"不能用 {mark!r}（{zh}）", f"{mark!r} ({en}) is not allowed")
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise _outside(f"{text!r} 读不懂（{reason}）", f"{text!r} cannot be read ({reason})") from None
    if len(trees) != 1 or trees[0] is None:
        raise _outside("要写一个条件", "one expression is expected")
    tree: exp.Expr = trees[0]
    return tree


class _Parser:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def condition(self, tree: exp.Expr) -> Node:
        kind = type(tree)
        if kind is exp.Paren:
            return self.condition(tree.this)
        if kind is exp.Not:
            return Not(self.condition(tree.this))
        if kind is exp.And:
            return And(tuple(self._flat(tree, exp.And)))
        if kind is exp.Or:
            return Or(tuple(self._flat(tree, exp.Or)))
        if kind is exp.Column:
            return self._flag(tree)
        if kind is exp.In:
            return self._one_of(tree)
        if kind in _COMPARE:
            return self._compare(tree)
        raise self._refuse(tree)

    def _flat(self, tree: exp.Expr, kind: type[exp.Expr]) -> Iterator[Node]:
        for side in (tree.this, tree.expression):
            if type(side) is kind:
                yield from self._flat(side, kind)
            else:
                yield self.condition(side)

    def _flag(self, tree: exp.Expr) -> Flag:
        found = self._name(tree)
        if isinstance(found, Ref) and found.type == "bool":
            return Flag(found)
        shown = tree.sql(dialect="duckdb")
        raise _outside(f"{shown} 不是“是/否”的事实，要写成比较", f"{shown} is no yes/no fact, so it must be compared")

    def _one_of(self, tree: exp.Expr) -> OneOf:
        if any(value for key, value in tree.args.items() if key not in ("this", "expressions")):
            raise self._refuse(tree)
        ref = self._name(tree.this) if type(tree.this) is exp.Column else None
        if not isinstance(ref, Ref) or ref.type != "enum":
            raise _outside("IN 只用于列出取值的事实", "IN is for facts with listed values")
        return OneOf(ref, tuple(self._value(ref, item) for item in tree.expressions))

    def _value(self, ref: Ref, tree: exp.Expr) -> str:
        if type(tree) is exp.Column:
            shown = tree.sql(dialect="duckdb")
            raise ExpressionError(
                f"{shown}：{ref.text} 的取值要加单引号", f"{shown}: a value of {ref.text} stands in single quotes"
            )
        if type(tree) is not exp.Literal or not tree.is_string:
            raise self._refuse(tree)
        values = self.scope.facts[ref.entity][ref.name].values
        if tree.this not in values:
            near = nearest(tree.this, values)
            zh, en = (f"。最接近的：'{near}'", f"; nearest: '{near}'") if near else ("", "")
            raise ExpressionError(
                f"{ref.text} 没有取值 '{tree.this}'。取值有：{'、'.join(values)}{zh}",
                f"'{tree.this}' is no value of {ref.text}; its values: {', '.join(values)}{en}",
            )
        return str(tree.this)

    def _compare(self, tree: exp.Expr) -> Node:
        op = _COMPARE[type(tree)]
        left, right = tree.this, tree.expression
        if type(left) is exp.Literal and left.is_string:
            left, right = right, left
        if type(left) is exp.Column:
            ref = self._name(left)
            if isinstance(ref, Ref) and ref.type == "enum":
                if op not in ("=", "<>"):
                    raise _outside(f"{ref.text} 不分大小，只能用 = <> IN", f"{ref.text} has no order: only = <> IN")
                one = OneOf(ref, (self._value(ref, right),))
                return one if op == "=" else Not(one)
            if isinstance(ref, Ref) and ref.type == "bool":
                raise ExpressionError(
                    f"{ref.text} 是“是/否”的事实，写成 {ref.text} 或 NOT {ref.text}",
                    f"{ref.text} is a yes/no fact: write {ref.text} or NOT {ref.text}",
                )
        return Compare(op, self.number(tree.this), self.number(tree.expression))

    def number(self, tree: exp.Expr) -> Number:
        found = self._number(tree)
        if self._bound(found) > LARGEST:
            shown = tree.sql(dialect="duckdb")
            raise ExpressionError(f"{shown} 可能超过 {LARGEST:g}", f"{shown} can grow beyond {LARGEST:g}")
        return found

    def _number(self, tree: exp.Expr) -> Number:
        kind = type(tree)
        if kind is exp.Paren:
            return self._number(tree.this)
        if kind is exp.Literal and not tree.is_string:
            if tree.this == "0":
                return Zero()
            raise ExpressionError(
                f"数字 {tree.this} 要写成有名称的参数，只有 0 可以直接写",
                f"the number {tree.this} must be a named parameter; only 0 may be written out",
            )
        if kind is exp.Column:
            found = self._name(tree)
            if isinstance(found, Param):
                return found
            if found.type in ("int", "float"):
                return Quantity(found)
            raise _outside(f"{found.text} 不是数字", f"{found.text} is no number")
        if kind in _ARITH:
            return self._arith(tree)
        raise self._refuse(tree)

    def _arith(self, tree: exp.Expr) -> Arith:
        op = _ARITH[type(tree)]
        left, right = self._number(tree.this), self._number(tree.expression)
        if op == "/" and not (isinstance(right, Param) or (isinstance(right, Quantity) and right.ref.type == "int")):
            raise ExpressionError(
                "除数只能是整数的事实或有名称的参数", "a division is by a whole-number fact or a named parameter only"
            )
        return Arith(op, left, right)

    def _bound(self, number: Number) -> float:
        if isinstance(number, Zero):
            return 0
        if isinstance(number, Param):
            return self.scope.parameters[number.name]
        if isinstance(number, Quantity):
            fact = self.scope.facts[number.ref.entity][number.ref.name]
            return max(abs(fact.minimum), abs(fact.maximum))
        left, right = self._bound(number.left), self._bound(number.right)
        if number.op == "*":
            return left * right
        # A divisor is a whole number or a parameter, which is at least a millionth (loading.py).
        return left + right if number.op != "/" else left * (1e6 if isinstance(number.right, Param) else 1)

    def _name(self, tree: exp.Expr) -> Ref | Param:
        identifiers = [tree.args.get(part) for part in ("catalog", "db", "table", "this")]
        if any(part is not None and part.args.get("quoted") for part in identifiers):
            shown = tree.sql(dialect="duckdb")
            raise ExpressionError(
                f"{shown}：名称不加引号，取值加单引号", f"{shown}: names stand without quotes, values in single quotes"
            )
        parts = [part.name for part in identifiers if part is not None]
        text = ".".join(parts)
        scope = self.scope
        if len(parts) == 1 and text in scope.parameters:
            return Param(text)
        if len(parts) == 1:
            entity: EntityName | None = scope.entity
        else:
            entity = next((name for name in scope.readable if parts[:-1] == [name]), None)
        fact = scope.facts[entity].get(parts[-1]) if entity else None
        if entity is None or fact is None:
            near = near_to(text, scope.names())
            raise ExpressionError(
                f"{text} 既不是{RULE_OF[scope.entity]}规则能读的事实，也不是参数{near.zh}",
                f"{text} is neither a fact that a {scope.entity} rule reads nor a parameter{near.en}",
            )
        return Ref(entity, fact.name, fact.type, text)

    def _refuse(self, tree: exp.Expr) -> ExpressionError:
        shown = tree.sql(dialect="duckdb")
        kind = type(tree).__name__
        return _outside(f"不能用 {shown!r}（{kind}）", f"{shown!r} ({kind}) is not allowed")


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
