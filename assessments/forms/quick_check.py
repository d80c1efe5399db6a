"""The quick check without an account as forms: what a page shows, and what it carries along for the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from principles.models import Catalogue, Dimension

from ..answer_content import AnswerContent, text_fault, tidy
from ..enums import Phase
from ..exchange import MAX_DOCUMENT_BYTES
from ..models import Organisation
from ..quick_check import MAX_SUMMARY_LENGTH, PROJECT_PARTS, clean_answer, core_keys
from ..scoring import Value
from .projects import OrganisationField, plain_helper
from .questionnaire import NOT_APPLICABLE, Page, messages_of, page_of, read_content, replace_panels

PREFIX = "project"


class QuickProjectForm(forms.Form):
    """What report and file say about the project. Everything is optional."""

    name = forms.CharField(label=_("Name of the project"), required=False, max_length=150)
    summary = forms.CharField(
        label=_("Summary"),
        required=False,
        max_length=MAX_SUMMARY_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the project does, for whom, in two or three sentences."),
    )
    organisation = OrganisationField(
        Organisation.objects.all(),
        to_field_name="key",
        required=False,
        label=_("Organisation"),
        empty_label=_("No organisation yet"),
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase, required=False, initial=Phase.IDEA)

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}), prefix=PREFIX)
        self.helper = plain_helper()

    def clean_name(self) -> str:
        """One line."""
        return _clean_text(" ".join(self.cleaned_data["name"].split()))

    def clean_summary(self) -> str:
        """With the line ends of a document."""
        return _clean_text(tidy(self.cleaned_data["summary"]))

    @property
    def part(self) -> dict[str, str]:
        """The project as the document holds it."""
        organisation = self.cleaned_data.get("organisation")
        return {**self.cleaned_data, "organisation": organisation.key if organisation else ""}


def _clean_text(text: str) -> str:
    if fault := text_fault(text, MAX_SUMMARY_LENGTH):
        raise fault
    return text


class ContinueForm(forms.Form):
    """A document that was saved before."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A JSON file saved here or exported from an account. It is only read and not kept."),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()

    def clean_file(self) -> bytes:
        """What the file holds, and one byte more than is read of it."""
        content: bytes = self.cleaned_data["file"].read(MAX_DOCUMENT_BYTES + 1)
        return content


@dataclass
class Filled:
    """All answers that came with a request, as typed, and what is wrong with them."""

    catalogue: Catalogue
    typed: dict[str, AnswerContent] = field(default_factory=dict)
    project: dict[str, str] = field(default_factory=dict)
    answers: dict[str, AnswerContent] = field(init=False, default_factory=dict)
    errors: dict[str, Mapping[str, list[str]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for key, content in self.typed.items():
            try:
                self.answers[key] = clean_answer(content)
            except ValidationError as error:
                self.errors[key] = messages_of(error)

    @classmethod
    def of(cls, catalogue: Catalogue, data: QueryDict) -> Filled:
        """What ``data`` says about the questions that are asked; everything else is passed over."""
        keys = [key for dimension in catalogue.dimensions.all() for key in core_keys(dimension)]
        return cls(
            catalogue,
            {key: replace(read_content(data, key), evidence=()) for key in keys},
            {name: data.get(f"{PREFIX}-{name}", "") for name in PROJECT_PARTS},
        )

    @property
    def values(self) -> dict[str, Value]:
        """The sound answers as scoring sees them."""
        return {key: content.value for key, content in self.answers.items()}

    @property
    def is_empty(self) -> bool:
        """Whether no question is answered."""
        return all(value is None for value in self.values.values()) and not self.errors

    def faulty_dimension(self, first: str) -> Dimension | None:
        """A dimension with an answer that must be mended, the one with the key ``first`` before others."""
        faulty = [
            dimension
            for dimension in self.catalogue.dimensions.all()
            if any(key in self.errors for key in core_keys(dimension))
        ]
        return next((dimension for dimension in faulty if dimension.key == first), faulty[0] if faulty else None)

    def page(self, dimension: Dimension) -> Page:
        """The questions of one dimension with what was typed."""
        page = page_of(dimension, {}, only_core=True)
        panels = {
            panel.key: replace(
                panel, content=self.typed.get(panel.key, AnswerContent()), errors=self.errors.get(panel.key, {})
            )
            for panel in page.panels
        }
        return replace_panels(page, panels)

    def carried(self, shown: Dimension | None = None) -> list[tuple[str, str]]:
        """Names and texts of the hidden fields: all but what the page itself shows, the project or one dimension."""
        on_page = set(core_keys(shown)) if shown else set()
        pairs = [pair for key, content in self.typed.items() if key not in on_page for pair in _fields(key, content)]
        if shown:
            pairs += [(f"{PREFIX}-{name}", text) for name, text in self.project.items() if text]
        return pairs


def _fields(key: str, content: AnswerContent) -> Iterator[tuple[str, str]]:
    level = NOT_APPLICABLE if content.is_not_applicable else "" if content.level is None else str(content.level)
    for name, text in (("level", level), ("reason", content.reason), ("rationale", content.rationale)):
        if text:
            yield f"{key}-{name}", text
