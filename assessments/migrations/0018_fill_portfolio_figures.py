"""Write into each entry of the portfolio what the matrix shows of it and what it is sorted by.

PostgreSQL makes no index in the transaction that has filled its table, so this is a step of its own.
"""

from decimal import Decimal

from django.db import migrations
from django.db.models import OuterRef, Subquery

DIMENSIONS = [*(f"4_{number}" for number in range(1, 9)), *(f"2_{number}" for number in range(1, 5))]
SORTED_SCORES = ["principles", "guiding_ideas", *(f"score_{dimension}" for dimension in DIMENSIONS)]
BATCH = 500


def fill(apps, schema_editor):
    """Write what ``manage.py verify_scores --fix`` would write, without reading answers."""
    entries = apps.get_model("assessments", "PortfolioEntry").objects.order_by("pk")
    scores = apps.get_model("assessments", "AssessmentScores").objects.filter(pk=OuterRef("scores_id"))
    entries.update(
        state=Subquery(scores.values("assessment__state")),
        **{column: Subquery(scores.values(column)) for column in SORTED_SCORES},
    )
    changed = list(entries.select_related("scores"))
    for entry in changed:
        entry.figures = figures_of(entry.scores)
    entries.bulk_update(changed, ["figures"], batch_size=BATCH)


def figures_of(scores):
    """The two means, then stage, points, span and tension of each dimension."""
    means = f"{points(scores.principles)}:{points(scores.guiding_ideas)}"
    return " ".join([means, *(cell(scores, dimension) for dimension in DIMENSIONS)])


def cell(scores, dimension):
    """One dimension; „n“ if it is not applicable."""
    score, low, high, balance = (
        getattr(scores, f"{figure}_{dimension}", None) for figure in ("score", "low", "high", "balance")
    )
    if low is None:
        return "n"
    stage = "" if score is None else min(int(score) // 25, 3)
    span = "" if points(low) == points(high) else f"{points(low)}–{points(high)}"
    return f"{stage}:{points(score)}:{span}:{'!' if balance is not None and balance < 50 else ''}"


def points(figure):
    """Whole points, half up."""
    return "" if figure is None else int(figure + Decimal("0.5"))


class Migration(migrations.Migration):
    dependencies = [("assessments", "0017_portfolio_figures")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
