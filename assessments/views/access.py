"""The door to every private page: 404 for what one may not see, 403 for what one may see but not do.

The answer for something invisible is the one for something that does not exist, so nobody learns which ids are taken.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Subquery
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest

from ..enums import Role, State
from ..models import Assessment, Membership, Project, User
from ..permissions import Action, allowed_actions, allows, reads_portfolio, remember_role


def signed_in(request: HttpRequest) -> User:
    """The person signed in; views that are not for everyone ask here."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def get_project(request: HttpRequest, pk: int, action: Action) -> Project:
    """The project and the person's role in it, in one query."""
    user = request.user
    project = (
        Project.objects.of_member(user)
        .select_related("organisation")
        .annotate(role=F("memberships__role"))
        .filter(pk=pk)
        .first()
        if user.is_authenticated
        else None
    )
    if project is None or not user.is_authenticated:
        raise Http404
    remember_role(project, user, Role(project.role))  # type: ignore[attr-defined]
    if not allows(user, action, project):
        raise PermissionDenied
    return project


def get_assessment(
    request: HttpRequest, pk: int, action: Action, *related: str, **annotations: Combinable
) -> Assessment:
    """The assessment with its project and the person's role in it, in one query.

    ``related`` and ``annotations`` are read along.
    """
    user = request.user
    if not user.is_authenticated:
        raise Http404
    try:
        # One row at most; asked for with get(), it is not put in order first.
        assessment = (
            Assessment.objects.filter(pk=pk, project__memberships__user_id=user.pk)
            .select_related("project", *related)
            .annotate(role=F("project__memberships__role"), **annotations)
            .get()
        )
    except Assessment.DoesNotExist:
        raise Http404 from None
    remember_role(assessment.project, user, Role(assessment.role))
    if not allows(user, action, assessment):
        raise PermissionDenied
    return assessment


def get_submission(request: HttpRequest, pk: int, action: Action = Action.VIEW_SUBMISSION) -> Assessment:
    """The submitted assessment for somebody of the Senatskanzlei or of its team, with the project, in one query."""
    user = request.user
    if not user.is_authenticated:
        raise Http404
    assessment = (
        Assessment.objects.filter(pk=pk)
        .exclude(state=State.DRAFT)
        .select_related("project__organisation", "catalogue")
        .annotate(
            role=Subquery(Membership.objects.filter(project=OuterRef("project"), user_id=user.pk).values("role")[:1])
        )
        .first()
    )
    if assessment is None:
        raise Http404
    remember_role(assessment.project, user, Role(assessment.role) if assessment.role else None)
    may = allowed_actions(user, assessment)
    if Action.VIEW_SUBMISSION not in may:
        raise Http404
    if action not in may:
        raise PermissionDenied
    return assessment


def portfolio_reader(request: HttpRequest) -> User:
    """The person signed in, if the portfolio is theirs to read; 404 for all others."""
    user = signed_in(request)
    if not reads_portfolio(user):
        raise Http404
    return user
