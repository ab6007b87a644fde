"""What can be wrong with a file or a cell, as codes with parameters; the words come from gettext when shown.

A problem never carries a finished sentence: it is stored once, cell by cell, and read in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# Refusals of a whole file. Each says what the file is and what to do next.
REFUSALS: dict[str, Any] = {
    "empty": _("The file is empty. Choose the file that holds the ledger."),
    "too_big": _("The file has %(size)s MB; at most %(limit)s MB are read. Split it into several files."),
    "picture": _(
        "This is a picture (%(what)s), whatever its name says. Upload the table itself: .xlsx, .xls, .ods or .csv."
    ),
    "pdf": _("This is a PDF. Upload the table it was printed from: .xlsx, .xls, .ods or .csv."),
    "word": _("This is a Word document. Copy its table into a spreadsheet, save it as .xlsx and upload that."),
    "slides": _("These are slides. Upload the table itself: .xlsx, .xls, .ods or .csv."),
    "web_page": _("This is a web page saved under a spreadsheet's name. Open it, save it as .xlsx and upload that."),
    "xml_table": _("This is an XML spreadsheet of 2003. Open it, save it as .xlsx and upload that."),
    "binary_workbook": _("This is a binary workbook (.xlsb). Save it as .xlsx and upload that."),
    "archive": _("This is an archive (%(what)s). Unpack it and upload the table in it."),
    "program": _("This is a program, not a table. It was not opened."),
    "unknown": _("This is not a table that can be read. Upload .xlsx, .xls, .ods or .csv."),
    "password": _("The file has a password. Remove the password (File, Info, Protect), save it and upload it again."),
    "macros": _("The file contains macros. Save it as .xlsx (a workbook without macros) and upload that."),
    "zip_members": _("The file holds %(count)s parts; a ledger has at most %(limit)s. It was not opened."),
    "zip_total": _("Unpacked the file would have over %(limit)s MB. Split it into several files."),
    "zip_ratio": _(
        "The file is packed %(ratio)s times smaller than its content, as archives made to do harm are. Open it, save it anew and upload that."
    ),
    "zip_lies": _("The file says it is smaller than it is. It was not opened."),
    "damaged": _(
        "The file is damaged and cannot be read. Open it in the spreadsheet program, save it anew and upload that."
    ),
    "doctype": _("The file declares XML entities, which a spreadsheet never does. It was not opened."),
    "too_heavy": _(
        "Reading the file takes more memory or time than a ledger needs. Copy the table into a new workbook and upload that."
    ),
    "too_many_rows": _(
        "Sheet “%(sheet)s” ends at row %(rows)s; at most %(limit)s rows are read. Split it, or delete what stands far below the table."
    ),
    "too_many_columns": _(
        "Sheet “%(sheet)s” ends at column %(columns)s; at most %(limit)s columns are read. Delete what stands far right of the table."
    ),
    "too_many_cells": _(
        "Sheet “%(sheet)s” has %(cells)s cells; at most %(limit)s are read. Split it into several files."
    ),
    "no_sheet": _("The file has no visible sheet with content."),
    "no_header": _("No header row was found in the first %(rows)s rows. A ledger needs a row that names its columns."),
    "no_rows": _("Below the header in row %(row)s there are no rows."),
    "encoding": _("The text is neither UTF-8 nor GB18030 (line %(line)s). Save it as “CSV UTF-8” and upload that."),
    "broken_csv": _(
        "Line %(line)s of the text table cannot be read: a quotation mark is not closed, or a cell is too long."
    ),
}

# Problems of one cell or row. `expected` in words; the cell's own value is shown beside it, so it is not repeated here.
PROBLEMS: dict[str, Any] = {
    "whole_number": _("Expected a whole number such as 3"),
    "number": _("Expected a number such as 86.5"),
    "too_small": _("Expected %(least)s or more"),
    "too_large": _("Expected %(most)s or less"),
    "no_such_day": _("There is no such day. Write a date such as %(example)s"),
    "not_a_date": _("Expected a date such as 2026-03-01"),
    "day_before_month": _("Day or month first? Write the year first, such as 2026-03-01"),
    "date_in_future": _("This day is still to come (after %(today)s)"),
    "date_too_old": _("Expected a day after %(least)s"),
    "yes_or_no": _("Expected yes or no"),
    "choice": _("Expected %(options)s"),
    "phone_digits": _("A mobile number has 11 digits, a landline area code and number; this has %(digits)s digits"),
    "phone_form": _("Expected a mobile number of 11 digits, or a landline such as 0512-57700000"),
    "masked": _("Digits are hidden by *. Write the number in full, or leave it empty"),
    "several": _("More than one number. Write one"),
    "digits_lost": _(
        "The spreadsheet kept only the first 15 digits. Format the column as text and type the number again"
    ),
    "id_length": _("An ID number has 18 characters; this has %(length)s"),
    "id_old": _("This is an old ID number of 15 digits. Write the present one of 18"),
    "id_character": _("Character %(position)s is “%(character)s”; expected a digit"),
    "id_birthday": _("Digits 7 to 14 are no day of birth: %(birthday)s"),
    "id_check": _("The last character does not fit the other 17; by them it would be %(expected)s. Check every digit"),
    "too_long": _("At most %(limit)s characters"),
    "code_form": _("Expected letters and digits only, up to %(limit)s"),
    "became_a_date": _("The spreadsheet turned this into a date. Format the column as text and type it again"),
    "address_missing": _("The address is missing"),
    "estate_missing": _("The estate or village is missing"),
    "door_missing": _("The number is missing: building, unit and room, or group and house number"),
    "address_unclear": _(
        "Cannot be split into estate, building, unit and room. Write it as 兰泾花苑12幢2单元302室 or 东方村三组48号"
    ),
    "address_conflict": _("The column of the estate says “%(other)s”"),
    "estate_unknown": _("%(area)s has no such estate or village. Register it first, under “Areas and pilots”"),
    "estate_elsewhere": _("This estate or village is not in your area (%(area)s)"),
    "same_dwelling": _("Row %(row)s already has this dwelling, with other values"),
    "unit_missing": _("Several units of this building have this room. Write the unit"),
    "dwelling_elsewhere": _("This dwelling is not in your area (%(area)s)"),
    "code_of_another": _("This code belongs to another address: %(address)s"),
    "landlord_unnamed": _("A phone or ID number without the landlord's name"),
    "sublessor_unnamed": _("A phone number without the sub-lessor's name"),
    "nothing_above": _("“Same as above”, but nothing stands above"),
    "formula": _("A formula. Only values are imported"),
    "formula_empty": _("A formula that was never computed. Open the file, save it and upload it again"),
    "formula_outside": _("A formula that reads another workbook. Paste it as a value"),
    "cell_error": _("The spreadsheet shows an error here instead of a value"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of mistake. `suggestion` is what to write instead, in the ledger's own words; None if nobody can know."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()
    suggestion: str | None = None

    def text(self) -> str:
        return render(self.code, dict(self.params))


class Refused(Exception):
    """The whole file is refused; `str()` says why and what to do next, in the reader's language."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return str(REFUSALS[self.code]) % self.params


def problem(code: str, suggestion: str | None = None, **params: str | int) -> Problem:
    return Problem(code, tuple(params.items()), suggestion)


def render(code: str, params: Mapping[str, str | int]) -> str:
    """Words for a stored problem. `options` holds codes of a field's values, separated by `|`; they are named here."""
    shown = dict(params)
    if "options" in shown:
        from_codes = str(shown["options"]).split("|")
        shown["options"] = str(_(" or ")).join(f"“{name}”" for name in from_codes)
    return str(PROBLEMS[code]) % shown
