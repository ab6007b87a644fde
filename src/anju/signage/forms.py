"""Forms of the signs: posting with a photo, revoking, a round of printing, the office's look, who is on duty."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.selectors import areas_of, estates_of
from anju.files.forms import ACCEPTED
from anju.signage import norms
from anju.signage.models import Contact, Sign, SignBatch, SignStyle


class PostedForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo of the sign where it hangs"),
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "capture": "environment"}),
        help_text=_("Its position is compared with the home's; nobody's face, please"),
    )


class RevokeForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    replace = forms.BooleanField(label=_("Print a new one with a new code"), required=False, initial=True)


class NoteForm(forms.Form):
    note = forms.CharField(label=_("What was found there"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class BatchForm(forms.Form):
    title = forms.CharField(label=_("Name of the round"), max_length=60)
    area = forms.ModelChoiceField(Area.objects.none(), label=_("Area"), to_field_name="code", empty_label=None)
    place = forms.ModelChoiceField(
        Place.objects.none(),
        label=_("Estate or village"),
        to_field_name="code",
        required=False,
        empty_label=_("all of them"),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Signs"), choices=Sign.Kind.choices, widget=forms.CheckboxSelectMultiple, initial=list(Sign.Kind.values)
    )
    which = forms.ChoiceField(label=_("What is printed"), choices=SignBatch.Which.choices, initial=SignBatch.Which.BOTH)
    cut = forms.BooleanField(
        label=_("Bleed and cut marks"), required=False, help_text=_("For a printing shop; not for an office printer")
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_of(user).order_by("path")  # type: ignore[attr-defined]
        self.fields["area"].label_from_instance = _indented  # type: ignore[attr-defined]
        self.fields["place"].queryset = estates_of(user).order_by("area_path", "path")  # type: ignore[attr-defined]


def _indented(area: Area) -> str:
    return "　" * max(0, len(area.path) // 5 - 1) + area.name


class StyleForm(forms.Form):
    """Cleaned data are the `values` of services.styles.set_style, with the emblem as an upload."""

    issuer = forms.CharField(
        label=_("Issuer"), max_length=60, help_text=_("Stands at the foot of every sign: 昆山市…专班 监制")
    )
    colour = forms.RegexField(
        r"^#[0-9a-fA-F]{6}$", label=_("Colour of the bands"), initial=norms.COLOUR,
        help_text=_("Like #173f94; white text stands on it, so take a dark one"),
    )  # fmt: skip
    logo = forms.FileField(
        label=_("Emblem"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("A picture on white; without one the house of the platform stands there. No state emblem."),
    )  # fmt: skip
    party = forms.ChoiceField(label=_("Named outside"), choices=SignStyle.Party.choices)
    names = forms.ChoiceField(label=_("Names inside"), choices=SignStyle.Names.choices)
    check_days = forms.IntegerField(
        label=_("Days to the next check"), min_value=7, max_value=400, initial=norms.CHECK_DAYS
    )

    def clean_colour(self) -> str:
        """White text on it must be readable in the sun: contrast of 7 to 1."""
        colour = str(self.cleaned_data["colour"]).lower()
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
        if contrast < 7:
            raise ValidationError(
                _t(
                    "White text on this colour has a contrast of %(is)s to 1; 7 to 1 is needed outdoors. Take a darker one."
                )
                % {"is": f"{contrast:.1f}"}
            )
        return colour


class ContactForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Contact.Role.choices)
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("For the area"), to_field_name="code", required=False, empty_label="–"
    )
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("or for the estate"), to_field_name="code", required=False, empty_label="–"
    )
    name = forms.CharField(label=_("Name"), max_length=40)
    phone = forms.CharField(
        label=_("Duty telephone"), max_length=20, required=False, help_text=_("Read by everybody: an office's number, nobody's own")
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_of(user).order_by("path")  # type: ignore[attr-defined]
        self.fields["area"].label_from_instance = _indented  # type: ignore[attr-defined]
        self.fields["place"].queryset = estates_of(user).order_by("area_path", "path")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("area")) == bool(data.get("place")):
            raise ValidationError(_t("Choose an area or an estate, one of the two."))
        return data


class PositionForm(forms.Form):
    latitude = forms.FloatField(min_value=-90, max_value=90)
    longitude = forms.FloatField(min_value=-180, max_value=180)
