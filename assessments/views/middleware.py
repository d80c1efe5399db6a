"""What holds for every page of a signed-in person: kept in no cache (OWASP ASVS 5.0, 14.3.2), in their language,
and behind a second factor where their role needs one."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from .. import second_factor, sessions
from .resend import KEPT_VIEWS, keep_entries

PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"


class PrivateByDefaultMiddleware:
    """Forbids caching of every page a signed-in person gets, and sets the headers Django has no setting for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and complete the answer's headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated:
            add_never_cache_headers(response)
            patch_vary_headers(response, ["Cookie"])
        return response


class SignInTimesMiddleware:
    """Counts what people do as activity, and keeps what they wrote when their time was up meanwhile.

    What a page asks for by itself is none: it would keep a forgotten window signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; ``process_view`` decides, once it is known which page is asked for."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Put off the end of the sign-in, or show the entries with the way to sign in again."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        is_by_itself = request.method == "GET" and (name == "account_session" or "HX-Request" in request.headers)
        if request.user.is_authenticated:
            if not is_by_itself:
                sessions.extend(request.session, request.user)
        elif request.method == "POST" and name in KEPT_VIEWS:
            return keep_entries(request)
        return None


class OwnLanguageMiddleware:
    """Shows pages in the language somebody chose for their account, on whichever machine they sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language before the view runs; LocaleMiddleware names it in the answer's headers."""
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or "de"
        return self.get_response(request)


OPEN_WITHOUT_SECOND_FACTOR = (
    "account_",
    "mfa_",
    "usersessions_",
    "set_language",
    "accessibility",
    "privacy",
    "imprint",
    "healthz",
)
"""Beginnings of the names of pages that stay open: one's own account, and what the law wants within reach."""


class SecondFactorMiddleware:
    """Leads staff who have no second factor to the page that sets one up, from everywhere, the admin site too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; ``process_view`` decides, once it is known which page is asked for."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> HttpResponse | None:
        """Let the page be shown, or lead to the second factor."""
        is_missing = request.user.is_authenticated and second_factor.is_missing(request.user)
        # The pages of the account say why one is here.
        request.second_factor_is_missing = is_missing  # type: ignore[attr-defined]
        match = request.resolver_match
        name = match.view_name if match else ""
        if is_missing and not name.startswith(OPEN_WITHOUT_SECOND_FACTOR):
            return redirect("mfa_index")
        return None
