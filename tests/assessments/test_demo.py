"""The demo portfolio: fictional, in several states, safe to repeat, refused on a real instance."""

import re

import pytest
from django.core.management import CommandError, call_command

from assessments.demo import ACCOUNTS, PASSWORD, make_demo
from assessments.enums import Role, Scope, StaffRole
from assessments.exchange import check_document, export_document
from assessments.models import Assessment, Project, User
from assessments.results import result_of
from assessments.stored_scores import find_differences

pytestmark = pytest.mark.django_db


@pytest.fixture
def portfolio() -> dict[str, Project]:
    """The projects of the demo by their first word."""
    return {project.name.split()[0]: project for project in make_demo()}


def test_every_project_says_that_it_is_invented(portfolio: dict[str, Project]):
    assert len(portfolio) == 6
    for project in portfolio.values():
        assert project.is_fictional
        assert project.name.endswith("(fiktiv)")
        assert project.organisation is not None
        assert project.perspectives.exists()


def test_projects_differ_in_organisation_and_phase(portfolio: dict[str, Project]):
    assert len({project.organisation_id for project in portfolio.values()}) == 6
    assert len({project.phase for project in portfolio.values()}) == 5


def test_assessments_are_in_several_states(portfolio: dict[str, Project]):
    states = {
        name: (project.assessments.get().scope, result_of(project.assessments.get()).score.answered)
        for name, project in portfolio.items()
        if project.assessments.exists()
    }

    assert states == {
        "Kühle": (Scope.FULL, 96),
        "Digitale": (Scope.FULL, 90),
        "Offenes": (Scope.QUICK, 13),
        "Lieferzonen": (Scope.QUICK, 30),
        "Kiezwerkstatt": (Scope.FULL, 95),
    }
    assert not portfolio["Laborproben"].assessments.exists()


def test_the_complete_one_gives_every_reason(portfolio: dict[str, Project]):
    answers = portfolio["Kühle"].assessments.get().answers.all()

    assert all(len(answer.rationale.split()) >= 6 for answer in answers)
    assert all(answer.evidence for answer in answers if answer.level == 4)
    assert len({answer.rationale for answer in answers}) == 96


def test_a_pair_is_in_tension_and_a_question_does_not_apply(portfolio: dict[str, Project]):
    result = result_of(portfolio["Lieferzonen"].assessments.get())

    assert [dimension.key for dimension in result.score.dimensions if dimension.in_tension] == ["4.1"]
    assert portfolio["Lieferzonen"].assessments.get().answers.filter(is_not_applicable=True).count() == 2


def test_stored_scores_and_documents_are_sound(portfolio: dict[str, Project]):
    assert not list(find_differences())
    for assessment in Assessment.objects.all():
        assert not check_document(export_document(assessment))


def test_everybody_can_sign_in(portfolio: dict[str, Project]):
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(PASSWORD)
        assert user.staff_role == account.staff_role
        assert user.is_superuser == (account.staff_role == StaffRole.ADMINISTRATOR)
    assert portfolio["Kühle"].memberships.get(user__email="olga@example.org").role == Role.OWNER
    assert portfolio["Lieferzonen"].memberships.get(user__email="olga@example.org").role == Role.EDITOR


def test_a_second_run_leaves_what_people_changed(portfolio: dict[str, Project]):
    Project.objects.filter(pk=portfolio["Kühle"].pk).update(summary="Von uns geändert")
    User.objects.filter(email="olga@example.org").update(name="Olga Neu")

    assert make_demo() == []

    assert Project.objects.get(pk=portfolio["Kühle"].pk).summary == "Von uns geändert"
    assert User.objects.get(email="olga@example.org").name == "Olga Neu"


def test_a_real_instance_is_not_touched(settings, capsys: pytest.CaptureFixture[str]):
    settings.DEMO = False

    with pytest.raises(CommandError, match="This is not a demo"):
        call_command("demo")
    assert not Project.objects.exists()

    call_command("demo", yes=True)
    assert Project.objects.count() == 6
    assert re.findall(r"^  (\S+@example\.org)", capsys.readouterr().out, re.MULTILINE) == [a.email for a in ACCOUNTS]
