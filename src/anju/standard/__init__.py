"""The standard of group-rented housing as data, and the engine that judges dwellings by it. Plain Python, no Django.

Facts, dated parameters, rules and texts stand in YAML (``editions/``); conditions are a closed part of SQL that is checked
when it is loaded and then runs as Python, SQL and JavaScript with the same answers. Serves A2.1, A2.2, A2.3, A2.5, A3.2.

>>> from datetime import date
>>> judge({"kind": "commercial", "letting_state": "let"}, on=date(2026, 11, 22)).verdict
'unchecked'
"""

from anju.standard.checking import FactError, Problem
from anju.standard.drafts import draft_edition, load_draft
from anju.standard.edition import (
    CATEGORIES,
    DEPARTMENTS,
    FORCES,
    PARTIES,
    SEVERITIES,
    SUPPLIES,
    Edition,
    Parameter,
    Rule,
)
from anju.standard.facts import Fact, Text
from anju.standard.judging import Judgement, Result, judge, judge_for
from anju.standard.loading import current_edition, editions, load_edition, use_editions
from anju.standard.mistakes import EditionError
from anju.standard.questions import Question, facts_of_rule, questions, rules_reading
from anju.standard.supplies import Shortfall, shortfall

__all__ = [
    "CATEGORIES",
    "DEPARTMENTS",
    "FORCES",
    "PARTIES",
    "SEVERITIES",
    "SUPPLIES",
    "Edition",
    "EditionError",
    "Fact",
    "FactError",
    "Judgement",
    "Parameter",
    "Problem",
    "Question",
    "Result",
    "Rule",
    "Shortfall",
    "Text",
    "current_edition",
    "draft_edition",
    "editions",
    "facts_of_rule",
    "judge",
    "judge_for",
    "load_draft",
    "load_edition",
    "questions",
    "rules_reading",
    "shortfall",
    "use_editions",
]
