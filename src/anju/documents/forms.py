"""How a document was served: each kind of service asks only for its own proof."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Department
from anju.areas.permissions import departments_with
from anju.core import time
from anju.core.forms import DayInput, MomentInput
from anju.documents.models import Document, Service
from anju.documents.services.serving import PUBLIC_DAYS
from anju.files.forms import PhotosField

How = Service.How
BODIES = [
    choice
    for choice in Department.choices
    if choice[0] in departments_with("document.serve") | departments_with("enforcement.reply")
]

# Which fields each kind asks for, in this order; those in MUST cannot be left empty.
FIELDS: dict[str, tuple[str, ...]] = {
    How.IN_PERSON: ("served_at", "receiver", "second_officer", "proof", "note"),
    How.LEFT: ("served_at", "refused_to_sign", "witness", "second_officer", "proof", "note"),
    How.POST: ("served_at", "tracking", "proof", "note"),
    How.ELECTRONIC: ("served_at", "address_confirmation", "proof", "note"),
    How.PUBLIC: ("posted_on", "proof", "note"),
}
MUST: dict[str, tuple[str, ...]] = {
    How.IN_PERSON: ("served_at", "receiver", "proof"),
    How.LEFT: ("served_at",),
    How.POST: ("served_at", "tracking"),
    How.ELECTRONIC: ("served_at", "address_confirmation"),
    How.PUBLIC: ("posted_on", "note"),
}
# What each kind means and when it counts, above its form.
EXPLAINED: dict[str, Any] = {
    How.IN_PERSON: _("The addressee, an adult who lives with them, or the receiving desk of a unit signs. The day of the signature counts."),
    How.LEFT: _("For an addressee who refuses to sign: the document stays at the home, a witness signs or photos and a video show it. Refusing to sign is no refusal to correct."),
    How.POST: _("Registered letter or EMS. The day on the receipt counts, not the day of posting."),
    How.ELECTRONIC: _("Only to an address that the addressee confirmed in writing. The day on which it arrives in that system counts."),
    How.PUBLIC: _("Only when the addressee cannot be found and no other kind works. It counts thirty days after it was posted."),
}  # fmt: skip


class ServeForm(forms.Form):
    """Cleaned data are the arguments of `services.serve` besides by, document and how."""

    served_at = forms.DateTimeField(label=_("Day and hour of service"), widget=MomentInput())
    posted_on = forms.DateField(label=_("Posted on"), widget=DayInput())
    receiver = forms.CharField(
        label=_("Signed by"), max_length=60, help_text=_("Name, and for another person the relation: 李红（配偶）")
    )
    refused_to_sign = forms.BooleanField(label=_("The addressee refused to sign"))
    witness = forms.CharField(
        label=_("Witness"), max_length=60, help_text=_("Name and body: of the committee, the police post or the employer. Or add photos.")
    )  # fmt: skip
    second_officer = forms.CharField(label=_("Second person who served it"), max_length=60)
    tracking = forms.CharField(label=_("Number of the letter"), max_length=60)
    address_confirmation = forms.CharField(
        label=_("Number of the 《送达地址确认书》"), max_length=60, help_text=_("Without one, choose another kind of service.")
    )  # fmt: skip
    proof = PhotosField(
        label=_("Photos of the service"), help_text=_("The signed slip, the posted notice, the receipt of the letter")
    )
    note = forms.CharField(label=_("Remark"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, document: Document, how: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.how = how
        self.fields = {name: self.fields[name] for name in FIELDS[how]}
        for name, field in self.fields.items():
            field.required = name in MUST[how]
        if "served_at" in self.fields:
            self.fields["served_at"].initial = time.local(time.now()).replace(second=0, microsecond=0, tzinfo=None)
        if "second_officer" in self.fields and document.kind == Document.Kind.ORDER:
            self.fields["second_officer"].required = True
            self.fields["second_officer"].help_text = _("A legal order is served by two officers.")
        if how == How.PUBLIC:
            self.fields["note"].help_text = _("Where it was published, and why no other kind of service was possible")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.how == How.LEFT and not data.get("witness") and not data.get("proof"):
            raise ValidationError(_t("Name the witness or add photos: without either the service does not count."))
        posted = data.get("posted_on")
        if self.how == How.PUBLIC and posted:
            data["served_at"] = time.day_start(posted + timedelta(days=PUBLIC_DAYS))
        return data


class BodyForm(forms.Form):
    """A new body; cleaned data are the arguments of `services.record_body` besides `by`."""

    department = forms.ChoiceField(label=_("Kind of body"), choices=BODIES)
    area = forms.ModelChoiceField(Area.objects.none(), label=_("Area"), empty_label=_("Choose an area"))
    name = forms.CharField(label=_("Name on the seal"), max_length=80, help_text=_("For example 周市镇安居办"))
    short_name = forms.CharField(
        label=_("Word in the numbers"), max_length=12, help_text=_("周市安 gives 周市安告〔2026〕17 号. It stays once a number was given.")
    )  # fmt: skip
    phone = forms.CharField(label=_("Telephone on the papers"), max_length=20, required=False)
    address = forms.CharField(label=_("Address on the papers"), max_length=120, required=False)

    def __init__(self, *args: Any, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = Area.objects.filter(pk__in=[area.pk for area in areas]).order_by("path")  # type: ignore[attr-defined]


class BodyChangeForm(forms.Form):
    name, short_name, phone, address = (
        BodyForm.base_fields[name] for name in ("name", "short_name", "phone", "address")
    )


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands beside the number for good. The number is not given again."),
    )  # fmt: skip
