"""The demo portfolio: fictional, in every state, with history, safe to repeat."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from assessments.demo import ACCOUNTS, DEMO_FIXTURES, PASSWORD, PEOPLE, make_demo
from assessments.demo_history import DEMO_FILES
from assessments.enums import MeasureState, OrganisationKind, Phase, PracticeState, Role, Scope, StaffRole, State
from assessments.evidence_files import read_bytes
from assessments.evidence_shown import shelf_of
from assessments.exchange import check_document, export_document
from assessments.file_kinds import CSV, PDF, PNG, TEXT, kind_of_name
from assessments.individual_ratings import rated_counts, revealed_dimensions, team_ratings, to_clarify
from assessments.measures import progress_of
from assessments.models import (
    AnswerChange,
    Assessment,
    Comment,
    EvidenceFile,
    GoalConflict,
    GoodPractice,
    Invitation,
    Measure,
    Project,
    Publication,
    ReviewerRating,
    Snapshot,
    StateChange,
    Target,
    Thread,
    User,
)
from assessments.portfolio_entries import find_wrong_entries
from assessments.results import result_of
from assessments.standing import frozen_snapshot, shown_result
from assessments.stored_scores import find_differences
from assessments.verification import verify_chain

SIGNS = re.compile(r"[-n0-4 ]+")
"""A row of levels."""
FILES = sorted((DEMO_FIXTURES / "projects").glob("*.yaml"))
HISTORY = timedelta(days=18 * 31)


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the files of the demo lie."""
    place = tmp_path_factory.mktemp("files")
    default = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
    with override_settings(STORAGES={**settings.STORAGES, "default": default}):
        yield place


