"""What changed since the submission before: a table of the twelve dimensions, before and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from ..document_comparison import DimensionPair, compare_documents
from ..enums import Scope
from ..templatetags.figures import difference
from .chapters import anchor_of, points
from .report_parts import SHORT_HASH_LENGTH, ChangeRow, Changes, Earlier


def changes_since(earlier: Earlier, document: Mapping[str, Any]) -> Changes:
    """The reported document beside the earlier one."""
    comparison = compare_documents(earlier.document, document)
    before, after = comparison.before.score, comparison.after.score
    principles = [pair for pair in comparison.dimensions if pair.after.score.is_principle]
    guiding_ideas = [pair for pair in comparison.dimensions if not pair.after.score.is_principle]
    return Changes(
        before=gettext(
            "Compared with the submission before: %(scope)s, version %(number)s of %(date)s, check number %(hash)s."
        )
        % {
            "scope": Scope(comparison.before.scope).label,
            "number": earlier.number,
            "date": date_format(earlier.date, "SHORT_DATE_FORMAT"),
            "hash": earlier.sha256[:SHORT_HASH_LENGTH],
        },
        answers=_changed_answers(len(comparison.changed_questions)),
        note=_note(scope_changed=comparison.scope_changed),
        rows=tuple(_row(pair) for pair in comparison.dimensions),
        means=(
            _mean(gettext("Principles of good practice"), before.principles, after.principles, principles),
            _mean(gettext("Guiding ideas"), before.guiding_ideas, after.guiding_ideas, guiding_ideas),
        ),
    )


def _changed_answers(number: int) -> str:
    if not number:
        return gettext("The answers are the same.")
    return ngettext("%(count)s answer differs.", "%(count)s answers differ.", number) % {"count": number}


def _note(*, scope_changed: bool) -> str:
    exact = gettext("Differences are computed exactly and rounded afterwards.")
    if not scope_changed:
        return exact
    other = gettext("The two submissions differ in scope, so their figures rest on different questions.")
    return f"{other} {exact}"


def _row(pair: DimensionPair) -> ChangeRow:
    return ChangeRow(
        name=f"{pair.key} {pair.after.dimension.name}",
        before=points(pair.before_score),
        now=points(pair.after.score.score),
        difference=difference(pair.score_change),
        changed=str(len(pair.changed)),
        anchor=anchor_of("kapitel", pair.key),
    )


def _mean(name: str, before: Fraction | None, now: Fraction | None, pairs: Sequence[DimensionPair]) -> ChangeRow:
    change = None if before is None or now is None else now - before
    changed = sum(len(pair.changed) for pair in pairs)
    return ChangeRow(name, points(before), points(now), difference(change), str(changed))
