"""What time it is for the domain: now, except while a history of the past is being told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The moment that the domain writes down."""
    return _told.get() or timezone.now()


def today() -> date:
    """The day of that moment in Berlin."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the domain act as if it were ``moment``. Only the demo does: a frozen date cannot be changed afterwards."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
