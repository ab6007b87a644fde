"""Forms about one home."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Place
from anju.areas.scope import Scope
from anju.core import paths
from anju.core.forms import DayInput
from anju.core.time import today
from anju.dwellings.models import Dwelling, Party, Room
from anju.dwellings.services.people import id_number_problem, party_for, phone_problem
from anju.standard import current_edition


class NewHomeForm(forms.Form):
    """Where it stands and what it is; everything else is asked on the spot."""

    area = forms.ModelChoiceField(queryset=Area.objects.none(), label=_("Grid"))
    place = forms.ModelChoiceField(
        queryset=Place.objects.none(),
        label=_("Building or unit"),
        help_text=_("The unit; for a farmer's house its group"),
    )
    number = forms.CharField(
        label=_("Room or house number"), max_length=40, help_text=_("As on the door, for example 302")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Dwelling.Kind.choices)
    letting_state = forms.ChoiceField(label=_("Letting state"), choices=Dwelling.LettingState.choices)
    standard_code = forms.CharField(label=_("Police standard address code"), max_length=40, required=False)

    def __init__(self, *args: Any, scope: Scope, estate: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grids = Area.objects.filter(scope.under_areas("path"), kind=Area.Kind.GRID)
        places = Place.objects.filter(paths.under("path", estate.path)).select_related("parent__parent")
        area, place = self.fields["area"], self.fields["place"]
        assert isinstance(area, forms.ModelChoiceField)
        assert isinstance(place, forms.ModelChoiceField)
        area.queryset = grids.filter(paths.under("path", estate.area_path)).order_by("path")
        place.queryset = places.order_by("path")
        place.label_from_instance = lambda found: " ".join(_names(found))  # type: ignore[assignment, method-assign]


def _names(place: Place) -> list[str]:
    names: list[str] = []
    here: Place | None = place
    while here is not None:
        names.insert(0, here.name)
        here = here.parent
    return names


class PartiesForm(forms.Form):
    """Who lets. A person known in this area by name with phone or ID number is found again, not recorded twice."""

    seen_at = forms.DateTimeField(widget=forms.HiddenInput)
    landlord_name = forms.CharField(label=_("Landlord"), max_length=80, required=False)
    landlord_phone = forms.CharField(
        label=_("Landlord's phone"), max_length=20, required=False, help_text=_("Leave empty to keep the one on record")
    )
    landlord_id = forms.CharField(
        label=_("Landlord's ID number"),
        max_length=18,
        required=False,
        help_text=_("Leave empty to keep the one on record"),
    )
    sublessor_name = forms.CharField(
        label=_("Sub-lessor"), max_length=80, required=False, help_text=_("Only where it is sub-let")
    )
    sublessor_phone = forms.CharField(label=_("Sub-lessor's phone"), max_length=20, required=False)
    operator_name = forms.CharField(
        label=_("Operator"), max_length=80, required=False, help_text=_("Company that manages the letting, if any")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("landlord_phone", "sublessor_phone"):
            problem = phone_problem(data[name]) if data.get(name) else ""
            if problem:
                self.add_error(name, problem)
        if data.get("landlord_id") and (problem := id_number_problem(data["landlord_id"])):
            self.add_error("landlord_id", problem)
        return data

    def parties(self, home: Dwelling) -> dict[str, Party | None]:
        """The three parties as entered; one whose name did not change and without new numbers stays the same row."""
        data = self.cleaned_data
        return {
            "landlord": self._one(
                home, home.landlord, data["landlord_name"], data["landlord_phone"], data["landlord_id"]
            ),
            "sublessor": self._one(home, home.sublessor, data["sublessor_name"], data["sublessor_phone"], ""),
            "operator": self._one(home, home.operator, data["operator_name"], "", "", Party.Kind.COMPANY),
        }

    def _one(
        self, home: Dwelling, now: Party | None, name: str, phone: str, id_number: str, kind: str = Party.Kind.PERSON
    ) -> Party | None:
        if not name:
            return None
        if now is not None and now.name == name and not phone and not id_number:
            return now
        return party_for(name=name, area=home.area, phone=phone, id_number=id_number, kind=kind)


class ArrivalForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    since = forms.DateField(label=_("Moved in on"), widget=DayInput(), initial=today)
    room = forms.ModelChoiceField(
        queryset=Room.objects.none(), label=_("Room"), required=False, empty_label=_("not known")
    )
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    id_number = forms.CharField(
        label=_("ID number"),
        max_length=18,
        required=False,
        help_text=_("18 characters; without it the registration stays open"),
    )

    def __init__(self, *args: Any, home: Dwelling, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.fields["room"]
        assert isinstance(room, forms.ModelChoiceField)
        room.queryset = home.rooms.filter(removed_on=None)

    def clean_phone(self) -> str:
        return self._checked("phone", phone_problem)

    def clean_id_number(self) -> str:
        return self._checked("id_number", id_number_problem)

    def _checked(self, name: str, problem_of: Any) -> str:
        value = str(self.cleaned_data[name]).strip()
        problem = problem_of(value) if value else ""
        if problem:
            raise forms.ValidationError(problem)
        return value


class DecisionForm(forms.Form):
    """A department's decision about one fact."""

    fact = forms.ChoiceField(label=_("What is decided"))
    value = forms.CharField(label=_("Decision"), widget=forms.Select)
    document = forms.CharField(
        label=_("Paper it stands on"),
        max_length=60,
        help_text=_("For example the number of the decision or the appraisal"),
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang = get_language() or "zh"
        self.facts = {name: current_edition(today()).facts["dwelling"][name] for name in names}
        self.fields["fact"].choices = [(name, fact.label.of(lang)) for name, fact in self.facts.items()]  # type: ignore[attr-defined]
        choices = [("", "–")]
        for fact in self.facts.values():
            values: list[Any] = [True, False] if fact.type == "bool" else list(fact.values)
            choices += [
                (f"{fact.name}={str(v).lower()}", f"{fact.label.of(lang)}: {fact.label_of(v, lang)}") for v in values
            ]
        self.fields["value"].widget.choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        name, _eq, value = str(data.get("value", "")).partition("=")
        if data.get("fact") and name != data["fact"]:
            self.add_error("value", _("Choose a decision about the fact chosen above."))
        data["decided"] = {"true": True, "false": False}.get(value, value)
        return data
