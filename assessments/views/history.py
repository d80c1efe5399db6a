"""The history of an assessment's answers."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..answer_history import Difference, changes_of, differences
from ..forms.measures import place_choices
from ..models import AnswerChange
from ..permissions import Action
from ..places import Place, places_of
from .access import get_assessment

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class _Row:
    change: AnswerChange
    place: Place | None
    differences: tuple[Difference, ...]


@require_safe
@login_required
def answer_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change, the newest first; ``?frage=4.1.a1`` shows those of one question."""
    assessment = get_assessment(request, pk, Action.VIEW_ASSESSMENT)
    places = places_of(assessment)
    questions = {key: place for key, place in places.items() if place.question}
    chosen = questions.get(request.GET.get("frage", ""))
    page = Paginator(changes_of(assessment, chosen.key if chosen else ""), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "chosen": chosen,
        "choices": place_choices(questions, "")[1:],
        "page": page,
        "rows": [_Row(one, questions.get(one.answer.question_key), differences(one)) for one in page.object_list],
    }
    return render(request, "assessments/answer_history.html", context)
