"""One table decides; who may not see learns nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import reverse

from assessments.enums import Role, State
from assessments.models import Assessment, Membership, Project, User
from assessments.permissions import (
    TABLE,
    Action,
    allowed_actions,
    allows,
    reads_portfolio,
    remember_role,
    role_of,
    staff_allows,
)
from assessments.views.access import get_assessment, get_project
from tests.factories import make_assessment, make_project

pytestmark = pytest.mark.django_db

EXPECTED = {
    # action: owner, editor, viewer
    Action.VIEW_PROJECT: (True, True, True),
    Action.EDIT_PROJECT: (True, True, False),
    Action.DELETE_PROJECT: (True, False, False),
    Action.MANAGE_MEMBERS: (True, False, False),
    Action.START_ASSESSMENT: (True, True, False),
    Action.VIEW_ASSESSMENT: (True, True, True),
    Action.ANSWER: (True, True, False),
    Action.RATE: (True, True, True),
    Action.REVEAL_RATINGS: (True, True, False),
    Action.SET_TARGETS: (True, True, False),
    Action.PLAN: (True, True, False),
    Action.DELETE_ASSESSMENT: (True, False, False),
    Action.EXPORT: (True, True, True),
    Action.COMMENT: (True, True, True),
    Action.OFFER_PRACTICE: (True, True, False),
    Action.PUBLISH: (True, False, False),
    Action.SUBMIT: (True, False, False),
    Action.VIEW_SUBMISSION: (True, True, True),
    Action.REVIEW: (False, False, False),
}


@pytest.mark.parametrize("action", Action)
def test_each_role_may_do_what_the_table_says(action, request, project, draft):
    cast = [request.getfixturevalue(name) for name in ("owner", "editor", "viewer")]
    for user, expected in zip(cast, EXPECTED[action], strict=True):
        assert allows(user, action, project) is expected
        assert allows(user, action, draft) is expected


def test_every_role_has_a_row():
    assert set(TABLE) == set(Role)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("reviewer", {Action.VIEW_SUBMISSION, Action.REVIEW}),
        ("administrator", {Action.VIEW_SUBMISSION, Action.REVIEW}),
        ("portfolio_reader", {Action.VIEW_SUBMISSION}),
        ("stranger", set()),
    ],
)
@pytest.mark.parametrize("state", [State.SUBMITTED, State.RETURNED, State.APPROVED])
def test_the_senatskanzlei_sees_what_was_submitted(who, expected, state, request, project):
    submitted = make_assessment(project, state=state)
    assert allowed_actions(request.getfixturevalue(who), submitted) == expected


@pytest.mark.parametrize(
    ("who", "reads", "reviews"),
    [
        ("portfolio_reader", True, False),
        ("reviewer", True, True),
        ("administrator", True, True),
        ("owner", False, False),
    ],
)
def test_what_a_role_in_the_senatskanzlei_is_made_for(who, reads, reviews, request):
    user = request.getfixturevalue(who)
    assert (reads_portfolio(user), staff_allows(user, Action.REVIEW)) == (reads, reviews)
    assert not staff_allows(user, Action.ANSWER)
    user.is_active = False
    assert not reads_portfolio(user)
    assert not reads_portfolio(AnonymousUser())


def test_a_member_of_the_senatskanzlei_keeps_both_roles(project, portfolio_reader):
    Membership.objects.create(project=project, user=portfolio_reader, role=Role.EDITOR)
    submitted = make_assessment(project, state=State.SUBMITTED)
    assert allowed_actions(portfolio_reader, submitted) == TABLE[Role.EDITOR] | {Action.VIEW_SUBMISSION}
    assert allowed_actions(portfolio_reader, project) == TABLE[Role.EDITOR]


def test_nobody_reviews_their_own_project(project, reviewer):
    Membership.objects.create(project=project, user=reviewer, role=Role.VIEWER)
    submitted = make_assessment(project, state=State.SUBMITTED)
    assert allows(reviewer, Action.VIEW_SUBMISSION, submitted)
    assert not allows(reviewer, Action.REVIEW, submitted)


@pytest.mark.parametrize("who", ["stranger", "reviewer", "portfolio_reader", "administrator"])
def test_people_outside_the_team_may_do_nothing(who, request, project, draft):
    user = request.getfixturevalue(who)
    assert allowed_actions(user, project) == frozenset()
    assert allowed_actions(user, draft) == frozenset()


def test_nobody_signed_in_may_do_nothing(project):
    assert allowed_actions(AnonymousUser(), project) == frozenset()


def test_a_blocked_account_may_do_nothing(project, owner):
    owner.is_active = False
    assert allowed_actions(owner, project) == frozenset()


def test_a_role_read_along_is_not_asked_for_again(project, viewer, owner, django_assert_num_queries):
    remember_role(project, viewer, Role.VIEWER)
    with django_assert_num_queries(0):
        assert role_of(viewer, project) == Role.VIEWER
    assert role_of(owner, project) == Role.OWNER


def _request(user: User | AnonymousUser):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_the_door_takes_one_query(project, draft, editor, django_assert_num_queries):
    for _ in range(20):
        make_project(editor=editor)
    with django_assert_num_queries(1):
        found = get_project(_request(editor), project.pk, Action.EDIT_PROJECT)
        assert role_of(editor, found) == Role.EDITOR
    with django_assert_num_queries(1):
        assessment = get_assessment(_request(editor), draft.pk, Action.ANSWER)
        assert role_of(editor, assessment.project) == Role.EDITOR


def test_the_role_is_the_one_of_this_project(project, editor):
    Membership.objects.filter(user=editor).update(role=Role.VIEWER)
    make_project(owner=editor)
    with pytest.raises(PermissionDenied):
        get_project(_request(editor), project.pk, Action.EDIT_PROJECT)


@pytest.mark.parametrize("who", ["stranger", "administrator"])
def test_what_one_may_not_see_does_not_exist(who, request, project, draft):
    user = request.getfixturevalue(who)
    for door, pk in ((get_project, project.pk), (get_assessment, draft.pk)):
        with pytest.raises(Http404):
            door(_request(user), pk, Action.VIEW_PROJECT)
        with pytest.raises(Http404):
            door(_request(AnonymousUser()), pk, Action.VIEW_PROJECT)


def test_what_one_may_see_but_not_do_is_forbidden(project, draft, viewer):
    with pytest.raises(PermissionDenied):
        get_project(_request(viewer), project.pk, Action.EDIT_PROJECT)
    with pytest.raises(PermissionDenied):
        get_assessment(_request(viewer), draft.pk, Action.ANSWER)


PROJECT_PAGES = ["project_detail", "project_edit", "project_delete", "member_list", "assessment_start"]
ASSESSMENT_PAGES = ["assessment_detail", "assessment_resume", "assessment_delete"]


@pytest.mark.parametrize("name", PROJECT_PAGES + ASSESSMENT_PAGES)
def test_a_strangers_404_is_that_of_a_missing_one(name, client: Client, stranger: User, project: Project, draft):
    client.force_login(stranger)
    pk = project.pk if name in PROJECT_PAGES else draft.pk
    hidden = client.get(reverse(name, args=[pk]))
    missing = client.get(reverse(name, args=[999_999]))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.parametrize("name", PROJECT_PAGES)
def test_nobody_signed_in_is_asked_to_sign_in(name, client: Client, project: Project):
    response = client.get(reverse(name, args=[project.pk]))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name",
    ["project_edit", "project_delete", "member_add", "assessment_start", "assessment_deepen", "assessment_delete"],
)
def test_a_viewer_changes_nothing(name, client: Client, viewer: User, project: Project, draft: Assessment):
    client.force_login(viewer)
    pk = draft.pk if name in ("assessment_deepen", "assessment_delete") else project.pk
    assert client.post(reverse(name, args=[pk])).status_code == 403
    assert Assessment.objects.filter(pk=draft.pk).exists()
