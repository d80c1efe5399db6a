"""Import and export: nothing is lost, nothing is stored by halves."""

import json
from decimal import Decimal
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments import exchange
from assessments.enums import Role, Scope, State
from assessments.exchange import (
    ExchangeError,
    check_document,
    document_text,
    export_document,
    import_document,
    parse_document,
)
from assessments.models import Answer, AnswerChange, Assessment, AssessmentScores, Project, Target, User
from assessments.snapshots import document_hash
from assessments.stored_scores import find_differences
from principles.models import Catalogue
from tests.assessments.documents import documents, keys, sound_document
from tests.factories import answer_all, make_answer, make_assessment, make_project, question_keys

pytestmark = pytest.mark.django_db


def without_scores(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "scores"}


def test_sound_document_comes_back_as_it_was(owner: User) -> None:
    document = sound_document()

    exported = export_document(import_document(document, owner=owner))

    assert without_scores(exported) == document
    assert json.dumps(without_scores(exported)) == json.dumps(document), "the order is kept too"


def test_import_makes_a_project_with_its_owner_and_a_draft(owner: User) -> None:
    assessment = import_document(sound_document(), owner=owner)

    project = assessment.project
    assert (assessment.number, assessment.state, assessment.scope) == (1, State.DRAFT, Scope.FULL)
    assert assessment.created_by == owner
    assert (project.name, project.phase) == ("Kiezblocks digital", "implementation")
    assert project.organisation is not None
    assert project.organisation.key == "senatskanzlei"
    assert [(membership.user, membership.role) for membership in project.memberships.all()] == [(owner, Role.OWNER)]
    assert not list(find_differences())


def test_import_without_owner_makes_a_project_without_members() -> None:
    assert not import_document(sound_document()).project.memberships.exists()


def test_imported_answers_begin_their_history(owner: User) -> None:
    assessment = import_document(sound_document(), owner=owner)

    change = AnswerChange.objects.get(answer__assessment=assessment, answer__question_key="4.1.a2")
    assert (change.author, change.version, change.before) == (owner, 1, {})
    assert change.after == {
        "level": None,
        "is_not_applicable": True,
        "reason": "Es gibt hier niemanden, der betroffen wäre.",
        "rationale": "",
        "evidence": [],
    }
    assert assessment.answers.count() == AnswerChange.objects.count() == 3


def test_import_into_a_project_leaves_its_own_data_alone(project: Project, owner: User) -> None:
    make_assessment(project, state=State.APPROVED)

    assessment = import_document(sound_document(), owner=owner, project=project)

    assert (assessment.project, assessment.number) == (project, 2)
    project.refresh_from_db()
    assert (project.phase, project.memberships.count()) == ("idea", 3)


@pytest.mark.parametrize("state", [State.DRAFT, State.RETURNED])
def test_a_project_with_an_open_assessment_gets_no_second(project: Project, state: State) -> None:
    make_assessment(project, state=state)

    with pytest.raises(ExchangeError) as refused:
        import_document(sound_document(), project=project)

    assert [fault.path for fault in refused.value.faults] == ["$"]
    assert project.assessments.count() == 1


def test_the_loser_of_a_race_for_the_open_draft_is_told_so(project: Project) -> None:
    make_assessment(project)
    looks = iter([False, True])
    with (
        mock.patch.object(exchange, "_has_open_assessment", side_effect=lambda _project: next(looks)),
        pytest.raises(ExchangeError),
    ):
        import_document(sound_document(), project=project)


def test_a_failure_halfway_stores_nothing(owner: User) -> None:
    with (
        mock.patch.object(exchange, "store_scores", side_effect=IntegrityError("disk full")),
        pytest.raises(IntegrityError),
    ):
        import_document(sound_document(), owner=owner)

    assert not Project.objects.exists()
    assert not Answer.objects.exists()


def test_a_faulty_document_stores_nothing(owner: User) -> None:
    with pytest.raises(ExchangeError) as refused:
        import_document(sound_document(scope="half"), owner=owner)

    assert [fault.path for fault in refused.value.faults] == ["scope"]
    assert not Project.objects.exists()


