"""The upload form of a ledger, and the choice of columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.core import time
from anju.core.forms import DayInput


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Ledger file"),
        help_text=_(".xlsx, .xls, .ods or .csv as the office keeps it: title rows, merged cells and totals may stay."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
        allow_empty_file=True,  # the reader says in words what is wrong with it
    )
    area = forms.ModelChoiceField(queryset=Area.objects.none(), label=_("Area"), empty_label=None)
    as_of = forms.DateField(
        label=_("As of"),
        help_text=_("The day the ledger speaks of. What an inspector saw later stays."),
        widget=DayInput(),
    )

    def __init__(self, *args: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["as_of"].initial = time.today()
        if areas.count() < 2:
            del self.fields["area"]
