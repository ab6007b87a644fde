"""Forms: label above, hint under the label, error under the field with what would be accepted."""

from typing import Any

from django import forms, template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.utils.functional import Promise

register = template.Library()
Text = str | Promise

CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _attributes(bound: BoundField) -> dict[str, Any]:
    name = bound.auto_id
    about = [f"{name}_hint"] if bound.help_text else []
    about += [f"{name}_error"] if bound.errors else []
    css = bound.field.widget.attrs.get("class", "")
    kind = "a-check" if isinstance(bound.field.widget, forms.CheckboxInput) else "a-input"
    attributes: dict[str, Any] = {"class": f"{kind} {css}".strip()}
    if about:
        attributes["aria-describedby"] = " ".join(about)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hint: Text | None = "") -> dict[str, Any]:
    """{% field form.reason %}: one field, whatever its widget. hint= stands in for the field's help_text; None: no hint."""
    if hint != "":
        bound.help_text = str(hint or "")
    widget = bound.field.widget
    kind = "group" if isinstance(widget, CHOICES) else "tick" if isinstance(widget, forms.CheckboxInput) else "one"
    control = bound if kind == "group" else bound.as_widget(attrs=_attributes(bound))
    return {"bound": bound, "kind": kind, "control": control, "name": bound.auto_id}


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """{% fields form %}: the summary of errors, the hidden fields and every field in order."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What refuses the whole form, and how many fields want correcting. Nothing when all is well."""
    return {
        "form": form,
        "whole": form.non_field_errors(),
        "wrong": sum(1 for name in form.errors if name != "__all__"),
    }


@register.inclusion_tag("components/submit.html")
def submit(
    label: Text, consequence: Text = "", cancel: str = "", missing: Text = "", drawing: str = "", css: str = "primary"
) -> dict[str, Any]:
    """{% submit _("Send notice") consequence=… cancel=url missing=… %}: one primary button, what it does beside it.

    missing: what is still lacking; the button is then disabled and says so.
    """
    return {
        "label": label,
        "consequence": consequence,
        "cancel": cancel,
        "missing": missing,
        "drawing": drawing,
        "css": css,
    }
