"""Who changed what from what to what, and when."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.answer_history import changes_of, differences
from assessments.answering import AnswerContent, save_answer
from assessments.models import Assessment, User
from assessments.views import history
from tests.factories import make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(project, owner: User, editor: User) -> Assessment:
    """Two answers; the first was changed once."""
    assessment = make_assessment(project)
    first = AnswerContent(level=1, rationale="Wir <b>planen</b> es.")
    save_answer(assessment, "4.1.a1", owner, first, base_version=0)
    link = {"label": "Plan", "url": "https://example.org/plan"}
    second = AnswerContent(level=3, rationale="Wir <b>planen</b> es.", evidence=(link,))
    save_answer(assessment, "4.1.a1", editor, second, base_version=1)
    not_ours = AnswerContent(is_not_applicable=True, reason="Wir haben keine Daten.")
    save_answer(assessment, "2.3.a1", owner, not_ours, base_version=0)
    return assessment


@pytest.mark.usefixtures("_english")
class TestDifferences:
    def test_only_what_changed_is_named(self, assessment: Assessment):
        newest = changes_of(assessment, "4.1.a1")[0]
        assert [(one.label, one.before, one.after) for one in differences(newest)] == [
            ("Answer", "1 – considered", "3 – implemented"),
            ("Evidence", "", "Plan (https://example.org/plan)"),
        ]

    def test_the_first_answer_comes_from_nothing(self, assessment: Assessment):
        (change,) = changes_of(assessment, "2.3.a1")
        assert [(one.label, one.before, one.after) for one in differences(change)] == [
            ("Answer", "Still open", "Not applicable"),
            ("Reason", "", "Wir haben keine Daten."),
        ]


@pytest.fixture
def _english():
    from django.utils.translation import override  # noqa: PLC0415

    with override("en"):
        yield


def page(client: Client, user: User, assessment: Assessment, query: str = "") -> str:
    User.objects.filter(pk=user.pk).update(language="en")
    client.force_login(user)
    return client.get(reverse("answer_history", args=[assessment.pk]) + query).content.decode()


def test_the_page_shows_the_newest_first_and_who(client: Client, viewer: User, assessment: Assessment):
    html = page(client, viewer, assessment)
    assert html.index("Not applicable") < html.index("3 – implemented")
    assert "Emil Editor" in html
    assert "Wir &lt;b&gt;planen" in html


def test_a_question_can_be_chosen(client: Client, viewer: User, assessment: Assessment):
    html = page(client, viewer, assessment, "?frage=4.1.a1")
    assert "3 – implemented" in html
    assert "Wir haben keine Daten." not in html
    assert "Wir haben keine Daten." in page(client, viewer, assessment, "?frage=nothing")


def test_a_deleted_author_keeps_the_history(client: Client, viewer: User, editor: User, assessment: Assessment):
    editor.delete()
    assert "a deleted account" in page(client, viewer, assessment)


def test_queries_do_not_grow(
    client: Client, owner: User, assessment: Assessment, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr(history, "PAGE_SIZE", 5)
    for number in range(8):
        save_answer(assessment, "4.2.a1", owner, AnswerContent(level=number % 4), base_version=number)
    client.force_login(owner)
    address = reverse("answer_history", args=[assessment.pk])
    with django_assert_num_queries(5):  # session, person, assessment with role, count, page of changes
        html = client.get(f"{address}?frage=4.2.a1").content.decode()
    assert "?frage=4.2.a1&amp;page=2" in html


def test_of_another_assessment_nothing_is_shown(client: Client, project, viewer: User, assessment: Assessment):
    Assessment.objects.filter(pk=assessment.pk).update(state="approved")
    other = make_assessment(project)
    assert "Wir haben keine Daten." not in page(client, viewer, other)
