"""The form of one piece of equipment."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.core.forms import DayInput
from anju.core.time import today
from anju.dwellings.models import Dwelling, Equipment, Room


class EquipmentForm(forms.Form):
    item = forms.ChoiceField(label=_("Item"), choices=Equipment.Item.choices)
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=500, initial=1)
    room = forms.ModelChoiceField(
        queryset=Room.objects.none(), label=_("Room"), required=False, empty_label=_("the whole home")
    )
    fitted_on = forms.DateField(label=_("Fitted on"), widget=DayInput(), required=False)
    expires_on = forms.DateField(
        label=_("Good until"), widget=DayInput(), required=False, help_text=_("The last good day, as printed on it")
    )

    def __init__(self, *args: Any, home: Dwelling, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.fields["room"]
        assert isinstance(room, forms.ModelChoiceField)
        room.queryset = home.rooms.filter(removed_on=None)

    def clean_fitted_on(self) -> date | None:
        day: date | None = self.cleaned_data["fitted_on"]
        if day is not None and day > today():
            raise forms.ValidationError(_("This day lies in the future. Choose today or earlier."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("fitted_on") and data.get("expires_on") and data["expires_on"] < data["fitted_on"]:
            self.add_error("expires_on", _("It cannot run out before it was fitted."))
        return data
