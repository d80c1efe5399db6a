"""Filling in: the page without JavaScript, and the requests of autosave."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope, State
from assessments.models import Answer, AnswerChange, Assessment, Membership, User
from assessments.workflow import start_assessment
from tests.factories import make_answer, make_assessment, make_project, question_keys

pytestmark = pytest.mark.django_db

KEY = "4.1.a1"


def signed_in(user: User, **options: Any) -> Client:
    user.language = "en"
    user.save()
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def page(owner: User) -> Client:
    """Olga's browser."""
    return signed_in(owner)


@pytest.fixture
def other_page(editor: User) -> Client:
    """Emil's browser."""
    return signed_in(editor)


@pytest.fixture
def empty(project, owner) -> Assessment:
    """A full assessment without answers."""
    return start_assessment(project, owner, Scope.FULL)


def dimension_url(assessment: Assessment, key: str = "4.1") -> str:
    return reverse("assessment_dimension", args=[assessment.pk, key])


def save_url(assessment: Assessment, key: str = KEY) -> str:
    return reverse("answer_save", args=[assessment.pk, key])


def form_of(html: str) -> dict[str, list[str]]:
    """What a browser without JavaScript would send back unchanged."""
    form = html[html.index("data-questionnaire") :]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "radio" and not re.search(r"\bchecked\b", tag):
            continue
        data.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        data[name] = [unescape(text).replace("\n", "\r\n")]
    return data


def entry(version: int = 0, key: str = KEY, **fields: str) -> dict[str, str]:
    return {f"{key}-version": str(version), **{f"{key}-{name}": value for name, value in fields.items()}}


class TestPage:
    def test_all_questions_with_all_anchors_and_help(self, page: Client, empty: Assessment):
        html = page.get(dimension_url(empty)).content.decode()
        assert html.count('data-question="') == 8
        assert html.count('type="radio"') == 8 * 7
        assert html.count("Help with this question") == 8
        assert html.count("<h1") == 1

    def test_a_quick_check_asks_the_core_questions_only(self, page: Client, project, owner):
        quick = start_assessment(project, owner, Scope.QUICK)
        assert page.get(dimension_url(quick)).content.decode().count('data-question="') == 2
        assert page.get(dimension_url(quick, "2.1")).content.decode().count('data-question="') == 4

    def test_eight_queries_suffice(self, page: Client, draft: Assessment, owner, django_assert_max_num_queries):
        for _ in range(30):
            make_project(owner=owner)
        with django_assert_max_num_queries(8):
            assert page.get(dimension_url(draft)).status_code == 200

    def test_its_neighbours_are_linked(self, page: Client, empty: Assessment):
        context = page.get(dimension_url(empty, "4.2")).context
        assert (context["previous"].key, context["next"].key) == ("4.1", "4.3")
        assert page.get(dimension_url(empty, "4.1")).context["previous"] is None

    @pytest.mark.parametrize("key", ["4.9", "9.1"])
    def test_other_keys_do_not_exist(self, page: Client, empty: Assessment, key: str):
        assert page.get(dimension_url(empty, key)).status_code == 404

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
    def test_a_closed_assessment_is_for_reading(self, page: Client, project, state: State):
        closed = make_assessment(project, state=state)
        make_answer(closed, KEY, 3, rationale="Darum")
        html = page.get(dimension_url(closed)).content.decode()
        assert "Darum" in html
        assert "data-questionnaire" not in html
        assert "<textarea" not in html

    def test_a_viewer_reads(self, draft: Assessment, viewer: User):
        client = signed_in(viewer)
        assert "data-questionnaire" not in client.get(dimension_url(draft)).content.decode()
        assert client.post(dimension_url(draft), entry(1, level="0")).status_code == 403
        assert client.post(save_url(draft), entry(1, level="0")).status_code == 403
        assert Answer.objects.get(assessment=draft, question_key=KEY).level == 3


