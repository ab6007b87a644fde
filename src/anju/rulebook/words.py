"""An expression of the rule book in words, from the same tree that is judged: it cannot say something else."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anju.standard import Edition
from anju.standard.expressions import (
    Always,
    And,
    Arith,
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
)


class Words:
    def __init__(self, edition: Edition, lang: str) -> None:
        self.edition, self.lang = edition, lang

    def condition(self, node: Node, outer: str = "") -> str:
        """`outer` is the joining word around it: a mixed joint gets brackets."""
        if isinstance(node, Always):
            return _("always")
        if isinstance(node, And | Or):
            kind = "and" if isinstance(node, And) else "or"
            joint = pgettext("joins conditions", ", and ") if kind == "and" else pgettext("joins conditions", ", or ")
            text = joint.join(self.condition(child, kind) for child in node.children)
            return _("(%(text)s)") % {"text": text} if outer and outer != kind else text
        if isinstance(node, Not):
            if isinstance(node.child, Flag):
                return _("%(fact)s: no") % {"fact": self._name(node.child.ref)}
            return _("not (%(text)s)") % {"text": self.condition(node.child)}
        if isinstance(node, Flag):
            return _("%(fact)s: yes") % {"fact": self._name(node.ref)}
        if isinstance(node, OneOf):
            return self._one_of(node)
        return self._compare(node)

    def _name(self, ref: Ref) -> str:
        return self.edition.fact(ref.entity, ref.name).label.of(self.lang)

    def _one_of(self, node: OneOf) -> str:
        fact = self.edition.fact(node.ref.entity, node.ref.name)
        values = pgettext("joins values", " or ").join(fact.label_of(value, self.lang) for value in node.values)
        return _("%(fact)s: %(values)s") % {"fact": fact.label.of(self.lang), "values": values}

    def _compare(self, node: Compare) -> str:
        signs = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
        return f"{self.number(node.left)} {signs[node.op]} {self.number(node.right)}"

    def number(self, node: Number) -> str:
        if isinstance(node, Zero):
            return "0"
        if isinstance(node, Param):
            return self.edition.parameters[node.name].label.of(self.lang)
        if isinstance(node, Quantity):
            return self._name(node.ref)
        assert isinstance(node, Arith)
        signs = {"+": "+", "-": "−", "*": "×", "/": "÷"}
        return f"{self.number(node.left)} {signs[node.op]} {self.number(node.right)}"
