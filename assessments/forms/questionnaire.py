"""One question of the questionnaire as a form: what is shown, and what comes back.

A page holds many questions and each is saved by itself, with JavaScript as soon as it changes, without it all at once.
So the fields carry the question's key in their names, and both ways read them here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from principles.models import Aspect, Dimension, Question
from principles.models.catalogue import LEVELS

from ..answering import AnswerContent
from ..enums import Level
from ..evidence_shown import Shelf
from ..models import Answer
from .ratings import RatedQuestion

OPEN = ""
NOT_APPLICABLE = "na"
UNKNOWN = "?"
"""A level that does not exist: nothing is chosen."""
MINE, THEIRS, MERGED = "mine", "theirs", "merged"
RESOLUTIONS = (MINE, THEIRS, MERGED)

LINK_ROW = """<div class="evidence-links__row" data-row>
  <div>
    <label for="{0}-url-{1}">{2}</label>
    <input class="kern-form-input__input" type="text" inputmode="url" id="{0}-url-{1}" name="{0}-url" value="{3}">
  </div>
  <div>
    <label for="{0}-label-{1}">{4}</label>
    <input class="kern-form-input__input" type="text" id="{0}-label-{1}" name="{0}-label" value="{5}">
  </div>
</div>
"""

TEXT_FIELD = """<textarea class="kern-form-input__input" id="{0}" name="{0}" rows="{1}"
          aria-describedby="{2}{0}-error"{3}>
{4}</textarea>
"""
INVALID = mark_safe(' aria-invalid="true"')


@dataclass(frozen=True, slots=True)
class Entry:
    """What came back for one question."""

    content: AnswerContent
    base_version: int
    request_key: UUID | None
    resolution: str = ""


def read_entry(data: QueryDict, key: str) -> Entry | None:
    """What ``data`` says about the question; ``None`` if it says nothing about it."""
    if f"{key}-version" not in data:
        return None
    content = read_content(data, key)
    base_version = _number(data.get(f"{key}-version", ""), 0)
    resolution = data.get(f"{key}-resolve", "")
    if resolution in RESOLUTIONS:
        # The person has seen the other's text: from there it goes on.
        base_version = _number(data.get(f"{key}-theirs", ""), base_version)
        if resolution == MERGED:
            content = replace(content, rationale=data.get(f"{key}-merged", content.rationale))
    else:
        resolution = ""
    return Entry(content, base_version, _uuid(data.get("request_key", "")), resolution)


def read_content(data: QueryDict, key: str) -> AnswerContent:
    """The answer to the question as it was typed; open if ``data`` says nothing about it."""
    choice = data.get(f"{key}-level", OPEN)
    return AnswerContent(
        # A level that does not exist is kept as one, so that saving refuses it.
        level=None if choice in {OPEN, NOT_APPLICABLE} else _number(choice, -1),
        is_not_applicable=choice == NOT_APPLICABLE,
        reason=data.get(f"{key}-reason", ""),
        rationale=data.get(f"{key}-rationale", ""),
        evidence=tuple(
            {"label": label, "url": url}
            for label, url in zip(data.getlist(f"{key}-label"), data.getlist(f"{key}-url"), strict=False)
            if label.strip() or url.strip()
        ),
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def join_evidence(mine: AnswerContent, theirs: AnswerContent) -> AnswerContent:
    """My content with the other's links as well."""
    known = {link["url"].strip() for link in mine.links}
    return replace(mine, evidence=mine.links + tuple(link for link in theirs.links if link["url"] not in known))


def join_texts(mine: str, theirs: str) -> str:
    """Both texts below each other; one alone if the other adds nothing."""
    mine, theirs = mine.strip(), theirs.strip()
    if theirs in mine:
        return mine
    if mine in theirs:
        return theirs
    return f"{theirs}\n\n{mine}"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of the radio group."""

    value: str
    label: str
    anchor: str
    id: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people on one answer: what the other one stored, and both texts in one."""

    theirs: Answer
    content: AnswerContent
    chosen: Option | None
    merged: str


