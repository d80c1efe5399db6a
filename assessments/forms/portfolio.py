"""The filter of the portfolio; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, cast
from urllib.parse import urlencode

from crispy_forms.layout import Div
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from principles.models import Dimension, Perspective

from ..enums import PORTFOLIO_STATES, OrganisationKind, Phase, Stage
from ..models import DIMENSION_KEYS, Organisation, score_column
from ..portfolio import GROUP_LABELS, GROUPS, STAGE_ENDS, STAGE_STARTS, TENSION, Entries, portfolio_dimensions
from ..portfolio_entries import joined
from ..portfolio_evaluation import LOW_LEVELS, OPEN_MEASURES
from ..scoring import IN_TENSION_BELOW
from .kept_fields import KeptField
from .projects import plain_helper

TENSION_KEYS = tuple(key for key in DIMENSION_KEYS if key.startswith("4."))
NO_ORGANISATION = "-"
ROWS = (
    ("q", "organisation", "phase", "perspective", "state"),
    ("dimension", "stage", "tension"),
    ("group", "sort"),
)
HELPER = plain_helper(
    *(Div(*map(KeptField, row), css_class="field-row") for row in ROWS),
    *map(KeptField, ("low", "step", "measures", "conflict")),
)


@lru_cache(maxsize=8)
def sort_choices(language: str, dimensions: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Every column in both directions, in the active language."""
    columns = [
        ("name", _("Project")),
        ("organisation", _("Organisation")),
        ("phase", _("Phase")),
        ("state", _("State")),
        ("submitted", _("Date of submission")),
        ("principles", _("Principles of good practice")),
        ("guiding_ideas", _("Guiding ideas")),
        *dimensions,
    ]
    choices = []
    for key, label in columns:
        choices.append((key, gettext("%(column)s, ascending") % {"column": label}))
        choices.append((f"-{key}", gettext("%(column)s, descending") % {"column": label}))
    return choices


