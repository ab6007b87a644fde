"""Tags of the light pages: their own small sprite, days as people say them, a field with its hint and error."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, ClearableFileInput, FileInput, RadioSelect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from anju.core.templatetags.state_tags import asset

register = template.Library()


@register.simple_tag
def p_icon(name: str, css: str = "") -> SafeString:
    """{% p_icon "flame" %}; the name must stand in frontend/portal/icons.txt."""
    css = f" {css}" if css else ""
    return format_html(
        '<svg class="a-icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, asset("portal.svg"), name
    )


@register.filter
def spaced(code: str) -> str:
    """K7QM3X9D → K7QM-3X9D, to be read aloud."""
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 else code


@register.inclusion_tag("portal/_field.html")
def p_field(bound: BoundField) -> dict[str, Any]:
    widget = bound.field.widget
    kind = "text"
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        kind = "many"
    elif isinstance(widget, CheckboxInput):
        kind = "tick"
    elif isinstance(widget, FileInput | ClearableFileInput) or getattr(widget, "allow_multiple_selected", False):
        kind = "file"
    described = " ".join(
        f"{bound.auto_id}_{part}" for part, there in (("hint", bound.help_text), ("error", bound.errors)) if there
    )
    attrs: dict[str, str | bool] = {"aria-describedby": described} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {"bound": bound, "kind": kind, "control": bound.as_widget(attrs=attrs), "name": bound.auto_id}