def test_scores_of_the_document_are_not_believed() -> None:
    assessment = import_document(sound_document(scores={"4.1": "excellent", "nonsense": float("nan")}))

    stored = AssessmentScores.objects.filter(assessment=assessment).values_list("score_4_1", "coverage_4_1")
    assert stored.get() == (Decimal("37.5"), Decimal("0.2917"))


def test_optional_parts_may_be_left_out() -> None:
    document = {
        "format": "smartcity-assessment/1",
        "catalogue": "2021.1",
        "scope": "quick",
        "project": {"name": "Klein", "phase": "idea"},
        "answers": {},
    }

    exported = export_document(import_document(document))

    assert exported["project"] == {
        "name": "Klein",
        "summary": "",
        "organisation": "",
        "phase": "idea",
        "perspectives": [],
    }
    assert (exported["targets"], exported["measures"], exported["conflicts"]) == ({}, [], [])


def test_open_answers_are_absent_and_answers_outside_the_scope_are_kept() -> None:
    assessment = make_assessment(scope=Scope.QUICK)
    core = question_keys(assessment)
    outside = next(key for key in keys()[1] if key not in core)
    make_answer(assessment, core[0], None, rationale="Wir denken noch nach.")
    make_answer(assessment, outside, 4)

    document = export_document(assessment)

    assert document["answers"] == {outside: {"level": 4}}
    assert document["scores"]["4.1"] == {"score": None, "low": 0, "high": 100, "coverage": 0, "balance": None}


def test_answers_stand_in_the_order_of_the_catalogue() -> None:
    assessment = make_assessment()
    for key in reversed(question_keys(assessment)):
        make_answer(assessment, key, 2)

    assert list(export_document(assessment)["answers"]) == keys()[1]


def test_scores_have_four_decimals_half_up() -> None:
    """The worked example of the methodology."""
    assessment = make_assessment()
    levels = {"4.1.a1": 4, "4.1.a2": 3, "4.1.b1": 1, "4.1.b2": 1, "4.1.b3": 2, "4.1.b4": 0}
    answer_all(assessment, levels)
    make_answer(assessment, "4.1.a4", is_not_applicable=True, reason="Das gibt es hier nicht.")

    assert export_document(assessment)["scores"]["4.1"] == {
        "score": 56.25,
        "low": 41.6667,
        "high": 58.3333,
        "coverage": 0.8333,
        "balance": 37.5,
    }


def test_a_dimension_that_is_not_applicable_has_no_scores() -> None:
    assessment = make_assessment()
    for key in question_keys(assessment):
        if key.startswith("4.1."):
            make_answer(assessment, key, is_not_applicable=True, reason="Das gibt es hier nicht.")

    assert "4.1" not in export_document(assessment)["scores"]


def test_export_needs_few_queries(draft: Assessment, django_assert_num_queries: Any) -> None:
    Target.objects.create(assessment=draft, dimension_key="4.1", value=80)
    draft = Assessment.objects.get(pk=draft.pk)
    with django_assert_num_queries(7):  # project, organisation, perspectives, answers, targets, measures, conflicts
        export_document(draft)


def test_what_no_import_would_read_is_not_exported(draft: Assessment) -> None:
    draft.answers.filter(question_key="4.1.a1").update(level=None, is_not_applicable=True, reason="so")

    with pytest.raises(ExchangeError) as refused:
        export_document(draft)

    assert [fault.path for fault in refused.value.faults] == ['answers."4.1.a1".not_applicable']


def test_an_unpublished_catalogue_cannot_be_imported_against() -> None:
    Catalogue.objects.create(version="2099.1", title_de="Entwurf", title_en="Draft")

    assert [fault.path for fault in check_document(sound_document(catalogue="2099.1"))] == ["catalogue"]


def test_a_project_of_the_same_name_is_a_project_of_its_own(project: Project) -> None:
    make_project(name="Kiezblocks digital")
    assert import_document(sound_document()).project.pk not in {project.pk}
    assert Project.objects.filter(name="Kiezblocks digital").count() == 3


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_export_import_export_is_identity(data: st.DataObject) -> None:
    dimensions, questions = keys()
    document = data.draw(documents(dimensions, questions))

    first = export_document(import_document(document))
    read_again = parse_document(document_text(first).encode())
    second = export_document(import_document(read_again))

    assert without_scores(first) == document
    assert second == first == read_again
    assert document_hash(second) == document_hash(first)
