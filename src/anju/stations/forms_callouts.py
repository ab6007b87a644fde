"""Forms of a call-out: calling a station, reporting, closing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.files.forms import PhotosField
from anju.stations.models import CallOut
from anju.stations.selectors import stations as selectors

PERSON_LEVELS = [choice for choice in CallOut.Level.choices if choice[0] != CallOut.Level.PRE_ALARM]


class CallForm(forms.Form):
    """Where is a home given with the address, else an estate or a building."""

    title = forms.CharField(
        label=_("What is reported"),
        max_length=120,
        help_text=_("Smoke, a fire alarm, a smell of gas, somebody shut in"),
    )
    level = forms.ChoiceField(label=_("Level"), choices=PERSON_LEVELS)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Estate or building"), empty_label=_("Choose"), required=False
    )

    def __init__(self, *args: Any, user: Any, at_home: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if at_home:
            del self.fields["place"]
            return
        choice: Any = self.fields["place"]
        choice.queryset = selectors.places_seen(user).select_related("parent")
        choice.label_from_instance = lambda row: f"{row.parent} {row}" if row.parent else str(row)
        choice.required = True


class FoundForm(forms.Form):
    """What was found, whether something has to be put right, photos."""

    finding = forms.CharField(
        label=_("What was found"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence is enough"),
    )  # fmt: skip
    hazard = forms.BooleanField(
        label=_("Something there has to be put right: open a hazard"), required=False,
        help_text=_("A real fire opens one anyway"),
    )  # fmt: skip
    photos = PhotosField(label=_("Photos from the spot"), required=False)

    def clean_photos(self) -> list[Any]:
        found: list[Any] = self.cleaned_data["photos"]
        if len(found) > 10:
            raise ValidationError(_t("At most ten photos."))
        return found


class ReportForm(FoundForm):
    outcome = forms.ChoiceField(label=_("What it was"), choices=CallOut.Outcome.choices, widget=forms.RadioSelect)
    field_order = ("outcome",)


class CloseForm(FoundForm):
    lessons = forms.CharField(
        label=_("Lessons"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What helped, what was missing. A real fire is not closed without."),
    )  # fmt: skip

    def __init__(self, *args: Any, callout: CallOut, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"].initial = callout.finding
        self.fields["lessons"].required = callout.outcome == CallOut.Outcome.REAL
        if callout.hazard_id is not None:
            del self.fields["hazard"]
