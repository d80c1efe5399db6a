"""A file to be added to an answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..answering import MAX_LABEL_LENGTH
from ..evidence_files import help_text
from ..file_kinds import ENDINGS
from .projects import plain_helper


class EvidenceFileForm(forms.Form):
    """The file and a name people understand; content and room are checked where it is kept."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        error_messages={"required": _("Choose a file."), "invalid": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in ENDINGS)}),
    )
    label = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=MAX_LABEL_LENGTH,
        strip=False,
        help_text=_(
            "What the file shows, for example “Minutes of the steering group”. Otherwise the file name is shown."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = help_text()
        self.helper = plain_helper()
