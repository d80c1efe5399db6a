"""The target profile: what a team wants to reach in each dimension (methodology, section 3)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from . import clock
from .answering import AssessmentClosed
from .enums import OPEN_STATES
from .models import Assessment, Target


def set_targets(assessment: Assessment, targets: Mapping[str, int | None]) -> None:
    """Set the targets of these dimensions, ``None`` takes one away; the others stay. Raises ``AssessmentClosed``."""
    with transaction.atomic():
        open_one = Assessment.objects.filter(pk=assessment.pk, state__in=OPEN_STATES)
        if not open_one.update(changed_at=clock.now()):
            raise AssessmentClosed
        assessment.targets.filter(dimension_key__in=targets).delete()
        Target.objects.bulk_create(
            Target(assessment=assessment, dimension_key=key, value=value)
            for key, value in targets.items()
            if value is not None
        )
