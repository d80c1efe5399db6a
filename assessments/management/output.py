"""Files that commands write where they are told to."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ..reports.storage import write_atomically


def write_output(path: Path, content: bytes) -> None:
    """Write a file for everybody to read, whole or not at all, or say why it cannot be written."""
    try:
        write_atomically(path, content, mode=0o644)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(_("%(file)s cannot be written: %(reason)s") % {"file": path, "reason": reason}) from error
