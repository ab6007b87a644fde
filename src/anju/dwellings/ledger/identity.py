"""Phones and ID numbers in the cells of a ledger: what is wrong, what a spreadsheet did to them, what to write instead.

The arithmetic is that of `dwellings.identity`; only what a spreadsheet breaks is known here.
"""

from __future__ import annotations

import datetime
import re

from anju.dwellings.identity import check_character
from anju.dwellings.ledger import normal
from anju.dwellings.ledger.problems import Problem, problem

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}\d{7,8}")
LOCAL = re.compile(r"[2-9]\d{7}")
EXACT_FLOAT = 10**15  # from here on a spreadsheet has replaced the last digits by zeros


def phone(value: object) -> str | Problem:
    """Digits only: 11 of a mobile, or a landline with area code. Kunshan's 0512 is not guessed."""
    if isinstance(value, float):
        return problem("phone_form")
    shown = normal.text(str(value))
    if "*" in shown:
        return problem("masked")
    parts = [part for part in re.split(r"[,/、;;或 ]+", shown) if len(re.sub(r"\D", "", part)) >= 7]
    if len(parts) > 1 and not re.fullmatch(r"[\d\s+()-]{7,18}", shown):
        return problem("several", suggestion=re.sub(r"\D", "", parts[0]))
    digits = re.sub(r"[\s()+-]", "", shown)
    if digits.startswith("86") and len(digits) == 13:
        digits = digits[2:]
    if not digits.isdigit() or not digits.isascii():
        return problem("phone_form")
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits):
        return digits
    if LOCAL.fullmatch(digits):
        return problem("phone_form", suggestion=f"0512-{digits}")
    return problem("phone_digits", digits=len(digits)) if digits.startswith("1") else problem("phone_form")


def id_number(value: object) -> str | Problem:
    """18 characters that fit together. An error names the place, never the whole number."""
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and (isinstance(value, float) or value >= EXACT_FLOAT)
    ):
        return problem("digits_lost")
    shown = normal.tight(str(value)).upper().lstrip("'")
    if "*" in shown:
        return problem("masked")
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", shown):
        return problem("digits_lost")
    if len(shown) == 15 and shown.isdigit():
        return problem("id_old")
    if len(shown) != 18:
        return problem("id_length", length=len(shown))
    return _id_of_18(shown)


def _id_of_18(shown: str) -> str | Problem:
    for position, character in enumerate(shown, start=1):
        if character not in "0123456789" and not (position == 18 and character == "X"):
            return problem("id_character", position=position, character=character)
    birthday = shown[6:14]
    try:
        datetime.date(int(birthday[:4]), int(birthday[4:6]), int(birthday[6:]))
    except ValueError:
        return problem("id_birthday", birthday=birthday)
    if shown.endswith("000") and check_character(shown[:17]) != shown[17]:
        return problem("digits_lost")
    expected = check_character(shown[:17])
    return shown if shown[17] == expected else problem("id_check", expected=expected)
