"""Forms that make something take effect once, however often they are sent."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction

from . import clock
from .models import SentForm


def act_once(sha256: str, act: Callable[[], str]) -> str:
    """Let a form with this hash take effect, and return where that leads; where it led before, if it has.

    ``act`` returns an address, or nothing if the form was refused: then it may be sent again. Whoever sends the same at
    the same moment waits until the first is through. What the form does and that it did so are one transaction.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                form = SentForm.objects.create(sha256=sha256, sent_at=clock.now())
        except IntegrityError:
            return SentForm.objects.get(sha256=sha256).address
        form.address = act()
        if form.address:
            form.save(update_fields=["address"])
        else:
            form.delete()
        return form.address
