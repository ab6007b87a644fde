"""Files of an answer: photos as everywhere, and letters as PDF."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from anju.core.errors import Refused
from anju.files.models import StoredFile
from anju.files.services import Upload, check_size, store_bytes, store_photo

PDF = "application/pdf"


def store_answer_file(*, upload: Upload, by: Any) -> StoredFile:
    """A photo is made anew; a PDF is kept as it is and only ever handed out as a download. Anything else is refused."""
    name = upload.name or ""
    if not name.lower().endswith(".pdf"):
        return store_photo(upload=upload, by=by)
    check_size(upload, settings.ANJU_MAX_PHOTO_MB)
    data = upload.read()
    if not data.startswith(b"%PDF-"):
        raise Refused(
            _("“%(name)s” is not a PDF, whatever its name says.") % {"name": name},
            instead=_("Choose the scanned letter as PDF, or a photo of it."),
        )
    return store_bytes(data=data, name=name, media_type=PDF, by=by)
