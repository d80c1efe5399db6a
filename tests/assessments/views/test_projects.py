"""Pages of projects and their members."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Phase, Role, Scope, State
from assessments.models import Assessment, Membership, Organisation, Project, User
from assessments.workflow import start_assessment
from principles.models import Perspective
from tests.factories import make_assessment, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner_client(owner: User) -> Client:
    client = Client()
    owner.language = "en"
    owner.save()
    client.force_login(owner)
    return client


@pytest.fixture
def viewer_client(viewer: User) -> Client:
    client = Client()
    viewer.language = "en"
    viewer.save()
    client.force_login(viewer)
    return client


def entries(**changed: object) -> dict[str, object]:
    return {"name": "Radbahn", "phase": Phase.PILOT, **changed}


class TestList:
    def test_the_empty_list_says_what_to_do(self, client: Client, reviewer: User):
        client.force_login(reviewer)
        response = client.get(reverse("project_list"))
        assert reverse("project_create") in response.content.decode()
        assert response.context["rows"] == []

    def test_it_shows_my_projects_only(self, owner_client: Client, project: Project, stranger: User):
        response = owner_client.get(reverse("project_list"))
        assert [row["project"] for row in response.context["rows"]] == [project]

    def test_progress_and_the_next_thing_to_do(self, owner_client: Client, project: Project, owner: User):
        assessment = start_assessment(project, owner, Scope.QUICK)
        save_answer(assessment, "4.1.a1", owner, AnswerContent(3), base_version=0)
        row = owner_client.get(reverse("project_list")).context["rows"][0]
        assert row["progress"].done == 1
        assert row["to_do"].url == reverse("assessment_resume", args=[assessment.pk])

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (State.SUBMITTED, "being reviewed"),
            (State.APPROVED, "is approved"),
            (State.RETURNED, "was returned"),
            (State.DRAFT, "nothing is answered yet"),
        ],
    )
    def test_every_state_has_a_next_thing(self, owner_client, project: Project, state: State, words: str):
        make_assessment(project, state=state)
        assert words in owner_client.get(reverse("project_list")).context["rows"][0]["to_do"].text

    def test_a_viewer_is_not_sent_where_they_may_not_go(self, viewer_client: Client, project: Project):
        assert viewer_client.get(reverse("project_list")).context["rows"][0]["to_do"].url == ""

    def test_as_many_queries_for_many_projects(self, owner_client, owner: User, django_assert_max_num_queries):
        for number in range(60):
            make_assessment(make_project(owner=owner, name=f"Projekt {number:02}"))
        with django_assert_max_num_queries(6):
            response = owner_client.get(reverse("project_list"))
        assert len(response.context["rows"]) == 50
        assert len(owner_client.get(reverse("project_list") + "?page=2").context["rows"]) == 10


class TestCreate:
    def test_the_creator_becomes_owner(self, owner_client: Client, owner: User):
        perspective = Perspective.objects.first()
        organisation = Organisation.objects.first()
        assert perspective
        assert organisation
        response = owner_client.post(
            reverse("project_create"),
            entries(
                organisation=organisation.pk,
                perspectives=[perspective.pk],
                website="www.berlin.de",
                starts_on="2026-01-01",
                ends_on="2026-12-31",
            ),
        )
        project = Project.objects.get(name="Radbahn")
        assert response.status_code == 302
        assert response.headers["Location"] == project.get_absolute_url()
        assert project.memberships.get().role == Role.OWNER
        assert project.memberships.get().user == owner
        assert project.website == "https://www.berlin.de"
        assert list(project.perspectives.all()) == [perspective]

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "a\x00b"}, "name"),
            ({"phase": "later"}, "phase"),
            ({"website": "http://www.berlin.de"}, "website"),
            ({"website": "javascript:alert(1)"}, "website"),
            ({"organisation": "999999"}, "organisation"),
            ({"perspectives": ["999999"]}, "perspectives"),
            ({"starts_on": "2026-02-30"}, "starts_on"),
            ({"summary": "x" * 2001}, "summary"),
        ],
    )
    def test_faults_are_named_and_nothing_is_stored(self, owner_client: Client, changed, field: str):
        response = owner_client.post(reverse("project_create"), entries(**changed))
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {field}
        assert 'class="error-summary"' in response.content.decode()
        assert not Project.objects.exists()

    def test_the_end_is_not_before_the_start(self, owner_client: Client):
        response = owner_client.post(reverse("project_create"), entries(starts_on="2026-02-02", ends_on="2026-02-01"))
        assert response.status_code == 422

    def test_organisations_are_grouped_by_kind(self, owner_client: Client):
        page = owner_client.get(reverse("project_create")).content.decode()
        assert '<optgroup label="Senate department">' in page
        assert '<optgroup label="District">' in page


class TestDetail:
    def test_a_new_project_asks_for_the_first_assessment(self, owner_client: Client, project: Project):
        page = owner_client.get(project.get_absolute_url()).content.decode()
        assert reverse("assessment_start", args=[project.pk]) in page
        assert "Emil Editor" in page

    def test_the_latest_figures_come_from_the_stored_scores(self, owner_client, project, owner):
        assessment = start_assessment(project, owner, Scope.FULL)
        save_answer(assessment, "4.1.a1", owner, AnswerContent(3), base_version=0)
        figures = owner_client.get(project.get_absolute_url()).context["figures"]
        assert [(figure["name"], figure["points"]) for figure in figures] == [("Principles of good practice", 75)]

    def test_a_viewer_sees_no_way_to_change(self, viewer_client: Client, project: Project):
        page = viewer_client.get(project.get_absolute_url()).content.decode()
        for name in ("project_edit", "project_delete", "assessment_start"):
            assert reverse(name, args=[project.pk]) not in page

    def test_eight_queries_suffice(self, owner_client, draft: Assessment, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            owner_client.get(draft.project.get_absolute_url())


class TestEditAndDelete:
    def test_changes_are_stored(self, owner_client: Client, project: Project):
        response = owner_client.post(reverse("project_edit", args=[project.pk]), entries(name="Anders"))
        assert response.status_code == 302
        project.refresh_from_db()
        assert project.name == "Anders"

    def test_a_faulty_name_does_not_become_the_heading(self, owner_client: Client, project: Project):
        response = owner_client.post(reverse("project_edit", args=[project.pk]), entries(name="x" * 151))
        assert response.status_code == 422
        assert "Kiezblocks digital" in response.content.decode()

    def test_the_page_names_what_will_be_lost(self, owner_client: Client, draft: Assessment):
        page = owner_client.get(reverse("project_delete", args=[draft.project.pk])).content.decode()
        assert "Full assessment 1" in page
        assert "3 members" in page
        assert Project.objects.filter(pk=draft.project.pk).exists()

    def test_then_it_is_gone(self, owner_client: Client, draft: Assessment):
        response = owner_client.post(reverse("project_delete", args=[draft.project.pk]))
        assert response.headers["Location"] == reverse("project_list")
        assert not Assessment.objects.exists()

    def test_an_editor_may_edit_but_not_delete(self, client: Client, editor: User, project: Project):
        client.force_login(editor)
        assert client.get(reverse("project_edit", args=[project.pk])).status_code == 200
        assert client.post(reverse("project_delete", args=[project.pk])).status_code == 403
        assert Project.objects.filter(pk=project.pk).exists()


class TestMembers:
    def test_changing_and_removing(self, owner_client: Client, project: Project, viewer: User):
        membership = Membership.objects.get(user=viewer, project=project)
        owner_client.post(reverse("member_change", args=[project.pk, membership.pk]), {"role": Role.EDITOR})
        membership.refresh_from_db()
        assert membership.role == Role.EDITOR
        owner_client.post(reverse("member_remove", args=[project.pk, membership.pk]))
        assert not Membership.objects.filter(pk=membership.pk).exists()

    @pytest.mark.parametrize("email", ["niemand@example.org", "stefan.stranger@example.org"])
    @pytest.mark.usefixtures("stranger")
    def test_an_address_is_invited_with_or_without_an_account(self, owner_client, project: Project, email: str):
        url = reverse("member_add", args=[project.pk])
        html = owner_client.post(url, {"email": email, "role": Role.VIEWER}, follow=True).content.decode()
        assert f"An invitation is on its way to {email}." in html
        assert project.memberships.count() == 3

    def test_what_cannot_be_invited_stays_in_the_form(self, owner_client: Client, project: Project, editor: User):
        url = reverse("member_add", args=[project.pk])
        response = owner_client.post(url, {"email": editor.email, "role": Role.VIEWER})
        assert response.status_code == 422
        assert "is a member already" in response.content.decode()
        assert f'value="{editor.email}"' in response.content.decode()

    def test_the_last_owner_stays(self, owner_client: Client, project: Project, owner: User):
        membership = Membership.objects.get(user=owner)
        response = owner_client.post(reverse("member_remove", args=[project.pk, membership.pk]), follow=True)
        assert "at least one owner" in response.content.decode()
        assert Membership.objects.filter(pk=membership.pk).exists()

    def test_an_unknown_role_changes_nothing(self, owner_client: Client, project: Project, editor: User):
        membership = Membership.objects.get(user=editor)
        owner_client.post(reverse("member_change", args=[project.pk, membership.pk]), {"role": "king"})
        membership.refresh_from_db()
        assert membership.role == Role.EDITOR

    @pytest.mark.parametrize("name", ["member_change", "member_remove"])
    def test_members_of_other_projects_are_out_of_reach(self, owner_client, project, stranger, name: str):
        foreign = Membership.objects.get(user=stranger)
        url = reverse(name, args=[project.pk, foreign.pk])
        assert owner_client.post(url, {"role": Role.VIEWER}).status_code == 404
        assert Membership.objects.filter(pk=foreign.pk, role=Role.OWNER).exists()

    def test_whoever_leaves_lands_on_their_projects(self, owner_client, project, owner, editor):
        Membership.objects.filter(user=editor).update(role=Role.OWNER)
        mine = Membership.objects.get(user=owner)
        response = owner_client.post(reverse("member_remove", args=[project.pk, mine.pk]))
        assert response.headers["Location"] == reverse("project_list")

    def test_a_viewer_reads_the_list_only(self, viewer_client: Client, project: Project, editor: User):
        url = reverse("member_list", args=[project.pk])
        assert reverse("member_add", args=[project.pk]) not in viewer_client.get(url).content.decode()
        membership = Membership.objects.get(user=editor)
        for name, args in (("member_add", []), ("member_change", [membership.pk]), ("member_remove", [membership.pk])):
            response = viewer_client.post(reverse(name, args=[project.pk, *args]), {"role": Role.VIEWER})
            assert response.status_code == 403
        assert project.memberships.count() == 3
