"""Days as offices write them. Year, month, day in that order, in any of eight styles; anything else is asked about."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange

from anju.dwellings.ledger import normal
from anju.dwellings.ledger.problems import Problem, problem

FOUR = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
TWO = re.compile(r"(\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
ENGLISH = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4}|\d{2})")
LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
CHINESE = re.compile(
    r"([零〇一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EPOCH = datetime.date(1899, 12, 30)  # day 0 of spreadsheets
OLDEST = datetime.date(1990, 1, 1)


def parse(value: object, today: datetime.date) -> datetime.date | Problem:
    """A day up to `today`. Spreadsheet day numbers are understood from 1990 on."""
    found = _day(value)
    if isinstance(found, Problem):
        return found
    if found > today:
        return problem("date_in_future", today=today.isoformat())
    if found < OLDEST:
        return problem("date_too_old", least=OLDEST.isoformat())
    return found


def _day(value: object) -> datetime.date | Problem:
    if isinstance(value, int | float):
        return _from_number(value)
    shown = normal.text(str(value))
    if shown.isdigit():
        return _from_number(int(shown))
    parts = _parts(shown)
    if parts is None:
        return problem("day_before_month") if LAST.fullmatch(shown) else problem("not_a_date")
    return _checked(*parts)


def _from_number(value: float) -> datetime.date | Problem:
    if 32_000 < value < 80_000:
        return EPOCH + datetime.timedelta(days=int(value))
    match = COMPACT.fullmatch(str(int(value)))
    return _checked(*map(int, match.groups())) if match else problem("not_a_date")


def _parts(shown: str) -> tuple[int, int, int] | None:
    if match := FOUR.fullmatch(shown):
        return int(match[1]), int(match[2]), int(match[3])
    if match := TWO.fullmatch(shown):
        return _century(int(match[1])), int(match[2]), int(match[3])
    if match := ENGLISH.fullmatch(shown):
        month = match[2].lower()
        year = int(match[3]) if len(match[3]) == 4 else _century(int(match[3]))
        return (year, MONTHS.index(month) + 1, int(match[1])) if month in MONTHS else None
    if match := CHINESE.fullmatch(shown):
        chinese = [normal.numeral(part) or 0 for part in match.groups()]
        return chinese[0], chinese[1], chinese[2]
    return None


def _century(year: int) -> int:
    return 2000 + year if year < 70 else 1900 + year


def _checked(year: int, month: int, day: int) -> datetime.date | Problem:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        if not (1 <= month <= 12 and 1900 <= year <= 2100):
            return problem("not_a_date")
        last = monthrange(year, month)[1]
        return problem("no_such_day", example=f"{year}-{month:02d}-{last:02d}")