@pytest.fixture(scope="module")
def _told(django_db_setup: None, django_db_blocker: DjangoDbBlocker, storage: Path) -> Iterator[None]:
    """The whole demo, made once for this module and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def portfolio(_told: None, db: None) -> dict[str, Project]:
    """The projects of the demo by their first word."""
    return {project.name.split()[0]: project for project in Project.objects.all()}


def newest(project: Project) -> Assessment:
    """The newest assessment of a project."""
    return project.assessments.latest("number")


# -- The projects ------------------------------------------------------------------------------------------------------


def test_every_project_says_that_it_is_invented(portfolio: dict[str, Project]):
    assert len(portfolio) == len(FILES) >= 24
    for project in portfolio.values():
        assert project.is_fictional
        assert project.name.endswith("(fiktiv)")
        assert project.summary.startswith("Erfundenes Beispiel:")
        assert project.organisation is not None
        assert project.perspectives.exists()
        assert project.memberships.filter(role=Role.OWNER).exists()


def test_projects_differ_in_organisation_phase_and_perspective(portfolio: dict[str, Project]):
    kinds = {project.organisation.kind for project in portfolio.values() if project.organisation}

    assert kinds >= set(OrganisationKind) - {OrganisationKind.OTHER}
    assert len({project.organisation_id for project in portfolio.values()}) >= 24
    assert {project.phase for project in portfolio.values()} == set(Phase)
    assert Project.objects.values("perspectives").distinct().count() == 7


def test_assessments_are_in_every_state_and_scope(portfolio: dict[str, Project]):
    found = Counter(Assessment.objects.values_list("state", "scope"))

    assert set(found) == {(state, scope) for state in State for scope in Scope}
    assert not portfolio["Laborproben"].assessments.exists()


def test_drafts_are_nearly_empty_half_done_and_complete(portfolio: dict[str, Project]):
    answered = {
        name: result_of(newest(portfolio[name])).score.answered
        for name in ("Wildnis", "Offenes", "Tauschen", "Digitale", "Gesetze")
    }

    assert answered == {"Wildnis": 3, "Offenes": 13, "Tauschen": 54, "Digitale": 90, "Gesetze": 32}


# -- What happened in them ---------------------------------------------------------------------------------------------


def test_submissions_wait_are_read_returned_and_come_again(portfolio: dict[str, Project]):
    def is_read(name: str) -> bool:
        snapshot = frozen_snapshot(newest(portfolio[name]))
        assert snapshot is not None
        return snapshot.read_at is not None

    assert not is_read("Lieferzonen")
    assert is_read("Schulweg")
    assert newest(portfolio["Hofnetz"]).state == State.RETURNED
    resubmitted = newest(portfolio["Ein"])
    assert resubmitted.state == State.SUBMITTED
    assert [change.to_state for change in resubmitted.state_changes.order_by("at")] == [
        State.SUBMITTED,
        State.RETURNED,
        State.SUBMITTED,
    ]
    assert StateChange.objects.filter(is_withdrawal=True, to_state=State.DRAFT).count() == 2


def test_approvals_are_valid_ending_soon_and_expired(portfolio: dict[str, Project]):
    today = timezone.localdate()
    left = [
        (change.valid_until - today).days
        for change in StateChange.objects.filter(to_state=State.APPROVED)
        if change.valid_until
    ]

    assert sum(days > 90 for days in left) >= 5
    assert any(0 < days <= 30 for days in left)
    assert any(days < 0 for days in left)


def test_new_drafts_begin_from_what_was_approved(portfolio: dict[str, Project]):
    for name in ("Kühle", "Solardächer"):
        draft, before = portfolio[name].assessments.order_by("-number")[:2]
        assert (draft.state, before.state) == (State.DRAFT, State.APPROVED)
        taken_over = draft.answers.values_list("question_key", flat=True)
        assert set(before.answers.values_list("question_key", flat=True)) <= set(taken_over)
        assert draft.answers.filter(version__gt=1).exists()


def test_the_history_reaches_back_eighteen_months_and_not_into_the_future(portfolio: dict[str, Project]):
    now = timezone.now()
    for model, field in (
        (AnswerChange, "changed_at"),
        (StateChange, "at"),
        (Snapshot, "submitted_at"),
        (Comment, "created_at"),
        (ReviewerRating, "changed_at"),
        (Assessment, "created_at"),
    ):
        span = model.objects.aggregate(first=Min(field), last=Max(field))
        assert now - HISTORY < span["first"] < now - timedelta(days=180), model
        assert now - timedelta(days=60) < span["last"] <= now, model


def test_answers_were_changed_by_several_people(portfolio: dict[str, Project]):
    authors = Assessment.objects.annotate(authors=Count("answers__changed_by", distinct=True))

    assert authors.filter(authors__gte=2).count() >= 20
    assert AnswerChange.objects.filter(version__gte=2).count() >= 15


def test_every_step_comes_after_the_one_before(portfolio: dict[str, Project]):
    for assessment in Assessment.objects.all():
        moments = [assessment.created_at, *assessment.state_changes.order_by("pk").values_list("at", flat=True)]
        assert moments == sorted(moments)
        frozen = assessment.snapshots.order_by("number").last()
        if frozen is not None and assessment.state in (State.SUBMITTED, State.APPROVED):
            assert not assessment.answers.filter(changed_at__gt=frozen.submitted_at).exists()


def test_teams_plan_talk_and_invite(portfolio: dict[str, Project]):
    today = timezone.localdate()

    assert {measure.state for measure in Measure.objects.all()} == set(MeasureState)
    assert progress_of(Measure.objects.all(), today).overdue >= 3
    assert GoalConflict.objects.count() >= 10
    assert Target.objects.count() >= 30
    assert Thread.objects.filter(is_review=False, is_open=False).exists()
    assert Thread.objects.filter(is_review=True).count() >= 8
    assert Thread.objects.annotate(said=Count("comments")).filter(said__gte=2).count() >= 5
    assert ReviewerRating.objects.values("reviewer").distinct().count() == 2
    assert Invitation.objects.open(timezone.now()).count() == 1


def test_two_teams_have_rated_alone_and_one_looks_at_it(portfolio: dict[str, Project]):
    kieze, tausch = newest(portfolio["Kühle"]), newest(portfolio["Tauschen"])

    assert set(revealed_dimensions(kieze)) == {"4.2"}
    assert to_clarify(kieze) == {"4.2": 2}
    assert {len(one.ratings) for one in team_ratings(kieze, "4.2").values()} == {3}
    assert not revealed_dimensions(tausch)
    assert sorted(rated_counts(tausch).values()) == [4, 8, 8]


def test_drafts_submissions_and_approvals_are_proved_by_files_and_links(portfolio: dict[str, Project]):
    with_files = Assessment.objects.filter(evidence_files__isnull=False).distinct()

    assert {one.state for one in with_files} == {State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED}
    assert {file.name for file in EvidenceFile.objects.all()} == {path.name for path in DEMO_FILES.iterdir()}
    kinds = {kind_of_name(file.name) for file in EvidenceFile.objects.all()}
    assert kinds == {PDF, PNG, CSV, TEXT}
    for assessment in with_files:
        assert any("url" in item for answer in assessment.answers.all() for item in answer.evidence)
        shelf = shelf_of(assessment)
        for question in [one for dimension in shown_result(assessment).dimensions for one in dimension.questions]:
            pieces = shelf.pieces(question.key, question.evidence)
            assert all(piece.url or piece.is_kept for piece in pieces)


def test_the_files_are_small_and_can_be_read(portfolio: dict[str, Project], storage: Path):
    for file in EvidenceFile.objects.all():
        assert file.size < 20_000
        assert read_bytes(file) == (DEMO_FILES / file.name).read_bytes()
    # What a new draft took over lies there once.
    assert len([path for path in storage.rglob("*") if path.is_file()]) == len(list(DEMO_FILES.iterdir()))
    assert EvidenceFile.objects.count() > len(list(DEMO_FILES.iterdir()))


def test_files_were_added_while_their_assessment_was_open(portfolio: dict[str, Project]):
    for file in EvidenceFile.objects.select_related("assessment", "uploaded_by"):
        assert file.uploaded_by is not None
        first = file.assessment.snapshots.order_by("number").last()
        if first is not None and file.assessment.state != State.RETURNED:
            assert file.uploaded_at < first.submitted_at
        assert file.uploaded_at < timezone.now()


def test_good_practice_is_in_every_state(portfolio: dict[str, Project]):
    assert {practice.state for practice in GoodPractice.objects.all()} == set(PracticeState)


def test_five_results_are_public_and_one_waits(portfolio: dict[str, Project]):
    published = Publication.objects.public()

    assert published.count() == 5
    assert {one.with_rationales for one in published} == {True, False}
    assert Publication.objects.waiting().count() == 1


def test_the_complete_one_gives_every_reason(portfolio: dict[str, Project]):
    answers = portfolio["Kühle"].assessments.get(number=2).answers.all()

    assert len(answers) == 96
    assert all(len(answer.rationale.split()) >= 6 for answer in answers)
    assert all(answer.evidence for answer in answers if answer.level == 4)
    assert len({answer.rationale for answer in answers}) == 96


def test_profiles_differ_and_have_tensions(portfolio: dict[str, Project]):
    profiles, tensions = set(), Counter[str]()
    for assessment in Assessment.objects.exclude(state=State.DRAFT):
        score = result_of(assessment).score
        profiles.add(tuple(dimension.score for dimension in score.dimensions))
        tensions.update(dimension.key for dimension in score.dimensions if dimension.in_tension)

    assert len(profiles) == Assessment.objects.exclude(state=State.DRAFT).count()
    assert len(tensions) >= 4


# -- Whether it holds --------------------------------------------------------------------------------------------------


def test_everything_stored_is_sound(portfolio: dict[str, Project]):
    assert not list(verify_chain())
    assert not list(find_differences())
    assert not list(find_wrong_entries())
    for assessment in Assessment.objects.all():
        assert not check_document(export_document(assessment))


def test_everybody_can_sign_in(portfolio: dict[str, Project]):
    for account in ACCOUNTS:
        user = User.objects.get(email=account.email)
        assert user.check_password(PASSWORD)
        assert user.staff_role == account.staff_role
        assert user.is_superuser == (account.staff_role == StaffRole.ADMINISTRATOR)
    assert {account.staff_role for account in ACCOUNTS} == {"", *StaffRole}
    assert portfolio["Kühle"].memberships.get(user__email="olga@example.org").role == Role.OWNER
    assert portfolio["Lieferzonen"].memberships.get(user__email="olga@example.org").role == Role.EDITOR
    for colleague in set(PEOPLE) - set(ACCOUNTS):
        assert not User.objects.get(email=colleague.email).has_usable_password()


def test_nobody_is_a_real_person():
    """First and last name begin alike, and no address can belong to anybody."""
    assert len({person.name for person in PEOPLE}) == len(PEOPLE)
    for person in PEOPLE:
        first, last = person.name.split()
        assert first[0] == last[0]
        assert person.email.endswith("@example.org")


def test_a_second_run_leaves_what_people_changed(portfolio: dict[str, Project]):
    Project.objects.filter(pk=portfolio["Kühle"].pk).update(summary="Von uns geändert")
    User.objects.filter(email="olga@example.org").update(name="Olga Neu")
    changes, uploads = AnswerChange.objects.count(), EvidenceFile.objects.count()

    assert make_demo() == []

    assert Project.objects.get(pk=portfolio["Kühle"].pk).summary == "Von uns geändert"
    assert User.objects.get(email="olga@example.org").name == "Olga Neu"
    assert AnswerChange.objects.count() == changes
    assert EvidenceFile.objects.count() == uploads


# -- The texts --------------------------------------------------------------------------------------------------------


def texts(value: object) -> Iterator[str]:
    """Every sentence that a file says."""
    if isinstance(value, str):
        if value.count(" ") >= 3 and not SIGNS.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def test_no_text_is_said_twice():
    said = Counter(text for path in FILES for text in set(texts(yaml.safe_load(path.read_text("utf-8")))))

    assert not [text for text, count in said.items() if count > 1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_words_are_those_of_the_catalogue_and_links_lead_nowhere(path: Path):
    content = path.read_text("utf-8")

    assert not re.findall(r"Wirkungsbild|Lenkungskreis|\d{4}-\d{2}-\d{2}", content)
    assert set(re.findall(r"https?://([^/\"]+)", content)) <= {"example.org"}
    assert set(re.findall(r"@([\w.]+)", content)) <= {"example.org"}
