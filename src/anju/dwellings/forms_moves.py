"""The form that passes the homes of an estate, a building or a unit to another grid (A7.1)."""

from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.areas.scope import scope_of
from anju.core import paths
from anju.dwellings.models import Dwelling


class MoveForm(forms.Form):
    """`estate` is one that the person sees; the choices are what lies in it and the grids of the person's area."""

    place = forms.ModelChoiceField(Place.objects.none(), to_field_name="code", label=_("What passes over"))
    to_area = forms.ModelChoiceField(Area.objects.none(), to_field_name="code", label=_("To which grid"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("It stands in the log: who was responsible when, and why.")
    )

    def __init__(self, *args: Any, user: User, estate: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = _homes_in(user, estate)
        inside = Place.objects.filter(
            paths.under("path", estate.path), kind__in=[Place.Kind.ESTATE, Place.Kind.BUILDING]
        )
        place: Any = self.fields["place"]
        place.queryset = inside.order_by("path")
        place.label_from_instance = lambda row: _place_words(row, counts)
        place.initial = estate.code
        grids = Area.objects.filter(scope_of(user).under_areas("path"), kind=Area.Kind.GRID, closed_on=None)
        target: Any = self.fields["to_area"]
        target.queryset = grids.select_related("parent").order_by("path")
        target.label_from_instance = lambda row: f"{row.parent.name if row.parent else ''} {row.name}".strip()


def _homes_in(user: User, estate: Place) -> Counter[str]:
    """{path of a place: homes in it}, for the estate, its buildings and its units."""
    rows = Dwelling.objects.for_user(user).filter(paths.under("place_path", estate.path))
    counts: Counter[str] = Counter()
    for path in rows.values_list("place_path", flat=True).iterator():
        for end in range(len(estate.path), len(path) + 1, paths.STEP):
            counts[path[:end]] += 1
    return counts


def _place_words(place: Place, counts: Counter[str]) -> str:
    number = counts[place.path]
    if place.kind == Place.Kind.ESTATE:
        return _t("All of %(name)s, %(n)d homes") % {"name": place.name, "n": number}
    return _t("%(name)s, %(n)d homes") % {"name": place.name, "n": number}
