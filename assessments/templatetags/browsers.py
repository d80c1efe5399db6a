"""Which browser a sign-in came from, in words that its owner recognises."""

import re

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The order matters: many browsers also name those they resemble.
BROWSERS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS = (
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "macOS"),
    (r"Linux|X11", "Linux"),
)


@register.filter
def browser_name(user_agent: str) -> str:
    """„Firefox, Windows“; what is not known by name appears as the browser called itself."""
    found = [
        next((name for pattern, name in known if re.search(pattern, user_agent)), "") for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or user_agent[:60] or _("Unknown browser")
