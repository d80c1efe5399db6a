"""The portfolio of the Senatskanzlei: matrix, evaluation, comparison. From submitted and approved states only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..enums import Stage
from ..forms.portfolio import PortfolioForm
from ..models import PortfolioEntry
from ..portfolio import in_order, matrix_rows
from ..portfolio_charts import SHAPES, dots, stage_bars
from ..portfolio_comparison import GROUPINGS, MOST, compare
from ..portfolio_evaluation import Evaluation
from ..portfolio_exports import as_csv, as_json, as_xlsx
from .access import portfolio_reader
from .portfolio_table import comparison_rows, table_bodies, table_head

PAGE_SIZE = 50
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
}


@require_safe
@login_required
def portfolio(request: HttpRequest) -> HttpResponse:
    """Projects × twelve dimensions, as filtered, grouped and sorted by the address."""
    portfolio_reader(request)
    form = PortfolioForm(request.GET)
    entries = form.filter(PortfolioEntry.objects.all())
    page = Paginator(in_order(entries, form.order, form.grouping), PAGE_SIZE).get_page(request.GET.get("page"))
    pairs = list(page.object_list)
    context = {
        "form": form,
        "page": page,
        "count": page.paginator.count,
        "head": table_head(form),
        "bodies": table_bodies(pairs, matrix_rows(pk for pk, _group in pairs), form) if pairs else "",
        "stages": Stage,
        "selection": form.selection_address(),
        "query": form.address(page=""),
        "is_filtered": bool(form.selection),
        "kept_query": f"{query}&" if (query := form.address(page="").removeprefix("?")) else "",
    }
    return render(request, "assessments/portfolio.html", context)


@require_safe
@login_required
def portfolio_evaluation(request: HttpRequest) -> HttpResponse:
    """What the selected projects have in common, each figure with the projects behind it."""
    portfolio_reader(request)
    form = PortfolioForm(request.GET)
    evaluation = Evaluation(form.filter(PortfolioEntry.objects.order_by()))
    context = {
        "form": form,
        "evaluation": evaluation,
        "count": evaluation.projects,
        "chart": stage_bars(evaluation.distributions),
        "stages": Stage,
        "distributions": [
            {
                "it": one,
                "counts": [
                    {
                        "count": count,
                        "address": form.selection_address(dimension=one.key, stage=stage.value, tension=""),
                    }
                    for stage, count in one.counts.items()
                ],
            }
            for one in evaluation.distributions
        ],
        "tensions": [
            {"it": one, "address": form.selection_address(dimension=one.key, tension="1", stage="")}
            for one in evaluation.tensions
        ],
        "low_questions": [
            {"it": one, "address": form.selection_address(low=one.question.key)} for one in evaluation.low_questions
        ],
        "steps": [
            {"it": one, "address": form.selection_address(step=one.question.key)} for one in evaluation.frequent_steps
        ],
        "measures_address": form.selection_address(measures="1"),
        "conflicts": [
            {"it": one, "address": form.selection_address(conflict=one.key)} for one in evaluation.conflict_pairs
        ],
        "selection": form.selection_address(),
        "query": form.selection_address(),
    }
    return render(request, "assessments/portfolio_evaluation.html", context)


@require_safe
@login_required
def portfolio_comparison(request: HttpRequest) -> HttpResponse:
    """Two to four projects beside each other, one beside the mean of its group."""
    portfolio_reader(request)
    wanted = [int(value) for value in request.GET.getlist("p") if value.isdecimal() and len(value) < 10]
    grouping = request.GET.get("group", "all")
    grouping = grouping if grouping in GROUPINGS else "all"
    comparison = compare(wanted, grouping)
    names = [row.name for row in comparison.rows]
    if comparison.group:
        names.append(_("Mean of the group"))
    context = {
        "comparison": comparison,
        "too_many": len(set(wanted)) > MOST,
        "most": MOST,
        "grouping": grouping,
        "groupings": [
            {"key": "all", "name": _("all projects"), "is_chosen": grouping == "all"},
            {"key": "organisation", "name": _("the same organisation"), "is_chosen": grouping == "organisation"},
            {"key": "phase", "name": _("the same phase"), "is_chosen": grouping == "phase"},
            {"key": "perspective", "name": _("a common perspective"), "is_chosen": grouping == "perspective"},
        ],
        "columns": [
            {"name": name, "shape": shape, "number": number}
            for number, (name, shape) in enumerate(zip(names, SHAPES, strict=False), start=1)
        ],
        "table": comparison_rows(comparison),
        "chart": dots(names, [(one.key, one.name, scores) for one, scores in comparison.scores]),
    }
    return render(request, "assessments/portfolio_comparison.html", context)


@require_safe
@login_required
def portfolio_export(request: HttpRequest, ending: str) -> HttpResponse:
    """The selection as a table for other programs."""
    portfolio_reader(request)
    form = PortfolioForm(request.GET)
    entries = form.filter(PortfolioEntry.objects.all())
    if ending == "json":
        content = as_json(entries, form.order, form.selection)
    else:
        content = {"csv": as_csv, "xlsx": as_xlsx}[ending](entries, form.order)
    response = HttpResponse(content, content_type=CONTENT_TYPES[ending])
    name = f"portfolio_{timezone.localdate().isoformat()}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
