"""The door to every private page: 404 for what one may not see, 403 for what one may see but not do.

The answer for something invisible is the one for something that does not exist, so nobody learns which ids are taken.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.db.models.expressions import Combinable
from django.http import Http404, HttpRequest

from ..enums import Role
from ..models import Assessment, Project, User
from ..permissions import Action, allows, remember_role


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
    assessment = (
        Assessment.objects.filter(pk=pk, project__memberships__user_id=user.pk)
        .select_related("project", *related)
        .annotate(role=F("project__memberships__role"), **annotations)
        .first()
        if user.is_authenticated
        else None
    )
    if assessment is None or not user.is_authenticated:
        raise Http404
    remember_role(assessment.project, user, Role(assessment.role))
    if not allows(user, action, assessment):
        raise PermissionDenied
    return assessment