class TestWithoutJavaScript:
    def test_a_page_sent_back_as_it_came_changes_nothing(self, page: Client, draft: Assessment):
        Answer.objects.filter(question_key=KEY).update(
            rationale="Zeile 1\nZeile 2", evidence=[{"label": "A & B", "url": "https://a.de/?x=1&y=2"}]
        )
        response = page.post(dimension_url(draft), form_of(page.get(dimension_url(draft)).content.decode()))
        assert response.status_code == 302
        assert not AnswerChange.objects.exists()

    def test_changed_answers_are_saved(self, page: Client, empty: Assessment):
        data = form_of(page.get(dimension_url(empty)).content.decode())
        data[f"{KEY}-level"] = ["4"]
        data[f"{KEY}-url"] = ["https://www.berlin.de/a", ""]
        data[f"{KEY}-label"] = ["", ""]
        data["4.1.b2-rationale"] = ["Nur eine Begründung"]
        response = page.post(dimension_url(empty), {**data, "then": "next"})
        assert response.headers["Location"] == dimension_url(empty, "4.2")
        answers = {answer.question_key: answer for answer in empty.answers.all()}
        assert set(answers) == {KEY, "4.1.b2"}
        assert answers[KEY].evidence == [{"label": "www.berlin.de", "url": "https://www.berlin.de/a"}]
        assert answers["4.1.b2"].is_open

    @pytest.mark.parametrize(("then", "goal"), [("list", None), ("previous", "4.1"), ("", "4.2")])
    def test_the_buttons_lead_on(self, page: Client, empty: Assessment, then: str, goal: str | None):
        response = page.post(dimension_url(empty, "4.2"), {"then": then})
        expected = dimension_url(empty, goal) if goal else empty.get_absolute_url()
        assert response.headers["Location"] == expected

    def test_faults_stand_at_their_fields_and_the_text_stays(self, page: Client, empty: Assessment):
        data = form_of(page.get(dimension_url(empty)).content.decode())
        data |= {
            f"{KEY}-level": ["na"],
            f"{KEY}-reason": ["kurz"],
            "4.1.a2-url": ["gopher://x", ""],
            "4.1.a2-label": ["Alt", ""],
            "4.1.a3-level": ["2"],
        }
        response = page.post(dimension_url(empty), data)
        html = response.content.decode()
        assert response.status_code == 422
        assert 'class="error-summary"' in html
        assert f'href="#{KEY}-reason"' in html
        assert ">\nkurz</textarea>" in html
        assert 'value="gopher://x"' in html
        # What was right has been saved, and the page goes on from there.
        assert [answer.question_key for answer in empty.answers.all()] == ["4.1.a3"]
        again = form_of(html)
        assert again["4.1.a3-version"] == ["1"]
        again[f"{KEY}-reason"] = ["lang genug, um zu gelten"]
        again["4.1.a2-url"] = ["https://example.org", ""]
        assert page.post(dimension_url(empty), again).status_code == 302
        assert empty.answers.get(question_key=KEY).is_not_applicable

    @pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "x" * 20_001])
    def test_odd_texts_are_a_fault_of_the_field(self, page: Client, empty: Assessment, text: str):
        if "\ud800" in text:
            body = f"{KEY}-version=0&{KEY}-rationale=a%ED%A0%80b"
            response = page.post(dimension_url(empty), body, content_type="application/x-www-form-urlencoded")
            assert response.status_code in (302, 422)
            return
        response = page.post(dimension_url(empty), entry(rationale=text))
        assert response.status_code == 422
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("level", ["5", "-1", "x", "٣"])
    def test_levels_that_do_not_exist(self, page: Client, empty: Assessment, level: str):
        assert page.post(dimension_url(empty), entry(level=level)).status_code == 422
        assert not Answer.objects.exists()

    def test_what_others_changed_meanwhile_stays_if_i_did_not_touch_it(
        self, page: Client, other_page: Client, empty: Assessment
    ):
        mine = form_of(page.get(dimension_url(empty)).content.decode())
        other_page.post(save_url(empty), entry(level="2", rationale="Emils Text"))
        mine["4.1.b1-level"] = ["3"]
        assert page.post(dimension_url(empty), mine).status_code == 302
        assert empty.answers.get(question_key=KEY).rationale == "Emils Text"
        assert empty.answers.get(question_key="4.1.b1").level == 3

    def test_closed_meanwhile_the_text_stays_on_the_page(self, page: Client, empty: Assessment):
        data = form_of(page.get(dimension_url(empty)).content.decode())
        Assessment.objects.filter(pk=empty.pk).update(state=State.SUBMITTED)
        data[f"{KEY}-rationale"] = ["Das darf nicht weg sein"]
        response = page.post(dimension_url(empty), data)
        assert response.status_code == 409
        assert "Das darf nicht weg sein</textarea>" in response.content.decode()
        assert not Answer.objects.exists()


