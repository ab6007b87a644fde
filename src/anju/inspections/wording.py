"""Hazards in words of the reader's language: what the rule says, which facts forced it, who is bound, what to do.

A hazard keeps the title it was found with; where its rule is at hand, both languages come from the rule book.
"""

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anju import standard
from anju.core import time
from anju.inspections.models import Hazard
from anju.standard.facts import EntityName


def lang() -> str:
    return get_language() or "zh"


def rule_of(hazard: Hazard) -> standard.Rule | None:
    """The rule as it stood when the hazard was found."""
    if not hazard.rule:
        return None
    on = time.day_of(hazard.found_at)
    return next((rule for rule in _edition(hazard, on).rules_on(on) if rule.id == hazard.rule), None)


def _edition(hazard: Hazard, on: date) -> standard.Edition:
    named = [edition for edition in standard.editions() if edition.name == hazard.edition]
    return named[0] if named else standard.current_edition(on)


def _say(hazard: Hazard, part: str) -> str:
    rule = rule_of(hazard)
    if rule is None:
        return ""
    on = time.day_of(hazard.found_at)
    return standard.judge_for(_edition(hazard, on), on).words(getattr(rule.words, part), lang())


def title(hazard: Hazard) -> str:
    return hazard.title if lang().startswith("zh") else _say(hazard, "wrong") or hazard.title


def says(hazard: Hazard) -> str:
    return _say(hazard, "says")


def why(hazard: Hazard) -> str:
    return _say(hazard, "why")


def todo(hazard: Hazard) -> str:
    return _say(hazard, "todo")


def sources(hazard: Hazard) -> str:
    rule = rule_of(hazard)
    return _("; ").join(citation.text.of(lang()) for citation in rule.sources) if rule else ""


def because(hazard: Hazard) -> list[tuple[str, str]]:
    """(fact, value) in words; a room rule may have read a fact of the dwelling or the unit."""
    rule = rule_of(hazard)
    if rule is None:
        return []
    facts = _edition(hazard, time.day_of(hazard.found_at)).facts
    rows = []
    for name, value in hazard.because.items():
        entity, _dot, fact = name.rpartition(".")
        own: EntityName = entity or rule.entity
        known = facts.get(own, {}).get(fact)
        if known is not None:
            rows.append((known.label.of(lang()), known.label_of(value, lang())))
    return rows


def party(hazard: Hazard) -> str:
    """Landlord 周桂芳; the kind alone where nobody is recorded."""
    kind = str(hazard.get_answerable_display()) if hazard.answerable else ""
    return _("%(kind)s %(name)s") % {"kind": kind, "name": hazard.answerable_name} if hazard.answerable_name else kind


def bound(hazard: Hazard) -> str:
    labels = dict(Hazard.Bound.choices)
    return _(", ").join(str(labels[kind]) for kind in hazard.bound if kind in labels)


def days(hazard: Hazard) -> str:
    if hazard.days == 0:
        return _("at once")
    if hazard.working_days:
        return _("%(n)s working days") % {"n": hazard.days}
    return _("%(n)s calendar days") % {"n": hazard.days}


def state_mark(hazard: Any) -> tuple[str, str]:
    """(tone, icon) of a state's chip; the word is the state's own."""
    marks = {
        Hazard.State.OPEN: ("due", "clock"),
        Hazard.State.CORRECTING: ("work", "progress"),
        Hazard.State.REINSPECT: ("work", "eye-check"),
        Hazard.State.CONFIRM: ("work", "checks"),
        Hazard.State.HANDED_OVER: ("work", "transfer"),
        Hazard.State.JOINT: ("work", "users-group"),
        Hazard.State.CLOSED: ("ok", "circle-check"),
        Hazard.State.VOID: ("plain", "circle-minus"),
    }
    return marks[Hazard.State(hazard.state)]
