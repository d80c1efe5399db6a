"""The pages of published results: for everyone, and for those who offer, decide and withdraw."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from assessments.enums import PublicationState, State
from assessments.models import Assessment, Project, Publication, User
from assessments.public_documents import Choice
from assessments.publications import confirm, decline, drafted, offer, withdraw
from tests.assessments.test_publications import EVERYTHING, SECRET, approved_assessment
from tests.factories import answer_all, make_assessment, make_project, make_user, publish

LIST = "/veroeffentlicht/"


@pytest.fixture
def approved(project: Project, owner: User, reviewer: User) -> Assessment:
    return approved_assessment(project, owner, reviewer)


@pytest.fixture
def published(approved: Assessment, owner: User, reviewer: User) -> Publication:
    return publish(approved, owner, reviewer)


@pytest.fixture(autouse=True)
def _quick_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in a report is tested elsewhere."""
    monkeypatch.setattr("assessments.reports.documents.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def addresses(publication: Publication) -> list[str]:
    return [
        reverse(name, args=[publication.project_id])
        for name in ("publication_detail", "publication_pdf", "publication_json")
    ]


def public_page(client: Client, publication: Publication) -> str:
    return client.get(addresses(publication)[0]).content.decode()


class TestForEveryone:
    def test_the_page_says_where_the_project_stands_and_how_to_check_it(self, client, published):
        response = client.get(addresses(published)[0])
        page = response.content.decode()
        assert response.headers["Link"] == '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
        assert "no-cache" in response.headers["Cache-Control"]
        for word in (published.name, published.sha256, published.snapshot.sha256, "CC BY 4.0", "<svg", 'id="d-2.4"'):
            assert word in page
        assert f"{reverse('report_check')}?hash={published.snapshot.sha256}" in page

    def test_what_was_not_chosen_stands_nowhere(self, client, published, files):
        for address in addresses(published):
            response = client.get(address)
            assert response.status_code == HTTPStatus.OK
            text = response.content.decode()
            assert not [word for word in (SECRET, "Erika", "Olga", "datei-name") if word in text]

    def test_everything_that_was_chosen_is_there_but_never_people_and_files(self, client, approved, owner, reviewer):
        page = public_page(client, publish(approved, owner, reviewer, **EVERYTHING.as_columns()))
        for word in (
            f"Begründung {SECRET}",
            f"https://example.org/{SECRET}",
            f"Maßnahme {SECRET}",
            f"Konflikt {SECRET}",
        ):
            assert word in page
        assert not [word for word in ("Erika", "Olga", "Rita", "datei-name", "Datei-Bezeichnung") if word in page]

    def test_the_data_are_the_public_document(self, client, published):
        response = client.get(addresses(published)[2])
        assert json.loads(response.content) == published.document
        assert response.headers["Content-Disposition"].endswith('_veroeffentlicht.json"')

    def test_withdrawn_is_not_there_at_once_nor_in_the_storage(self, client, published, owner, files):
        client.get(addresses(published)[1])
        assert list(files.rglob("*.pdf"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.db.transaction.on_commit", lambda act, **kwargs: act())
            withdraw(published, owner)
        assert {client.get(address).status_code for address in addresses(published)} == {HTTPStatus.NOT_FOUND}
        assert published.name not in client.get(LIST).content.decode()
        assert not list(files.rglob("*.pdf"))

    def test_a_newer_approved_state_and_a_new_name_do_not_become_public(self, client, published, owner, reviewer):
        before = public_page(client, published)
        Project.objects.filter(pk=published.project_id).update(
            name="Geheimer neuer Name", summary="Neu", phase="scaling"
        )
        newer = approved_assessment(published.project, owner, reviewer)
        offer(newer, owner, EVERYTHING, drafted(newer, EVERYTHING).sha256)
        assert same(public_page(client, published)) == same(before)

    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("q=KIEZ", True),
            ("q=nirgends", False),
            ("organisation=senatskanzlei", True),
            ("organisation=gibt-es-nicht", True),
            ("phase=idea", True),
            ("phase=scaling", False),
            ("perspective=3.1.1", True),
            ("perspective=3.1.2", False),
            ("page=99", True),
        ],
    )
    def test_the_list_is_searched(self, client, published, query, is_found):
        Publication.objects.update(perspectives=" 3.1.1 3.2.2 ")
        assert (
            reverse("publication_detail", args=[published.project_id]) in client.get(f"{LIST}?{query}").content.decode()
        ) == is_found

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_takes_as_many_queries_for_three_as_for_one(
        self, client, published, count, django_assert_num_queries
    ):
        owner, reviewer = User.objects.get(name="Olga Owner"), User.objects.get(name="Rita Reviewer")
        for number in range(1, count):
            publish(approved_assessment(make_project(name=f"P{number}", owner=owner), owner, reviewer), owner, reviewer)
        with django_assert_num_queries(4):
            page = client.get(LIST).content.decode()
        assert len(re.findall(rf'href="{LIST}\d+/"', page)) == count

    def test_the_page_takes_few_queries(self, client, published, django_assert_num_queries):
        with django_assert_num_queries(4):
            client.get(addresses(published)[0])


def same(page: str) -> str:
    """The page without what differs each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def make_secrets(number: int) -> None:
    """Projects of which nobody outside may learn, in every state, also offered, declined and withdrawn."""
    owner = make_user(f"Geheime Person {number}")
    reviewer = make_user(f"Prüfende Person {number}", staff_role="reviewer")
    for state in (State.DRAFT, State.SUBMITTED):
        project = make_project(name=f"{SECRET} {state}", owner=owner, summary=SECRET, phase="scaling")
        answer_all(make_assessment(project, state=state), 2, rationale=SECRET)
    for step in ("approved", "offered", "declined", "withdrawn"):
        project = make_project(name=f"{SECRET} {step}", owner=owner, summary=SECRET, phase="pilot", organisation=None)
        assessment = approved_assessment(project, owner, reviewer)
        if step != "approved":
            publication = offer(assessment, owner, EVERYTHING, drafted(assessment, EVERYTHING).sha256)
            if step == "declined":
                decline(publication, reviewer, SECRET)
            if step == "withdrawn":
                confirm(publication, reviewer, publication.sha256)
                withdraw(publication, owner)


def test_public_pages_are_the_same_bytes_with_and_without_secret_projects(published, files):
    """T18: whatever else is in the database, nobody outside can tell."""
    names = ("start", "principle_list", "guide", "perspective_list", "methodology", "glossary", "help", "report_check")
    paths = [reverse(name) for name in names] + [f"{LIST}{query}" for query in ("", "?q=e", "?phase=pilot", "?page=2")]
    paths += [reverse("guide_dimension", args=["4.1"]), *addresses(published)]
    paths += [reverse("publication_detail", args=[number]) for number in range(10_000, 10_003)]

    def answers() -> dict[str, tuple[int, str]]:
        return {
            path: (answer.status_code, same(answer.content.decode()))
            for path in paths
            if (answer := Client().get(path))
        }

    before = answers()
    assert before[addresses(published)[0]][0] == HTTPStatus.OK
    make_secrets(1)
    after = answers()
    assert [path for path in paths if before[path] != after[path]] == []
    hidden = Project.objects.filter(name__startswith=SECRET).values_list("pk", flat=True)
    missing = same(Client().get(reverse("publication_detail", args=[999_999])).content.decode())
    for pk in hidden:
        response = Client().get(reverse("publication_detail", args=[pk]))
        assert (response.status_code, same(response.content.decode())) == (HTTPStatus.NOT_FOUND, missing)


class TestTheWayThere:
    def test_an_owner_looks_first_and_then_offers_what_was_seen(self, approved, owner):
        client, path = as_(owner), reverse("publication_offer", args=[approved.pk])
        assert SECRET not in client.get(path).content.decode()
        page = client.get(path, {"with_rationales": "on"}).content.decode()
        assert f"Begründung {SECRET}" in page
        assert f"Maßnahme {SECRET}" not in page
        seen = drafted(approved, Choice(with_rationales=True)).sha256
        assert seen in page
        form = {"with_rationales": "True", "sha256": seen, "is_checked": "on"}
        assert client.post(path, {**form, "is_checked": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert client.post(path, {**form, "with_measures": "True"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert not Publication.objects.exists()
        assert client.post(path, form).status_code == HTTPStatus.FOUND
        assert Publication.objects.get().state == PublicationState.OFFERED
        page = client.get(path).content.decode()
        assert reverse("publication_withdraw", args=[Publication.objects.get().pk]) in page
        assert f"Begründung {SECRET}" not in page

    def test_the_preview_shows_what_the_page_will(self, client, approved, owner, reviewer):
        shown = (
            as_(owner).get(reverse("publication_offer", args=[approved.pk]), EVERYTHING.as_columns()).content.decode()
        )
        published = publish(approved, owner, reviewer, **EVERYTHING.as_columns())
        page = public_page(client, published)
        for name in ("projekt", "ueberblick", "schritte", "prinzipien", "antworten", "massnahmen", "zielkonflikte"):
            part = re.compile(rf'<section aria-labelledby="{name}">.*?</section>', re.DOTALL)
            found = part.search(page)
            assert found is not None, name
            assert found[0].split() == part.search(shown)[0].split()  # type: ignore[index]

    def test_a_reviewer_confirms_what_the_page_showed(self, client, approved, owner, reviewer):
        offered = offer(approved, owner, Choice(), drafted(approved, Choice()).sha256)
        senate = as_(reviewer)
        path = reverse("publication_review", args=[offered.pk])
        assert path in senate.get(reverse("publication_queue")).content.decode()
        assert offered.sha256 in senate.get(path).content.decode()
        senate.post(path, {"confirm": "1", "sha256": "0" * 64})
        assert client.get(addresses(offered)[0]).status_code == HTTPStatus.NOT_FOUND
        senate.post(path, {"confirm": "1", "sha256": offered.sha256})
        assert client.get(addresses(offered)[0]).status_code == HTTPStatus.OK

    def test_the_owner_reads_why_it_was_declined_and_can_offer_again(self, approved, owner, reviewer):
        offered = offer(approved, owner, Choice(), drafted(approved, Choice()).sha256)
        path = reverse("publication_review", args=[offered.pk])
        assert as_(reviewer).post(path, {"decline": "1", "reason": " "}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        as_(reviewer).post(path, {"decline": "1", "reason": "Ein Name steht darin."})
        page = as_(owner).get(reverse("publication_offer", args=[approved.pk])).content.decode()
        assert "Ein Name steht darin." in page
        assert 'name="is_checked"' in page
        assert as_(reviewer).get(path).status_code == HTTPStatus.OK

    @pytest.mark.parametrize("who", ["owner", "reviewer"])
    def test_one_button_withdraws(self, request, client, published, who):
        user = request.getfixturevalue(who)
        response = as_(user).post(reverse("publication_withdraw", args=[published.pk]))
        assert response.status_code == HTTPStatus.FOUND
        assert client.get(addresses(published)[0]).status_code == HTTPStatus.NOT_FOUND
        again = as_(user).post(reverse("publication_withdraw", args=[published.pk]), follow=True)
        assert again.status_code == HTTPStatus.OK

    def test_links_lead_there(self, published, owner, viewer, reviewer):
        detail, way = addresses(published)[0], reverse("publication_offer", args=[published.snapshot.assessment_id])
        page = as_(owner).get(reverse("project_detail", args=[published.project_id])).content.decode()
        assert detail in page
        assert way in page
        assert (
            way
            in as_(owner).get(reverse("assessment_detail", args=[published.snapshot.assessment_id])).content.decode()
        )
        page = as_(viewer).get(reverse("project_detail", args=[published.project_id])).content.decode()
        assert detail in page
        assert way not in page
        assert reverse("publication_queue") in as_(reviewer).get(reverse("review_queue")).content.decode()
        assert LIST in Client().get(reverse("start")).content.decode()

    def test_a_public_report_is_recognised(self, client, published):
        page = client.post(reverse("report_check"), {"sha256": published.sha256}).content.decode()
        assert addresses(published)[0] in page
        assert published.sha256 in page
