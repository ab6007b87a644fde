"""Comparing a column's name with the words offices use."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from anju.dwellings.ledger import normal
from anju.dwellings.ledger.fields import FIELDS, IGNORED

BRACKETS = re.compile(r"[(\[（【<].*?[)\]）】>]")
NOISE = re.compile(r"[*:：,，、/\\_.\-·?？!#\s]+|必填|选填")
UNIT = re.compile(r"(㎡|m2|平方米|平方|间|张|户|人|元|数量)$")


@lru_cache(maxsize=4096)
def key(label: str) -> str:
    """A header without brackets, units, stars and spaces: `使用面积（㎡）*` → 使用面积."""
    bare = NOISE.sub("", BRACKETS.sub("", normal.tight(label)))
    return bare or NOISE.sub("", normal.tight(label))


WORDS: dict[str, str] = {key(word): f.name for f in FIELDS for word in f.words}
WEAK: dict[str, str] = {key(word): f.name for f in FIELDS for word in f.weak}
NOT_IMPORTED = frozenset(key(word) for word in IGNORED)


def known_word(label: str) -> bool:
    """Whether this could be the name of a column: a word for a target, or for something never imported."""
    bare = key(label)
    return bare in WORDS or bare in WEAK or bare in NOT_IMPORTED


@lru_cache(maxsize=4096)
def likeness(label: str) -> dict[str, float]:
    """Target → how well the name fits, 0 to 1. Equal words 1.0, a word that asks for confirmation 0.64, containing 0.6 to
    0.88, misspelt up to 0.8."""
    found: dict[str, float] = {}
    candidates = [key(label)]
    parts = label.split(" ")
    if len(parts) == 2:
        candidates.append(key(parts[1]))
    for rank, bare in enumerate(candidates):
        if not bare or (rank and bare in NOT_IMPORTED):
            continue
        for name, score in _scores(bare).items():
            found[name] = max(found.get(name, 0.0), score * (0.93 if rank else 1.0))
    return found


def _scores(bare: str) -> dict[str, float]:
    if bare in NOT_IMPORTED:
        return {}
    found: dict[str, float] = {}
    shorter = UNIT.sub("", bare)
    for words, base in ((WORDS, 1.0), (WEAK, 0.64)):
        for word, name in words.items():
            if word in (bare, shorter):
                score = base
            elif len(word) >= (5 if word.isascii() else 2) and word in bare:
                score = base * (0.6 + 0.28 * len(word) / len(bare))
            elif len(bare) >= (5 if bare.isascii() else 2) and bare in word:
                score = base * (0.45 + 0.35 * len(bare) / len(word))
            else:
                ratio = difflib.SequenceMatcher(None, word, bare).ratio() if set(word) & set(bare) else 0.0
                score = base * ratio * 0.8 if ratio >= (0.84 if bare.isascii() else 0.66) else 0.0
            if score > found.get(name, 0.0):
                found[name] = score
    return found
