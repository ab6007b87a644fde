"""What the number of a door says: 302 and 302室 are door 02 of the third floor."""

import re

DOOR = re.compile(r"(\d{1,2})(\d{2})")


def plain(number: str) -> str:
    return number.strip().removesuffix("室").removesuffix("号")


def door_of(number: str) -> tuple[int, str] | None:
    """Floor and place on it; None for a number that says neither, such as a house of a village."""
    found = DOOR.fullmatch(plain(number))
    return (int(found[1]), found[2]) if found else None
