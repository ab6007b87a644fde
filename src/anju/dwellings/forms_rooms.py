"""Forms of how a home is let and of its rooms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.dwellings.models import Dwelling


class LettingForm(forms.Form):
    seen_at = forms.DateTimeField(widget=forms.HiddenInput)
    letting_state = forms.ChoiceField(label=_("Letting state"), choices=Dwelling.LettingState.choices)
    rooms_let = forms.IntegerField(label=_("Rooms let"), min_value=0, max_value=5000, required=False)
    beds_let = forms.IntegerField(label=_("Beds let"), min_value=0, max_value=10000, required=False)
    standard_code = forms.CharField(label=_("Police standard address code"), max_length=40, required=False)


class RoomForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the room"),
        max_length=20,
        help_text=_("As on its door: A, 主卧, 阳台. Its facts come with an inspection"),
    )
