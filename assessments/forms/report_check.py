"""A report or a hash to check."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from .projects import plain_helper

MAX_REPORT_BYTES = 20 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


class ReportCheckForm(forms.Form):
    """One of the two: the report as PDF, or the hash that is printed in it."""

    file = forms.FileField(
        label=_("Report (PDF)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    sha256 = forms.CharField(
        label=_("Or the hash"),
        required=False,
        max_length=200,
        help_text=_("64 digits and letters a to f, printed in the report. Spaces do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
        megabytes = {"limit": MAX_REPORT_BYTES // 1024 // 1024}
        self.fields["file"].help_text = _("At most %(limit)d MB. The file is only read and not kept.") % megabytes
        for name in ("file", "sha256"):
            self.fields[name].depends_on_others = True  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile[bytes] | None:
        """A PDF that is not too large."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > MAX_REPORT_BYTES:
            raise ValidationError(_("The file is too large. The limit is 20 MB."), code="too_large")
        if file.read(5) != b"%PDF-":
            raise ValidationError(_("This is not a PDF file."), code="not_pdf")
        file.seek(0)
        return file

    def clean_sha256(self) -> str:
        """The hash as it is stored."""
        digest = "".join(self.cleaned_data["sha256"].split()).lower()
        if digest and not _HASH.fullmatch(digest):
            raise ValidationError(_("A hash has 64 characters: digits and the letters a to f."), code="hash")
        return digest

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        cleaned = self.cleaned_data
        if not self.errors and bool(cleaned.get("file")) == bool(cleaned.get("sha256")):
            raise ValidationError(_("Choose a file or enter a hash, one of the two."), code="one")
        return cleaned
