"""The style page: every component with sample data, to look at and to take screenshots of. Invented names and numbers."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anju.core import time
from anju.core.paging import Page
from anju.core.policy import public
from anju.core.templatetags.state_tags import Event


class SampleForm(forms.Form):
    law = forms.ChoiceField()
    served = forms.CharField()
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    told = forms.ChoiceField(widget=forms.RadioSelect)
    copy = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = {
            "law": (_("Legal basis"), _("Only bases in force, each with its date")),
            "served": (_("Written notice served at"), _("At least 24 hours ahead; not at night, not on holidays")),
            "reason": (_("Reason"), _("Goes into the record of the case")),
            "told": (_("Told how"), ""),
            "copy": (_("A copy stays with the tenant"), ""),
        }
        for name, (label, hint) in texts.items():
            self.fields[name].label, self.fields[name].help_text = label, hint
        self.fields["law"].choices = [("70", _("Work Safety Law, article 70, from 2021-09-01"))]  # type: ignore[attr-defined]
        self.fields["told"].choices = [("self", _("In person")), ("post", _("By post"))]  # type: ignore[attr-defined]


def _sample_form() -> SampleForm:
    form = SampleForm({"law": "70", "served": "2026-11-23 08:30", "told": "self"})
    form.full_clean()
    form.add_error(
        None,
        _(
            "People live here: power may not be cut. You can disconnect dangerous equipment, call 119, or agree a move-out."
        ),
    )
    form.add_error("served", _("Only 42 minutes ahead. Earliest: %(time)s") % {"time": "2026-11-24 08:30"})
    return form


@public("shows invented data only, and is served in a demo or in debug only")
def components(request: HttpRequest) -> HttpResponse:
    if not (settings.ANJU_DEMO or settings.DEBUG):
        raise Http404
    now = time.now()
    today = time.today()
    trend = [84.1, 84.6, 85.3, 85.2, 86.0, 87.1, 88.4, 89.3, 90.2, 91.0, 91.9, 92.6, 92.9]
    weeks = [time.day_of(now - timedelta(days=7 * (12 - week))) for week in range(13)]
    context = {
        "now": now,
        "today": today,
        "form": _sample_form(),
        "due": {
            "run": now + timedelta(days=6),
            "soon": now + timedelta(hours=3),
            "over": now - timedelta(days=2, hours=1),
            "hours": now - timedelta(days=1, hours=12),
        },
        "events": [
            Event(now - timedelta(minutes=25), _("Still not compliant."), _("New: D10"), "沈立群", "bad"),
            Event(now - timedelta(days=1, hours=4), _("Overdue,"), _("raised to tier 2"), "", "over"),
            Event(now - timedelta(days=80), _("Passed re-inspection"), "", "顾小妹", "ok"),
        ],
        "severities": [("prohibited", _("Prohibited")), ("severe", _("Severe")), ("minor", _("Minor"))],
        "states": [("", pgettext("style page", "Open"), 412), ("correcting", _("Being corrected"), 286), ("closed", pgettext("style page", "Closed"), 1558)],
        "page": Page(range(50), "next", False),  # type: ignore[type-var]
        "headers": [_("Hazard"), _("Severity"), _("Person in charge"), _("Due")],
        "chart": {
            "kind": "line", "unit": "%", "min": 80, "max": 100, "x": [day.isoformat() for day in weeks],
            "series": [{"name": _("Guarantees signed"), "data": trend}], "marks": [{"y": 100, "name": _("Target 100"), "state": "ok"}],
        },
        "swatches": [
            ("accent", pgettext("style page", "Accent")), ("ink", pgettext("style page", "Text")), ("ink-2", pgettext("style page", "Second text")), ("ink-3", pgettext("style page", "Hints")),
            ("ok-fill", _("Compliant")), ("bad-fill", _("Not compliant")), ("unk-fill", _("Unknown")), ("over-fill", _("Overdue")),
            ("due-fill", _("Due soon")), ("line-2", pgettext("style page", "Line")), ("paper", pgettext("style page", "Ground")), ("sunk", pgettext("style page", "Sunk")),
        ],
    }  # fmt: skip
    return render(request, "core/components.html", context)
