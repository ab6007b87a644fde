"""Forms of a hazard's steps. Each carries the version it was made for, so that the second of two editors is told."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.accounts.models import User
from anju.areas.models import Area, Department
from anju.core import time
from anju.core.forms import DayInput
from anju.dwellings.models import Dwelling
from anju.files.forms import PhotosField
from anju.inspections.models import Hazard
from anju.inspections.services.plans import walkers


class Reason(forms.CharField):
    def __init__(self, **over: Any) -> None:
        values = {"max_length": 300, "label": _("Reason"), "widget": forms.Textarea(attrs={"rows": 3}), **over}
        super().__init__(**values)


class StepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, hazard: Hazard, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hazard, self.user = hazard, user
        self.fields["version"].initial = hazard.version
        self.prepare()

    def prepare(self) -> None:
        """What depends on the hazard or the person."""


class Nothing(StepForm):
    """A step that needs no words."""


class ReasonForm(StepForm):
    reason = Reason()


class AssignForm(StepForm):
    handler = forms.ChoiceField(label=_("Handler"), help_text=_("People of this grid first, then those above it."))

    def prepare(self) -> None:
        people: dict[str, str] = {}
        for _path, person in walkers(self.hazard.area_path):
            people.setdefault(person.username, str(person))
        people.setdefault(self.user.username, str(self.user))
        self.fields["handler"].choices = list(people.items())  # type: ignore[attr-defined]

    def clean_handler(self) -> User:
        return User.objects.get(username=self.cleaned_data["handler"], is_active=True)


class ExtendForm(StepForm):
    until = forms.DateField(label=_("New day"), widget=DayInput())
    reason = Reason(
        help_text=_("The first day that was set stays: a severe hazard still rises to tier 2 when it passes.")
    )


class CorrectForm(StepForm):
    text = forms.CharField(label=_("What was done"), max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    photos = PhotosField(
        label=_("Photos of the correction"),
        help_text=_("JPEG, PNG or WebP. Position and time are read from the photo."),
    )

    def prepare(self) -> None:
        self.fields["photos"].required = self.hazard.category != Hazard.Category.PAPERWORK


class ReinspectForm(StepForm):
    result = forms.ChoiceField(
        label=_("What was seen"),
        choices=[("yes", _("Put right")), ("no", _("Not put right"))],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Remark"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when it is not put right: what is still wrong."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("New term in days"),
        min_value=0,
        required=False,
        help_text=_("Only when it is not put right; 0 means today."),
    )
    photos = PhotosField(label=_("Photos"), required=False)

    def prepare(self) -> None:
        self.fields["days"].initial = min(self.hazard.days, 3)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("result") == "no" and not data.get("text", "").strip():
            self.add_error("text", _t("Say what is still wrong."))
        return data


class ConfirmForm(StepForm):
    text = forms.CharField(label=_("Remark"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    photos = PhotosField(label=_("Photos"), required=False)


class SecurityForm(StepForm):
    is_security = forms.ChoiceField(
        label=_("Counted as a security hazard"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    reason = Reason(help_text=_("What makes it one, or why it is none. It stands in the history."))

    def prepare(self) -> None:
        self.fields["is_security"].initial = "yes" if self.hazard.is_security else "no"


class RemarkForm(StepForm):
    text = forms.CharField(label=_("Remark"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class VoidForm(StepForm):
    kind = forms.ChoiceField(label=_("Why it is void"), choices=Hazard.Void.choices, widget=forms.RadioSelect)
    reason = Reason()


class ReopenForm(StepForm):
    reason = Reason()
    let_again = forms.BooleanField(label=_("It was let again although letting is prohibited"), required=False)

    def prepare(self) -> None:
        if self.hazard.severity != Dwelling.Severity.PROHIBITED:
            del self.fields["let_again"]


class HandOverForm(StepForm):
    to_department = forms.ChoiceField(label=_("Body in charge"))
    to_area = forms.ModelChoiceField(Area.objects.none(), label=_("Of which area"))
    reason = Reason(
        help_text=_("Why it lies outside your jurisdiction. The body has one working day to accept or return it.")
    )

    def prepare(self) -> None:
        bodies = ("police", "housing", "fire", "urban", "planning", "market", "office", "community")
        labels = dict(Department.choices)
        others = [(name, labels[name]) for name in bodies if name != self.hazard.department]
        self.fields["to_department"].choices = others  # type: ignore[attr-defined]
        parents = [self.hazard.area.path[:end] for end in range(5, len(self.hazard.area.path), 5)]
        field = self.fields["to_area"]
        field.queryset = Area.objects.filter(path__in=parents).order_by("path")  # type: ignore[attr-defined]
        field.initial = Area.objects.filter(path__in=parents, kind=Area.Kind.ZONE).first()


class RefugeForm(StepForm):
    needed = forms.ChoiceField(
        label=_("Temporary refuge"), choices=[("no", _("Not needed")), ("yes", _("Needed"))], widget=forms.RadioSelect
    )
    until = forms.DateField(label=_("Until"), required=False, widget=DayInput())
    reason = Reason()


class MoveOutForm(StepForm):
    tenant_told_on = forms.DateField(label=_("Tenant told on"), widget=DayInput())
    tenant_told_how = forms.CharField(
        label=_("How"), max_length=100, help_text=_("In person, by telephone, in writing")
    )
    settled = forms.CharField(label=_("Deposit and rent"), max_length=100, required=False)
    going_to = forms.CharField(label=_("Moving to"), max_length=100, required=False)
    need_help = forms.IntegerField(
        label=_("People who need help"), min_value=0, max_value=200, initial=0, help_text=_("A number only, no names.")
    )
    until = forms.DateField(label=_("Agreed day"), required=False, widget=DayInput())

    def prepare(self) -> None:
        told = getattr(self.hazard, "move_out", None)
        if told is not None:
            for name in ("tenant_told_on", "tenant_told_how", "settled", "going_to", "need_help"):
                self.fields[name].initial = getattr(told, name)


class DayForm(StepForm):
    on = forms.DateField(label=_("On"), widget=DayInput())

    def prepare(self) -> None:
        self.fields["on"].initial = time.today()


class NoticeForm(forms.Form):
    addressee = forms.CharField(label=_("Addressee"), max_length=80)


class BulkForm(forms.Form):
    """What the bar at the foot of the list asks for: a handler, a day, a reason."""

    def __init__(self, *args: Any, act: str, area_path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if act == "assign":
            people = {person.username: str(person) for _path, person in walkers(area_path)}
            self.fields["handler"] = forms.ChoiceField(label=_("Handler"), choices=list(people.items()))
            return
        if act == "extend":
            widget = DayInput()
            self.fields["until"] = forms.DateField(
                label=_("New day"), widget=widget, initial=time.today() + timedelta(days=7)
            )
        self.fields["reason"] = Reason()


class HazardForm(forms.Form):
    """A hazard that somebody saw outside an inspection."""

    title = forms.CharField(label=_("What is wrong"), max_length=160)
    where = forms.CharField(
        label=_("Where"), max_length=16, help_text=_("Code of a home (D…) or of a place (P…), as on its page and sign.")
    )
    category = forms.ChoiceField(label=_("Category"), choices=Hazard.Category.choices)
    severity = forms.ChoiceField(
        label=_("Severity"), choices=[c for c in Dwelling.Severity.choices if c[0] not in ("advice", "prohibited")],
        help_text=_("Prohibited follows from a rule and is found by an inspection."),
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Days to correct"), min_value=0, max_value=60, initial=3, help_text=_("0 means at once.")
    )
    bound = forms.ChoiceField(
        label=_("Who has to put it right"), choices=[c for c in Hazard.Bound.choices if c[0] != "tenant"]
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=[c for c in Hazard.Source.choices if c[0] in ("report", "patrol", "inspection")]
    )
    outside = forms.BooleanField(label=_("Outside our jurisdiction, to be handed over"), required=False)
    detail = forms.CharField(
        label=_("What was seen"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    photos = PhotosField(label=_("Photos"), required=False)
