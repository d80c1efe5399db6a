"""How much of an uploaded file is kept while it arrives, before any form looks at it."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MAX_UPLOAD_BYTES = 21 * 1024 * 1024
"""More than any form accepts, so that what was cut off here is refused there for its size."""


class CappedUploadHandler(FileUploadHandler):
    """Drops what comes beyond the limit, so that nobody fills the disk with one request."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the data on to the handlers that keep it, or not."""
        return raw_data if start < MAX_UPLOAD_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """The others have the file."""
        return None
