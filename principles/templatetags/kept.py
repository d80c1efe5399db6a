"""Parts of pages that are the same for everybody, written once a process: the template engine is what costs most.

What is inside may depend on the language, on the object it is about and on the values named, on nothing else:

    {% kept on panel.question by panel.choice %} … {% endkept %}
    {% kept by user.is_authenticated %} … {% endkept %}

It is kept on the object, so it lives exactly as long: a published catalogue as long as the process, a draft for one
page. Without an object it is kept for ever. There must be few different values, none that somebody can type.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

_KEPT = "_kept"


class KeptNode(template.Node):
    """Renders what is inside once for each object, language and combination of values."""

    def __init__(self, inside: NodeList, owner: FilterExpression | None, values: list[FilterExpression]) -> None:
        self.nodelist = inside
        self.owner = owner
        self.values = values

    def render(self, context: Context) -> SafeString:
        """What was written the first time."""
        owner: Any = self.owner.resolve(context) if self.owner else self
        kept: dict[Any, SafeString] = owner.__dict__.setdefault(_KEPT, {})
        key = (self, get_language(), *[value.resolve(context, ignore_failures=True) for value in self.values])
        if key not in kept:
            kept[key] = self.nodelist.render(context)
        return kept[key]


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """``{% kept on OBJECT by VALUE … %}``; both parts may be missing."""
    words = token.split_contents()[1:]
    owner = parser.compile_filter(words[1]) if words[:1] == ["on"] else None
    rest = words[2:] if owner else words
    if rest and rest[0] != "by":
        raise template.TemplateSyntaxError("It says {% kept on OBJECT by VALUE … %}.")
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(inside, owner, [parser.compile_filter(word) for word in rest[1:]])


class MarkCurrentNode(template.Node):
    """Renders what is inside and marks the link that leads to the page one is on."""

    def __init__(self, inside: NodeList) -> None:
        self.nodelist = inside

    def render(self, context: Context) -> SafeString:
        """The same links for every page, but for the mark. The page of an unexpected error knows no request."""
        html = self.nodelist.render(context)
        request = context.get("request")
        if request is None:
            return html
        link = f'href="{escape(request.path)}"'
        return mark_safe(html.replace(link, f'{link} aria-current="page"'))  # noqa: S308 - the path was escaped


@register.tag
def markcurrent(parser: Parser, token: Token) -> MarkCurrentNode:
    """``{% markcurrent %} … {% endmarkcurrent %}``."""
    inside = parser.parse(("endmarkcurrent",))
    parser.delete_first_token()
    return MarkCurrentNode(inside)
