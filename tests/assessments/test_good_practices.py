"""Good practice: who offers, confirms, declines and withdraws, and what is public meanwhile."""

import pytest
from django.core.exceptions import PermissionDenied

from assessments.enums import PracticeState, Role, Scope, State
from assessments.good_practices import (
    PracticeError,
    PracticeText,
    candidates,
    confirm,
    decline,
    offer,
    public_examples,
    withdraw,
)
from assessments.models import Assessment, GoodPractice, Membership
from tests.factories import answer_all, make_assessment

TEXT = PracticeText("de", "Befragt statt vermutet", "Zwölf Gespräche am Spielplatz.", "team@example.org")
LEVELS = {"4.1.a1": 4, "4.1.a2": 3, "2.4.d2": 4}


@pytest.fixture
def approved(project) -> Assessment:
    return answer_all(make_assessment(project, state=State.APPROVED), LEVELS)


@pytest.fixture
def offered(approved, editor) -> GoodPractice:
    return offer(approved, "4.1.a1", editor, TEXT)


def titles(dimension_key: str = "") -> list[str]:
    return [example.title for example in public_examples(dimension_key)]


def test_candidates_are_the_answers_at_level_four_in_catalogue_order(approved):
    assert [one.place.question.key for one in candidates(approved)] == ["4.1.a1", "2.4.d2"]
    assert all(one.can_be_offered for one in candidates(approved))


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RETURNED])
def test_nothing_can_be_offered_before_the_assessment_is_approved(project, editor, state):
    assessment = answer_all(make_assessment(project, state=state), LEVELS)
    assert candidates(assessment) == ()
    with pytest.raises(PracticeError) as refused:
        offer(assessment, "4.1.a1", editor, TEXT)
    assert refused.value.code == "not_level_4"


def test_answers_outside_the_scope_cannot_be_offered(project, editor):
    quick = answer_all(make_assessment(project), LEVELS)
    Assessment.objects.filter(pk=quick.pk).update(scope=Scope.QUICK, state=State.APPROVED)
    quick.refresh_from_db()
    in_scope = {one.place.question.key for one in candidates(quick)}
    assert in_scope < {"4.1.a1", "2.4.d2"}


@pytest.mark.parametrize("key", ["4.1.a2", "4.1.a3", "9.9.z9"])
def test_only_level_four_can_be_offered(approved, editor, key):
    with pytest.raises(PracticeError):
        offer(approved, key, editor, TEXT)


@pytest.mark.parametrize("who", ["viewer", "stranger", "reviewer", "portfolio_reader", "administrator"])
def test_only_owner_and_editor_offer_and_withdraw(request, approved, offered, who):
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        offer(approved, "2.4.d2", user, TEXT)
    with pytest.raises(PermissionDenied):
        withdraw(offered, user)


@pytest.mark.parametrize("who", ["owner", "editor", "viewer", "stranger", "portfolio_reader"])
def test_only_reviewers_and_administrators_decide(request, offered, who):
    user = request.getfixturevalue(who)
    with pytest.raises(PermissionDenied):
        confirm(offered, user)
    with pytest.raises(PermissionDenied):
        decline(offered, user, "Nein.")
    assert titles() == []


@pytest.mark.parametrize("who", ["reviewer", "administrator"])
def test_what_is_confirmed_is_public_and_what_is_withdrawn_is_gone(request, offered, owner, who):
    assert titles() == []
    confirm(offered, request.getfixturevalue(who))
    assert titles() == titles("4.1") == [TEXT.title]
    assert titles("4.2") == []
    withdraw(offered, owner)
    assert titles() == []
    assert offered.state == PracticeState.WITHDRAWN
    assert offered.contact == ""


def test_a_reviewer_does_not_confirm_for_their_own_team(offered, reviewer, project):
    Membership.objects.create(project=project, user=reviewer, role=Role.VIEWER)
    with pytest.raises(PermissionDenied):
        confirm(offered, reviewer)
    assert titles() == []


def test_declining_needs_a_reason_and_takes_a_confirmation_back(offered, reviewer):
    with pytest.raises(PracticeError):
        decline(offered, reviewer, "  ")
    confirm(offered, reviewer)
    decline(offered, reviewer, "Der Nachweis ist nicht mehr abrufbar.")
    assert titles() == []
    assert offered.reason == "Der Nachweis ist nicht mehr abrufbar."


def test_one_live_offer_a_question_and_a_new_one_afterwards(approved, offered, editor):
    with pytest.raises(PracticeError) as refused:
        offer(approved, "4.1.a1", editor, TEXT)
    assert refused.value.code == "already_offered"
    withdraw(offered, editor)
    again = offer(approved, "4.1.a1", editor, TEXT)
    assert [one.offer for one in candidates(approved)] == [again, None]


def test_the_later_of_two_decisions_is_told(offered, reviewer, administrator, editor):
    stale = GoodPractice.objects.get(pk=offered.pk)
    withdraw(offered, editor)
    with pytest.raises(PracticeError) as refused:
        confirm(stale, reviewer)
    assert refused.value.code == "moved"
    assert titles() == []


def test_candidates_take_three_queries(approved, offered, django_assert_num_queries):
    with django_assert_num_queries(3):
        candidates(approved)
    with django_assert_num_queries(1):
        public_examples()
