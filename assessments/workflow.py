"""The life of an assessment: begin, deepen, give up (methodology, section 4)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from principles.models import Catalogue

from .enums import OPEN_STATES, Scope, State
from .models import Assessment, Project, User
from .stored_scores import compute_scores, store_scores


class WorkflowError(ValidationError):
    """A step that the assessment's state does not permit. The message says what to do instead."""


def open_assessment(project: Project) -> Assessment | None:
    """The one assessment the team is working on, if there is one."""
    return project.assessments.filter(state__in=OPEN_STATES).first()


def start_assessment(project: Project, user: User, scope: Scope) -> Assessment:
    """Begin a new assessment against the newest published catalogue.

    A project has one open assessment at most; the database sees to that, also when two people start at once.
    """
    catalogue = Catalogue.objects.published().first()
    if catalogue is None:
        raise WorkflowError(_("There is no published catalogue yet, so no assessment can begin."), code="no_catalogue")
    try:
        with transaction.atomic():
            last = project.assessments.aggregate(last=Max("number"))["last"] or 0
            assessment = Assessment.objects.create(
                project=project, catalogue=catalogue, number=last + 1, scope=scope, created_by=user
            )
            store_scores(assessment, compute_scores(assessment))
    except IntegrityError as error:
        raise WorkflowError(
            _("This project already has an assessment in progress. Go on with it, or delete it first."),
            code="already_open",
        ) from error
    return assessment


def deepen(assessment: Assessment) -> None:
    """Turn a quick check into a full assessment. Every answer is kept; only the questions asked grow."""
    with transaction.atomic():
        changed = Assessment.objects.filter(pk=assessment.pk, state__in=OPEN_STATES, scope=Scope.QUICK).update(
            scope=Scope.FULL
        )
        if not changed:
            raise WorkflowError(_("Only a quick check in progress can be deepened."), code="not_quick")
        assessment.scope = Scope.FULL
        store_scores(assessment, compute_scores(assessment))


def delete_draft(assessment: Assessment) -> None:
    """Delete an assessment that was never submitted, with all its answers."""
    deleted, _rows = Assessment.objects.filter(pk=assessment.pk, state=State.DRAFT).delete()
    if not deleted:
        raise WorkflowError(_("Only a draft can be deleted."), code="not_draft")