class TestConflictWithoutJavaScript:
    @pytest.fixture
    def conflict(self, page: Client, empty: Assessment, editor: User) -> dict[str, list[str]]:
        """Olga's form after Emil was faster."""
        mine = form_of(page.get(dimension_url(empty)).content.decode())
        link = {"label": "Emils Link", "url": "https://emil.de/"}
        content = AnswerContent(1, rationale="Emils Text", evidence=(link,))
        save_answer(empty, KEY, editor, content, base_version=0)
        mine |= {f"{KEY}-level": ["4"], f"{KEY}-rationale": ["Olgas Text"], f"{KEY}-url": ["https://olga.de/"]}
        mine[f"{KEY}-label"] = ["Olgas Link"]
        response = page.post(dimension_url(empty), mine)
        html = response.content.decode()
        assert response.status_code == 409
        for text in ("Emils Text", "Olgas Text", "Emil Editor", "Emils Link"):
            assert text in html
        assert empty.answers.get(question_key=KEY).rationale == "Emils Text"
        return form_of(html)

    def resolve(self, page: Client, empty: Assessment, form: dict[str, list[str]], how: str) -> Answer:
        assert page.post(dimension_url(empty), {**form, f"{KEY}-resolve": how}).status_code == 302
        return empty.answers.get(question_key=KEY)

    def test_mine(self, page, empty, conflict):
        answer = self.resolve(page, empty, conflict, "mine")
        assert (answer.level, answer.rationale, answer.version) == (4, "Olgas Text", 2)
        assert [link["label"] for link in answer.evidence] == ["Olgas Link"]
        assert answer.changes.get(version=1).after["rationale"] == "Emils Text"

    def test_theirs(self, page, empty, conflict):
        answer = self.resolve(page, empty, conflict, "theirs")
        assert (answer.level, answer.rationale, answer.version) == (1, "Emils Text", 1)

    def test_both(self, page, empty, conflict):
        assert conflict[f"{KEY}-merged"] == ["Emils Text\r\n\r\nOlgas Text"]
        answer = self.resolve(page, empty, conflict, "merged")
        assert (answer.level, answer.rationale) == (4, "Emils Text\n\nOlgas Text")
        assert [link["label"] for link in answer.evidence] == ["Olgas Link", "Emils Link"]

    def test_undecided_it_stays_a_conflict(self, page, empty, conflict):
        response = page.post(dimension_url(empty), conflict)
        assert response.status_code == 409
        assert "Olgas Text" in response.content.decode()

    def test_changed_a_third_time_it_is_a_new_conflict(self, page, empty, conflict, editor):
        save_answer(empty, KEY, editor, AnswerContent(2, rationale="Emils zweiter Text"), base_version=1)
        response = page.post(dimension_url(empty), {**conflict, f"{KEY}-resolve": "merged"})
        html = response.content.decode()
        assert response.status_code == 409
        assert "Emils zweiter Text" in html
        assert "Olgas Text" in html


