"""The table of ``docs/personal-data.md``: the class of every column."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from tests.sources import ROOT

CLASSES = ("goes", "stays", "content", "technical")
ROW = re.compile(r"^\| (\w+\.\w+) " + r"\|([\w* ]*)" * len(CLASSES) + r"\|$", re.MULTILINE)


def classes() -> dict[str, dict[str, list[str]]]:
    """By table and class the columns, or patterns of columns, as written."""
    text = (ROOT / "docs" / "personal-data.md").read_text("utf-8")
    return {
        label: dict(zip(CLASSES, (cell.split() for cell in cells), strict=True)) for label, *cells in ROW.findall(text)
    }


def columns() -> Iterator[tuple[type[Model], "Field[Any, Any]"]]:
    """Every column of every table that may know people; the catalogue knows none."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label != "principles":
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
                yield model, field


def classes_of(model: type[Model], name: str) -> list[str]:
    """The classes a column is in; exactly one is right."""
    row = classes().get(model._meta.label, {})
    return [kind for kind, patterns in row.items() for pattern in patterns if fnmatchcase(name, pattern)]