class PortfolioForm(forms.Form):
    """Which projects, in which order, in which groups. What makes no sense in an address is left out."""

    is_filter = True

    q = forms.CharField(label=_("Text in name or summary"), max_length=100, required=False)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("all")), *Phase.choices])
    perspective = forms.ChoiceField(label=_("Perspective of the future"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("all")), *((one.value, one.label) for one in PORTFOLIO_STATES)],
    )
    dimension = forms.ChoiceField(
        label=_("Dimension"), required=False, help_text=_("Stage and tension are looked for here, or in all twelve.")
    )
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("all")), *Stage.choices])
    tension = forms.BooleanField(label=_("Only with a pair in tension"), required=False)
    group = forms.ChoiceField(
        label=_("Group by"),
        required=False,
        choices=[("", _("no groups")), *GROUP_LABELS.items()],
    )
    sort = forms.ChoiceField(label=_("Sort by"), required=False)
    # Where the figures of the evaluation lead; no fields of their own on the page.
    low = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    step = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    measures = forms.BooleanField(required=False, widget=forms.HiddenInput)
    conflict = forms.RegexField(r"^\d\.\d+_\d\.\d+$", required=False, widget=forms.HiddenInput)

    FILTERS = (
        "q",
        "organisation",
        "phase",
        "perspective",
        "state",
        "dimension",
        "stage",
        "tension",
        "low",
        "step",
        "measures",
        "conflict",
    )

    def __init__(self, data: QueryDict, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.dimensions: list[Dimension] = portfolio_dimensions()
        self.organisations = {one.key: one for one in Organisation.objects.all()}
        self.perspectives = {one.key: one for one in Perspective.objects.only("key", "position", "name_de", "name_en")}
        # Functions: a list is only made when something of it was chosen, or when the field is written.
        self._choices("organisation", lambda: [("", _("all")), *self._organisation_choices()])
        self._choices(
            "perspective", lambda: [("", _("all")), *((key, one.name) for key, one in self.perspectives.items())]
        )
        self._choices("dimension", lambda: [("", _("all")), *((one.key, str(one)) for one in self.dimensions)])
        self._choices(
            "sort", lambda: sort_choices(get_language(), tuple((one.key, str(one)) for one in self.dimensions))
        )
        self.helper = HELPER

    @cached_property
    def offered(self) -> tuple[Any, ...]:
        """All that the lists of this form depend on beside the language; a published catalogue never changes."""
        organisations = tuple((one.key, one.kind, one.name) for one in self.organisations.values())
        perspectives = tuple((key, one.name) for key, one in self.perspectives.items())
        return organisations, perspectives, self.dimensions[0].catalogue_id

    def _choices(self, name: str, choices: Callable[[], list[Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _organisation_choices(self) -> list[Any]:
        kinds = list(OrganisationKind)
        ordered = sorted(
            self.organisations.values(), key=lambda one: (kinds.index(OrganisationKind(one.kind)), one.position)
        )
        groups = [
            (OrganisationKind(kind).label, [(one.key, one.name) for one in group])
            for kind, group in groupby(ordered, key=lambda one: one.kind)
        ]
        return [*groups, (NO_ORGANISATION, _("No organisation yet"))]

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def order(self) -> str:
        """The order."""
        return str(self.chosen.get("sort", "name"))

    @property
    def grouping(self) -> str:
        """The groups, empty for none."""
        group = str(self.chosen.get("group", ""))
        return group if group in GROUPS else ""

    @property
    def group_heads(self) -> Mapping[str, Organisation | Perspective]:
        """What it is grouped by, by its key; nothing for phases."""
        return {"organisation": self.organisations, "perspective": self.perspectives}.get(self.grouping, {})

    @cached_property
    def query(self) -> dict[str, str]:
        """What belongs into an address that keeps all this."""
        return {name: "1" if value is True else str(value) for name, value in self.chosen.items()}

    @cached_property
    def selection(self) -> dict[str, str]:
        """The part of the address that says which projects."""
        return {name: value for name, value in self.query.items() if name in self.FILTERS}

    @cached_property
    def parts(self) -> list[dict[str, str]]:
        """What the selection says, part by part, in words, with the address that leaves it out."""
        return [
            {"text": self._words(name), "address": self.address(**{name: ""})}
            for name in self.FILTERS
            if name in self.query
        ]

    def _words(self, name: str) -> str:
        value = self.query[name]
        special = {
            "low": _("Level 0 or 1 in %(value)s"),
            "step": _("Next step %(value)s"),
            "measures": _("With open measures"),
            "conflict": _("Conflict of goals %(value)s"),
            "q": _("Text: %(value)s"),
        }
        if name in special:
            return str(special[name]) % {"value": value.replace("_", " – ")}
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            return str(field.label)
        flat: dict[str, Any] = {}
        choices: Any = field.choices
        for key, label in choices:
            flat.update(label if isinstance(label, list) else [(key, label)])
        return f"{field.label}: {flat[value]}"

    def address(self, **changes: str) -> str:
        """The query of an address with these changes; an empty value takes something away."""
        return self._encode({**self.query, **changes})

    def selection_address(self, **changes: str) -> str:
        """The same for pages that know no order: what is selected, changed."""
        return self._encode({**self.selection, **changes})

    @staticmethod
    def _encode(values: dict[str, str]) -> str:
        return f"?{urlencode({name: value for name, value in values.items() if value})}"

    def filter(self, queryset: Entries) -> Entries:
        """The entries asked for."""
        chosen = self.chosen
        if text := chosen.get("q"):
            queryset = queryset.filter(Q(project__name__icontains=text) | Q(project__summary__icontains=text))
        if organisation := chosen.get("organisation"):
            if organisation == NO_ORGANISATION:
                queryset = queryset.filter(project__organisation=None)
            else:
                queryset = queryset.filter(project__organisation=self.organisations[organisation])
        if phase := chosen.get("phase"):
            queryset = queryset.filter(project__phase=phase)
        if perspective := chosen.get("perspective"):
            queryset = queryset.filter(project__perspectives=self.perspectives[perspective])
        if state := chosen.get("state"):
            queryset = queryset.filter(state=state)
        return self._filter_figures(queryset)

    def _filter_figures(self, queryset: Entries) -> Entries:
        chosen = self.chosen
        keys = [chosen["dimension"]] if "dimension" in chosen else DIMENSION_KEYS
        if stage := chosen.get("stage"):
            within = Q()
            for key in keys:
                column = score_column(key)
                within |= Q(**{f"{column}__gte": STAGE_STARTS[Stage(stage)], f"{column}__lt": STAGE_ENDS[Stage(stage)]})
            queryset = queryset.filter(within)
        if chosen.get("tension"):
            queryset = queryset.filter(self._tension(chosen.get("dimension")))
        if low := chosen.get("low"):
            queryset = queryset.filter(
                scores__assessment__answers__question_key=low, scores__assessment__answers__level__in=LOW_LEVELS
            )
        if step := chosen.get("step"):
            queryset = queryset.filter(next_steps__contains=joined([step]))
        return self._filter_plans(queryset)

    @staticmethod
    def _tension(key: str | None) -> Q:
        """In this dimension, or in any; guiding ideas are never in tension."""
        if key is None:
            return Q(figures__contains=TENSION)
        if key in TENSION_KEYS:
            return Q(**{f"scores__{score_column(key, 'balance')}__lt": IN_TENSION_BELOW})
        return Q(pk__in=[])

    def _filter_plans(self, queryset: Entries) -> Entries:
        chosen = self.chosen
        if chosen.get("measures"):
            queryset = queryset.filter(pk__in=queryset.filter(scores__assessment__measures__state__in=OPEN_MEASURES))
        if conflict := chosen.get("conflict"):
            first, second = conflict.split("_")
            between = Q(
                scores__assessment__conflicts__first_key=first, scores__assessment__conflicts__second_key=second
            ) | Q(scores__assessment__conflicts__first_key=second, scores__assessment__conflicts__second_key=first)
            queryset = queryset.filter(pk__in=queryset.filter(between))
        return queryset
