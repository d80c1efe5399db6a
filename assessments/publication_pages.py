"""What a published result says, for the public page and for its preview: made from the public document alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone

from principles.models import Perspective

from .change_texts import conflict_text, measure_text
from .enums import State
from .licence import LICENCE, Licence
from .models import GoodPractice, Publication, StateChange
from .results import Result, result_of_document


@dataclass(frozen=True)
class Plan:
    """A measure or a conflict of goals."""

    title: str
    text: str


@dataclass(frozen=True)
class PublicationPage:
    """Everything the page shows; each part is read when it is first asked for."""

    publication: Publication

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The public document."""
        return self.publication.document

    @cached_property
    def result(self) -> Result:
        """The twelve results."""
        return result_of_document(self.document)

    @cached_property
    def perspectives(self) -> tuple[str, ...]:
        """Perspectives of the future that the project named."""
        keys = self.publication.perspectives.split()
        return tuple(one.name for one in Perspective.objects.filter(key__in=keys)) if keys else ()

    @cached_property
    def approval(self) -> StateChange | None:
        """When the state was approved, and until when that is valid."""
        approvals = StateChange.objects.filter(snapshot=self.publication.snapshot_id, to_state=State.APPROVED)
        return approvals.order_by("at", "pk").last()

    @cached_property
    def practices(self) -> tuple[GoodPractice, ...]:
        """Good practice of this assessment that stands in the guide anyway."""
        return tuple(GoodPractice.objects.public().filter(assessment=self.publication.snapshot.assessment_id))

    @property
    def as_of(self) -> date:
        """The day of which everything here speaks."""
        return timezone.localdate(self.publication.snapshot.submitted_at)

    @property
    def licence(self) -> Licence:
        """Under which it may be used."""
        return LICENCE

    @property
    def measures(self) -> tuple[Plan, ...]:
        """What is planned."""
        return tuple(Plan(one["title"], measure_text(one)) for one in self.document.get("measures", ()))

    @property
    def conflicts(self) -> tuple[Plan, ...]:
        """Conflicts of goals."""
        return tuple(Plan(" – ".join(one["between"]), conflict_text(one)) for one in self.document.get("conflicts", ()))
