"""The form field for photos: several at once, checked by content when they are stored."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ACCEPTED = "image/jpeg,image/png,image/webp"


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ACCEPTED, "multiple": True})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PhotosField(forms.Field):
    """Gives a list of uploads, which the service that stores them looks into."""

    widget = PhotosInput

    def clean(self, value: Any) -> list[Any]:
        found = [item for item in (value or []) if item]
        if self.required and not found:
            raise ValidationError(_("Add at least one photo."))
        return found
