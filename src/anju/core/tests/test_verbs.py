"""Verbs in words: whatever the table of verbs or a `record(verb=…)` names can be read by people."""

import re
from pathlib import Path

import pytest
from django.utils import translation

import anju
from anju.core import verbs

pytestmark = pytest.mark.nodatabase
SOURCE = Path(anju.__file__).parent


def named() -> set[str]:
    files = [file for file in SOURCE.rglob("*.py") if "tests" not in file.parts and file.name != "testing.py"]
    return {verb for file in files for verb in re.findall(r'(?:verb=|@needs\()"([a-z]+\.[a-z_]+)"', file.read_text())}


def test_every_verb_that_a_page_asks_for_or_the_log_takes_has_words_in_both_languages() -> None:
    assert len(named()) > 40
    assert named() - verbs.WORDS.keys() == set()
    with translation.override("zh-hans"):
        untranslated = [verb for verb in verbs.WORDS if verbs.words(verb).isascii()]
    assert untranslated == []


def test_a_verb_without_words_is_shown_as_it_is() -> None:
    assert verbs.words("moon.visit") == "moon.visit"
