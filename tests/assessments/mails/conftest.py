"""What tests of mails share."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

Do = Callable[..., dict[str, EmailMultiAlternatives]]


@pytest.fixture
def after(django_capture_on_commit_callbacks: Any) -> Do:
    """Run a step, commit it, and return the mails it sent by the local part of their address."""

    def after(step: Callable[..., Any], *arguments: Any, **named: Any) -> dict[str, EmailMultiAlternatives]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            step(*arguments, **named)
        messages = [message for message in mail.outbox if isinstance(message, EmailMultiAlternatives)]
        found = {message.to[0].partition("@")[0]: message for message in messages}
        assert len(found) == len(mail.outbox), "one mail to each"
        assert all(len(message.to) == 1 and not message.cc and not message.bcc for message in messages)
        return found

    return after
