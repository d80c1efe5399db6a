"""When the database does not answer: 503, when to come again, and whatever was typed still there.

A restart of the database takes seconds. Browsers that save by themselves try again; nobody has to do anything.
"""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.views.defaults import server_error as plain_server_error

from . import resend

RETRY_AFTER_SECONDS = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an exception nobody expected (``handler500``); it has been logged already."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return plain_server_error(request)
    entries = resend.entries_of(request) if _is_kept(request) else []
    # Without the request: who is signed in stands in the database.
    context = {"entries": entries, "csrf_token": get_token(request) if entries else ""}
    response = HttpResponse(render_to_string("503.html", context), status=HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    add_never_cache_headers(response)
    return response


def _is_kept(request: HttpRequest) -> bool:
    """Whether these are somebody's texts from a page of ours; what another site made up is never shown as one's own."""
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        return False
    return request.method == "POST" and name in resend.KEPT_FOR_LATER and resend.comes_from_here(request)
