"""Materialised digits-only paths: five digits a level; a subtree is the range from the path to its successor.

A range and never LIKE: it uses the index on every database and a prefix of digits cannot match a longer sibling.
"""

from django.db.models import Q

STEP = 5
MOST = 10**STEP - 2  # not 99999: a path's successor must not carry into the level above


def child(parent: str, number: int) -> str:
    if not 0 < number <= MOST:
        raise ValueError(f"{number}: a level holds 1 to {MOST} children")
    return f"{parent}{number:0{STEP}d}"


def successor(path: str) -> str:
    """The first path after the whole subtree of `path`."""
    return str(int("1" + path) + 1)[1:]


def under(field: str, path: str) -> Q:
    """The subtree of `path`, itself included. The empty path is everything."""
    return Q(**{f"{field}__gte": path, f"{field}__lt": successor(path)}) if path else Q()


def depth(path: str) -> int:
    return len(path) // STEP


def ancestors(path: str) -> list[str]:
    """From the root to the path itself."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]
