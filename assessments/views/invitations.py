"""Accepting an invitation: a page to read, a button to join. Opening the page changes nothing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..invitations import NoSuchInvitation, accept, invitation_for
from .rate_limits import limited


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("invitation_link", reads=True)
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what, to the invited account alone; everybody else reads the same, whatever the token."""
    user = request.user
    if not user.is_authenticated:
        return render(request, "assessments/invitation_sign_in.html", {"here": request.path})
    try:
        if request.method == "POST":
            project = accept(token, user)
            messages.success(request, _("Welcome to the project."))
            return redirect(project)
        invitation = invitation_for(token, user)
    except NoSuchInvitation:
        return render(request, "assessments/invitation_missing.html", status=404)
    context = {"invitation": invitation, "project": invitation.project}
    return render(request, "assessments/invitation_accept.html", context)
