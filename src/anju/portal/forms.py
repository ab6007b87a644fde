"""Forms of the light pages. Each is a plain POST; its errors name the field and what is expected."""

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.core.forms import DayInput
from anju.core.time import today
from anju.dwellings import identity
from anju.dwellings.models import Dwelling, Party
from anju.dwellings.services.people import phone_problem
from anju.files.forms import PhotosField, PhotosInput
from anju.portal.kinds import KINDS
from anju.portal.models import Report
from anju.registration.models import Lease

CARDS = [choice for choice in Party.IdKind.choices if choice[0] != "company"]


def new_token() -> str:
    return secrets.token_urlsafe(24)


class Camera(PhotosInput):
    """The phone offers its camera; without one, files."""

    def __init__(self) -> None:
        super().__init__()
        self.attrs |= {"accept": "image/*", "capture": "environment", "data-photos": ""}


class Photos(PhotosField):
    widget = Camera


class OnceForm(forms.Form):
    """Carries a token, so that the form sent twice has one effect."""

    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = new_token()


def _phone(value: str, *, needed: bool = False) -> str:
    phone = value.replace(" ", "").replace("-", "")
    if not phone and not needed:
        return ""
    problem = phone_problem(phone)
    if problem:
        raise forms.ValidationError(problem)
    return phone


def phone_field(**over: Any) -> forms.CharField:
    attrs = {"type": "tel", "inputmode": "numeric", "autocomplete": "tel"}
    return forms.CharField(max_length=20, widget=forms.TextInput(attrs=attrs), **{"label": _("Telephone"), **over})


class ReportForm(OnceForm):
    kinds = forms.MultipleChoiceField(
        label=_("What did you see?"), choices=[(key, kind.label) for key, kind in KINDS.items()],
        widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Tick what you saw.")},
    )  # fmt: skip
    where_kind = forms.ChoiceField(label=_("Where"), choices=Report.Where.choices, widget=forms.RadioSelect)
    area = forms.ModelChoiceField(Area.objects.none(), to_field_name="code", label=_("Town or zone"))
    where_text = forms.CharField(
        label=_("Where exactly"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"placeholder": _("For example: 2nd floor, beside the lift")}),
    )  # fmt: skip
    photos = Photos(label=_("A photo helps"), required=False, help_text=_("Up to 3. Position and time in it are read, the rest is removed."))  # fmt: skip
    text = forms.CharField(label=_("In your words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    phone = phone_field(label=_("Telephone"), required=False, help_text=_("If you leave it, you get an SMS when there is a result"))  # fmt: skip

    def __init__(self, *args: Any, at_home: bool, at_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = self.fields["where_kind"]
        assert isinstance(where, forms.ChoiceField)
        W = Report.Where
        shown = [W.HOME] * at_home + ([W.SHARED, W.GROUNDS] if at_home or at_place else [])
        if shown:
            where.choices = [(kind.value, kind.label) for kind in shown]
            where.initial = shown[-2].value if at_home else shown[0].value
            del self.fields["area"]
        else:
            del self.fields["where_kind"]
            self.fields["where_text"].required = True
            area = self.fields["area"]
            assert isinstance(area, forms.ModelChoiceField)
            area.queryset = Area.objects.filter(kind=Area.Kind.ZONE, closed_on=None).order_by("path")
            area.empty_label = _t("Choose")

    def clean_photos(self) -> list[Any]:
        photos: list[Any] = self.cleaned_data["photos"]
        if len(photos) > 3:
            raise forms.ValidationError(_t("At most 3 photos; you chose %(n)s.") % {"n": len(photos)})
        return photos

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])


class MoreForm(forms.Form):
    """A photo or a word added to a report; or "not solved"."""

    text = forms.CharField(label=_("In your words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    photos = Photos(label=_("Photos"), required=False)

    def clean_photos(self) -> list[Any]:
        photos: list[Any] = self.cleaned_data["photos"][:3]
        return photos


class NoteForm(OnceForm):
    text = forms.CharField(label=_("What you want to say"), max_length=300, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 300}))  # fmt: skip


class PhoneForm(forms.Form):
    phone = phone_field(label=_("Your telephone"), help_text=_("The one that stands in the records of the home"))

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"], needed=True)


class CodeForm(forms.Form):
    digits = forms.CharField(
        label=_("The six digits of the SMS"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "wide"}),
    )  # fmt: skip

    def clean_digits(self) -> str:
        digits = "".join(self.cleaned_data["digits"].split())
        if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
            raise forms.ValidationError(_t("The code has six digits."))
        return digits


