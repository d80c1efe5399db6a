"""Mails about accounts on their way: links to set a password must not lie in the queue for all to read.

They are made where the request is, so they are kept whole, encrypted with a key that only the app has, until they are
sent.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives


def seal(message: EmailMessage) -> str:
    """The message as a text that only this instance can read."""
    parts = {
        "subject": message.subject,
        "body": message.body,
        "from_email": message.from_email,
        "to": message.to,
        "html": [content for content, kind in getattr(message, "alternatives", []) if kind == "text/html"],
    }
    return _box().encrypt(json.dumps(parts).encode()).decode()


def unseal(sealed: str) -> EmailMultiAlternatives | None:
    """The message; None if there is none, or the key has been lost meanwhile."""
    try:
        parts = json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken:
        return None
    html = parts.pop("html")
    message = EmailMultiAlternatives(**parts, headers={"Auto-Submitted": "auto-generated"})
    for content in html:
        message.attach_alternative(content, "text/html")
    return message


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(f"mails:{key}".encode()).digest())) for key in keys])
