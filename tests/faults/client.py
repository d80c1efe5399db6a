"""Somebody with a browser, as far as the app can tell: a session, a token, one connection."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from assessments.models import User

BROKEN = 0
"""Instead of a status: the connection broke off, nobody knows whether the request was carried out."""
TOKEN = "x" * 32


def session_of(user: User) -> str:
    """A session signed in as ``user``; asking for the password hundreds of times would only measure Argon2."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def headers_of(session: str) -> dict[str, str]:
    """What the browser of somebody signed in sends along with a form."""
    return {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }


class Client:
    """One person at one browser. Not safe in threads; each thread makes its own."""

    def __init__(self, port: int, user: User, session: str = "", *, patience: float = 40) -> None:
        self.port = port
        self.patience = patience
        self.user_pk = user.pk
        self.session = session or session_of(user)
        self._connection: HTTPConnection | None = None

    def twin(self, user: User) -> Client:
        """The same browser for another thread."""
        return Client(self.port, user, self.session)

    def send(self, method: str, path: str, data: dict[str, Any] | None = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, content and headers; the status ``BROKEN`` if the connection broke off."""
        body = urlencode(data, doseq=True) if data is not None else None
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            self._connection.request(method, path, body, headers_of(self.session))
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            self.close()
            return BROKEN, b"", {}
        if response.will_close:
            self.close()
        return response.status, content, dict(response.headers)

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Ask for a page."""
        return self.send("GET", path)

    def post(self, path: str, data: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        """Send a form."""
        return self.send("POST", path, data)

    def save(self, assessment: int, question: str, text: str, *, version: int, key: str) -> tuple[int, dict[str, Any]]:
        """Save one answer as the questionnaire does; status and the JSON that came back."""
        data = {
            f"{question}-version": version,
            f"{question}-level": len(text) % 5,
            f"{question}-rationale": text,
            "request_key": key,
            "signed_in_as": self.user_pk,
        }
        status, content, headers = self.post(f"/bewertungen/{assessment}/antworten/{question}/", data)
        is_json = "json" in headers.get("Content-Type", "")
        return status, json.loads(content) if is_json else {"headers": headers}

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
