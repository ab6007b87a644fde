from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.core.forms import DayInput
from anju.core.time import today


class EditionForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(
        label=_("Text"), max_length=6000, widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("One paragraph per line. Households sign the Chinese text."),
    )  # fmt: skip
    since = forms.DateField(label=_("In force from"), widget=DayInput(), initial=today)


class ArticleForm(forms.Form):
    area = forms.ModelChoiceField(Area.objects.none(), to_field_name="code", label=_("For the homes of"))
    title = forms.CharField(label=_("Title"), max_length=80)
    body = forms.CharField(label=_("Text"), max_length=6000, widget=forms.Textarea(attrs={"rows": 10}))
    since = forms.DateField(label=_("Shown from"), widget=DayInput(), initial=today)
    until = forms.DateField(label=_("Shown until"), widget=DayInput(), required=False, help_text=_("Empty: until somebody takes it down"))  # fmt: skip

    def __init__(self, *args: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = areas