class TestAutosave:
    def test_a_save_is_acknowledged_with_version_time_and_progress(self, page: Client, empty: Assessment):
        response = page.post(save_url(empty), entry(level="2"))
        data = response.json()
        assert response.status_code == 200
        assert data["version"] == 1
        assert re.fullmatch(r"Saved \d\d:\d\d", data["message"])
        assert {bar["id"]: bar["value"] for bar in data["progress"]} == {
            "progress-all": 1,
            "progress-4.1": 1,
            "progress-4.1.a": 1,
        }
        assert len(response.content) < 600

    def test_eight_queries_suffice_whatever_the_number_of_projects(
        self, page: Client, draft: Assessment, owner, django_assert_num_queries
    ):
        page.post(save_url(draft), entry(1, level="1"))
        for _ in range(30):
            make_project(owner=owner)
        # Eight, and the savepoint of the test in place of BEGIN and COMMIT.
        with django_assert_num_queries(8 + 2):
            assert page.post(save_url(draft), entry(2, level="2", request_key=str(uuid4()))).status_code == 200

    def test_the_same_request_again_has_the_same_answer(self, page: Client, empty: Assessment):
        data = {**entry(level="2"), "request_key": str(uuid4())}
        first, second = page.post(save_url(empty), data), page.post(save_url(empty), data)
        assert first.json()["version"] == second.json()["version"] == 1
        assert AnswerChange.objects.count() == 1

    def test_a_conflict_comes_with_both_texts(self, page: Client, other_page: Client, empty: Assessment):
        other_page.post(save_url(empty), entry(level="1", rationale="Emils Text"))
        response = page.post(save_url(empty), entry(level="4", rationale="Olgas Text"))
        assert response.status_code == 409
        html = response.json()["html"]
        assert "Emils Text" in html
        assert "Olgas Text" in html
        assert html.count(f'name="{KEY}-resolve"') == 3

    def test_both_texts_are_escaped(self, page: Client, other_page: Client, empty: Assessment):
        other_page.post(save_url(empty), entry(rationale="<script>alert(1)</script>"))
        html = page.post(save_url(empty), entry(rationale="</textarea><img src=x>")).json()["html"]
        assert "<script>" not in html
        assert "<img" not in html

    @pytest.mark.parametrize("how", ["theirs", "merged"])
    def test_a_decision_brings_the_question_anew(self, page, other_page, empty: Assessment, how: str):
        other_page.post(save_url(empty), entry(level="1", rationale="Emils Text"))
        data = entry(level="4", rationale="Olgas Text", theirs="1", merged="Beides", resolve=how)
        response = page.post(save_url(empty), data)
        expected = {"theirs": ("Emils Text", 1), "merged": ("Beides", 2)}[how]
        assert response.status_code == 200
        assert (empty.answers.get().rationale, response.json()["version"]) == expected
        assert expected[0] in response.json()["html"]

    def test_faults_come_by_field(self, page: Client, empty: Assessment):
        response = page.post(save_url(empty), entry(level="na", reason="kurz"))
        assert response.status_code == 422
        assert list(response.json()["errors"]) == ["reason"]

    def test_signed_out_is_said_and_where_to_sign_in(self, client: Client, empty: Assessment):
        response = client.post(save_url(empty), entry(level="2"))
        assert response.status_code == 401
        assert response.json()["login"].startswith(reverse("account_login"))
        assert not Answer.objects.exists()

    def test_somebody_else_signed_in_does_not_save_my_text(self, other_page: Client, empty: Assessment, owner):
        response = other_page.post(save_url(empty), {**entry(level="2"), "signed_in_as": str(owner.pk)})
        assert response.status_code == 401
        assert "Emil Editor" in response.json()["message"]
        assert not Answer.objects.exists()

    def test_a_fresh_token_opens_the_door_again(self, owner: User, empty: Assessment):
        client = signed_in(owner, enforce_csrf_checks=True)
        assert client.post(save_url(empty), entry(level="2")).status_code == 403
        token = client.get(save_url(empty)).json()["token"]
        response = client.post(save_url(empty), entry(level="2"), headers={"X-CSRFToken": token})
        assert response.status_code == 200

    def test_too_many_changes_are_put_off(self, page: Client, empty: Assessment, settings):
        settings.ANSWERS_PER_MINUTE = 2
        for version in range(2):
            assert page.post(save_url(empty), entry(version, level=str(version))).status_code == 200
        response = page.post(save_url(empty), entry(2, level="4"))
        assert response.status_code == 429
        assert response.headers["Retry-After"]
        assert empty.answers.get().level == 1

    def test_my_changes_do_not_slow_others_down(self, page, other_page, empty: Assessment, settings):
        settings.ANSWERS_PER_MINUTE = 1
        assert page.post(save_url(empty), entry(level="1")).status_code == 200
        assert other_page.post(save_url(empty), entry(1, level="2")).status_code == 200

    @pytest.mark.parametrize("key", ["4.1.a9", "x", "4.1"])
    def test_unknown_questions(self, page: Client, empty: Assessment, key: str):
        assert page.post(save_url(empty, key), entry(key=key, level="1")).status_code == 404

    def test_questions_outside_the_scope(self, page: Client, project, owner):
        quick = start_assessment(project, owner, Scope.QUICK)
        asked = set(question_keys(quick))
        outside = next(key for key in question_keys(make_assessment()) if key not in asked)
        assert page.post(save_url(quick, outside), entry(key=outside, level="1")).status_code == 404

    def test_an_incomplete_request(self, page: Client, empty: Assessment):
        assert page.post(save_url(empty), {f"{KEY}-level": "1"}).status_code == 400

    def test_closed_meanwhile(self, page: Client, empty: Assessment):
        Assessment.objects.filter(pk=empty.pk).update(state=State.SUBMITTED)
        assert page.post(save_url(empty), entry(level="1")).status_code == 410

    def test_removed_meanwhile(self, page: Client, empty: Assessment, owner: User):
        Membership.objects.filter(user=owner).delete()
        assert page.post(save_url(empty), entry(level="1")).status_code == 404


