"""Forms of doors, patrols, piles and lanes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.areas.selectors import estates_of
from anju.core import time
from anju.core.forms import DayInput
from anju.monitoring.models import Device, DoorAlternative, PatrolRoute
from anju.monitoring.selectors import patrol

WEEKDAYS = [
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")), (6, _("Saturday")),
    (7, _("Sunday")),
]  # fmt: skip


class ConsentForm(forms.Form):
    edition = forms.CharField(
        label=_("Edition of the text"),
        max_length=60,
        help_text=_("As it stands on the text that was shown: 告知书 2026 年第 2 版"),
    )
    given_on = forms.DateField(label=_("Given on"), widget=DayInput())
    given_by = forms.CharField(
        label=_("Given by"), max_length=80,
        help_text=_("A body, or how many people: 业主大会, 住户 46 人书面同意. No names of residents"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_on"].initial = time.today()


class AlternativeForm(forms.Form):
    kind = forms.ChoiceField(label=_("Other way in"), choices=DoorAlternative.Kind.choices)
    note = forms.CharField(label=_("How one gets it"), max_length=120, required=False)
    since = forms.DateField(label=_("Since"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = time.today()


class WhyForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class PortsForm(forms.Form):
    count = forms.IntegerField(label=_("Number of ports"), min_value=1, max_value=40)


class EbikesForm(forms.Form):
    ebikes = forms.IntegerField(label=_("E-bikes"), min_value=0, max_value=100_000)
    counted_on = forms.DateField(label=_("Counted on"), widget=DayInput())
    source = forms.CharField(label=_("How it was counted"), max_length=120, help_text=_("For example: 社区夜间清点"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counted_on"].initial = time.today()


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Name of the campaign"), max_length=80)
    estates = forms.ModelMultipleChoiceField(
        Place.objects.none(), label=_("Estates"), widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose at least one estate.")},
    )  # fmt: skip
    since = forms.DateField(label=_("First day"), widget=DayInput())
    until = forms.DateField(label=_("Last day"), widget=DayInput())
    measures = forms.CharField(
        label=_("What is done"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["estates"].queryset = estates_of(user).order_by("path")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            raise ValidationError({"until": _t("The last day comes before the first.")})
        return data


def area_of(user: Any, estates: Any) -> Area:
    """Whose campaign it is: the person's own area, else that of the first estate."""
    roots = scope_of(user).area_paths
    found = Area.objects.filter(path=roots[0]).first() if roots else None
    return found or estates[0].area


class RouteForm(forms.Form):
    """Cleaned data are the arguments of `services.patrol.plan_route`. points: by number, in the order of the numbers."""

    name = forms.CharField(label=_("Name of the route"), max_length=60)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Choose at least one weekday.")},
    )  # fmt: skip
    times = forms.CharField(
        label=_("Begins at"), max_length=200, help_text=_("Times of day with spaces: 20:00 22:30 02:00")
    )
    window_minutes = forms.IntegerField(
        label=_("Minutes allowed"),
        min_value=5,
        max_value=720,
        initial=60,
        help_text=_("Later than this the round is missed"),
    )
    told_by = forms.ChoiceField(label=_("Scanned with"), choices=PatrolRoute.Told.choices)

    def __init__(self, *args: Any, estate: Place, chosen: list[Device] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = {device.pk: number for number, device in enumerate(chosen or [], start=1)}
        self.points = list(patrol.points_of(estate))
        for device in self.points:
            self.fields[f"point_{device.pk}"] = forms.IntegerField(
                label=device.name or device.where, min_value=1, max_value=200, required=False,
                initial=numbers.get(device.pk), help_text=device.where if device.name else "",
            )  # fmt: skip

    def clean_times(self) -> list[str]:
        return str(self.cleaned_data["times"]).replace("，", " ").replace(",", " ").replace("、", " ").split()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        numbered: list[tuple[int, Device]] = []
        for device in self.points:
            number = data.pop(f"point_{device.pk}", None)
            if number is not None:
                numbered.append((number, device))
        numbers = [number for number, _device in numbered]
        if len(set(numbers)) != len(numbers):
            raise ValidationError(_t("Two points have the same number. Give each its own."))
        if not numbered:
            raise ValidationError(_t("Number at least one point: 1 is walked first."))
        data["points"] = [device for _number, device in sorted(numbered, key=lambda pair: pair[0])]
        return data

    def plan_fields(self) -> list[Any]:
        return [
            self[name] for name in ("name", "weekdays", "times", "window_minutes", "told_by") if name in self.fields
        ]

    def point_fields(self) -> list[Any]:
        return [self[f"point_{device.pk}"] for device in self.points]
