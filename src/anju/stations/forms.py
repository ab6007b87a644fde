"""Forms of the register: station, member, certificate, kit, coverage, site note, drill."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.core import time
from anju.core.forms import DayInput, MomentInput
from anju.files.forms import PhotosField
from anju.stations.models import Certificate, Drill, Kit, Member, Station
from anju.stations.selectors import stations as selectors
from anju.stations.services.stations import shortest_rest


class StationForm(forms.Form):
    """Cleaned data are the `values` of the services (services.stations.FIELDS)."""

    name = forms.CharField(label=_("Name of the station"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind of station"), choices=Station.Kind.choices)
    where = forms.CharField(
        label=_("Room or door"), max_length=120, required=False, help_text=_("How one finds it: 物业楼一楼东侧")
    )
    phone = forms.CharField(
        label=_("Duty telephone"), max_length=20, help_text=_("The outside line of the station, no one's own number")
    )
    pattern = forms.ChoiceField(label=_("Shifts"), choices=Station.Pattern.choices)
    least = forms.IntegerField(
        label=_("Least on duty at any moment"), min_value=1, max_value=20, initial=2,
        help_text=_("Two at least; some places ask for three"),
    )  # fmt: skip
    rest_hours = forms.IntegerField(
        label=_("Least rest between shifts, in hours"), min_value=0, max_value=72, required=False,
        help_text=_("Empty: as long as the shift"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("rest_hours") is None and data.get("pattern"):
            data["rest_hours"] = shortest_rest(data["pattern"])
        return data


class OpenForm(StationForm):
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Where it stands"), empty_label=_("Choose an estate"))
    opened_on = forms.DateField(label=_("Opened on"), widget=DayInput())
    field_order = ("place", "name")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = selectors.homes_near(user)  # type: ignore[attr-defined]
        self.fields["opened_on"].initial = time.today()


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class MemberForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=40)
    role = forms.ChoiceField(label=_("Post"), choices=Member.Role.choices, initial=Member.Role.FIREFIGHTER)
    team = forms.ChoiceField(
        label=_("Team"), choices=[("", _("no team")), *Member.Team.choices], required=False,
        help_text=_("Teams take turns when a month is filled"),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Own telephone"), max_length=20, required=False,
        help_text=_("Kept encrypted; call-outs are sent there by SMS while the person is on duty"),
    )  # fmt: skip
    since = forms.DateField(label=_("First day"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = time.today()


class MemberEditForm(forms.Form):
    role, team, phone = (MemberForm.base_fields[name] for name in ("role", "team", "phone"))
    until = forms.DateField(
        label=_("Last day"), widget=DayInput(), required=False,
        help_text=_("Later turns are taken off the roster"),
    )  # fmt: skip


class CertificateForm(forms.Form):
    kind = forms.ChoiceField(label=_("Certificate"), choices=Certificate.Kind.choices)
    number = forms.CharField(label=_("Number"), max_length=40, required=False)
    issued_on = forms.DateField(label=_("Issued on"), widget=DayInput())
    expires_on = forms.DateField(
        label=_("Good until"), widget=DayInput(), required=False, help_text=_("Empty: does not run out")
    )
    photos = PhotosField(label=_("Photo of the certificate"), required=False)


class KitForm(forms.Form):
    item = forms.ChoiceField(label=_("Item"), choices=Kit.Item.choices)
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=500, initial=1)
    kept_at = forms.CharField(label=_("Where it is kept"), max_length=60, required=False)
    bought_on = forms.DateField(label=_("Bought or tested on"), widget=DayInput(), required=False)
    expires_on = forms.DateField(
        label=_("Good until"), widget=DayInput(), required=False, help_text=_("As printed on it or on the test label")
    )


class CoverForm(forms.Form):
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Estate or building"), empty_label=_("Choose"))
    rank = forms.IntegerField(
        label=_("Order of call"), min_value=1, max_value=9, initial=1, help_text=_("1 is called first")
    )
    metres = forms.IntegerField(label=_("Way in metres"), min_value=1, max_value=20_000, required=False)
    route = forms.CharField(
        label=_("Way from the station"),
        max_length=120,
        required=False,
        help_text=_("As one would say it: 走东侧消防道"),
    )

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["place"]
        choice.queryset = selectors.places_of(station).select_related("parent")
        choice.label_from_instance = lambda row: f"{row.parent} {row}" if row.parent else str(row)


class NoteForm(forms.Form):
    """Cleaned data are the `values` of `services.stations.note_site`."""

    way_in = forms.CharField(
        label=_("Way in"), max_length=120, required=False, help_text=_("Gate, code, who has the key")
    )
    water = forms.CharField(
        label=_("Hydrants and water"), max_length=120, required=False, help_text=_("For example: 消火栓在 4 楼电梯旁")
    )
    shut_off = forms.CharField(label=_("Gas valve and main switch"), max_length=120, required=False)
    caution = forms.CharField(label=_("Dangers"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not any(data.values()):
            raise ValidationError(_t("Write at least one of the four lines."))
        return data


class DrillForm(forms.Form):
    host = forms.ModelChoiceField(Station.objects.none(), label=_("Station"), empty_label=_("Choose a station"))
    kind = forms.ChoiceField(label=_("Kind of drill"), choices=Drill.Kind.choices)
    subject = forms.CharField(label=_("What is practised"), max_length=120)
    where = forms.CharField(label=_("Where"), max_length=120, required=False)
    planned_at = forms.DateTimeField(label=_("Day and hour"), widget=MomentInput())
    others = forms.ModelMultipleChoiceField(
        Station.objects.none(), label=_("Stations that take part too"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Needed for joint training"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.visible(user).filter(closed_on=None).order_by("name")
        self.fields["host"].queryset = rows  # type: ignore[attr-defined]
        self.fields["others"].queryset = rows  # type: ignore[attr-defined]


class HeldForm(forms.Form):
    held_at = forms.DateTimeField(label=_("Day and hour"), widget=MomentInput())
    result = forms.ChoiceField(label=_("Result"), choices=Drill.Result.choices, widget=forms.RadioSelect)
    seconds = forms.IntegerField(
        label=_("Seconds to the spot"), min_value=0, max_value=7200, required=False,
        help_text=_("From the call to the first person there"),
    )  # fmt: skip
    present = forms.MultipleChoiceField(label=_("Who was there"), widget=forms.CheckboxSelectMultiple)
    lessons = forms.CharField(
        label=_("What to do better"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = PhotosField(label=_("Photos"), required=False)

    def __init__(self, *args: Any, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_code = {member.code: member for member in members}
        several = len({member.station_id for member in members}) > 1
        self.fields["present"].choices = [  # type: ignore[attr-defined]
            (member.code, f"{member.name}（{member.station}）" if several else member.name) for member in members
        ]

    def clean_present(self) -> list[Member]:
        return [self.by_code[code] for code in self.cleaned_data["present"]]
