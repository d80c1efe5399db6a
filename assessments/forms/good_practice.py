"""Forms of good practice: what the team writes for others, and why a reviewer declines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ..good_practices import PracticeText
from ..models import GoodPractice
from .projects import plain_helper


class PracticeForm(forms.ModelForm[GoodPractice]):
    """The text everyone will read."""

    class Meta:
        model = GoodPractice
        fields = ["title", "text", "contact", "language"]
        labels = {
            "title": _("Title"),
            "text": _("What did you do?"),
            "contact": _("Contact"),
            "language": _("Language of the text"),
        }
        help_texts = {
            "title": _("Say in a few words what others can imitate."),
            "text": _("What was the situation, what did you do, what came of it? What would you do differently today?"),
            "contact": _("An address that may be public, preferably that of the unit rather than of a person."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 9}),
            "language": forms.RadioSelect(choices=settings.LANGUAGES),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        language.initial = (get_language() or settings.LANGUAGE_CODE)[:2]
        language.choices = settings.LANGUAGES  # type: ignore[attr-defined] # without the empty choice
        self.helper = plain_helper()

    def practice_text(self) -> PracticeText:
        """What was written; only for a valid form."""
        return PracticeText(**self.cleaned_data)


class DeclineForm(forms.Form):
    """Why an offer is turned down or a confirmation taken back."""

    reason = forms.CharField(
        label=_("Reason for declining"),
        help_text=_("The team reads it and can offer a better text."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
