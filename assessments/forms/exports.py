"""Which file is made of a selection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ..enums import ExportKind
from .projects import plain_helper


class ExportForm(forms.Form):
    """Kind and language of a file."""

    kind = forms.ChoiceField(
        label=_("File"), choices=ExportKind.choices, widget=forms.RadioSelect, initial=ExportKind.REPORTS
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
