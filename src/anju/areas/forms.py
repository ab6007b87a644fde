"""Forms of areas, estates and pilots. Each carries what the person saw, so that the second of two editors is told."""

import csv
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from anju.areas import lines
from anju.areas.lines import PHONE, Line
from anju.areas.models import Area, EstateKind, PilotDesignation, Place
from anju.areas.selectors import seen_values
from anju.areas.services.editing import AREA_FIELDS, ESTATE_FIELDS
from anju.core.forms import DayInput
from anju.core.time import today

SALT = "areas.seen"


class SeenForm(forms.Form):
    """`seen` holds the row as it was when the form was made, signed so that nobody edits it on the way."""

    fields_seen: Sequence[str] = ()
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Area | Place, **kwargs: Any) -> None:
        values = seen_values(row, self.fields_seen)
        kwargs["initial"] = {**self.shown(values), "seen": signing.dumps(values, salt=SALT)}
        super().__init__(*args, **kwargs)

    @staticmethod
    def shown(values: dict[str, Any]) -> dict[str, Any]:
        return values

    def clean_seen(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = signing.loads(self.cleaned_data["seen"], salt=SALT)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("The page is damaged. Open it again.")) from error
        return found


class AreaForm(SeenForm):
    fields_seen = AREA_FIELDS
    name = forms.CharField(label=_("Name of the place"), max_length=60)
    leader_name = forms.CharField(
        label=_("Leader"), max_length=60, required=False, help_text=_("Stands on the sign at every door (A8.3)")
    )
    leader_phone = forms.RegexField(
        label=_("Duty telephone"), regex=rf"^{PHONE.pattern}$", required=False,
        help_text=_("A number of the office; residents see it"),
        error_messages={"invalid": _("Digits, spaces and - only, for example 0512-57300000.")},
    )  # fmt: skip
    members = forms.CharField(
        label=_("Members"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One name per line, or with commas between them"),
    )  # fmt: skip
    police_office = forms.CharField(label=_("Police post"), max_length=80, required=False)

    @staticmethod
    def shown(values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "members": "\n".join(values["members"])}

    def clean_members(self) -> list[str]:
        names = [name.strip() for name in re.split(r"[\n,，、;；]+", self.cleaned_data["members"])]
        names = list(dict.fromkeys(name for name in names if name))
        if any(len(name) > 60 for name in names):
            raise forms.ValidationError(_("A name has at most 60 characters. Put one name on each line."))
        return names


class EstateForm(SeenForm):
    fields_seen = ESTATE_FIELDS
    name = forms.CharField(label=_("Name of the place"), max_length=60)
    estate_kind = forms.ChoiceField(
        label=_("Kind of estate"),
        choices=EstateKind.choices,
        help_text=_("A management mode is suggested from it (A5.2)"),
    )
    address = forms.CharField(label=_("Address"), max_length=120, required=False)
    property_company = forms.CharField(label=_("Property company"), max_length=80, required=False)


class RegisterForm(forms.Form):
    """The rows as they were pasted, and the lines that were read from them (`lines`, once the form is valid)."""

    text = forms.CharField(
        label=_("Rows of the list"), max_length=500_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "a-mono", "wrap": "off", "spellcheck": "false"}),
        help_text=_("Copy the rows in the spreadsheet, the header too if you like, and paste them here; typed rows have commas"
                    " between the cells. A cell may be empty; an empty one at the beginning is the one above."),
        error_messages={"required": _("Paste at least one row.")},
    )  # fmt: skip

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = lines.columns_of(area)
        self.lines: list[Line] = []

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.lines = lines.read(lines.cut(text), self.columns)
        except csv.Error as error:
            raise forms.ValidationError(_("A quotation mark is opened and never closed. Delete it.")) from error
        if not self.lines:
            raise forms.ValidationError(_("Below the header there are no rows."))
        if len(self.lines) > lines.MOST:
            many = {"most": lines.MOST, "n": len(self.lines)}
            raise forms.ValidationError(
                _("At most %(most)s rows at once; these are %(n)s. Register them in parts."), params=many
            )
        return text


class PilotForm(forms.Form):
    estate = forms.ModelChoiceField(label=_("Estate or village"), queryset=Place.objects.none(), to_field_name="code")
    since = forms.DateField(label=_("Since"), widget=DayInput())
    decision = forms.CharField(
        label=_("Designating document"), max_length=120, help_text=_("The document that designates it, with its number")
    )

    def __init__(self, *args: Any, estates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["estate"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = estates
        self.fields["since"].initial = today


class EndPilotForm(forms.Form):
    until = forms.DateField(label=_("Last day"), widget=DayInput())

    def __init__(self, *args: Any, designation: PilotDesignation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.designation = designation
        self.fields["until"].initial = today
