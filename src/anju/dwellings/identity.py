"""Numbers of people and companies: what is wrong with one, said to the person who typed it. The one place that knows.

GB 11643 (citizens; residence permits of Hong Kong, Macao and Taiwan residents; the permanent residence card of 2023),
the permanent residence card before 2023, passports (ICAO 9303), GB 32100 (companies). An answer names the position or the
digits that are wrong and what is expected, never the whole number. "" means: it can be one.
"""

import re
from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from anju.core import time

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643, mod 11-2
CHECKS = "10X98765432"
HMT = {"810000": "香港", "820000": "澳门", "830000": "台湾"}
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
GROWN_UP = 18


def plain(number: str) -> str:
    """As it stands on the card: no spaces, no dashes, capital letters, half-width."""
    wide = {ord("　"): " "} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return re.sub(r"[\s-]", "", number.translate(wide)).upper()


def check_character(first_17: str) -> str:
    """The 18th character of GB 11643."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first_17, WEIGHTS, strict=True)) % 11]


def _birth(digits: str, where: str) -> str:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return _("%(where)s are the date of birth; %(digits)s is no date.") % {"where": where, "digits": digits}
    if not date(1900, 1, 1) <= born <= time.today():
        return _("%(where)s are the date of birth; %(digits)s cannot be one.") % {"where": where, "digits": digits}
    return ""


def _of_18(number: str) -> str:
    if len(number) == 15 and number.isdigit():
        return _("This is an old number of 15 digits. Write the present one of 18.")
    if len(number) != 18:
        return _("The number has 18 characters: 17 digits and a digit or X. This one has %(n)s.") % {"n": len(number)}
    for position, character in enumerate(number, start=1):
        if character not in "0123456789" and not (position == 18 and character == "X"):
            wrong = {"position": position, "character": character}
            return _("Character %(position)s is “%(character)s”; expected a digit.") % wrong
    return _birth(number[6:14], _("Digits 7 to 14"))


def _checked(number: str) -> str:
    if number[17] != check_character(number[:17]):
        return _("The last character does not fit the other 17. Compare with the card: a digit is wrong.")
    return ""


def resident_problem(number: str) -> str:
    """居民身份证."""
    number = plain(number)
    problem = _of_18(number)
    if problem:
        return problem
    if number[:6] in HMT:
        return _("A number that begins with %(region)s is a residence permit of a Hong Kong, Macao or Taiwan resident. Choose that kind of card.") % {"region": number[:6]}  # fmt: skip
    if number[0] == "9" and _looks_foreign(number):
        return _("A number that begins with 9 is a permanent residence card of a foreigner. Choose that kind of card.")
    return _checked(number)


def _looks_foreign(number: str) -> bool:
    """A card of 2023, and not the made-up region 990000 of a demo's people."""
    return not number.startswith("99")


def hmt_problem(number: str) -> str:
    """港澳台居民居住证: GB 11643 with the regions 810000 (Hong Kong), 820000 (Macao), 830000 (Taiwan)."""
    number = plain(number)
    problem = _of_18(number)
    if problem:
        return problem
    if number[:6] not in HMT:
        return _("A residence permit begins with 810000 (Hong Kong), 820000 (Macao) or 830000 (Taiwan); this one with %(region)s.") % {"region": number[:6]}  # fmt: skip
    return _checked(number)


def foreign_problem(number: str) -> str:
    """外国人永久居留身份证: since December 2023 18 digits that begin with 9, before that 3 letters and 12 digits."""
    number = plain(number)
    if re.fullmatch(r"[A-Z]{3}\d{12}", number):
        return _short_birth(number[7:13])
    if number[:1].isalpha():
        return _("The older card has 3 letters of the country and 12 digits; this one has %(n)s characters.") % {"n": len(number)}  # fmt: skip
    if number[:1] != "9":
        return _("The card of 2023 begins with 9, the older one with 3 letters of the country; this one with “%(first)s”.") % {"first": number[:1]}  # fmt: skip
    return _of_18(number) or _checked(number)


def _short_birth(digits: str) -> str:
    """A birthday of six digits: the century is not written, so either may fit."""
    for century in ("19", "20"):
        if not _birth(century + digits, ""):
            return ""
    return _("Digits 5 to 10 after the letters are the date of birth; %(digits)s is no date.") % {"digits": digits}


def passport_problem(number: str) -> str:
    """护照: at most nine letters and digits (ICAO 9303), among them at least three digits."""
    number = plain(number)
    if not 5 <= len(number) <= 9:
        return _("A passport number has 5 to 9 letters and digits; this one has %(n)s.") % {"n": len(number)}
    wrong = re.search(r"[^A-Z0-9]", number)
    if wrong:
        return _("Character %(position)s is “%(character)s”; expected a letter or a digit.") % {"position": wrong.start() + 1, "character": wrong.group()}  # fmt: skip
    if sum(character.isdigit() for character in number) < 3:
        return _("A passport number has at least three digits. Copy it from the upper right corner of the page with the photo.")  # fmt: skip
    return ""


def credit_code_problem(number: str) -> str:
    """统一社会信用代码 (GB 32100)."""
    number = plain(number)
    if len(number) != 18:
        return _("A unified social credit code has 18 characters; this one has %(n)s.") % {"n": len(number)}
    for position, character in enumerate(number, start=1):
        if character not in CREDIT_ALPHABET:
            wrong = {"position": position, "character": character}
            return _("Character %(position)s is “%(character)s”; a credit code has digits and capital letters without I, O, S, V, Z.") % wrong  # fmt: skip
    if number[17] != credit_check_character(number[:17]):
        return _("The last character does not fit the other 17. Compare with the licence: a character is wrong.")
    return ""


def credit_check_character(first_17: str) -> str:
    total = sum(CREDIT_ALPHABET.index(char) * weight for char, weight in zip(first_17, CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


PROBLEMS: dict[str, Callable[[str], str]] = {
    "resident": resident_problem,
    "hmt": hmt_problem,
    "foreign": foreign_problem,
    "passport": passport_problem,
    "company": credit_code_problem,
}


def problem(number: str, kind: str) -> str:
    """Why `number` cannot be one of `kind` (a value of `Party.IdKind`), or ""."""
    return PROBLEMS[kind](number)


def born_on(number: str, kind: str) -> date | None:
    """The birthday that stands in the number, where the century is written."""
    number = plain(number)
    if kind == "passport" or kind == "company" or len(number) != 18 or problem(number, kind):
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def is_minor(number: str, kind: str, on: date) -> bool | None:
    """Under 18 on a day; None where the number does not say it."""
    born = born_on(number, kind)
    if born is None:
        return None
    return (on.year - born.year) - ((on.month, on.day) < (born.month, born.day)) < GROWN_UP
