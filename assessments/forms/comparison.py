"""Which two submissions of a project are compared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Snapshot
from .projects import plain_helper


class SnapshotField(forms.ModelChoiceField[Snapshot]):
    """A choice of submissions, told apart by assessment, number and day."""

    def label_from_instance(self, obj: Snapshot) -> str:
        """For example „Vollständige Bewertung 2, Einreichung 1 (31.03.2027)“."""
        return gettext("%(scope)s %(number)d, submission %(submission)d (%(date)s)") % {
            "scope": obj.assessment.get_scope_display(),
            "number": obj.assessment.number,
            "submission": obj.number,
            "date": date_format(timezone.localdate(obj.submitted_at), "SHORT_DATE_FORMAT"),
        }


class ComparisonForm(forms.Form):
    """An earlier and a later submission."""

    a = SnapshotField(Snapshot.objects.none(), label=_("Before"), empty_label=None)
    b = SnapshotField(Snapshot.objects.none(), label=_("Now"), empty_label=None)

    def __init__(self, *args: Any, snapshots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("a", "b"):
            choice = self.fields[name]
            assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101 - narrows the type
            choice.queryset = snapshots
        self.helper = plain_helper()
