"""Pages of the individual ratings: blind until revealed, complete without JavaScript, nothing typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.enums import Role, Scope
from assessments.individual_ratings import (
    MAX_NOTE_LENGTH,
    RatingContent,
    own_ratings,
    reveal,
    save_ratings,
    team_ratings,
)
from assessments.models import Answer, Assessment, IndividualRating, Membership, RevealedDimension, User
from assessments.own_data import own_data_file
from assessments.workflow import approve, submit
from tests.factories import answer_all, make_assessment, make_user

pytestmark = pytest.mark.django_db

KEY, OTHER = "4.1.a1", "4.1.b1"
NOTE = "Kanarienvogel im Bergwerk"
"""Stands in nobody's text but in Emil's note."""


def address(name: str, assessment: Assessment, *more: str) -> str:
    return reverse(name, args=[assessment.pk, *more])


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        user.language = "en"
        user.save(update_fields=["language"])
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def as_owner(sign_in: Callable[[User], Client], owner) -> Client:
    return sign_in(owner)


@pytest.fixture
def as_editor(sign_in: Callable[[User], Client], editor) -> Client:
    return sign_in(editor)


@pytest.fixture
def as_viewer(sign_in: Callable[[User], Client], viewer) -> Client:
    return sign_in(viewer)


@pytest.fixture
def rated(draft: Assessment, owner: User, editor: User, viewer: User) -> Assessment:
    """All three have rated two questions of 4.1; the first needs to be clarified."""
    save_ratings(draft, owner, "4.1", {KEY: RatingContent(4), OTHER: RatingContent(2)})
    save_ratings(draft, editor, "4.1", {KEY: RatingContent(1, note=NOTE), OTHER: RatingContent(3)})
    save_ratings(draft, viewer, "4.1", {KEY: RatingContent(2), OTHER: RatingContent(is_not_applicable=True)})
    return draft


@pytest.fixture
def revealed(rated: Assessment, owner: User) -> Assessment:
    reveal(rated, owner, "4.1")
    return rated


def entry(key: str, level: str, note: str = "") -> dict[str, str]:
    return {f"{key}-version": "0", f"{key}-level": level, f"{key}-rationale": note}


class TestRatingAlone:
    def test_a_viewer_rates_a_whole_page(self, as_viewer, draft, viewer):
        data = {**entry(KEY, "3", "Gefragt."), **entry(OTHER, "na"), **entry("4.1.a2", ""), "then": "next"}
        response = as_viewer.post(address("rating_own", draft, "4.1"), data)
        assert response.url == address("rating_own", draft, "4.2")
        assert own_ratings(draft, viewer, "4.1") == {
            KEY: RatingContent(3, note="Gefragt."),
            OTHER: RatingContent(is_not_applicable=True),
        }

    def test_the_page_shows_all_anchors_and_what_i_chose(self, as_viewer, draft, viewer):
        save_ratings(draft, viewer, "4.1", {KEY: RatingContent(3, note="Gefragt.")})
        html = as_viewer.get(address("rating_own", draft, "4.1")).content.decode()
        assert html.count('type="radio"') == 8 * 7
        assert re.findall(r'id="([^"]+)"\s+checked', html)[0] == f"{KEY}-level-3"
        assert len(re.findall(r'id="([^"]+-level-[^"]+)"\s+checked', html)) == 8
        assert html.count("Help with this question") == 8
        assert "Gefragt." in html

    def test_a_quick_check_asks_the_core_questions_only(self, as_viewer, project):
        quick = make_assessment(project, scope=Scope.QUICK)
        html = as_viewer.get(address("rating_own", quick, "4.1")).content.decode()
        assert html.count('data-question="') == 2
        as_viewer.post(address("rating_own", quick, "4.1"), entry("4.1.a2", "3"))
        assert not IndividualRating.objects.exists()

    def test_the_answer_of_the_team_is_not_on_it(self, as_viewer, draft):
        Answer.objects.filter(assessment=draft, question_key=KEY).update(level=1, rationale="Antwort des Teams")
        html = as_viewer.get(address("rating_own", draft, "4.1")).content.decode()
        assert "Antwort des Teams" not in html
        assert f'id="{KEY}-level-1"\n               checked' not in html

    @pytest.mark.parametrize(("then", "leads_to"), [("previous", "4.1"), ("next", "4.3"), ("", "4.2")])
    def test_the_buttons_lead_on(self, as_viewer, draft, then, leads_to):
        response = as_viewer.post(address("rating_own", draft, "4.2"), {"then": then})
        assert response.url == address("rating_own", draft, leads_to)

    def test_what_is_too_long_stays_on_the_page(self, as_viewer, draft):
        data = {**entry(KEY, "3", "x" * (MAX_NOTE_LENGTH + 1)), **entry(OTHER, "2", "Auch das bleibt.")}
        response = as_viewer.post(address("rating_own", draft, "4.1"), data)
        html = response.content.decode()
        assert response.status_code == 422
        assert "x" * (MAX_NOTE_LENGTH + 1) in html
        assert "Auch das bleibt." in html
        assert f'href="#{KEY}-rationale"' in html
        assert not IndividualRating.objects.exists()

    @pytest.mark.parametrize("level", ["5", "-1", "x"])
    def test_a_level_that_does_not_exist_is_refused(self, as_viewer, draft, level):
        assert as_viewer.post(address("rating_own", draft, "4.1"), entry(KEY, level)).status_code == 422

    def test_revealed_meanwhile_it_is_refused_and_the_text_stays(self, as_viewer, rated, owner, viewer):
        reveal(rated, owner, "4.1")
        response = as_viewer.post(address("rating_own", rated, "4.1"), entry(KEY, "4", "Zu spät getippt."))
        html = response.content.decode()
        assert response.status_code == 409
        assert "Zu spät getippt." in html
        assert "Not saved: the ratings of this dimension have been revealed" in html
        assert own_ratings(rated, viewer, "4.1")[KEY].level == 2

    def test_submitted_meanwhile_it_is_refused_and_the_text_stays(self, as_viewer, draft, owner):
        submit(draft, owner)
        response = as_viewer.post(address("rating_own", draft, "4.1"), entry(KEY, "4", "Zu spät getippt."))
        assert response.status_code == 409
        assert "Zu spät getippt." in response.content.decode()

    def test_signed_out_the_entries_are_kept(self, draft):
        response = Client().post(address("rating_own", draft, "4.1"), entry(KEY, "4", "Noch nicht weg."))
        assert response.status_code == 401
        assert "Noch nicht weg." in response.content.decode()

    def test_somebody_else_signed_in_meanwhile_nothing_is_saved_for_them(self, as_editor, draft, viewer):
        data = {**entry(KEY, "4"), "signed_in_as": str(viewer.pk)}
        assert as_editor.post(address("rating_own", draft, "4.1"), data).status_code == 401
        assert not IndividualRating.objects.exists()

    def test_once_revealed_mine_are_for_reading(self, as_viewer, revealed):
        html = as_viewer.get(address("rating_own", revealed, "4.1")).content.decode()
        assert 'type="radio"' not in html
        assert "The ratings of this dimension are revealed" in html

    def test_i_go_on_where_something_is_open(self, as_viewer, revealed, viewer):
        assert as_viewer.get(address("rating_resume", revealed)).url == address("rating_own", revealed, "4.2")
        everything = [key for key in Answer.objects.values_list("question_key", flat=True) if key.startswith("4.2.")]
        save_ratings(revealed, viewer, "4.2", dict.fromkeys(everything, RatingContent(1)))
        assert as_viewer.get(address("rating_resume", revealed)).url == address("rating_own", revealed, "4.3")

    def test_an_unknown_dimension_is_not_there(self, as_viewer, draft):
        for name in ("rating_own", "rating_session"):
            assert as_viewer.get(address(name, draft, "9.9")).status_code == 404


class TestAutosave:
    """One question at a time, for ``questionnaire.js``."""

    def test_a_rating_is_saved_and_acknowledged(self, as_viewer, draft, viewer):
        response = as_viewer.post(address("rating_save", draft, KEY), entry(KEY, "3", "Gefragt."))
        assert response.status_code == 200
        assert response.json()["message"].startswith("Saved ")
        assert own_ratings(draft, viewer, "4.1") == {KEY: RatingContent(3, note="Gefragt.")}

    def test_what_cannot_be_saved_is_told_by_field(self, as_viewer, draft):
        response = as_viewer.post(address("rating_save", draft, KEY), entry(KEY, "3", "x" * (MAX_NOTE_LENGTH + 1)))
        assert response.status_code == 422
        assert set(response.json()["errors"]) == {"rationale"}

    def test_an_incomplete_one_is_refused(self, as_viewer, draft):
        assert as_viewer.post(address("rating_save", draft, KEY), {}).status_code == 400

    def test_revealed_meanwhile_it_is_told(self, as_viewer, revealed, viewer):
        response = as_viewer.post(address("rating_save", revealed, KEY), entry(KEY, "0"))
        assert response.status_code == 410
        assert "have been revealed" in response.json()["message"]
        assert own_ratings(revealed, viewer, "4.1")[KEY].level == 2

    def test_submitted_meanwhile_it_is_told(self, as_viewer, draft, owner):
        submit(draft, owner)
        response = as_viewer.post(address("rating_save", draft, KEY), entry(KEY, "0"))
        assert response.status_code == 410
        assert "submitted or deleted" in response.json()["message"]

    def test_a_question_that_is_not_asked_is_not_there(self, as_viewer, project):
        quick = make_assessment(project, scope=Scope.QUICK)
        for key in ("4.1.a2", "9.9.z9", "nonsense"):
            assert as_viewer.post(address("rating_save", quick, key), entry(key, "3")).status_code == 404

    @pytest.mark.parametrize("name", ["rating_save", "answer_save"])
    @pytest.mark.parametrize("key", [KEY, "nonsense"])
    def test_signed_out_it_says_where_to_sign_in(self, draft, name, key):
        response = Client().post(address(name, draft, key), entry(KEY, "3"))
        assert response.status_code == 401
        assert reverse("account_login") in response.json()["login"]

    def test_somebody_else_signed_in_meanwhile_nothing_is_saved_for_them(self, as_editor, draft, viewer):
        data = {**entry(KEY, "4"), "signed_in_as": str(viewer.pk)}
        assert as_editor.post(address("rating_save", draft, KEY), data).status_code == 401
        assert not IndividualRating.objects.exists()

    def test_a_fresh_token_is_handed_out(self, as_viewer, draft):
        assert as_viewer.get(address("rating_save", draft, KEY)).json()["token"]

    def test_too_many_at_once_wait(self, as_viewer, draft, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "rate": "1/m/user"}
        assert as_viewer.post(address("rating_save", draft, KEY), entry(KEY, "1")).status_code == 200
        response = as_viewer.post(address("rating_save", draft, KEY), entry(KEY, "2"))
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "10"
        page = as_viewer.post(address("rating_own", draft, "4.1"), entry(KEY, "2", "Bleibt stehen."))
        assert page.status_code == 429
        assert "Bleibt stehen." in page.content.decode()


class TestOverview:
    def test_it_tells_who_has_rated_how_much_but_no_level(self, as_viewer, rated):
        html = " ".join(as_viewer.get(address("rating_overview", rated)).content.decode().split())
        for name in ("Olga Owner", "Emil Editor", "Vera Viewer"):
            assert f"{name}: 2 of 8" in html
        assert NOTE not in html
        assert "to be clarified" not in html

    def test_revealed_it_counts_what_needs_to_be_clarified(self, as_viewer, revealed):
        html = as_viewer.get(address("rating_overview", revealed)).content.decode()
        assert "1 question to be clarified" in html
        assert address("rating_session", revealed, "4.1") in html

    def test_a_viewer_reveals_nothing(self, as_viewer, rated):
        assert (
            address("rating_reveal", rated, "4.1")
            not in as_viewer.get(address("rating_overview", rated)).content.decode()
        )
        assert as_viewer.post(address("rating_reveal", rated, "4.1")).status_code == 403
        assert not RevealedDimension.objects.exists()

    def test_an_editor_reveals_and_comes_to_the_session(self, as_editor, rated, editor):
        assert (
            address("rating_reveal", rated, "4.1") in as_editor.get(address("rating_overview", rated)).content.decode()
        )
        response = as_editor.post(address("rating_reveal", rated, "4.1"), follow=True)
        assert response.redirect_chain == [(address("rating_session", rated, "4.1"), 302)]
        assert "are revealed" in response.content.decode()
        assert RevealedDimension.objects.get().revealed_by == editor

    def test_the_second_to_reveal_is_told_who_was_faster(self, as_owner, as_editor, rated):
        as_owner.post(address("rating_reveal", rated, "4.1"))
        response = as_editor.post(address("rating_reveal", rated, "4.1"), follow=True)
        assert "Olga Owner has revealed this dimension already" in response.content.decode()

    def test_covered_again_everybody_can_change_theirs(self, as_owner, as_viewer, revealed, viewer):
        response = as_owner.post(address("rating_cover", revealed, "4.1"), follow=True)
        assert "hidden again" in response.content.decode()
        as_viewer.post(address("rating_own", revealed, "4.1"), entry(KEY, "0"))
        assert own_ratings(revealed, viewer, "4.1")[KEY].level == 0

    def test_covered_twice_it_is_told(self, as_owner, revealed):
        as_owner.post(address("rating_cover", revealed, "4.1"))
        response = as_owner.post(address("rating_cover", revealed, "4.1"), follow=True)
        assert "hidden already" in response.content.decode()

    @pytest.mark.parametrize("name", ["rating_reveal", "rating_cover"])
    def test_once_submitted_nothing_is_revealed_or_covered(self, as_owner, revealed, owner, name):
        submit(revealed, owner)
        response = as_owner.post(address(name, revealed, "4.1"), follow=True)
        assert "no longer possible" in response.content.decode()
        assert RevealedDimension.objects.exists()

    def test_approved_there_is_nothing_left(self, as_viewer, revealed, owner, reviewer):
        snapshot = submit(revealed, owner)
        approve(revealed, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=9))
        html = as_viewer.get(address("rating_overview", revealed)).content.decode()
        assert "has served its purpose and been deleted" in html
        assert as_viewer.get(address("rating_session", revealed, "4.1")).url == address("rating_overview", revealed)

    @pytest.mark.parametrize("people", [0, 6])
    def test_seven_queries_suffice(self, as_viewer, revealed, people, django_assert_num_queries):
        for number in range(people):
            member = make_user(f"Person {number}")
            Membership.objects.create(project=revealed.project, user=member, role=Role.EDITOR)
            save_ratings(revealed, member, "4.2", {"4.2.a1": RatingContent(number % 5)})
        with django_assert_num_queries(7):
            as_viewer.get(address("rating_overview", revealed))


class TestSession:
    def test_only_what_needs_to_be_clarified_is_shown_at_first(self, as_owner, revealed):
        html = as_owner.get(address("rating_session", revealed, "4.1")).content.decode()
        assert html.count('data-question="') == 1
        assert f'data-question="{KEY}"' in html
        assert "Spread 3: levels 1 to 4 (3 people)" in html
        assert NOTE in html

    def test_all_questions_are_shown_when_asked_for(self, as_owner, revealed):
        html = as_owner.get(address("rating_session", revealed, "4.1") + "?alles").content.decode()
        assert html.count('data-question="') == 8
        assert "The team does not agree whether the question applies." in html
        assert html.count("Nobody has rated this question.") == 6

    def test_each_level_stands_with_its_anchor_and_who_chose_it(self, as_owner, revealed):
        context = as_owner.get(address("rating_session", revealed, "4.1")).context
        (panel,) = context["groups"][0]["group"].panels
        assert [(choice.label[0], [one.user.name for one in choice.ratings]) for choice in panel.rated.choices] == [
            ("4", ["Olga Owner"]),
            ("2", ["Vera Viewer"]),
            ("1", ["Emil Editor"]),
        ]
        assert [choice.anchor for choice in panel.rated.choices] == [panel.question.anchors[one] for one in (4, 2, 1)]
        assert panel.rated.bar.title == "level 1: 1 person; level 2: 1 person; level 4: 1 person"

    def test_the_agreed_answer_is_saved_there_without_javascript(self, as_editor, revealed):
        stored = Answer.objects.get(assessment=revealed, question_key=KEY)
        data = {**entry(KEY, "2", "Darauf haben wir uns geeinigt."), f"{KEY}-version": str(stored.version)}
        response = as_editor.post(address("rating_session", revealed, "4.1"), data)
        assert response.url == address("rating_session", revealed, "4.1")
        stored.refresh_from_db()
        assert (stored.level, stored.rationale) == (2, "Darauf haben wir uns geeinigt.")

    @pytest.mark.parametrize(
        ("query", "then", "leads_to"),
        [
            ("", "next", "rating_session 4.3"),
            ("?alles", "next", "rating_session 4.3 ?alles"),
            ("", "previous", "rating_session 4.1"),
            ("", "list", "rating_overview"),
        ],
    )
    def test_the_buttons_lead_through_the_revealed_dimensions(self, as_owner, revealed, query, then, leads_to):
        owner = User.objects.get(name="Olga Owner")
        save_ratings(revealed, owner, "4.3", {"4.3.a1": RatingContent(2)})
        reveal(revealed, owner, "4.3")
        response = as_owner.post(address("rating_session", revealed, "4.1") + query, {"then": then})
        name, *key = leads_to.split()
        assert response.url == address(name, revealed, *key[:1]) + "".join(key[1:])

    def test_what_cannot_be_saved_stays_on_the_page(self, as_owner, revealed):
        stored = Answer.objects.get(assessment=revealed, question_key=KEY)
        data = {**entry(KEY, "na"), f"{KEY}-version": str(stored.version), f"{KEY}-reason": "kurz"}
        response = as_owner.post(address("rating_session", revealed, "4.1"), data)
        assert response.status_code == 422
        assert "Team session" in response.content.decode()

    def test_a_viewer_reads(self, as_viewer, revealed):
        html = as_viewer.get(address("rating_session", revealed, "4.1")).content.decode()
        assert NOTE in html
        assert 'type="radio"' not in html

    def test_not_revealed_there_is_no_session(self, as_owner, rated):
        assert as_owner.get(address("rating_session", rated, "4.1")).url == address("rating_overview", rated)

    def test_an_answer_arrives_although_it_was_covered_meanwhile(self, as_owner, rated):
        data = {**entry(KEY, "2", "Geeinigt."), f"{KEY}-version": "1"}
        assert as_owner.post(address("rating_session", rated, "4.1"), data).status_code == 302
        assert Answer.objects.get(assessment=rated, question_key=KEY).rationale == "Geeinigt."

    def test_the_questionnaire_shows_the_ratings_too(self, as_owner, revealed):
        html = as_owner.get(address("assessment_dimension", revealed, "4.1")).content.decode()
        assert html.count('class="spread"') == 8
        assert NOTE in html

    @pytest.mark.parametrize(("name", "queries"), [("assessment_dimension", 7), ("rating_session", 8)])
    def test_eight_queries_suffice(self, as_owner, revealed, name, queries, django_assert_max_num_queries):
        with django_assert_max_num_queries(queries):
            as_owner.get(address(name, revealed, "4.1"))

    def test_the_questionnaire_asks_no_more_than_before_while_nothing_is_revealed(
        self, as_owner, rated, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(6):
            as_owner.get(address("assessment_dimension", rated, "4.1"))


class TestWaysThere:
    @pytest.mark.parametrize("name", ["assessment_detail", "project_detail"])
    def test_the_pages_before_lead_there_and_count(self, as_viewer, revealed, name):
        pk = revealed.pk if name == "assessment_detail" else revealed.project_id
        html = as_viewer.get(reverse(name, args=[pk])).content.decode()
        assert address("rating_resume", revealed) in html
        assert address("rating_overview", revealed) in html
        assert "1 question to be clarified" in html


class TestBlindness:
    """Before a dimension is revealed, nothing that anybody can open holds somebody else's note or level."""

    PAGES = (
        "rating_overview",
        "rating_own",
        "assessment_dimension",
        "rating_session",
        "assessment_detail",
        "answer_history",
        "assessment_result",
        "assessment_export",
        "report_preview",
        "comment_list",
    )

    @pytest.mark.parametrize("name", PAGES)
    @pytest.mark.parametrize("who", ["owner", "viewer"])
    def test_no_page_tells(self, request, sign_in, rated, name, who):
        client = sign_in(request.getfixturevalue(who))
        more = ["4.1"] if name in ("rating_own", "assessment_dimension", "rating_session") else []
        response = client.get(address(name, rated, *more), follow=True)
        assert response.status_code == 200
        assert NOTE not in response.content.decode()

    def test_what_others_chose_changes_no_byte_of_my_pages(self, as_viewer, rated, editor):
        def pages() -> list[str]:
            found = []
            for name in ("rating_overview", "rating_own", "assessment_dimension", "assessment_detail"):
                more = ["4.1"] if name in ("rating_own", "assessment_dimension") else []
                html = as_viewer.get(address(name, rated, *more)).content.decode()
                found.append("".join(line for line in html.splitlines() if "csrfmiddlewaretoken" not in line))
            return found

        before = pages()
        save_ratings(rated, editor, "4.1", {KEY: RatingContent(4, note="Ganz anders."), OTHER: RatingContent(0)})
        assert pages() == before

    def test_own_data_tell_nothing_of_others(self, revealed, viewer):
        told = own_data_file(viewer, timezone.now()).decode()
        assert NOTE not in told
        assert len(json.loads(told)["individual_ratings"]) == 2

    def test_deleting_somebody_in_the_admin_site_tells_nothing(self, administrator, rated, editor):
        client = Client()
        client.force_login(administrator)
        html = client.get(reverse("admin:assessments_user_delete", args=[editor.pk])).content.decode()
        assert NOTE not in html
        assert f"{KEY}: 1" not in html

    @pytest.mark.parametrize("who", ["stranger", "reviewer", "portfolio_reader", "administrator"])
    @pytest.mark.parametrize("name", ["rating_overview", "rating_own", "rating_session", "rating_resume"])
    def test_who_is_not_in_the_team_finds_nothing(self, request, sign_in, revealed, who, name):
        client = sign_in(request.getfixturevalue(who))
        more = ["4.1"] if name in ("rating_own", "rating_session") else []
        for submitted in (False, True):
            if submitted:
                submit(revealed, User.objects.get(name="Olga Owner"))
            assert client.get(address(name, revealed, *more)).status_code == 404

    def test_a_reviewer_finds_nothing_in_the_submission(self, sign_in, revealed, owner, reviewer):
        submit(revealed, owner)
        client = sign_in(reviewer)
        client.post(reverse("review_start", args=[revealed.pk]))
        for path in ("review_detail", "review_dimension"):
            more = ["4.1"] if path == "review_dimension" else []
            response = client.get(address(path, revealed, *more))
            assert response.status_code == 200
            assert NOTE not in response.content.decode()

    def test_another_project_stays_another_project(self, sign_in, revealed, stranger):
        theirs = answer_all(make_assessment(stranger.projects.get(), created_by=stranger), 1)
        save_ratings(theirs, stranger, "4.1", {KEY: RatingContent(3)})
        reveal(theirs, stranger, "4.1")
        html = sign_in(stranger).get(address("rating_session", theirs, "4.1") + "?alles").content.decode()
        assert NOTE not in html
        assert [one.user for one in team_ratings(theirs, "4.1")[KEY].ratings] == [stranger]
