"""The measured requests: the app's beside the floor's, signed in and through the whole of Django."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from ..models import Answer, User
from .data import World
from .floors import MIDDLEWARE

QUESTION = "4.1.a1"
DIMENSION = "4.1"
FORM = "application/x-www-form-urlencoded"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


class Browser:
    """Somebody signed in; CSRF is checked as for everybody."""

    def __init__(self, user: User, *, bare: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-encoding": "identity"})
        self.client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        self.client.cookies[settings.CSRF_COOKIE_NAME] = self.token = "a" * 32
        if bare:
            # The handler builds its chain of middleware once, before the first request.
            with override_settings(MIDDLEWARE=MIDDLEWARE):
                self.client.handler.load_middleware()

    def get(self, address: str) -> bytes:
        """The content of a page that must be there."""
        return _content(self.client.get(address))

    def post(self, address: str, data: dict[str, str]) -> bytes:
        """What a form sends, encoded as browsers and our autosave do it."""
        return _content(self.client.post(address, urlencode(data | {TOKEN: self.token}), content_type=FORM))


def _content(response: HttpResponseBase) -> bytes:
    if response.status_code != HTTPStatus.OK:
        raise RuntimeError(f"{response.status_code}: {getattr(response, 'content', b'')[:500]!r}")
    return response.getvalue() if response.streaming else response.content  # type: ignore[attr-defined]


class Save:
    """Saves one answer again and again, each time with the other of two levels, as autosave does."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.browser = browser
        self.address = reverse("answer_save", args=[world.draft.pk, QUESTION])
        self.version = Answer.objects.get(assessment=world.draft, question_key=QUESTION).version

    def __call__(self) -> bytes:
        """One acknowledged save."""
        fields = {
            "version": str(self.version),
            "level": str(self.version % 2 + 2),
            "rationale": f"Stand {self.version}",
        }
        data = {f"{QUESTION}-{name}": value for name, value in fields.items()}
        content = self.browser.post(self.address, data | {"request_key": str(uuid4())})
        self.version += 1
        return content


class FloorSave:
    """The same with bare Django."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.browser = browser
        self.address = f"/floor/save/{Answer.objects.get(assessment=world.draft, question_key='4.1.a2').pk}"
        self.number = count()

    def __call__(self) -> bytes:
        """One UPDATE."""
        return self.browser.post(self.address, {"level": str(next(self.number) % 5)})


def queries_of(work: Callable[[], object]) -> int:
    """How many statements the database gets, the beginning and end of transactions not counted."""
    with CaptureQueriesContext(connection) as captured:
        work()
    ends = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(ends) for query in captured.captured_queries)
