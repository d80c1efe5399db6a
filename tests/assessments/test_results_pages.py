"""Pages of results and exchange."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from assessments.enums import Role, Scope, State
from assessments.exchange import document_text, export_document
from assessments.models import Assessment, Membership, Project, User
from assessments.snapshots import document_hash
from assessments.workflow import submit
from tests.assessments.documents import mixed_answers, sound_document
from tests.factories import answer_all, make_assessment, make_project

pytestmark = pytest.mark.django_db


def sign_in(client: Client, person: User) -> None:
    """Signed in, with an English interface."""
    User.objects.filter(pk=person.pk).update(language="en")
    client.force_login(person)


@pytest.fixture
def mixed(draft: Assessment) -> Assessment:
    """The draft with a bit of everything."""
    return mixed_answers(draft)


def page(client: Client, assessment: Assessment, name: str = "ergebnis") -> str:
    response = client.get(f"/bewertungen/{assessment.pk}/{name}/")
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    """The page as one line of text."""
    return " ".join(strip_tags(html).split())


# -- Result -----------------------------------------------------------------------------------------------------------


def test_result_shows_figures_and_how_they_come_about(client: Client, owner: User, mixed: Assessment) -> None:
    sign_in(client, owner)
    text = text_of(page(client, mixed))

    assert "56 of 100 points being implemented" in text
    assert "In tension" in text
    assert "Span: between 42 and 58 points, depending on the open questions. Coverage: 83%." in text.replace(
        "\xa0", " "
    )
    assert "Balance: 38 of 100. The weaker pole is" in text
    assert "Why 56? (" in text
    assert "(87.5 + 25) ÷ 2 = 56.25" in text
    assert "56.25 is at least 50 and less than 75: being implemented." in text
    assert "Target: 80 points, gap: 24." in text
    assert "All questions of this dimension are marked as not applicable." in text
    assert "No question of this dimension has a level yet." in text


def test_result_links_steps_and_open_questions_to_their_place(client: Client, owner: User, mixed: Assessment) -> None:
    sign_in(client, owner)
    html = page(client, mixed)

    assert f'href="/bewertungen/{mixed.pk}/4.1/#4.1.b4"' in html, "the first step"
    assert f'href="/bewertungen/{mixed.pk}/4.1/#4.1.a3"' in html, "the open question"
    assert f'href="/bewertungen/{mixed.pk}/4.1/#4.1.a1"' in html, "good practice"
    assert "80 points, 24 to go" in text_of(html).replace("of 80", "80")


@pytest.mark.parametrize("level", [0, 4])
def test_result_at_both_ends(client: Client, owner: User, draft: Assessment, level: int) -> None:
    draft.answers.update(level=level)
    sign_in(client, owner)
    text = text_of(page(client, draft))
    assert ("There is no step left to suggest." in text) == (level == 4)
    assert "Every question is answered." in text


@pytest.mark.parametrize("scope", Scope)
def test_result_of_an_empty_assessment_says_what_to_do(
    client: Client, project: Project, owner: User, scope: Scope
) -> None:
    assessment = make_assessment(project, scope=scope)
    sign_in(client, owner)
    html = page(client, assessment)
    assert "There is no result yet" in html
    assert f"/bewertungen/{assessment.pk}/weiter/" in html


def test_viewer_reads_but_is_offered_no_changes(client: Client, viewer: User, mixed: Assessment) -> None:
    sign_in(client, viewer)
    html = page(client, mixed)
    assert f"/bewertungen/{mixed.pk}/ziele/" not in html
    assert f"/bewertungen/{mixed.pk}/export.json" in html


def test_result_takes_the_same_queries_however_full_it_is(
    client: Client, owner: User, draft: Assessment, django_assert_num_queries: Any
) -> None:
    sign_in(client, owner)
    empty = make_assessment(make_project(owner=owner))
    for assessment in (draft, empty):
        with django_assert_num_queries(7):  # session, person, assessment with role, answers, targets, measures, files
            page(client, assessment)


# -- Targets ----------------------------------------------------------------------------------------------------------


def test_targets_are_set_changed_and_taken_away(client: Client, editor: User, mixed: Assessment) -> None:
    sign_in(client, editor)
    assert 'value="80"' in page(client, mixed, "ziele")

    response = client.post(f"/bewertungen/{mixed.pk}/ziele/", {"target-4-1": "90", "target-4-2": "", "target-2-3": "0"})

    assert response.status_code == 302
    assert dict(mixed.targets.values_list("dimension_key", "value")) == {"4.1": 90, "2.3": 0}


@pytest.mark.parametrize("value", ["101", "-1", "viel", "1.5", "9" * 400])
def test_faulty_targets_change_nothing(client: Client, owner: User, mixed: Assessment, value: str) -> None:
    sign_in(client, owner)
    response = client.post(f"/bewertungen/{mixed.pk}/ziele/", {"target-4-1": value})
    assert response.status_code == 422
    assert 'id="id_target-4-1"' in response.content.decode()
    assert mixed.targets.get(dimension_key="4.1").value == 80


def test_targets_of_a_submitted_assessment_stay(client: Client, owner: User, mixed: Assessment) -> None:
    Assessment.objects.update(state=State.SUBMITTED)
    sign_in(client, owner)
    client.post(f"/bewertungen/{mixed.pk}/ziele/", {"target-4-1": "5"})
    assert mixed.targets.get(dimension_key="4.1").value == 80


def test_viewer_sets_no_targets(client: Client, viewer: User, mixed: Assessment) -> None:
    sign_in(client, viewer)
    assert client.post(f"/bewertungen/{mixed.pk}/ziele/", {"target-4-1": "5"}).status_code == 403


# -- Export -----------------------------------------------------------------------------------------------------------


def test_export_is_a_download_with_a_speaking_name(client: Client, viewer: User, draft: Assessment) -> None:
    sign_in(client, viewer)
    response = client.get(f"/bewertungen/{draft.pk}/export.json")

    assert response.headers["Content-Type"] == "application/json"
    date = draft.changed_at.date().isoformat()
    name = f"kiezblocks-digital_selbstbewertung_{date}_v1.json"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert json.loads(response.content) == export_document(draft)


def test_export_of_what_was_submitted_is_the_frozen_document(client: Client, owner: User, draft: Assessment) -> None:
    snapshot = submit(draft, owner)
    Project.objects.update(name="Umbenannt")
    sign_in(client, owner)

    response = client.get(f"/bewertungen/{draft.pk}/export.json")

    assert document_hash(json.loads(response.content)) == snapshot.sha256


def test_export_that_is_not_possible_is_told(client: Client, owner: User, draft: Assessment) -> None:
    draft.answers.filter(question_key="4.1.a1").update(level=None, is_not_applicable=True, reason="so")
    sign_in(client, owner)
    response = client.get(f"/bewertungen/{draft.pk}/export.json", follow=True)
    assert response.redirect_chain == [(f"/bewertungen/{draft.pk}/ergebnis/", 302)]
    assert "answers.&quot;4.1.a1&quot;.not_applicable" in response.content.decode()


@pytest.mark.parametrize("name", ["ergebnis/", "ziele/", "export.json"])
def test_strangers_find_nothing(client: Client, stranger: User, draft: Assessment, name: str) -> None:
    assert client.get(f"/bewertungen/{draft.pk}/{name}").status_code == 302, "sign in first"
    sign_in(client, stranger)
    assert client.get(f"/bewertungen/{draft.pk}/{name}").status_code == 404


# -- Import -----------------------------------------------------------------------------------------------------------


def upload(client: Client, content: bytes | str, **fields: Any) -> Any:
    content = content.encode() if isinstance(content, str) else content
    return client.post(
        "/projekte/einlesen/",
        {"file": SimpleUploadedFile("bewertung.json", content), **fields},
    )


def test_import_makes_a_project_of_ones_own(client: Client, owner: User) -> None:
    sign_in(client, owner)
    assert client.get("/projekte/einlesen/").status_code == 200

    response = upload(client, document_text(sound_document()))

    assessment = Assessment.objects.get()
    assert response.headers["Location"] == f"/bewertungen/{assessment.pk}/"
    assert Membership.objects.get(project=assessment.project).user == owner


def test_import_into_a_project_of_ones_own(client: Client, editor: User, project: Project) -> None:
    sign_in(client, editor)
    assert (
        f'<option value="{project.pk}" selected>'
        in client.get(f"/projekte/einlesen/?projekt={project.pk}").content.decode()
    )

    upload(client, document_text(sound_document()), project=project.pk)

    assert Assessment.objects.get().project == project


def test_import_into_the_project_of_others_is_refused(
    client: Client, stranger: User, viewer: User, project: Project
) -> None:
    for person in (stranger, viewer):
        sign_in(client, person)
        assert str(project) not in client.get(f"/projekte/einlesen/?projekt={project.pk}").content.decode()
        assert upload(client, document_text(sound_document()), project=project.pk).status_code == 422
    assert not Assessment.objects.exists()


def test_import_of_a_faulty_document_lists_every_fault_with_its_place(client: Client, owner: User) -> None:
    document = sound_document(scope="<b>half</b>")
    document["answers"]["4.1.a1"]["level"] = 7
    sign_in(client, owner)

    response = upload(client, json.dumps(document))

    html = response.content.decode()
    assert response.status_code == 422
    assert "The file has 2 faults" in html
    assert "<code>scope</code>" in html
    assert "&lt;b&gt;half&lt;/b&gt;" in html
    assert "<code>answers.&quot;4.1.a1&quot;.level</code>" in html
    assert not Project.objects.exists()


def test_import_names_some_of_very_many_faults(client: Client, owner: User) -> None:
    sign_in(client, owner)
    document = sound_document(targets={f"x{number}": 1 for number in range(300)})
    html = upload(client, json.dumps(document)).content.decode()
    assert "The file has 300 faults" in html
    assert "100 further faults are not shown." in html


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"%PDF-1.7", b"null", b"\x00" * 100])
def test_import_of_what_is_no_document(client: Client, owner: User, content: bytes) -> None:
    sign_in(client, owner)
    response = upload(client, content)
    assert response.status_code == 422
    assert "<code>$</code>" in response.content.decode()


def test_import_needs_a_file(client: Client, owner: User) -> None:
    sign_in(client, owner)
    assert client.post("/projekte/einlesen/", {}).status_code == 422
    assert upload(client, b"").status_code == 422


def test_import_into_a_project_with_an_open_assessment_is_refused(
    client: Client, owner: User, draft: Assessment
) -> None:
    sign_in(client, owner)
    response = upload(client, document_text(sound_document()), project=draft.project_id)
    assert response.status_code == 422
    assert "already has an open assessment" in response.content.decode()
    assert Assessment.objects.count() == 1


def test_import_is_for_people_who_are_signed_in(client: Client) -> None:
    assert upload(client, document_text(sound_document())).status_code == 302
    assert not Assessment.objects.exists()


def test_what_is_exported_in_the_app_is_imported_in_the_app(client: Client, owner: User, mixed: Assessment) -> None:
    sign_in(client, owner)
    exported = client.get(f"/bewertungen/{mixed.pk}/export.json").content

    upload(client, exported)

    again = Assessment.objects.exclude(pk=mixed.pk).get()
    assert again.project.memberships.get().role == Role.OWNER
    with translation.override("en"):
        assert export_document(again) == export_document(mixed)


def test_quick_check_has_a_result(client: Client, owner: User, project: Project) -> None:
    assessment = answer_all(make_assessment(project, scope=Scope.QUICK), 2)
    sign_in(client, owner)
    assert "32 of 32 questions that apply have a level." in text_of(page(client, assessment))
