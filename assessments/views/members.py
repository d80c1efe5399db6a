"""The team of a project: who is in it, adding people, changing roles, removing people."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..enums import Role
from ..forms.projects import MemberForm, RoleForm
from ..invitations import invite, revoke
from ..models import Invitation, Membership, Project
from ..permissions import Action, allowed_actions
from ..teams import TeamError, change_role, hand_over, remove_member
from .access import get_project, signed_in


@require_safe
@login_required
def member_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Everyone in the project; owners can change it here."""
    return _page(request, get_project(request, pk, Action.VIEW_PROJECT), MemberForm())


def _page(request: HttpRequest, project: Project, form: MemberForm, status: int = 200) -> HttpResponse:
    may_manage = Action.MANAGE_MEMBERS in allowed_actions(request.user, project)
    context = {
        "project": project,
        "memberships": project.memberships.select_related("user"),
        "may_manage": may_manage,
        "invitations": project.invitations.open(timezone.now()) if may_manage else Invitation.objects.none(),
        "roles": Role,
        "form": form,
    }
    return render(request, "assessments/member_list.html", context, status=status)


@require_POST
@login_required
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite a person, with or without an account, by e-mail."""
    project = get_project(request, pk, Action.MANAGE_MEMBERS)
    form = MemberForm(request.POST)
    if form.is_valid():
        try:
            sent = invite(project, signed_in(request), form.cleaned_data["email"], Role(form.cleaned_data["role"]))
        except TeamError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("An invitation is on its way to %(address)s.") % {"address": sent.email})
            return redirect("member_list", project.pk)
    return _page(request, project, form, status=422)


@require_POST
@login_required
def member_change(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Give a member another role."""
    project = get_project(request, pk, Action.MANAGE_MEMBERS)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the roles."))
        return redirect("member_list", project.pk)
    return _change(
        request,
        project,
        lambda: change_role(project, membership_pk, Role(form.cleaned_data["role"])),
        _("%(name)s now has the role %(role)s."),
    )


@require_POST
@login_required
def member_remove(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Take a member out of the project."""
    project = get_project(request, pk, Action.MANAGE_MEMBERS)
    return _change(
        request,
        project,
        lambda: remove_member(project, membership_pk),
        _("%(name)s is no longer a member of the project. Their answers stay."),
    )


@require_POST
@login_required
def member_hand_over(request: HttpRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Make another member an owner and step down oneself."""
    project = get_project(request, pk, Action.MANAGE_MEMBERS)
    return _change(
        request,
        project,
        lambda: hand_over(project, signed_in(request), membership_pk),
        _("%(name)s now owns the project; you are an editor."),
    )


@require_POST
@login_required
def member_invitation_revoke(request: HttpRequest, pk: int, invitation_pk: int) -> HttpResponse:
    """Withdraw an invitation that nobody has accepted yet."""
    project = get_project(request, pk, Action.MANAGE_MEMBERS)
    try:
        invitation = revoke(project, invitation_pk)
    except Invitation.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The invitation of %(address)s has been withdrawn.") % {"address": invitation.email})
    return redirect("member_list", project.pk)


def _change(request: HttpRequest, project: Project, step: Callable[[], Membership], done: str) -> HttpResponse:
    """Take a step of the team's, and say what came of it."""
    try:
        membership = step()
    except Membership.DoesNotExist:
        raise Http404 from None
    except TeamError as error:
        messages.error(request, error.message)
    else:
        names = {"name": membership.user.get_full_name(), "role": membership.get_role_display()}
        messages.success(request, done % names)
    return _after(request, project)


def _after(request: HttpRequest, project: Project) -> HttpResponse:
    """Back to the list, or to my projects when I have taken myself out."""
    still_in = project.memberships.filter(user=signed_in(request)).exists()
    return redirect("member_list", project.pk) if still_in else redirect("project_list")
