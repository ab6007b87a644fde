"""The form of a trial: numbers of the rule book to change, or a whole draft."""

from typing import Any

import yaml
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.standard import Edition


class TrialForm(forms.Form):
    """Either a draft in YAML, or new values of numbers (fields named p_<parameter>)."""

    area = forms.ModelChoiceField(queryset=Area.objects.none(), label=_("Area"))
    draft = forms.CharField(
        label=_("Draft"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "YAML: what the draft changes in the present edition, for example parameters: {min_area_per_person: 5}"
        ),
    )

    def __init__(self, *args: Any, areas: Any, edition: Edition, names: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        self.fields["area"].empty_label = None  # type: ignore[attr-defined]
        self.names = names
        lang = get_language() or "zh"
        for name in names:
            parameter = edition.parameters[name]
            self.fields[f"p_{name}"] = forms.FloatField(
                label=parameter.label.of(lang), required=False, min_value=0, max_value=100_000, help_text=parameter.unit
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        numbers = {name: data[f"p_{name}"] for name in self.names if data.get(f"p_{name}") is not None}
        if not data.get("draft") and numbers:
            data["draft"] = yaml.safe_dump(
                {"parameters": {k: int(v) if v == int(v) else v for k, v in numbers.items()}}
            )
        if not data.get("draft"):
            raise forms.ValidationError(_("Change at least one number, or write a draft."))
        return data
