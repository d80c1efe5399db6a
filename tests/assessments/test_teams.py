"""Teams: adding, changing, removing; at least one owner always."""

import threading

import pytest
from django.db import connection

from assessments.enums import Role
from assessments.models import Membership, Project, User
from assessments.teams import TeamError, change_role, create_project, hand_over, remove_member

pytestmark = pytest.mark.django_db


def membership(project: Project, user: User) -> Membership:
    return Membership.objects.get(project=project, user=user)


def test_whoever_creates_a_project_owns_it(owner: User):
    project = Project(name="Neu")
    create_project(project, owner)
    assert membership(project, owner).role == Role.OWNER


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_the_last_owner_keeps_the_role(project: Project, owner: User, role: Role):
    with pytest.raises(TeamError) as error:
        change_role(project, membership(project, owner).pk, role)
    assert error.value.code == "last_owner"
    with pytest.raises(TeamError):
        remove_member(project, membership(project, owner).pk)
    assert membership(project, owner).role == Role.OWNER


def test_with_a_second_owner_the_first_may_go(project: Project, owner: User, editor: User):
    change_role(project, membership(project, editor).pk, Role.OWNER)
    change_role(project, membership(project, owner).pk, Role.VIEWER)
    remove_member(project, membership(project, owner).pk)
    assert [one.user for one in project.memberships.filter(role=Role.OWNER)] == [editor]


def test_the_last_owner_may_stay_an_owner(project: Project, owner: User):
    assert change_role(project, membership(project, owner).pk, Role.OWNER).role == Role.OWNER


def test_a_membership_of_another_project_does_not_exist_here(project: Project, stranger: User):
    foreign = Membership.objects.get(user=stranger)
    owner = project.members.get(memberships__role=Role.OWNER)
    for change in (
        lambda: remove_member(project, foreign.pk),
        lambda: change_role(project, foreign.pk, Role.VIEWER),
        lambda: hand_over(project, owner, foreign.pk),
    ):
        with pytest.raises(Membership.DoesNotExist):
            change()
    assert Membership.objects.filter(pk=foreign.pk).exists()


def test_a_project_is_handed_over_in_one_step(project: Project, owner: User, viewer: User):
    hand_over(project, owner, membership(project, viewer).pk)
    assert membership(project, viewer).role == Role.OWNER
    assert membership(project, owner).role == Role.EDITOR


@pytest.mark.parametrize(("who", "heir"), [("owner", "owner"), ("editor", "viewer"), ("stranger", "viewer")])
def test_only_an_owner_hands_over_and_to_somebody_else(request, project: Project, owner: User, who: str, heir: str):
    pk = membership(project, request.getfixturevalue(heir)).pk
    with pytest.raises(TeamError) as error:
        hand_over(project, request.getfixturevalue(who), pk)
    assert error.value.code == "not_owner"
    assert [one.user for one in project.memberships.filter(role=Role.OWNER)] == [owner]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["demote", "remove"])
def test_two_owners_who_leave_at_once_leave_one(project: Project, owner: User, editor: User, step: str):
    for _ in range(10):
        Membership.objects.filter(project=project, user__in=[owner, editor]).delete()
        pks = [Membership.objects.create(project=project, user=user, role=Role.OWNER).pk for user in (owner, editor)]
        barrier = threading.Barrier(2)
        refused: list[str] = []

        def leave(pk: int) -> None:
            try:
                barrier.wait()  # noqa: B023 - the threads end within the round
                if step == "demote":
                    change_role(project, pk, Role.VIEWER)
                else:
                    remove_member(project, pk)
            except TeamError as error:
                refused.append(str(error.code))  # noqa: B023
            finally:
                connection.close()

        threads = [threading.Thread(target=leave, args=[pk]) for pk in pks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refused == ["last_owner"]
        assert project.memberships.filter(role=Role.OWNER).count() == 1
