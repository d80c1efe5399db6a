"""Comments in threads: begin one, answer, settle it, open it again.

The callers decide who may; here is what a thread does. Threads of the review are written while a submission is being
reviewed; what reviewers write then becomes visible to the team with the decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from . import clock
from .answering import text_fault, tidy
from .enums import State
from .mails import events as mails
from .models import MAX_COMMENT_LENGTH, Assessment, Comment, Thread, User


def clean_comment(text: str) -> str:
    """The text as it will be stored; ``ValidationError`` if it cannot be."""
    text = tidy(text)
    if not text:
        raise ValidationError(_("Please write something."), code="empty")
    if fault := text_fault(text, MAX_COMMENT_LENGTH):
        raise fault
    return text


def begin_thread(
    assessment: Assessment,
    author: User,
    refers_to: str,
    text: str,
    *,
    is_review: bool = False,
    request_key: UUID | None = None,
) -> Comment:
    """Open a thread at a question, an aspect, a dimension or (empty) the assessment, with its first comment.

    Raises ``ValidationError`` for a text that cannot be stored.
    """
    text = clean_comment(text)
    with transaction.atomic():
        if request_key:
            # Of the same form sent twice at once the second waits, and finds what the first has stored.
            User.objects.select_for_update(no_key=True).get(pk=author.pk)
            if sent := _sent(assessment, author, request_key):
                return sent
        now = clock.now()
        thread = Thread.objects.create(
            assessment=assessment, refers_to=refers_to, is_review=is_review, created_by=author, created_at=now
        )
        comment = Comment.objects.create(
            thread=thread, author=author, text=text, created_at=now, request_key=request_key
        )
        mails.commented(comment)
        return comment


def reply(thread: Thread, author: User, text: str, *, request_key: UUID | None = None) -> Comment:
    """Add a comment; a thread that was done is open again. Raises ``ValidationError``."""
    text = clean_comment(text)
    try:
        with transaction.atomic():
            comment = Comment.objects.create(
                thread=thread, author=author, text=text, created_at=clock.now(), request_key=request_key
            )
            Thread.objects.filter(pk=thread.pk).update(is_open=True)
            mails.commented(comment)
    except IntegrityError:
        # Sent twice: the first one stands.
        return Comment.objects.get(thread=thread, request_key=request_key)
    thread.is_open = True
    return comment


def set_open(thread: Thread, *, is_open: bool) -> None:
    """Settle a thread or open it again."""
    Thread.objects.filter(pk=thread.pk).update(is_open=is_open)
    thread.is_open = is_open


def threads_of(assessment: Assessment, *, is_review: bool, before: datetime | None = None) -> QuerySet[Thread]:
    """The threads with their comments and authors, in the order they were begun: two queries.

    With ``before`` only what was written until then; a thread without a comment left is not among them.
    """
    comments = Comment.objects.select_related("author")
    threads = Thread.objects.filter(assessment=assessment, is_review=is_review)
    if before is not None:
        comments = comments.filter(created_at__lt=before)
        threads = threads.filter(created_at__lt=before)
    return threads.select_related("created_by").prefetch_related(Prefetch("comments", comments))


def visible_until(assessment: Assessment) -> datetime | None:
    """Until when the team sees what reviewers wrote: while a submission is being reviewed nothing of that round."""
    if assessment.state != State.SUBMITTED:
        return None
    return assessment.snapshots.latest("number").submitted_at


def open_counts(assessment: Assessment, dimension_key: str) -> dict[str, int]:
    """How many open threads of the team there are at a dimension and at each of its questions; one query."""
    threads = Thread.objects.filter(assessment=assessment, is_review=False, is_open=True)
    places = threads.order_by().values_list("refers_to", flat=True)
    return Counter(place for place in places if f"{place}.".startswith(f"{dimension_key}."))


def by_place(threads: Iterable[Thread]) -> dict[str, list[Thread]]:
    """The threads by what they refer to."""
    places: dict[str, list[Thread]] = {}
    for thread in threads:
        places.setdefault(thread.refers_to, []).append(thread)
    return places


def _sent(assessment: Assessment, author: User, request_key: UUID) -> Comment | None:
    return Comment.objects.filter(thread__assessment=assessment, author=author, request_key=request_key).first()
