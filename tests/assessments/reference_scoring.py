"""The methodology's section 3 once more, written independently: flat rows, whole numbers, no code of the app.

Every figure is a whole number of ``UNIT``: small enough a part of a point that all means come out even, which the
function asserts. Only for comparing with ``assessments.scoring``; it says what is right, not how to do it well.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

UNIT = 12 * 12 * 27_720
"""Divisible by every number of questions in an aspect, aspects in a dimension (1–4) and dimensions (1–12) in turn."""


class Row(NamedTuple):
    """One question and its answer: 0–4, „n/a“ or None."""

    dimension: str
    is_principle: bool
    aspect: str
    question: str
    is_core: bool
    answer: Any


def even_mean(numbers: list[int]) -> int | None:
    """The mean, or None of nothing."""
    if not numbers:
        return None
    mean, rest = divmod(sum(numbers), len(numbers))
    assert rest == 0, "UNIT is too coarse"
    return mean


def by(rows: Iterable[Row], field: str) -> dict[str, list[Row]]:
    """Rows under the value of a field, first come first."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(getattr(row, field), []).append(row)
    return grouped


def reference_scores(rows: list[Row], *, core_only: bool) -> dict[str, Any]:
    """All figures in ``UNIT``: ``{"4.1": {…}, "4.1.a": {…}, "principles": …, "guiding_ideas": …}``."""
    book: dict[str, Any] = {}
    totals: dict[bool, list[int]] = {True: [], False: []}
    for dimension, its_rows in by(rows, "dimension").items():
        is_principle = its_rows[0].is_principle
        aspects = []
        for aspect, all_questions in by(its_rows, "aspect").items():
            asked = [row for row in all_questions if row.is_core or not core_only]
            relevant = [row for row in asked if row.answer != "n/a"]
            worst = [25 * UNIT * (0 if row.answer is None else row.answer) for row in relevant]
            best = [25 * UNIT * (4 if row.answer is None else row.answer) for row in relevant]
            sure = [25 * UNIT * row.answer for row in relevant if row.answer is not None]
            book[aspect] = {
                "score": even_mean(sure),
                "low": even_mean(worst),
                "high": even_mean(best),
                "coverage": even_mean([0 if row.answer is None else UNIT for row in relevant]),
            }
            aspects.append(aspect)
        entry: dict[str, Any] = {
            figure: even_mean([book[aspect][figure] for aspect in aspects if book[aspect][figure] is not None])
            for figure in ("score", "low", "high", "coverage")
        }
        scored = {aspect: book[aspect]["score"] for aspect in aspects if book[aspect]["score"] is not None}
        entry |= {"balance": None, "weaker": None, "in_tension": False, "stage": None}
        if is_principle and len(scored) == 2:
            distance = max(scored.values()) - min(scored.values())
            entry["balance"] = 100 * UNIT - distance
            entry["in_tension"] = distance > 50 * UNIT
            if distance > 25 * UNIT:
                entry["weaker"] = sorted(scored, key=scored.__getitem__)[0]
        elif not is_principle and scored:
            far_behind = [aspect for aspect in scored if entry["score"] - scored[aspect] >= 25 * UNIT]
            entry["weaker"] = next((a for a in far_behind if scored[a] == min(scored.values())), None)
        if entry["score"] is not None:
            quarter = min(entry["score"] // (25 * UNIT), 3)
            entry["stage"] = ("starting_point", "building_up", "being_implemented", "embedded")[quarter]
            totals[is_principle].append(entry["score"])
        book[dimension] = entry
    book["principles"] = even_mean(totals[True])
    book["guiding_ideas"] = even_mean(totals[False])
    return book
