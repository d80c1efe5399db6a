"""Forms of results and exchange: targets, and the upload of a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from ..enums import Role
from ..exchange import MAX_DOCUMENT_BYTES
from ..models import Project, User
from ..results import DimensionResult, Result
from ..templatetags.figures import points


class TargetsForm(forms.Form):
    """One target a dimension, 0 to 100, or none."""

    def __init__(self, data: Any, *, result: Result) -> None:
        super().__init__(data)
        self.dimensions = {_field_name(dimension): dimension for dimension in result.dimensions}
        for name, dimension in self.dimensions.items():
            self.fields[name] = forms.IntegerField(
                label=str(dimension.dimension),
                help_text=_now(dimension),
                required=False,
                min_value=0,
                max_value=100,
                initial=dimension.target,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1}),
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Fieldset(_("Principles of good practice"), *_names(result.principles)),
            Fieldset(_("Guiding ideas"), *_names(result.guiding_ideas)),
        )

    @property
    def targets(self) -> dict[str, int | None]:
        """The targets by key of the dimension."""
        return {dimension.key: self.cleaned_data[name] for name, dimension in self.dimensions.items()}


def _field_name(dimension: DimensionResult) -> str:
    return f"target-{dimension.key.replace('.', '-')}"


def _names(dimensions: Iterable[DimensionResult]) -> list[str]:
    return [_field_name(dimension) for dimension in dimensions]


def _now(dimension: DimensionResult) -> str:
    if dimension.score.score is None:
        return str(_("No score yet."))
    return str(_("Now: %(points)s points.")) % {"points": points(dimension.score.score)}


class ImportForm(forms.Form):
    """A document, and the project that gets it."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        label=_("Project"),
        empty_label=_("A new project, named as in the file"),
        help_text=_("A project of yours keeps its own name, summary, organisation and phase."),
    )

    def __init__(self, data: Any, files: Any, *, user: User, project: str = "") -> None:
        super().__init__(data, files, initial={"project": project})
        hint = _("An exported assessment: a JSON file, or the one attached to a report. At most %(limit)d MB.")
        self.fields["file"].help_text = hint % {"limit": MAX_DOCUMENT_BYTES // 1024 // 1024}
        own = Project.objects.filter(memberships__user=user, memberships__role__in=[Role.OWNER, Role.EDITOR])
        choice = self.fields["project"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type
        choice.queryset = own
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
