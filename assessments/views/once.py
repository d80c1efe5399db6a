"""Forms that make something take effect once, however often they are sent.

A double click, the back button, a browser that repeats what it heard no answer to: the same form with the same key
leads where it led the first time. A form that was changed before it was sent again is another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ..sent_forms import act_once
from .access import signed_in

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def request_key(request: HttpRequest) -> UUID | None:
    """The key that was made for the form as it was shown; none if it came without."""
    try:
        return UUID(request.POST.get("request_key", ""))
    except ValueError:
        return None


def once(view: View[P]) -> View[P]:
    """Let a form with a key take effect once; ``{% request_key %}`` writes the key. For people who are signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST" or request_key(request) is None:
            return view(request, *args, **kwargs)
        answers: list[HttpResponse] = []

        def act() -> str:
            answers.append(view(request, *args, **kwargs))
            return answers[0].headers.get("Location", "")

        address = act_once(_digest(request), act)
        return answers[0] if answers else redirect(address)

    return guarded


def _digest(request: HttpRequest) -> str:
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, one.name, one.size) for name, many in request.FILES.lists() for one in many)
    form = [signed_in(request).pk, request.get_full_path(), fields, files]
    return hashlib.sha256(json.dumps(form).encode()).hexdigest()
