"""The portfolio of the Senatskanzlei: matrix, evaluation, comparison. From submitted and approved states only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..enums import Stage
from ..forms.portfolio import PortfolioForm
from ..models import PortfolioEntry
from ..portfolio import in_order, rows_of
from .access import portfolio_reader
from .portfolio_table import headings, table_bodies

PAGE_SIZE = 50


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
        "headings": headings(form),
        "bodies": table_bodies(pairs, rows_of(pk for pk, _group in pairs), form) if pairs else "",
        "stages": Stage,
        "is_filtered": bool(form.selection),
        "previous": form.address(page=str(page.previous_page_number())) if page.has_previous() else "",
        "next": form.address(page=str(page.next_page_number())) if page.has_next() else "",
    }
    return render(request, "assessments/portfolio.html", context)
