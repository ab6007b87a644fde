"""Forms of papers."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.core.forms import DayInput
from anju.core.time import today
from anju.dwellings.models import Dwelling
from anju.dwellings.services.people import id_number_problem, phone_problem
from anju.files.forms import ACCEPTED
from anju.registration.models import Guarantee, Lease
from anju.registration.services.guarantees import may_sign


def _in_a_year() -> date:
    return today() + timedelta(days=365)


class GuaranteeForm(forms.Form):
    party = forms.ChoiceField(label=_("Who signed"), help_text=_("Everybody who lets this home now has to sign"))
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput(), initial=today)
    valid_until = forms.DateField(
        label=_("Valid until"), widget=DayInput(), required=False, help_text=_("Empty: as long as this party lets")
    )
    how = forms.ChoiceField(label=_("How"), choices=Guarantee.How.choices)
    photo = forms.FileField(
        label=_("Photo of the signed page"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_("Needed for a guarantee on paper"),
    )

    def __init__(self, *args: Any, home: Dwelling, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parties = {party.code: party for party in may_sign(home)}
        party = self.fields["party"]
        assert isinstance(party, forms.ChoiceField)
        party.choices = [(code, found.name) for code, found in self.parties.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("signed_on") and data.get("valid_until") and data["valid_until"] < data["signed_on"]:
            self.add_error("valid_until", _("It cannot end before it was signed."))
        if data.get("how") == Guarantee.How.PAPER and not data.get("photo") and "photo" not in self.errors:
            self.add_error("photo", _("Choose a photo of the signed page, as JPEG, PNG or WebP."))
        if "party" in data:
            data["party"] = self.parties[data["party"]]
        return data


class LeaseForm(forms.Form):
    lessee_name = forms.CharField(label=_("Tenant's name"), max_length=80)
    lessee_phone = forms.CharField(label=_("Tenant's phone"), max_length=20, required=False)
    lessee_id = forms.CharField(label=_("Tenant's ID number"), max_length=18, required=False)
    rooms = forms.CharField(
        label=_("Rooms"), max_length=60, required=False, help_text=_("Empty: the whole home. For example: A, B")
    )
    kind = forms.ChoiceField(label=_("Contract"), choices=Lease.Kind.choices)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput(), initial=today)
    starts = forms.DateField(label=_("Starts on"), widget=DayInput(), initial=today)
    ends = forms.DateField(label=_("Ends on"), widget=DayInput(), initial=_in_a_year)
    filed_on = forms.DateField(
        label=_("Filed on"), widget=DayInput(), required=False,
        help_text=_("Leave empty while it is not filed; 30 days run from signing"),
    )  # fmt: skip

    def clean_lessee_phone(self) -> str:
        phone = str(self.cleaned_data["lessee_phone"]).strip()
        if phone and (problem := phone_problem(phone)):
            raise forms.ValidationError(problem)
        return phone

    def clean_lessee_id(self) -> str:
        number = str(self.cleaned_data["lessee_id"]).strip().upper()
        if number and (problem := id_number_problem(number)):
            raise forms.ValidationError(problem)
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", _("It cannot end before it starts."))
        if data.get("signed_on") and data.get("filed_on") and data["filed_on"] < data["signed_on"]:
            self.add_error("filed_on", _("It cannot have been filed before it was signed."))
        return data


class DayForm(forms.Form):
    """The day of one step of a lease."""

    on = forms.DateField(widget=DayInput())


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, strip=True)


class TextForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(
        label=_("Text"), max_length=6000, widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("One paragraph per line. People sign the Chinese text."),
    )  # fmt: skip
    since = forms.DateField(label=_("In force from"), widget=DayInput())