class CardMixin(forms.Form):
    """Name and card of a person, checked by the kind of card."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    id_kind = forms.ChoiceField(label=_("Card"), choices=CARDS)
    id_number = forms.CharField(
        label=_("Number of the card"),
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-id": ""}),
    )

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if any(character.isdigit() for character in name):
            raise forms.ValidationError(_t("A name has no digits. Write it as on the card."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, kind = data.get("id_number"), data.get("id_kind")
        if number and kind:
            problem = identity.problem(number, kind)
            if problem:
                self.add_error("id_number", problem)
            data["id_number"] = identity.plain(number)
        return data


def _rooms(home: Dwelling) -> list[tuple[str, str]]:
    return [(room.name, room.name) for room in home.rooms.filter(removed_on=None)]


class ArrivalForm(CardMixin, OnceForm):
    room = forms.ChoiceField(label=_("Which room"), widget=forms.RadioSelect, required=False)
    phone = phone_field(required=False)
    since = forms.DateField(label=_("Moved in on"), widget=DayInput(), initial=today)
    sign_name = forms.BooleanField(label=_("I agree that my name stands on the inside sign, masked"), required=False)

    field_order = ["room", "name", "since", "id_kind", "id_number", "phone", "sign_name"]

    def __init__(self, *args: Any, home: Dwelling, phone: str = "", own: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.fields["room"]
        assert isinstance(room, forms.ChoiceField)
        room.choices = _rooms(home)
        room.required = len(room.choices) > 0
        if len(room.choices) == 0:
            del self.fields["room"]
        if phone:  # proved by a code: not typed again
            del self.fields["phone"]
        if not own:  # who lets cannot agree for his tenants
            del self.fields["sign_name"]
        self.fields["since"].widget.attrs["max"] = today().isoformat()

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since > today():
            raise forms.ValidationError(_t("The day of moving in lies in the future. Declare it when you live here."))
        return since


class DepartureForm(OnceForm):
    until = forms.DateField(label=_("Moved out on"), widget=DayInput(), initial=today)

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until > today():
            raise forms.ValidationError(_t("The day of moving out lies in the future."))
        return until


class RoomsForm(OnceForm):
    """How many rooms and beds are let, and for each room whether it is and how many live in it."""

    rooms_let = forms.IntegerField(label=_("Rooms let"), min_value=0, max_value=60, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))  # fmt: skip
    beds_let = forms.IntegerField(label=_("Beds let"), min_value=0, max_value=200, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))  # fmt: skip

    def __init__(self, *args: Any, home: Dwelling, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home = home
        current = getattr(home, "current", None)
        known = current.rooms if current else {}
        self.fields["rooms_let"].initial, self.fields["beds_let"].initial = home.rooms_let, home.beds_let
        self.names = [name for name, _label in _rooms(home)]
        for number, name in enumerate(self.names):
            facts = known.get(name, {})
            self.fields[f"let_{number}"] = forms.BooleanField(label=_t("%(room)s is let") % {"room": name}, required=False, initial=bool(facts.get("let")))  # fmt: skip
            self.fields[f"persons_{number}"] = forms.IntegerField(
                label=_t("People in %(room)s") % {"room": name}, min_value=0, max_value=30, required=False,
                initial=facts.get("persons"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("rooms_let") is not None
            and data.get("beds_let") is not None
            and data["beds_let"] < data["rooms_let"]
        ):
            self.add_error("beds_let", _t("Each room that is let has at least one bed."))
        let = sum(bool(data.get(f"let_{number}")) for number in range(len(self.names)))
        if self.names and data.get("rooms_let") is not None and let > data["rooms_let"]:
            self.add_error("rooms_let", _t("You ticked %(n)s rooms as let.") % {"n": let})
        return data

    def pairs(self) -> list[tuple[str, Any, Any]]:
        return [(name, self[f"let_{n}"], self[f"persons_{n}"]) for n, name in enumerate(self.names)]

    def said(self) -> dict[str, Any]:
        data = self.cleaned_data
        rooms = {name: {"let": bool(data.get(f"let_{n}")), "persons": data.get(f"persons_{n}")} for n, name in enumerate(self.names)}  # fmt: skip
        return {"rooms_let": data["rooms_let"], "beds_let": data["beds_let"], "rooms": rooms}


class LeaseForm(CardMixin, OnceForm):
    phone = phone_field(label=_("Tenant's telephone"), required=False)
    rooms = forms.CharField(label=_("Rooms"), max_length=60, required=False, help_text=_("Empty: the whole home"))
    contract = forms.ChoiceField(label=_("Contract"), choices=Lease.Kind.choices)
    signed_on = forms.DateField(label=_("Signed on"), widget=DayInput(), initial=today)
    starts = forms.DateField(label=_("Starts on"), widget=DayInput(), initial=today)
    ends = forms.DateField(label=_("Ends on"), widget=DayInput())
    file = forms.BooleanField(label=_("Hand it in for filing with this"), required=False, initial=True)

    field_order = ["name", "id_kind", "id_number", "phone", "rooms", "contract", "signed_on", "starts", "ends", "file"]

    def clean_phone(self) -> str:
        return _phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", _t("It cannot end before it starts."))
        if data.get("signed_on") and data["signed_on"] > today():
            self.add_error("signed_on", _t("The day of signing lies in the future."))
        return data


class CorrectForm(forms.Form):
    text = forms.CharField(label=_("What was done"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    photos = Photos(label=_("Photo of how it is now"))

    def __init__(self, *args: Any, paper: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photos"].required = not paper


class ObjectForm(forms.Form):
    text = forms.CharField(label=_("Why you do not agree"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    photos = Photos(label=_("Photos, if they help"), required=False)


class SignForm(forms.Form):
    """By hand on the glass; without a script, or where that does not work, a photo of the signature on paper."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
    strokes = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-strokes": ""}))
    photo = forms.FileField(
        label=_("Photo of your signature on paper"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment", "data-photos": ""}),
    )  # fmt: skip
    read = forms.BooleanField(
        label=_("I have read the text"), error_messages={"required": _("Read the text first, then tick.")}
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("strokes") and not data.get("photo") and "photo" not in self.errors:
            self.add_error("photo", _t("Sign on the white field, or add a photo of your signature on paper."))
        return data


class AcceptReportForm(forms.Form):
    """The hazard that a report becomes; what is offered follows from what was ticked."""

    def __init__(self, *args: Any, spots: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spot = self.fields["spot"]
        assert isinstance(spot, forms.ChoiceField)
        spot.choices = [*spots, ("other", _t("Another place, by its code"))]

    spot = forms.ChoiceField(label=_("Right place"), widget=forms.RadioSelect)
    place_code = forms.CharField(label=_("Code of the place"), max_length=16, required=False, help_text=_("Code of a home (D…) or of a place (P…), as on its page and sign."))  # fmt: skip
    title = forms.CharField(label=_("Hazard"), max_length=160)
    category = forms.ChoiceField(label=_("Category"))
    severity = forms.ChoiceField(label=_("Severity"))
    days = forms.IntegerField(label=_("Days to correct"), min_value=0, max_value=60, help_text=_("0 means at once."))
    answer = forms.CharField(
        label=_("What who reported reads"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("No names of people who live or let there."),
    )  # fmt: skip