class TestTaskList:
    def test_all_dimensions_with_progress(self, page: Client, draft: Assessment):
        response = page.get(draft.get_absolute_url())
        rows = [row for group in response.context["groups"] for row in group["rows"]]
        assert len(rows) == draft.catalogue.dimensions.count()
        assert all(row["progress"].is_complete for row in rows)
        assert response.context["progress"].time_left == ""

    def test_time_left_shrinks(self, page: Client, empty: Assessment):
        before = page.get(empty.get_absolute_url()).context["progress"].minutes
        page.post(save_url(empty), entry(level="1"))
        assert page.get(empty.get_absolute_url()).context["progress"].minutes < before

    def test_resume_leads_to_the_next_open_question_after_the_last_one(self, page: Client, empty: Assessment):
        url = reverse("assessment_resume", args=[empty.pk])
        assert page.get(url).headers["Location"] == f"{dimension_url(empty)}#4.1.a1"
        page.post(save_url(empty, "4.2.a1"), entry(key="4.2.a1", level="1"))
        assert page.get(url).headers["Location"] == f"{dimension_url(empty, '4.2')}#4.2.a2"
        page.post(save_url(empty, "4.3.b1"), entry(key="4.3.b1", rationale="noch offen"))
        assert page.get(url).headers["Location"] == f"{dimension_url(empty, '4.3')}#4.3.b1"

    def test_resume_when_all_is_done(self, page: Client, draft: Assessment):
        draft.last_question = "4.3.b1"
        draft.save()
        url = reverse("assessment_resume", args=[draft.pk])
        assert page.get(url).headers["Location"] == f"{dimension_url(draft, '4.3')}#4.3.b1"

    def test_starting_and_deepening(self, page: Client, project):
        start = reverse("assessment_start", args=[project.pk])
        assert page.get(start).status_code == 200
        assert page.post(start, {"scope": "half"}).status_code == 422
        assert page.post(start, {"scope": Scope.QUICK}).status_code == 302
        assessment = project.assessments.get()
        again = page.post(start, {"scope": Scope.FULL})
        assert again.status_code == 422
        assert "in progress" in again.content.decode()
        page.post(reverse("assessment_deepen", args=[assessment.pk]))
        assessment.refresh_from_db()
        assert assessment.scope == Scope.FULL
        twice = page.post(reverse("assessment_deepen", args=[assessment.pk]), follow=True)
        assert "Only a quick check" in twice.content.decode()

    def test_deleting_names_what_is_lost(self, page: Client, draft: Assessment):
        url = reverse("assessment_delete", args=[draft.pk])
        assert f"{draft.answers.count()} answers" in page.get(url).content.decode()
        assert page.post(url).headers["Location"] == draft.project.get_absolute_url()
        assert not Assessment.objects.exists()

    def test_a_submitted_one_is_not_deleted(self, page: Client, project):
        closed = make_assessment(project, state=State.SUBMITTED)
        page.post(reverse("assessment_delete", args=[closed.pk]))
        assert Assessment.objects.filter(pk=closed.pk).exists()


