"""Forms of projects and their teams."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from principles.models import Perspective

from ..enums import OrganisationKind, Role, Scope
from ..models import Assessment, Organisation, Project


class _OrganisationIterator(forms.models.ModelChoiceIterator[Organisation]):
    """Organisations grouped by kind, in the order of the kinds."""

    def __iter__(self) -> Any:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        kinds = list(OrganisationKind)
        organisations = sorted(self.queryset, key=lambda one: (kinds.index(OrganisationKind(one.kind)), one.position))
        for kind, group in groupby(organisations, key=lambda one: one.kind):
            yield (OrganisationKind(kind).label, [self.choice(one) for one in group])


class OrganisationField(forms.ModelChoiceField[Organisation]):
    """A choice of organisations, grouped by kind."""

    iterator = _OrganisationIterator


def plain_helper(*layout: Any) -> FormHelper:
    """A layout without form tag; the template writes the tag and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


class ProjectForm(forms.ModelForm[Project]):
    """What we ask about a project; only the name is required."""

    organisation = OrganisationField(
        Organisation.objects.all(), required=False, label=_("Organisation"), empty_label=_("No organisation yet")
    )
    website = forms.URLField(
        label=_("Website"), required=False, assume_scheme="https", help_text=_("Starts with https://")
    )
    perspectives = forms.ModelMultipleChoiceField(
        Perspective.objects.all(),
        required=False,
        label=_("Perspectives of the future"),
        help_text=_("Choose those the project contributes to."),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Project
        fields = ["name", "summary", "organisation", "phase", "perspectives", "website", "starts_on", "ends_on"]
        labels = {
            "name": _("Name of the project"),
            "summary": _("Summary"),
            "phase": _("Phase"),
            "starts_on": _("Starts on"),
            "ends_on": _("Ends on"),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 4}),
            "starts_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "ends_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper(
            "name",
            "summary",
            "organisation",
            "phase",
            "perspectives",
            "website",
            Fieldset(_("Duration"), "starts_on", "ends_on"),
        )

    def clean_website(self) -> str:
        """Only encrypted addresses."""
        website: str = self.cleaned_data["website"]
        if website and not website.startswith("https://"):
            raise ValidationError(_("Enter an address that starts with https://."), code="https")
        return website


class MemberForm(forms.Form):
    """A person to invite into the team."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person accepts with an account of exactly this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role, initial=Role.EDITOR)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(label=_("Role"), choices=Role)


SCOPE_HINTS = {
    Scope.QUICK: _("One core question for each aspect. It can be deepened later and keeps its answers."),
    Scope.FULL: _("All questions, for a thorough picture and the report."),
}


class StartForm(forms.Form):
    """How much is asked, and whether to begin with the answers of the last assessment."""

    LAST, EMPTY = "last", "empty"

    scope = forms.ChoiceField(label=_("Scope"), choices=Scope, widget=forms.RadioSelect, initial=Scope.QUICK)
    start_from = forms.ChoiceField(
        label=_("Begin with"),
        choices=[
            (LAST, _("the answers of the last assessment, with its targets, measures and conflicts of goals")),
            (EMPTY, _("an empty questionnaire")),
        ],
        widget=forms.RadioSelect,
        initial=LAST,
        help_text=_("Copied answers are yours to change. The last assessment stays as it is."),
    )

    def __init__(self, *args: Any, last: Assessment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last = last
        if last is None:
            del self.fields["start_from"]
        else:
            self.fields["scope"].initial = last.scope
        self.helper = plain_helper()

    @property
    def copy_from(self) -> Assessment | None:
        """The assessment to copy from, if that was chosen."""
        return self.last if self.cleaned_data.get("start_from") == self.LAST else None
