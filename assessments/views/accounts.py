"""A person's own account: name, language, mails, and where they are signed in."""

from http import HTTPStatus

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as switch_language

from .. import sessions
from ..forms.accounts import ProfileForm


@login_required
def account_profile(request: HttpRequest) -> HttpResponse:
    """Change one's name and language, and choose which mails one gets."""
    assert request.user.is_authenticated  # login_required; narrows the type  # noqa: S101
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        person = form.save()
        with override(person.language):
            messages.success(request, _("Your changes have been saved."))
        return redirect("account_profile")
    return render(request, "assessments/account_profile.html", {"form": form})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser and, for somebody signed in, of their account; back to the same page."""
    response = switch_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return response


@require_http_methods(["GET", "POST"])
def account_session(request: HttpRequest) -> HttpResponse:
    """For ``session.js``: how long the sign-in lasts. A POST is the wish to stay; a GET is not taken for activity.

    The token is for the forms of a page that was opened before signing in again.
    """
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"left": 0}, status=HTTPStatus.UNAUTHORIZED)
    if request.method == "POST":
        sessions.extend(request.session, user, at_once=True)
    return JsonResponse(
        {
            "left": sessions.seconds_left(request.session),
            "extendable": sessions.can_extend(request.session, user),
            "person": user.pk,
            "token": get_token(request),
        }
    )


@require_POST
@login_required
def account_session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sign-ins on another device; this one ends by signing out."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    if session.session_key == request.session.session_key:
        return redirect("account_logout")
    get_adapter().end_sessions([session])
    messages.success(request, _("That sign-in has ended."))
    return redirect("usersessions_list")
