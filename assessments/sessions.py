"""How long a sign-in lasts: until nothing has happened for a while, and never longer than a working day.

When it ends stands in the session, whose row expires then. What people do puts it off, but that is written at most once
a minute: saving an answer costs no query more. ``session.js`` warns before, and one key is enough to stay.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSession
from django.utils import timezone

from .models import User

BEGAN, ENDS, IDLE = "sign_in_began", "sign_in_ends", "sign_in_idle"
"""What the session says: two moments in seconds since 1970, and how many seconds without activity end it."""
STEP = 60
"""Seconds by which the end has to move before it is written again."""


class SessionStore(DatabaseSession):
    """Sessions in the database that expire when the sign-in ends."""

    def get_session_cookie_age(self) -> int:
        """The seconds that are left; without a sign-in what the settings say."""
        ends = self.get(ENDS)
        return settings.SESSION_COOKIE_AGE if ends is None else max(0, ends - _now())


def begin(session: SessionBase, user: User) -> None:
    """Somebody has signed in."""
    session[BEGAN] = _now()
    _write(session, user)


def begin_on_sign_in(sender: Any, *, request: Any, user: User, **kwargs: Any) -> None:
    """Receive Django's signal; the session is about to be written anyway."""
    begin(request.session, user)


def extend(session: SessionBase, user: User, *, at_once: bool = False) -> None:
    """Somebody has done something: the end moves, and is written when that is worth it or asked for."""
    if BEGAN not in session:
        begin(session, user)
    # Earlier than before: the person has got a role with shorter times.
    if at_once or not 0 <= _latest_end(session, user) - session[ENDS] < STEP:
        _write(session, user)


def seconds_left(session: SessionBase) -> int:
    """Until the person is signed out if nothing happens."""
    return max(0, int(session[ENDS]) - _now())


def can_extend(session: SessionBase, user: User) -> bool:
    """Whether staying signed in by a key still helps: not when the working day is over."""
    return _latest_end(session, user) - int(session[ENDS]) >= STEP


def _write(session: SessionBase, user: User) -> None:
    session[IDLE] = _idle(user)
    session[ENDS] = _latest_end(session, user)


def _latest_end(session: SessionBase, user: User) -> int:
    """When a sign-in ends in which something happens now."""
    hours = settings.SESSION_HOURS_STAFF if _is_staff(user) else settings.SESSION_HOURS
    return min(_now() + _idle(user), int(session[BEGAN]) + int(hours) * 3600)


def _idle(user: User) -> int:
    return 60 * int(settings.SESSION_IDLE_MINUTES_STAFF if _is_staff(user) else settings.SESSION_IDLE_MINUTES)


def _is_staff(user: User) -> bool:
    """Those who see many projects, or the admin site."""
    return bool(user.staff_role) or user.is_staff


def _now() -> int:
    return int(timezone.now().timestamp())
