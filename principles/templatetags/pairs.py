"""Names of the principles, which are pairs, as headings."""

from django import template
from django.template.defaultfilters import stringfilter

register = template.Library()


@register.filter(is_safe=True)
@stringfilter
def pair(name: str) -> str:
    """“menschenzentriert | systemisch”: where the line breaks, the bar stays with the first word."""
    return name.replace(" | ", "\N{NO-BREAK SPACE}| ")
