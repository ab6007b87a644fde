"""Forms of powers, orders and joint actions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Department
from anju.areas.permissions import departments_with
from anju.core.forms import DayInput
from anju.documents.models import IssuingBody
from anju.enforcement import selectors
from anju.enforcement.models import Power, Request
from anju.enforcement.services.joint import DAYS, MOST_DAYS
from anju.enforcement.services.orders import MOST_DAYS as MOST_ORDER_DAYS
from anju.files.forms import ACCEPTED, PhotosField
from anju.inspections.models import Hazard

LETTING = (Hazard.Bound.SUBLESSOR, Hazard.Bound.LANDLORD, Hazard.Bound.OPERATOR)
CATEGORIES = [choice for choice in Hazard.Category.choices if choice[0] != "paperwork"]


class PowerForm(forms.Form):
    """Cleaned data are the arguments of `services.powers.record_power` besides `by`."""

    body = forms.ModelChoiceField(
        IssuingBody.objects.none(),
        label=_("Body"),
        empty_label=_("Choose a body"),
        help_text=_("Departments of your area"),
    )
    law = forms.CharField(label=_("Law"), max_length=80, help_text=_("With its marks: 《中华人民共和国消防法》"))
    article = forms.CharField(label=_("Article"), max_length=60, help_text=_("To the item: 第六十条第一款第三项"))
    delegation = forms.CharField(
        label=_("Delegation document"), max_length=120, required=False,
        help_text=_("Where the power is delegated: name and number of the document."),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=_("Kinds of hazard covered"), choices=CATEGORIES, required=False, widget=forms.CheckboxSelectMultiple
    )
    rules = forms.CharField(
        label=_("Only these rules"), max_length=200, required=False,
        help_text=_("Where the article covers single rules: D05, D06. It then covers nothing else."),
    )  # fmt: skip
    parties = forms.MultipleChoiceField(
        label=_("Parties bound"), choices=Hazard.Bound.choices, initial=LETTING, widget=forms.CheckboxSelectMultiple
    )
    binds_persons = forms.BooleanField(label=_("Binds natural persons"), required=False, initial=True)
    binds_companies = forms.BooleanField(label=_("Binds units"), required=False, initial=True)
    since = forms.DateField(label=_("In force from"), widget=DayInput())
    until = forms.DateField(label=_("Last day"), widget=DayInput(), required=False)
    review_by = forms.CharField(
        label=_("Body for administrative review"), max_length=80, required=False, help_text=_("Stands on the order: 昆山市人民政府")
    )  # fmt: skip
    court = forms.CharField(label=_("Court"), max_length=80, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [body.pk for body in selectors.own_bodies(user)]
        self.fields["body"].queryset = IssuingBody.objects.filter(pk__in=own).order_by("name")  # type: ignore[attr-defined]

    def clean_rules(self) -> list[str]:
        return [
            word for word in self.cleaned_data["rules"].replace("，", ",").replace("、", ",").split(",") if word.strip()
        ]


class EndPowerForm(forms.Form):
    until = forms.DateField(label=_("Last day"), widget=DayInput())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class OrderForm(forms.Form):
    """The conditions beside it are worked out anew whenever something is chosen."""

    power = forms.ModelChoiceField(
        Power.objects.none(), label=_("Power"), empty_label=_("No power in force"),
        help_text=_("Article under which your body orders. Recorded by the head of the office."),
    )  # fmt: skip
    second_officer = forms.ModelChoiceField(
        User.objects.none(), label=_("Second officer"), empty_label=_("Choose a colleague"),
        help_text=_("The first officer is you. Both stand on the order."),
    )  # fmt: skip
    certificate = forms.CharField(label=_("Your enforcement certificate"), max_length=30)
    second_certificate = forms.CharField(label=_("Certificate of the second officer"), max_length=30)
    days = forms.IntegerField(
        label=_("Days to correct"), min_value=0, max_value=MOST_ORDER_DAYS,
        help_text=_("Calendar days from the service; 0 means at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, powers: list[Power], officers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["power"].queryset = Power.objects.filter(pk__in=[power.pk for power in powers])  # type: ignore[attr-defined]
        self.fields["second_officer"].queryset = User.objects.filter(pk__in=[user.pk for user in officers])  # type: ignore[attr-defined]


def _departments(own: str) -> list[tuple[str, Any]]:
    may = departments_with("enforcement.reply") - {own}
    return [(value, label) for value, label in Department.choices if value in may]


class AskForm(forms.Form):
    """One department and what it is asked."""

    department = forms.ChoiceField(label=_("Body asked"))
    area = forms.ModelChoiceField(Area.objects.none(), label=_("Level"), empty_label=None)
    asked = forms.CharField(
        label=_("What is asked"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One task per line. Cutting water, power or gas cannot be asked for."),
    )  # fmt: skip
    days = forms.IntegerField(label=_("Working days to answer"), min_value=1, max_value=MOST_DAYS, initial=DAYS)

    def __init__(self, *args: Any, hazard: Hazard, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", _("Choose a department")), *_departments(own)]  # type: ignore[attr-defined]
        found = levels(hazard)
        self.fields["area"].queryset = Area.objects.filter(pk__in=[area.pk for area in found]).order_by("path")  # type: ignore[attr-defined]
        self.fields["area"].initial = found[-1] if found else None


def levels(hazard: Hazard) -> list[Area]:
    """The city and the town: where departments sit."""
    rows: list[Area] = []
    area: Area | None = hazard.area
    while area is not None:
        if area.kind in (Area.Kind.CITY, Area.Kind.ZONE):
            rows.append(area)
        area = area.parent
    return rows[::-1]


class JointForm(forms.Form):
    """The aim, and up to `len(departments)` asks: a department is asked when it is ticked."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    aim = forms.CharField(
        label=_("Aim"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("One sentence; it stands in every letter.")
    )  # fmt: skip
    area = forms.ModelChoiceField(
        Area.objects.none(), label=_("Level"), empty_label=None, help_text=_("Departments of the city or of the town")
    )
    days = forms.IntegerField(label=_("Working days to answer"), min_value=1, max_value=MOST_DAYS, initial=DAYS)
    departments = forms.MultipleChoiceField(label=_("Departments"), widget=forms.CheckboxSelectMultiple)
    asked = forms.CharField(
        label=_("What is asked of all"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One task per line. Single tasks are asked on the page of the action. Cutting water, power or gas cannot be asked for."),
    )  # fmt: skip

    def __init__(self, *args: Any, hazard: Hazard, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = levels(hazard)
        self.fields["area"].queryset = Area.objects.filter(pk__in=[area.pk for area in found]).order_by("path")  # type: ignore[attr-defined]
        self.fields["area"].initial = found[-1] if found else None
        self.fields["departments"].choices = _departments(own)  # type: ignore[attr-defined]
        self.fields["version"].initial = hazard.version


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(label=_("Answer"), choices=Request.Answer.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In words"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was done and found, or why it is not within your power and whose it is."),
    )  # fmt: skip
    attachments = PhotosField(label=_("Photos or the letter as PDF"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attachments"].widget.attrs["accept"] = f"{ACCEPTED},application/pdf"

    def clean_attachments(self) -> list[Any]:
        found: list[Any] = self.cleaned_data["attachments"]
        if len(found) > 10:
            raise ValidationError(_t("At most ten files."))
        return found


class EndForm(forms.Form):
    outcome = forms.CharField(
        label=_("What it reached"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The hazard goes back to its handler; correction and re-inspection follow as usual."),
    )  # fmt: skip
