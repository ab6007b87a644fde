"""Forms of the duty room: how an alarm ends, and whom somebody sent by other means."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anju.monitoring.services.handling import OUTCOMES


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What it was"), choices=[(one.value, one.label) for one in OUTCOMES], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("How you know"), max_length=300, widget=forms.Textarea(attrs={"rows": 2, "class": "a-input"}),
        help_text=_("Who looked, and what was found. It stands in the history for good."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="close-%s")


class SendForm(forms.Form):
    """station: the one on duty, called by the platform. else: somebody who was told by telephone, in words."""

    how = forms.ChoiceField(
        label=_("Whom to send"), choices=[("station", _("The station on duty")), ("told", _("Told by telephone"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    to = forms.CharField(
        label=_("Who was told"), max_length=80, required=False, widget=forms.TextInput(attrs={"class": "a-input"})
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="send-%s")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == "told" and not data.get("to", "").strip():
            self.add_error("to", _("Write who was told and is on the way."))
        return data
