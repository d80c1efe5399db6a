"""Forms of measures and conflicts of goals."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..answering import text_fault
from ..models import GoalConflict, Measure
from ..places import Place
from .projects import plain_helper

SHOWN_CHARACTERS = 90
"""Of a question's text in a list to choose from."""


def place_choices(places: dict[str, Place], nothing: Any) -> list[Any]:
    """Everything that can be referred to, grouped by dimension, after an empty choice."""
    choices: list[Any] = [("", nothing)]
    for dimension, group in groupby(places.values(), key=lambda place: place.dimension):
        options = [
            (place.key, _option(place) if place.question else gettext("%(key)s as a whole") % {"key": place.key})
            for place in group
        ]
        choices.append((str(dimension), options))
    return choices


def _option(place: Place) -> str:
    return Truncator(str(place)).chars(SHOWN_CHARACTERS)


class StorableTexts:
    """Refuses characters that cannot be stored, in every text of a form."""

    def clean(self) -> dict[str, Any] | None:
        """Check each text that came."""
        cleaned: dict[str, Any] | None = super().clean()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):  # type: ignore[attr-defined]
            if isinstance(value, str) and (fault := text_fault(value, len(value))):
                self.add_error(name, fault)  # type: ignore[attr-defined]
        return cleaned


class MeasureForm(StorableTexts, forms.ModelForm[Measure]):
    """What is to be done, by whom, until when; only the first is required."""

    refers_to = forms.ChoiceField(
        label=_("Refers to"), required=False, help_text=_("The question or dimension that the measure is to improve.")
    )

    class Meta:
        model = Measure
        fields = ["title", "refers_to", "responsible", "due", "state"]
        labels = {
            "title": _("What is to be done?"),
            "responsible": _("Who is responsible?"),
            "due": _("Due on"),
            "state": _("State"),
        }
        help_texts = {"responsible": _("A unit or a role; a name only if the person agrees.")}
        widgets = {
            "title": forms.Textarea(attrs={"rows": 3}),
            "due": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, places: dict[str, Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["refers_to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        field.choices = place_choices(places, _("The whole project"))
        self.helper = plain_helper("title", "refers_to", "responsible", Div("due", "state", css_class="field-row"))

    def clean_title(self) -> str:
        """One line: it stands in lists and tables."""
        return " ".join(self.cleaned_data["title"].split())


class ConflictForm(StorableTexts, forms.ModelForm[GoalConflict]):
    """Two dimensions that pull in different directions, and how the project deals with it."""

    first_key = forms.ChoiceField(label=_("First dimension"))
    second_key = forms.ChoiceField(label=_("Second dimension"))

    class Meta:
        model = GoalConflict
        fields = ["first_key", "second_key", "description", "handling"]
        labels = {
            "description": _("What is the conflict?"),
            "handling": _("How does the project deal with it? (optional)"),
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "handling": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, places: dict[str, Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("Please choose"))]
        choices += [(place.key, str(place)) for place in places.values() if place.question is None]
        for name in ("first_key", "second_key"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
            field.choices = choices
        self.helper = plain_helper(Div("first_key", "second_key", css_class="field-row"), "description", "handling")

    def clean(self) -> dict[str, Any] | None:
        """A dimension is in no conflict with itself."""
        cleaned = super().clean()
        first, second = self.cleaned_data.get("first_key"), self.cleaned_data.get("second_key")
        if first and first == second:
            self.add_error("second_key", ValidationError(_("Choose two different dimensions."), code="same"))
        return cleaned
