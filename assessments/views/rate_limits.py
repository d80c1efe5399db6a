"""How often something may be done, and the page that says when it goes on.

The rates stand in ``ACCOUNT_RATE_LIMITS`` (settings), those of signing in beside our own. They are counted in the
cache, which all web processes share: by address, person or key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from math import ceil
from typing import Any, Concatenate, ParamSpec

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from .resend import KEPT_FOR_LATER, entries_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

COUNTED_AS = "allauth.account"
SHORTEST_WAIT = 10
"""Seconds: less than that nobody reads."""
ACTIONS = {
    "account_login": "login",
    "account_signup": "signup",
    "account_reset_password": "reset_password",
    "account_reset_password_from_key": "reset_password_from_key",
    "account_change_password": "change_password",
    "account_email": "manage_email",
    "account_reauthenticate": "reauthenticate",
    "mfa_reauthenticate": "reauthenticate",
    "mfa_reauthenticate_webauthn": "reauthenticate",
}
"""What allauth's pages count as; our own say it themselves."""


def limited(action: str, *, reads: bool = False) -> Callable[[View[P]], View[P]]:
    """Count each sending of a form, with ``reads`` each opening of the page too, as ``action``."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if (reads or request.method == "POST") and not may(request, action):
                return too_many_requests(request)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def may(request: HttpRequest, action: str) -> bool:
    """Count one ``action``; whether it was not one too many."""
    request.limited_action = action  # type: ignore[attr-defined]
    return ratelimit.consume(request, app=COUNTED_AS, action=action, limit_get=True) is not None


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """The page that says when it goes on; texts of one's own are kept on it."""
    wait = _seconds_to_wait(request)
    match = request.resolver_match
    context: dict[str, Any] = {
        "minutes": ceil(wait / 60),
        "at": timezone.localtime() + timedelta(seconds=wait),
        "entries": [],
    }
    if request.method == "POST" and match and match.view_name in KEPT_FOR_LATER:
        context["entries"] = entries_of(request)
    response = render(request, "429.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(wait)
    add_never_cache_headers(response)
    return response


def _seconds_to_wait(request: HttpRequest) -> int:
    """Until the oldest of too many is forgotten; where only a key would tell, as long as that counts at most."""
    match = request.resolver_match
    action = getattr(request, "limited_action", "") or ACTIONS.get(match.view_name if match else "", "")
    rates = ratelimit.get_rates(app=COUNTED_AS, action=action)
    waits = []
    for rate in rates:
        if rate.per == "ip" or (rate.per == "user" and request.user.is_authenticated):
            counted = ratelimit.get_cache_key(request, app=COUNTED_AS, action=action, rate=rate)
            moments = cache.get(counted, [])
            if moments and len(moments) >= rate.amount:
                waits.append(moments[-1] + rate.duration - time.time())
    known = max(waits, default=0) or max((rate.duration for rate in rates if rate.per == "key"), default=60)
    return max(SHORTEST_WAIT, ceil(known))
