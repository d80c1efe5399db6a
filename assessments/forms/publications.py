"""Forms of published results: the choice, the offer, the reason for declining, the filter of the public list."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from principles.models import Perspective

from ..enums import Phase
from ..models import Organisation, Publication
from ..portfolio_entries import joined
from ..public_documents import Choice
from .good_practice import DeclineForm
from .projects import OrganisationField, plain_helper


class ChoiceForm(forms.Form):
    """What goes public beside the result."""

    with_rationales = forms.BooleanField(
        label=_("Rationales and links"),
        help_text=_("Also the reasons why questions are not applicable. Files stay in the project."),
        required=False,
    )
    with_measures = forms.BooleanField(
        label=_("Targets and measures"),
        help_text=_("With dates and states. Who is responsible stays in the project."),
        required=False,
    )
    with_conflicts = forms.BooleanField(
        label=_("Conflicts of goals"), help_text=_("And how the project deals with them."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()

    @property
    def choice(self) -> Choice:
        """What was ticked; whatever else is sent changes nothing."""
        self.is_valid()
        return Choice(**{name: bool(self.cleaned_data.get(name)) for name in Choice().as_columns()})


class OfferForm(forms.Form):
    """Offer what the preview shows. The choice and the hash travel along, so that nothing else can be offered."""

    with_rationales = forms.BooleanField(required=False, widget=forms.HiddenInput)
    with_measures = forms.BooleanField(required=False, widget=forms.HiddenInput)
    with_conflicts = forms.BooleanField(required=False, widget=forms.HiddenInput)
    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    is_checked = forms.BooleanField(
        label=_("We have read the preview. It names no persons, and we may publish it under this licence."),
        error_messages={"required": _("Read the preview and tick this box, then offer it.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


class DeclinePublicationForm(DeclineForm):
    """Why it is not published."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The owners read it and can offer something else.")


class PublicFilterForm(forms.Form):
    """The filter of the public list. It offers only what published projects have: nothing tells of others."""

    is_filter = True

    q = forms.CharField(label=_("Text in name or summary"), max_length=100, required=False)
    organisation = OrganisationField(
        Organisation.objects.none(), required=False, label=_("Organisation"), empty_label=_("all"), to_field_name="key"
    )
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("all")), *Phase.choices])
    perspective = forms.ModelChoiceField(
        Perspective.objects.all(),
        required=False,
        label=_("Perspective of the future"),
        empty_label=_("all"),
        to_field_name="key",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = Publication.objects.public().order_by().values("organisation")
        organisation: Any = self.fields["organisation"]
        organisation.queryset = Organisation.objects.filter(pk__in=published)
        self.helper = plain_helper(Div("q", "organisation", "phase", "perspective", css_class="field-row"))

    def filter(self, publications: QuerySet[Publication]) -> QuerySet[Publication]:
        """The publications asked for; what makes no sense in the address is left out."""
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            publications = publications.filter(Q(name__icontains=text) | Q(summary__icontains=text))
        if organisation := chosen.get("organisation"):
            publications = publications.filter(organisation=organisation)
        if phase := chosen.get("phase"):
            publications = publications.filter(phase=phase)
        if perspective := chosen.get("perspective"):
            publications = publications.filter(perspectives__contains=joined([perspective.key]))
        return publications
