"""The words of a mail, and the frame around them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ..models import OutgoingMail

MAX_NAME, MAX_COMMENT, MAX_REASON = 120, 240, 2000
"""Characters quoted of a name, a comment, a reason."""
_LINKABLE = re.compile(r"(?<=\w)([.:@/])(?=[\w/])")


@dataclass(frozen=True, slots=True)
class Words:
    """What one mail says: paragraphs, perhaps a quotation or a list, one link, and what comes after it."""

    subject: str
    before: tuple[str, ...]
    label: str
    path: str
    caption: str = ""
    """What stands above the quotation."""
    quote: str = ""
    items: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def framed(address: str, name: str, words: Words) -> EmailMultiAlternatives:
    """The whole mail in the active language."""
    context = {
        "name": name,
        "words": words,
        "quoted_lines": words.quote.splitlines(),
        "link": f"{settings.SITE_BASE_URL}{words.path}",
        "site": settings.SITE_BASE_URL,
        "profile": f"{settings.SITE_BASE_URL}{reverse('account_profile')}",
    }
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=render_to_string("mails/mail.txt", context),
        to=[address],
        # Holiday notes do not answer what a machine has written (RFC 3834).
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("mails/mail.html", context), "text/html")
    return message


def plain(name: str) -> str:
    """A name for a mail: one line, short, and nothing in it that a mail program makes a link of."""
    return _LINKABLE.sub("\\1\u2060", " ".join(name.split()))[:MAX_NAME]


def quoted(text: str, length: int) -> str:
    """The beginning of what somebody wrote, in its lines, with nothing in it that becomes a link."""
    return _LINKABLE.sub("\\1\u2060", Truncator(text.strip()).chars(length))


def who(mail: OutgoingMail) -> str:
    """The person who caused the mail, if the account still exists."""
    return plain(str(mail.actor or _("Somebody")))
