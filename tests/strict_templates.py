"""Unknown template variables fail, in the project's own templates."""

import inspect
from pathlib import Path
from typing import Any

from django.template.base import FilterExpression, Node

TEMPLATES_DIR = Path(__file__).resolve().parent.parent / "templates"
ANSWERING_FILTERS = {"default", "default_if_none", "yesno"}
"""Filters that say what to do with a variable that does not exist."""


class UnknownVariableError(Exception):
    """A template of ours names a variable that does not exist."""


class UnknownVariable(str):
    """Stands for ``string_if_invalid``: Django asks it for a text when a variable cannot be resolved.

    Templates of other packages, and variables with ``|default``, get what they would get outside the tests.
    """

    __slots__ = ()

    def __new__(cls) -> "UnknownVariable":
        """Looks like a pattern with one place, so that Django hands over the variable's name."""
        return super().__new__(cls, "%s")

    def __mod__(self, name: Any) -> Any:
        """Fail, or resolve the expression as production would."""
        frames = [frame.frame for frame in inspect.stack(context=0)[1:]]
        expression = frames[0].f_locals.get("self")
        node = next((f.f_locals["self"] for f in frames if isinstance(f.f_locals.get("self"), Node)), None)
        origin = getattr(getattr(node, "origin", None), "name", "")
        filters = expression.filters if isinstance(expression, FilterExpression) else []
        tolerated = any(filter_.__name__ in ANSWERING_FILTERS for filter_, _arguments in filters)
        if not tolerated and Path(origin).is_relative_to(TEMPLATES_DIR):
            raise UnknownVariableError(f"{origin}: {{{{ {name} }}}} does not exist")
        if not isinstance(expression, FilterExpression):
            return ""
        context = frames[0].f_locals["context"]
        engine = context.template.engine
        engine.string_if_invalid, before = "", engine.string_if_invalid
        try:
            return expression.resolve(context)
        finally:
            engine.string_if_invalid = before
