"""The key of a form that takes effect once (``views/once.py``)."""

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def request_key() -> SafeString:
    """A hidden field with a new key. Browsers do not put an old one back into it."""
    return format_html('<input type="hidden" name="request_key" value="{}" autocomplete="off">', uuid4())
