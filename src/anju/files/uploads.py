"""Uploads that are too large are counted and thrown away while they arrive; they fill neither memory nor disk.

The view still gets a file object with the true size and no content, so that the service can refuse it in words.
"""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class BoundedUploadHandler(FileUploadHandler):
    """First in FILE_UPLOAD_HANDLERS: passes chunks on up to the limit of what the part says it is."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        photo = (self.content_type or "").startswith("image/")
        megabytes = (
            settings.ANJU_MAX_PHOTO_MB if photo else max(settings.ANJU_MAX_LEDGER_MB, settings.ANJU_MAX_PHOTO_MB)
        )
        self.limit = megabytes * 1_000_000

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= self.limit else None

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        if file_size <= self.limit:
            return None
        return UploadedFile(
            file=io.BytesIO(), name=self.file_name, content_type=self.content_type, size=file_size, charset=self.charset
        )
