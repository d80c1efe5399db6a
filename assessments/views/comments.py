"""Comments within the team: threads at a question, a dimension or the whole assessment."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..discussion import begin_thread, by_place, reply, set_open, threads_of
from ..forms.measures import place_choices
from ..models import Assessment, Comment, Thread
from ..permissions import Action
from ..places import Place, places_of
from .access import get_assessment, signed_in
from .once import request_key


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def comment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Every thread by place, and the form for a new one; ``?zu=4.1.a1`` shows those of one place."""
    assessment = get_assessment(request, pk, Action.COMMENT)
    if request.method != "POST":
        return _show(request, assessment)
    place, text = request.POST.get("refers_to", ""), request.POST.get("text", "")
    if place and place not in places_of(assessment):
        return _show(request, assessment, text=text, faults=[_("Choose a place from the list.")], status=422)
    try:
        comment = begin_thread(assessment, signed_in(request), place, text, request_key=request_key(request))
    except ValidationError as error:
        return _show(request, assessment, text=text, faults=error.messages, status=422)
    return _to(assessment, comment)


@require_POST
@login_required
def comment_reply(request: HttpRequest, pk: int, comment_thread_pk: int) -> HttpResponse:
    """Answer in a thread, mark it as done or open it again."""
    assessment = get_assessment(request, pk, Action.COMMENT)
    thread = get_object_or_404(Thread, pk=comment_thread_pk, assessment=assessment, is_review=False)
    if "state" in request.POST:
        set_open(thread, is_open=request.POST["state"] == "open")
        return _to(assessment, thread)
    text = request.POST.get("text", "")
    try:
        reply(thread, signed_in(request), text, request_key=request_key(request))
    except ValidationError as error:
        return _show(request, assessment, replies={thread.pk: (text, error.messages)}, status=422)
    messages.success(request, _("Your comment has been saved."))
    return _to(assessment, thread)


def _to(assessment: Assessment, target: Thread | Comment) -> HttpResponse:
    thread_pk = target.thread_id if isinstance(target, Comment) else target.pk
    return redirect(f"{reverse('comment_list', args=[assessment.pk])}#t-{thread_pk}")


def _show(
    request: HttpRequest,
    assessment: Assessment,
    *,
    text: str = "",
    faults: list[str] | None = None,
    replies: dict[int, tuple[str, list[str]]] | None = None,
    status: int = 200,
) -> HttpResponse:
    places = places_of(assessment)
    wanted = request.POST.get("refers_to", request.GET.get("zu", ""))
    chosen = places.get(wanted)
    threads = by_place(threads_of(assessment, is_review=False))
    only = chosen if request.method != "POST" else None

    def shown(thread: Thread) -> dict[str, Any]:
        typed, errors = (replies or {}).get(thread.pk, ("", []))
        return {
            "thread": thread,
            "typed": typed,
            "faults": errors,
            "request_key": uuid4(),
            "reply_url": reverse("comment_reply", args=[assessment.pk, thread.pk]),
        }

    known = [(place, threads.get(key, [])) for key, place in places.items() if _belongs(place, only)]
    groups = [{"place": place, "threads": [shown(one) for one in found]} for place, found in known if found]
    if only is None and "" in threads:
        groups.insert(0, {"place": None, "threads": [shown(one) for one in threads[""]]})
    context = {
        "assessment": assessment,
        "project": assessment.project,
        "groups": groups,
        "chosen": chosen,
        "only": only,
        "choices": place_choices(places, _("The whole assessment")),
        "text": text,
        "faults": faults or [],
        "request_key": uuid4(),
    }
    return render(request, "assessments/comment_list.html", context, status=status)


def _belongs(place: Place, only: Place | None) -> bool:
    """Whether threads at ``place`` are shown: of a dimension also those at its questions."""
    return only is None or place.key == only.key or (only.question is None and place.dimension == only.dimension)
