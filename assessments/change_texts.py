"""What changed around the answers, in words: facts of the project, targets, measures, conflicts of goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from principles.models import Perspective

from .document_comparison import Comparison
from .enums import MeasureState, Phase, Scope
from .models import Organisation

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is not the same, before and after."""

    label: str
    before: str
    after: str


def change_rows(comparison: Comparison) -> list[Row]:
    """Everything but the answers that differs."""
    return [
        *_scope(comparison),
        *_facts(comparison),
        *(
            Row(
                _("Target %(dimension)s") % {"dimension": _dimension_name(comparison, entry.key)},
                _text(entry.before),
                _text(entry.after),
            )
            for entry in comparison.targets
        ),
        *(
            Row(_("Measure: %(title)s") % {"title": entry.key}, measure_text(entry.before), measure_text(entry.after))
            for entry in comparison.measures
        ),
        *(
            Row(
                _("Conflict of goals %(between)s") % {"between": entry.key},
                conflict_text(entry.before),
                conflict_text(entry.after),
            )
            for entry in comparison.conflicts
        ),
    ]


def _scope(comparison: Comparison) -> Iterator[Row]:
    if comparison.scope_changed:
        before, after = comparison.before.scope, comparison.after.scope
        yield Row(_("Scope"), str(Scope(before).label), str(Scope(after).label))


def _facts(comparison: Comparison) -> Iterator[Row]:
    labels = {
        "name": _("Name of the project"),
        "summary": _("Summary"),
        "organisation": _("Organisation"),
        "phase": _("Phase"),
        "perspectives": _("Perspectives of the future"),
    }
    for entry in comparison.facts:
        yield Row(labels.get(entry.key, entry.key), _fact(entry.key, entry.before), _fact(entry.key, entry.after))


def _fact(key: str, value: Any) -> str:
    if not value:
        return NOTHING
    if key == "phase":
        return str(Phase(value).label)
    if key == "organisation":
        organisation = Organisation.objects.filter(key=value).first()
        return organisation.name if organisation else str(value)
    if key == "perspectives":
        return ", ".join(one.name for one in Perspective.objects.filter(key__in=value))
    return str(value)


def _dimension_name(comparison: Comparison, key: str) -> str:
    return next((str(pair.after.dimension) for pair in comparison.dimensions if pair.key == key), key)


def _text(value: Any) -> str:
    return NOTHING if value is None else str(value)


def measure_text(measure: Mapping[str, Any] | None) -> str:
    """State, due date and responsible of a measure of an exchange document in a line."""
    if measure is None:
        return NOTHING
    parts = [str(MeasureState(measure["state"]).label)]
    if measure.get("due"):
        parts.append(_("due %(date)s") % {"date": date_format(date.fromisoformat(measure["due"]))})
    if measure.get("responsible"):
        parts.append(measure["responsible"])
    if measure.get("refers_to"):
        parts.append(measure["refers_to"])
    return ", ".join(parts)


def conflict_text(conflict: Mapping[str, Any] | None) -> str:
    """Description and handling of a conflict of goals of an exchange document."""
    if conflict is None:
        return NOTHING
    return "\n\n".join(filter(None, [conflict["description"], conflict.get("handling", "")]))
