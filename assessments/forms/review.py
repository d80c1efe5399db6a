"""Forms of the review: notes at questions and dimensions, the decision, the filter of the queue."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..enums import Level
from ..models import Organisation, ReviewerRating, Thread
from ..results import QuestionResult
from ..reviewing import ReviewNote, clean_note
from .projects import plain_helper

WHOLE = "all"
"""Stands for the whole assessment in the names of fields."""


@dataclass(frozen=True)
class NotePanel:
    """A place of the submission with what was said about it, and the fields for what the reviewer adds."""

    place: str
    question: QuestionResult | None = None
    before: QuestionResult | None = None
    is_changed: bool = False
    threads: Sequence[Thread] = ()
    ratings: Sequence[ReviewerRating] = ()
    note: ReviewNote = field(default_factory=ReviewNote)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    form_key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def name(self) -> str:
        """What the names of the fields begin with."""
        return self.place or WHOLE

    @property
    def levels(self) -> list[dict[str, Any]]:
        """The choices for the reviewer's own level."""
        return [
            {"value": level.value, "label": f"{level.value} – {level.label}", "is_chosen": level == self.note.level}
            for level in Level
        ]

    @property
    def is_done(self) -> bool:
        """Whether the thread is settled."""
        return bool(self.threads) and not any(thread.is_open for thread in self.threads)

    @property
    def wants_done(self) -> bool:
        """Whether the box is ticked."""
        return self.is_done if self.note.is_done is None else self.note.is_done

    @property
    def error(self) -> dict[str, list[str]]:
        """The errors of each field, none for most."""
        return {name: list(self.errors.get(name, [])) for name in ("level", "note", "comment")}

    @property
    def faults(self) -> list[dict[str, str]]:
        """Every error with the field where it can be mended."""
        return [
            {"place": f"{self.name}-{name}", "message": message}
            for name, messages in self.errors.items()
            for message in messages
        ]

    def typed(self, note: ReviewNote, errors: Mapping[str, list[str]] | None = None) -> NotePanel:
        """The same place with what was typed, nothing of it lost."""
        key = str(note.request_key) if note.request_key else self.form_key
        return replace(self, note=note, errors=errors or {}, form_key=key)


def posted_places(data: QueryDict, known: Container[str]) -> frozenset[str]:
    """The places whose fields came back, so that none is forgotten when the page has changed meanwhile."""
    names = {name.removesuffix("-key") for name in data if name.endswith("-key")}
    places = {"" if name == WHOLE else name for name in names}
    return frozenset(place for place in places if place in known)


def read_notes(data: QueryDict, panels: Iterable[NotePanel]) -> dict[str, ReviewNote]:
    """What came back for the places that were on the page."""
    return {panel.place: _read(data, panel.name) for panel in panels if f"{panel.name}-key" in data}


def _read(data: QueryDict, name: str) -> ReviewNote:
    level = data.get(f"{name}-level", "")
    was_done, is_done = data.get(f"{name}-was-done", ""), data.get(f"{name}-done", "")
    return ReviewNote(
        # A level that does not exist is kept as one, so that saving refuses it.
        level=None if not level else int(level) if level in {"0", "1", "2", "3", "4"} else -1,
        note=data.get(f"{name}-note", ""),
        comment=data.get(f"{name}-comment", ""),
        is_done=None if was_done == is_done else is_done == "yes",
        request_key=_uuid(data.get(f"{name}-key", "")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def clean_notes(notes: Mapping[str, ReviewNote]) -> tuple[dict[str, ReviewNote], dict[str, dict[str, list[str]]]]:
    """The notes as they will be stored, and the errors of those that cannot be, by place."""
    cleaned: dict[str, ReviewNote] = {}
    errors: dict[str, dict[str, list[str]]] = {}
    for place, note in notes.items():
        try:
            cleaned[place] = clean_note(note)
        except ValidationError as error:
            errors[place] = error.message_dict
    return cleaned, errors


def in_a_year() -> date:
    """How long an approval holds unless the reviewer says otherwise."""
    today = timezone.localdate()
    try:
        return today.replace(year=today.year + 1)
    except ValueError:  # 29 February
        return today.replace(year=today.year + 1, day=28)


class DecisionForm(forms.Form):
    """Return the submission or approve it. The hash names what was looked at."""

    RETURN, APPROVE = "return", "approve"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(RETURN, _("Return to the team")), (APPROVE, _("Approve"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What you tell the team"),
        help_text=_("Required when you return the submission: say what has to be done. Optional when you approve."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    valid_until = forms.DateField(
        label=_("Approval is valid until"),
        help_text=_("Counts only when you approve."),
        required=False,
        initial=in_a_year,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
        for name in ("reason", "valid_until"):
            self.fields[name].depends_on_others = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A return needs a reason, an approval an end that lies ahead."""
        cleaned = self.cleaned_data
        if cleaned.get("decision") == self.RETURN and not cleaned.get("reason"):
            self.add_error("reason", _("Please tell the team what to do: a return needs a reason."))
        if cleaned.get("decision") == self.APPROVE and "valid_until" in cleaned:
            end = cleaned["valid_until"]
            if end is None or end <= timezone.localdate():
                self.add_error("valid_until", _("The validity must end in the future."))
        return cleaned


class QueueForm(forms.Form):
    """Whose submissions are shown."""

    is_filter = True

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(),
        required=False,
        to_field_name="key",
        label=_("Organisation"),
        empty_label=_("All organisations"),
    )

    def __init__(self, data: Any, *, waiting: Any) -> None:
        super().__init__(data)
        choice = self.fields["organisation"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        choice.queryset = Organisation.objects.filter(projects__assessments__in=waiting).distinct()
        self.helper = plain_helper()