class TestSessionWithoutJavaScript:
    ORIGIN = "http://testserver"

    def test_signed_out_the_entries_come_back_with_a_way_to_sign_in(self, client: Client, empty: Assessment):
        response = client.post(dimension_url(empty), entry(level="2", rationale="Zeile 1\r\n<Zeile 2>"))
        html = response.content.decode()
        assert response.status_code == 401
        assert reverse("account_login") in html
        assert "Zeile 1\r\n&lt;Zeile 2&gt;</textarea>" in html
        assert not Answer.objects.exists()

    def test_reading_signed_out_leads_to_the_sign_in(self, client: Client, empty: Assessment):
        response = client.get(dimension_url(empty))
        assert response.headers["Location"].startswith(reverse("account_login"))

    def test_signed_in_as_somebody_else_nothing_is_saved(self, other_page: Client, empty: Assessment, owner: User):
        response = other_page.post(dimension_url(empty), {**entry(level="2"), "signed_in_as": str(owner.pk)})
        assert response.status_code == 401
        assert "Emil Editor" in response.content.decode()
        assert not Answer.objects.exists()

    def test_an_old_token_costs_one_press_of_a_button(self, owner: User, empty: Assessment):
        client = signed_in(owner, enforce_csrf_checks=True)
        data = {**entry(level="2", rationale="Geduld"), "csrfmiddlewaretoken": "x" * 64}
        refused = client.post(dimension_url(empty), data, headers={"Origin": self.ORIGIN})
        html = refused.content.decode()
        assert refused.status_code == 403
        form = html[html.index("<main") :]
        again = {name: unescape(text) for name, text in re.findall(r'<textarea name="([^"]*)" hidden>\n(.*?)</t', form)}
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', form)
        assert token
        again["csrfmiddlewaretoken"] = token[1]
        assert client.post(dimension_url(empty), again).status_code == 302
        assert empty.answers.get().rationale == "Geduld"

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        ],
    )
    def test_what_another_site_made_up_is_never_shown(self, owner: User, empty: Assessment, headers: dict[str, str]):
        client = signed_in(owner, enforce_csrf_checks=True)
        response = client.post(dimension_url(empty), entry(rationale="Fremder Text"), headers=headers)
        assert response.status_code == 403
        assert "Fremder Text" not in response.content.decode()

    def test_other_forms_are_refused_as_ever(self, owner: User, empty: Assessment):
        client = signed_in(owner, enforce_csrf_checks=True)
        url = reverse("member_add", args=[empty.project.pk])
        response = client.post(url, {"email": "Anders"}, headers={"Origin": self.ORIGIN})
        assert response.status_code == 403
        assert "Anders" not in response.content.decode()
