"""Nothing typed is lost when a form arrives without a session or with an old token.

Signing in again changes the token of every form that is still open. With JavaScript the questionnaire fetches a fresh
one; without it the server shows the entries once more, to be sent with the press of a button.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_csrf_failure

KEPT_VIEWS = frozenset(
    {"assessment_dimension", "rating_own", "rating_session"}
    | {"assessment_submit", "review_decide", "good_practice_offer", "good_practice_review", "publication_review"}
    | {"comment_list", "comment_reply", "feedback_reply", "review_detail", "review_dimension"}
    | {"measure_add", "measure_edit", "conflict_add", "conflict_edit", "project_create", "project_edit"}
)
"""Pages on which people write more than a word."""
KEPT_WITHOUT_ACCOUNT = frozenset({"quick_check_step", "quick_check_result", "quick_check_data", "quick_check_pdf"})
"""Pages that carry all answers with them: there is nothing else to go back to."""
KEPT_FOR_LATER = KEPT_VIEWS | KEPT_WITHOUT_ACCOUNT
"""What is shown again, to be sent later, when something comes in between."""
NOT_KEPT = frozenset({"csrfmiddlewaretoken"})


def ask_to_sign_in(request: HttpRequest) -> HttpResponse | None:
    """What whoever is not signed in gets, or is somebody else than the one who opened the form; otherwise nothing."""
    if not request.user.is_authenticated:
        return keep_entries(request) if request.method == "POST" else redirect_to_login(request.get_full_path())
    expected = request.POST.get("signed_in_as", "")
    return keep_entries(request) if expected and expected != str(request.user.pk) else None


def keep_entries(request: HttpRequest) -> HttpResponse:
    """Show that nothing was saved yet, where to sign in, and a button that sends the same entries again."""
    user = request.user
    is_writer = user.is_authenticated and request.POST.get("signed_in_as") in {None, "", str(user.pk)}
    if is_writer:
        message = _("You have signed in again. Press the button to save your entries.")
    elif user.is_authenticated:
        message = _("You are now signed in as %(name)s. Sign in as the person who wrote this, then come back here.")
        message %= {"name": user.get_full_name()}
    else:
        message = _("You have been signed out. Sign in in another tab and come back here; your entries stay.")
    context = {
        "message": message,
        "login": "" if is_writer else f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "entries": entries_of(request),
    }
    return render(request, "assessments/entries_kept.html", context, status=401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Keep the entries of a page of ours that was open while somebody signed in again; refuse everything else.

    A browser says where a form comes from. Entries that another site made up are never shown as one's own.
    """
    match = request.resolver_match
    if match and match.view_name in KEPT_VIEWS and comes_from_here(request):
        response = keep_entries(request)
        response.status_code = 403
        return response
    if match and match.view_name in KEPT_WITHOUT_ACCOUNT and comes_from_here(request):
        context = {"entries": entries_of(request)}
        response = render(request, "assessments/quick_check_kept.html", context, status=403)
        add_never_cache_headers(response)
        return response
    return plain_csrf_failure(request, reason)


def entries_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Everything that was sent, to be sent once more."""
    return [(name, text) for name, texts in request.POST.lists() if name not in NOT_KEPT for text in texts]


def comes_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that the form was on a page of ours."""
    origin = request.headers.get("Origin", "")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return bool(origin) and urlsplit(origin).netloc == request.get_host() and site == "same-origin"
