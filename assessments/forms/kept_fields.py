"""Fields of a filter, written once: a filter offers everybody the same, and its long lists are dear to write."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

MOST_KEPT = 500
"""More than there are fields, languages and lists of choices; when organisations change often, it starts anew."""
_kept: dict[Any, SafeString] = {}


class KeptField(LayoutObject):
    """A field that is kept as it looks with nothing chosen; what is chosen is marked afterwards.

    The form says in ``offered`` what its lists depend on.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, form: Any, context: Any, template_pack: Any = TEMPLATE_PACK, **kwargs: Any) -> SafeString:
        """The field as crispy forms writes it."""
        value, field = form.data.get(self.name, ""), form.fields[self.name]
        is_choice = isinstance(field, forms.ChoiceField)
        if self.name in form.errors or (value and not is_choice):
            return _written(self.name, form, context, template_pack)
        key = (type(form), self.name, get_language(), form.offered)
        if key not in _kept:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            blank = type(form)({})
            blank.crispy_field_template, blank.rendered_fields = form.crispy_field_template, set()
            _kept[key] = _written(self.name, blank, context, template_pack)
        return _choose(_kept[key], value) if value else _kept[key]


def _written(name: str, form: Any, context: Any, template_pack: Any) -> SafeString:
    html: SafeString = render_field(name, form, context, template_pack=template_pack)
    return html


def _choose(html: SafeString, value: str) -> SafeString:
    option = f'<option value="{escape(value)}"'
    chosen = html.replace(" selected>", ">").replace(f"{option}>", f"{option} selected>")
    return mark_safe(chosen)  # noqa: S308 - the value was escaped
