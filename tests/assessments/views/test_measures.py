"""Pages of measures and conflicts of goals."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.enums import MeasureState, State
from assessments.models import Assessment, GoalConflict, Measure, User
from assessments.results import result_of
from tests.factories import make_assessment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_editor(client: Client, editor: User) -> Client:
    editor.language = "en"
    editor.save()
    client.force_login(editor)
    return client


def url(name: str, assessment: Assessment, *args: object) -> str:
    return reverse(name, args=[assessment.pk, *args])


def test_one_click_makes_a_step_a_measure(as_editor: Client, draft: Assessment):
    step = result_of(draft).next_steps[0]
    button = url("measure_take_over", draft, step.question.key)
    assert button in as_editor.get(url("assessment_result", draft)).content.decode()

    response = as_editor.post(button)

    measure = draft.measures.get()
    assert response.headers["Location"] == url("measure_edit", draft, measure.pk)
    assert measure.title in as_editor.get(response.headers["Location"]).content.decode()
    page = as_editor.get(url("assessment_result", draft)).content.decode()
    assert button not in page
    assert "Among the measures" in page


def test_a_step_that_is_gone_is_said(as_editor: Client, draft: Assessment):
    draft.answers.filter(question_key="4.1.a1").update(level=4)
    response = as_editor.post(url("measure_take_over", draft, "4.1.a1"), follow=True)
    assert "no longer suggested" in response.content.decode()
    assert as_editor.post(url("measure_take_over", draft, "9.9.z9")).status_code == 404
    assert not draft.measures.exists()


def test_a_measure_is_added_changed_and_deleted(as_editor: Client, draft: Assessment):
    late = timezone.localdate() - timedelta(days=1)
    entry = {"title": "Netz\nausbauen", "refers_to": "4.1.a1", "responsible": "Amt", "due": late, "state": "running"}
    assert as_editor.post(url("measure_add", draft), entry).status_code == 302
    measure = draft.measures.get()
    assert (measure.title, measure.refers_to, measure.due) == ("Netz ausbauen", "4.1.a1", late)

    page = as_editor.get(url("measure_list", draft)).content.decode()
    assert "Overdue</span>" in page
    assert "0 of 1 done" in page
    assert f"{url('assessment_dimension', draft, '4.1')}#4.1.a1" in page

    as_editor.post(url("measure_edit", draft, measure.pk), {**entry, "state": "done"})
    page = as_editor.get(url("measure_list", draft)).content.decode()
    assert "1 of 1 done" in page
    assert "Overdue</span>" not in page

    as_editor.post(url("measure_delete", draft, measure.pk))
    assert not draft.measures.exists()


@pytest.mark.parametrize(
    "fault",
    [{"title": " "}, {"title": "a\x08b"}, {"refers_to": "4.1.a"}, {"state": "lost"}, {"due": "2026-02-30"}],
)
def test_what_cannot_be_stored_stays_on_the_page(as_editor: Client, draft: Assessment, fault: dict[str, str]):
    entry = {"title": "Netz ausbauen", "responsible": "Ein langes Amt", "state": "planned", **fault}
    response = as_editor.post(url("measure_add", draft), entry)
    assert response.status_code == 422
    assert "Ein langes Amt" in response.content.decode()
    assert not draft.measures.exists()


def test_fields_that_are_not_asked_for_change_nothing(as_editor: Client, draft: Assessment):
    other = make_assessment(make_project())
    as_editor.post(url("measure_add", draft), {"title": "Tun", "state": "planned", "assessment": other.pk})
    assert draft.measures.count() == 1
    assert not other.measures.exists()


def test_a_measure_of_another_assessment_is_not_there(as_editor: Client, draft: Assessment):
    foreign = Measure.objects.create(assessment=make_assessment(make_project()), title="Fremd")
    for name in ("measure_edit", "measure_delete"):
        assert as_editor.post(url(name, draft, foreign.pk), {"title": "Mein", "state": "done"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.title == "Fremd"


def test_once_submitted_the_text_is_kept_but_not_stored(as_editor: Client, draft: Assessment):
    measure = Measure.objects.create(assessment=draft, title="Bleibt")
    Assessment.objects.filter(pk=draft.pk).update(state=State.SUBMITTED)
    response = as_editor.post(url("measure_edit", draft, measure.pk), {"title": "Zu spät", "state": "planned"})
    assert response.status_code == 409
    assert "Zu spät" in response.content.decode()
    as_editor.post(url("measure_delete", draft, measure.pk))
    as_editor.post(url("measure_take_over", draft, "4.1.a1"))
    assert [one.title for one in draft.measures.all()] == ["Bleibt"]
    assert url("measure_edit", draft, measure.pk) not in as_editor.get(url("measure_list", draft)).content.decode()


def test_a_conflict_of_goals_has_two_sides(as_editor: Client, draft: Assessment):
    entry = {"first_key": "4.1", "second_key": "4.1", "description": "Schnell gegen offen", "handling": ""}
    response = as_editor.post(url("conflict_add", draft), entry)
    assert response.status_code == 422
    assert "Choose two different dimensions." in response.content.decode()

    assert as_editor.post(url("conflict_add", draft), {**entry, "second_key": "2.3"}).status_code == 302
    conflict = draft.conflicts.get()
    page = as_editor.get(url("conflict_list", draft)).content.decode()
    assert "Schnell gegen offen" in page
    assert "Nothing has been written yet." in page

    changed = {**entry, "second_key": "2.3", "handling": "Wir fragen zuerst."}
    as_editor.post(url("conflict_edit", draft, conflict.pk), changed)
    assert "Wir fragen zuerst." in as_editor.get(url("conflict_list", draft)).content.decode()
    as_editor.post(url("conflict_delete", draft, conflict.pk))
    assert not draft.conflicts.exists()


def test_lists_take_the_same_queries_however_long(as_editor: Client, draft: Assessment, django_assert_num_queries):
    for _ in range(5):
        Measure.objects.create(
            assessment=draft, title="Tun", refers_to="4.1", due=date(2026, 1, 1), state=MeasureState.DONE
        )
        GoalConflict.objects.create(assessment=draft, first_key="4.1", second_key="4.2", description="Beides")
    for name in ("measure_list", "conflict_list"):
        with django_assert_num_queries(4):  # session, person, assessment with role, the list
            as_editor.get(url(name, draft))


def test_viewers_read_only(client: Client, viewer: User, draft: Assessment):
    Measure.objects.create(assessment=draft, title="Netz ausbauen")
    client.force_login(viewer)
    page = client.get(url("measure_list", draft)).content.decode()
    assert "Netz ausbauen" in page
    assert url("measure_add", draft) not in page
    assert "uebernehmen" not in client.get(url("assessment_result", draft)).content.decode()
