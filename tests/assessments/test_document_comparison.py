"""Two states beside each other; a new assessment from the last one's answers."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from assessments.charts import Axis, radar
from assessments.copying import CONFLICT_FIELDS, MEASURE_FIELDS
from assessments.document_comparison import Entry, compare_documents
from assessments.enums import Scope, State
from assessments.exchange import export_document
from assessments.models import AnswerChange, Assessment, User
from assessments.result_charts import radar_of_comparison
from assessments.stored_scores import find_differences
from assessments.templatetags.figures import difference
from assessments.workflow import WorkflowError, approve, current_snapshot, start_assessment, submit, withdraw
from tests.assessments.views.test_submission import signed_in
from tests.factories import answer_all, make_answer, make_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(draft: Assessment) -> Assessment:
    """A draft with one of everything."""
    link = [{"label": "Vermerk", "url": "https://example.org/v"}]
    draft.answers.filter(question_key="4.1.a1").update(level=4, rationale="Weil es so ist.", evidence=link)
    draft.answers.filter(question_key="4.1.a2").delete()
    make_answer(draft, "4.1.a2", is_not_applicable=True, reason="Trifft hier nicht zu.")
    draft.targets.create(dimension_key="4.1", value=80)
    draft.measures.create(title="Vermerk schreiben", refers_to="4.1.a1", due="2031-01-31")
    draft.conflicts.create(first_key="2.1", second_key="2.3", description="Fläche", handling="Abwägung")
    return draft


@pytest.fixture
def approved(rich: Assessment, owner: User, reviewer: User) -> Assessment:
    snapshot = submit(rich, owner)
    approve(rich, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=30))
    return rich


class TestComparing:
    def test_a_document_is_the_same_as_itself(self, rich: Assessment):
        document = export_document(rich)
        comparison = compare_documents(document, document)
        assert comparison.is_same
        assert all(pair.score_change == 0 for pair in comparison.dimensions)

    def test_every_kind_of_change_is_found_once(self, rich: Assessment):
        before = export_document(rich)
        rich.answers.filter(question_key="4.1.a1").update(level=2)
        rich.answers.filter(question_key="4.3.b1").update(rationale="Neu")
        rich.answers.filter(question_key="4.4.b1").delete()
        rich.targets.update(value=90)
        rich.measures.update(state="done")
        rich.conflicts.all().delete()
        rich.project.phase = "pilot"
        comparison = compare_documents(before, export_document(rich))
        assert [pair.key for pair in comparison.changed_questions] == ["4.1.a1", "4.3.b1", "4.4.b1"]
        assert [pair.level_change for pair in comparison.changed_questions] == [-2, 0, None]
        assert comparison.targets == (Entry("4.1", 80, 90),)
        assert [entry.key for entry in comparison.measures] == ["Vermerk schreiben"]
        assert [(entry.key, entry.after) for entry in comparison.conflicts] == [("2.1 – 2.3", None)]
        assert comparison.facts == (Entry("phase", "idea", "pilot"),)
        assert not comparison.is_same

    def test_the_score_change_is_exact(self, draft: Assessment):
        before = export_document(draft)
        draft.answers.filter(question_key="4.1.a1").update(level=2)
        pair = compare_documents(before, export_document(draft)).dimensions[0]
        assert pair.score_change == Fraction(-25, 8)
        assert difference(pair.score_change) == "−3"

    def test_measures_of_the_same_name_are_told_apart(self, draft: Assessment):
        for responsible in ("A", "B"):
            draft.measures.create(title="Prüfen", responsible=responsible)
        before = export_document(draft)
        draft.measures.filter(responsible="B").update(state="done")
        (entry,) = compare_documents(before, export_document(draft)).measures
        assert (entry.before["state"], entry.after["state"]) == ("planned", "done")

    def test_a_deepened_assessment_says_so(self, project):
        quick = answer_all(make_assessment(project, scope=Scope.QUICK), 2)
        before = export_document(quick)
        quick.scope = Scope.FULL
        comparison = compare_documents(before, export_document(quick))
        assert comparison.scope_changed
        assert not comparison.changed_questions

    def test_the_radar_shows_both(self, draft: Assessment):
        before = export_document(draft)
        draft.answers.filter(question_key__startswith="4.1.").update(level=1)
        with translation.override("en"):
            chart = radar_of_comparison(compare_documents(before, export_document(draft)))
        assert len(chart.earlier_lines) == len(chart.earlier_marks) == 12
        assert "4.1 human-centred | systemic: 25, before 75" in chart.title

    def test_other_radars_have_no_second_line(self):
        assert radar([Axis("4.1", ("a",), 50, 50, 50)]).earlier_lines == ()

    @pytest.mark.parametrize(
        ("figure", "words"), [(None, "–"), (0, "±0"), (13, "+13"), (Fraction(-1, 2), "−1"), (Fraction(1, 3), "±0")]
    )
    def test_differences_carry_their_sign(self, figure, words):
        assert difference(figure) == words


class TestCopying:
    def test_everything_is_taken_over_with_history(self, approved: Assessment, editor: User):
        new = start_assessment(approved.project, editor, Scope.FULL, copy_from=approved)
        ours, theirs = export_document(approved), export_document(new)
        assert ours == theirs
        assert (new.number, new.state) == (2, State.DRAFT)
        changes = AnswerChange.objects.filter(answer__assessment=new)
        assert changes.count() == new.answers.count() == 96
        assert set(changes.values_list("author", "version")) == {(editor.pk, 1)}
        assert not [one for one in find_differences() if one.assessment_id == new.pk]

    def test_the_source_stays_as_it_is(self, approved: Assessment, editor: User):
        before = export_document(approved)
        new = start_assessment(approved.project, editor, Scope.FULL, copy_from=approved)
        new.answers.all().delete()
        new.measures.all().delete()
        assert export_document(approved) == before

    def test_no_column_is_forgotten(self, approved: Assessment):
        def columns(manager):
            names = {field.name for field in manager.model._meta.fields}
            return names - {"id", "assessment", "created_at"}

        assert columns(approved.measures) == set(MEASURE_FIELDS)
        assert columns(approved.conflicts) == set(CONFLICT_FIELDS)

    def test_what_the_catalogue_does_not_ask_is_left_behind(self, approved: Assessment, editor: User):
        make_answer(approved, "9.9.a1", 2)
        approved.targets.create(dimension_key="9.9", value=5)
        new = start_assessment(approved.project, editor, Scope.FULL, copy_from=approved)
        assert not new.answers.filter(question_key="9.9.a1").exists()
        assert not new.targets.filter(dimension_key="9.9").exists()

    def test_nothing_remains_when_it_is_refused(self, draft: Assessment, editor: User):
        with pytest.raises(WorkflowError):
            start_assessment(draft.project, editor, Scope.FULL, copy_from=draft)
        assert Assessment.objects.count() == 1

    def test_the_form_offers_it(self, approved: Assessment, editor: User):
        client = signed_in(editor)
        url = reverse("assessment_start", args=[approved.project_id])
        assert "answers of the last assessment" in client.get(url).content.decode()
        client.post(url, {"scope": "full", "start_from": "last"})
        assert approved.project.assessments.get(number=2).answers.count() == 96

    def test_or_an_empty_one(self, approved: Assessment, editor: User):
        url = reverse("assessment_start", args=[approved.project_id])
        signed_in(editor).post(url, {"scope": "full", "start_from": "empty"})
        assert not approved.project.assessments.get(number=2).answers.exists()

    def test_without_a_last_one_nothing_is_asked(self, project, editor: User):
        url = reverse("assessment_start", args=[project.pk])
        client = signed_in(editor)
        assert "last assessment" not in client.get(url).content.decode()
        assert client.post(url, {"scope": "quick", "start_from": "last"}).status_code == 302

    def test_while_one_is_reviewed_the_page_says_so(self, draft: Assessment, owner: User):
        submit(draft, owner)
        page = signed_in(owner).get(reverse("assessment_start", args=[draft.project_id]))
        assert "still being reviewed" in page.content.decode()


class TestPage:
    def test_the_newest_two_by_default(self, approved: Assessment, viewer: User, owner: User):
        new = start_assessment(approved.project, owner, Scope.FULL, copy_from=approved)
        new.answers.filter(question_key="4.5.a1").update(level=1)
        second = submit(new, owner)
        page = signed_in(viewer).get(reverse("project_comparison", args=[approved.project_id]))
        assert (page.context["earlier"], page.context["later"]) == (current_snapshot(approved), second)
        assert [pair.key for pair in page.context["comparison"].changed_questions] == ["4.5.a1"]
        link = reverse("project_comparison", args=[approved.project_id])
        assert link in signed_in(viewer).get(approved.project.get_absolute_url()).content.decode()

    def test_any_two_on_demand_but_only_of_this_project(self, approved: Assessment, owner: User):
        new = start_assessment(approved.project, owner, Scope.FULL, copy_from=approved)
        second = submit(new, owner)
        foreign = submit(answer_all(make_assessment(), 2), owner)
        client = signed_in(owner)
        url = reverse("project_comparison", args=[approved.project_id])
        page = client.get(url, {"a": second.pk, "b": current_snapshot(approved).pk})
        assert page.context["earlier"] == second
        page = client.get(url, {"a": foreign.pk, "b": second.pk})
        assert page.context["earlier"] == current_snapshot(approved)

    def test_nothing_to_compare_yet(self, draft: Assessment, owner: User):
        submit(draft, owner)
        withdraw(draft, owner)
        submit(draft, owner)
        page = signed_in(owner).get(reverse("project_comparison", args=[draft.project_id]))
        assert "Nothing to compare yet" in page.content.decode()

    @pytest.mark.parametrize("who", ["stranger", "reviewer", "portfolio_reader"])
    def test_it_is_the_teams(self, who, request, approved: Assessment):
        url = reverse("project_comparison", args=[approved.project_id])
        assert signed_in(request.getfixturevalue(who)).get(url).status_code == 404
