"""A comment sent several times at once is one comment."""

from uuid import uuid4

import pytest

from assessments.discussion import begin_thread
from assessments.models import Assessment, Comment, Thread, User
from tests.assessments.test_answering import at_once

ROUNDS = 5


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_many_times_at_once_begins_one_thread(draft: Assessment, owner: User):
    for number in range(1, ROUNDS + 1):
        key, begun = uuid4(), []

        def send() -> None:
            begun.append(begin_thread(draft, owner, "4.1", "Stimmt das?", request_key=key).pk)  # noqa: B023

        at_once(*[send] * 6)
        assert len(begun) == 6
        assert len(set(begun)) == 1
        assert Thread.objects.count() == Comment.objects.count() == number


@pytest.mark.django_db
def test_the_key_of_somebody_else_means_nothing(draft: Assessment, owner: User, editor: User):
    key = uuid4()
    mine, theirs = (begin_thread(draft, user, "", user.name, request_key=key) for user in (owner, editor))
    assert mine.text != theirs.text