@dataclass
class Panel:
    """A question as it is shown: its texts, the answer as stored or as typed, and what is wrong with it."""

    question: Question
    answer: Answer | None = None
    content: AnswerContent = field(default_factory=AnswerContent)
    version: int = 0
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    conflict: Conflict | None = None
    open_comments: int = 0
    rated: RatedQuestion | None = None
    shelf: Shelf = field(default_factory=Shelf)

    @classmethod
    def of(cls, question: Question, answer: Answer | None) -> Panel:
        """The question with its stored answer."""
        panel = cls(question, answer, AnswerContent.of(answer), answer.version if answer else 0)
        if answer:
            panel.shelf = Shelf(answer.assessment_id)
        return panel

    def typed(self, entry: Entry, errors: Mapping[str, list[str]] | None = None) -> Panel:
        """The same question with what somebody typed, nothing of it lost."""
        return replace(self, content=entry.content, version=entry.base_version, errors=errors or {})

    def in_conflict(self, entry: Entry, theirs: Answer) -> Panel:
        """The same question with what somebody typed beside what somebody else stored."""
        other = Panel.of(self.question, theirs)
        merged = join_texts(entry.content.rationale, theirs.rationale)
        conflict = Conflict(theirs, other.content, other.chosen, merged)
        return replace(
            self,
            answer=theirs,
            content=entry.content,
            version=entry.base_version,
            conflict=conflict,
            shelf=other.shelf,
        )

    @property
    def key(self) -> str:
        """The question's key; names of the fields and the place on the page begin with it."""
        return self.question.key

    @cached_property
    def choice(self) -> str:
        """The chosen option."""
        if self.content.is_not_applicable:
            return NOT_APPLICABLE
        if self.content.level is None:
            return OPEN
        return str(self.content.level) if self.content.level in LEVELS else UNKNOWN

    @cached_property
    def options(self) -> list[Option]:
        """The five levels with their anchors in full."""
        return [
            self._option(str(level.value), f"{level.value} – {level.label}", anchor)
            for level, anchor in zip(Level, self.question.anchors, strict=True)
        ]

    @cached_property
    def other_options(self) -> list[Option]:
        """Not applicable, and still open."""
        return [
            self._option(NOT_APPLICABLE, _("Not applicable"), _("The question does not fit this project. Say why.")),
            self._option(OPEN, _("Still open"), ""),
        ]

    def _option(self, value: str, label: str, anchor: str) -> Option:
        return Option(value, label, anchor, f"{self.key}-level-{value or 'open'}", value == self.choice)

    @cached_property
    def chosen(self) -> Option | None:
        """The chosen level or „not applicable“, for reading; ``None`` while the question is open."""
        return next((one for one in (*self.options, self.other_options[0]) if one.is_chosen), None)

    @property
    def reason_field(self) -> SafeString:
        """Where one says why the question is not applicable."""
        return self._text_field("reason", self.content.reason, rows=2, hint=f"{self.key}-reason-hint ")

    @property
    def rationale_field(self) -> SafeString:
        """Where one says why this level."""
        return self._text_field("rationale", self.content.rationale, rows=3)

    def _text_field(self, name: str, text: str, *, rows: int, hint: str = "") -> SafeString:
        return format_html(TEXT_FIELD, f"{self.key}-{name}", rows, hint, INVALID if self.error[name] else "", text)

    @property
    def link_rows(self) -> SafeString:
        """The links, and an empty row for one more; joined here: a loop in the template costs ten times as much."""
        links = [*self.content.links, {"label": "", "url": ""}]
        address, name = _("Web address"), _("Name (optional)")
        return format_html_join(
            "",
            LINK_ROW,
            ((self.key, number, address, link["url"], name, link["label"]) for number, link in enumerate(links)),
        )

    @property
    def files(self) -> tuple[Mapping[str, str], ...]:
        """The files among the evidence; they stay as they are."""
        return tuple(item for item in self.answer.evidence if "url" not in item) if self.answer else ()

    @cached_property
    def error(self) -> dict[str, list[str]]:
        """The errors of each field, none for most."""
        return {name: self.errors.get(name, []) for name in ("level", "reason", "rationale", "evidence")}

    @cached_property
    def faults(self) -> list[dict[str, str]]:
        """Every error with the place where it can be mended."""
        if not self.errors:
            return []
        places = {
            "level": self.options[0].id,
            "reason": f"{self.key}-reason",
            "rationale": f"{self.key}-rationale",
            "evidence": f"{self.key}-url-0",
        }
        return [
            {"place": places.get(name, self.key), "message": message}
            for name, messages in self.errors.items()
            for message in messages
        ]


def messages_of(error: ValidationError) -> dict[str, list[str]]:
    """The messages of a refused save by field."""
    return error.message_dict if hasattr(error, "error_dict") else {"level": error.messages}


@dataclass(frozen=True, slots=True)
class Group:
    """An aspect of the page with its questions."""

    aspect: Aspect
    panels: list[Panel]


@dataclass(frozen=True, slots=True)
class Page:
    """One dimension with the questions asked in the assessment's scope."""

    dimension: Dimension
    groups: list[Group]

    @property
    def panels(self) -> Iterator[Panel]:
        """All questions in order."""
        for group in self.groups:
            yield from group.panels

    def has(self, what: str) -> bool:
        """Whether any question has ``errors`` or a ``conflict``."""
        return any(getattr(panel, what) for panel in self.panels)


def page_of(dimension: Dimension, answers: Mapping[str, Answer], *, only_core: bool) -> Page:
    """The page of a dimension with the stored answers."""
    groups = [
        Group(
            aspect,
            [
                Panel.of(question, answers.get(question.key))
                for question in aspect.questions.all()
                if question.is_core or not only_core
            ],
        )
        for aspect in dimension.aspects.all()
    ]
    return Page(dimension, [group for group in groups if group.panels])


def replace_panels(page: Page, panels: Mapping[str, Panel]) -> Page:
    """The page with some of its questions shown differently."""
    groups = [Group(group.aspect, [panels.get(one.key, one) for one in group.panels]) for group in page.groups]
    return Page(page.dimension, groups)
