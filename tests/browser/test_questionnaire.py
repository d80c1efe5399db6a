"""Filling in with a real browser: what is typed is never lost, and “saved” is never said too early."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Locator, Page, Request, Route, expect

from assessments.answering import AnswerContent, save_answer
from assessments.enums import Scope, State
from assessments.models import Answer, AnswerChange, Assessment, Project, User
from assessments.workflow import start_assessment
from tests.factories import PASSWORD

KEY = "4.1.a1"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def empty(project: Project, owner: User) -> Assessment:
    """A full assessment without answers."""
    return start_assessment(project, owner, Scope.FULL)


@pytest.fixture(autouse=True)
def _in_english(owner: User, editor: User) -> None:
    User.objects.update(language="en")


def dimension_url(assessment: Assessment, key: str = "4.1") -> str:
    return reverse("assessment_dimension", args=[assessment.pk, key])


def question(page: Page, key: str = KEY) -> Locator:
    return page.locator(f'[data-question="{key}"]')


def level(page: Page, number: int | str, key: str = KEY) -> Locator:
    return question(page, key).locator(f'input[name="{key}-level"][value="{number}"]')


def rationale(page: Page, key: str = KEY) -> Locator:
    return question(page, key).locator(f'textarea[name="{key}-rationale"]')


def state(page: Page, key: str = KEY) -> Locator:
    return question(page, key).locator("[data-state]")


def expect_saved(page: Page, key: str = KEY) -> None:
    expect(state(page, key)).to_contain_text("Saved", timeout=8_000)


class TestAutosave:
    def test_a_choice_is_saved_at_once_and_progress_moves(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        level(owner_page, 3).check()
        expect_saved(owner_page)
        assert empty.answers.get().level == 3
        expect(owner_page.get_by_text("1 of 8 answered", exact=True)).to_be_visible()
        expect(owner_page.get_by_text("1 of 4 answered", exact=True)).to_be_visible()
        expect(owner_page.locator("[data-live]")).to_contain_text("Saved")

    def test_typing_is_saved_after_a_pause_in_one_request(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        requests: list[Request] = []
        owner_page.on("request", lambda one: requests.append(one) if "/antworten/" in one.url else None)
        rationale(owner_page).press_sequentially("Darum geht es uns.", delay=20)
        expect(state(owner_page)).to_contain_text("Not saved yet")
        expect_saved(owner_page)
        assert len(requests) == 1
        assert empty.answers.get().rationale == "Darum geht es uns."

    def test_what_is_typed_during_a_save_goes_with_the_next(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        held: list[Route] = []

        def hold_the_first(route: Route) -> None:
            held.append(route)
            if len(held) > 1:
                route.continue_()

        owner_page.route("**/antworten/**", hold_the_first)
        rationale(owner_page).fill("Erst")
        level(owner_page, 2).check()
        owner_page.wait_for_function("() => document.querySelector('[data-state]').dataset.kind === 'saving'")
        rationale(owner_page).fill("Erst und dann")
        level(owner_page, 4).check()
        assert len(held) == 1
        held[0].continue_()
        expect_saved(owner_page)
        answer = empty.answers.get()
        assert (answer.level, answer.rationale, answer.version) == (4, "Erst und dann", 2)

    def test_not_applicable_waits_for_its_reason(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        reason = question(owner_page).locator(f'textarea[name="{KEY}-reason"]')
        expect(reason).to_be_hidden()
        level(owner_page, "na").check()
        expect(reason).to_be_visible()
        expect(state(owner_page)).to_contain_text("please say why")
        reason.fill("kurz")
        reason.blur()
        expect(question(owner_page).get_by_text("in at least 10 characters")).to_be_visible()
        reason.fill("Das Projekt hat keine Nutzer:innen.")
        expect_saved(owner_page)
        expect(question(owner_page).get_by_text("in at least 10 characters")).to_be_hidden()
        assert empty.answers.get().is_not_applicable

    def test_evidence_links_are_added_and_saved(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        asked = question(owner_page)
        asked.get_by_text("Evidence (0)").click()
        asked.locator(f'input[name="{KEY}-url"]').fill("https://www.berlin.de/a")
        asked.get_by_role("button", name="Add another link").click()
        asked.locator(f'input[name="{KEY}-url"]').nth(1).fill("https://www.berlin.de/b")
        asked.locator(f'input[name="{KEY}-label"]').nth(1).fill("Vermerk")
        expect_saved(owner_page)
        owner_page.wait_for_function("() => document.querySelector('[data-state]').dataset.kind === 'saved'")
        labels = [link["label"] for link in empty.answers.get().evidence]
        assert labels == ["www.berlin.de", "Vermerk"]

    def test_the_page_warns_before_unsaved_text_is_left(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        owner_page.route("**/antworten/**", lambda route: route.abort())
        rationale(owner_page).fill("Noch nicht gespeichert")
        expect(state(owner_page)).to_contain_text("Not saved")
        asked: list[str] = []

        def stay(dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        owner_page.on("dialog", stay)
        owner_page.close(run_before_unload=True)
        expect(rationale(owner_page)).to_have_value("Noch nicht gespeichert")
        assert asked == ["beforeunload"]

    def test_the_buttons_save_first_and_then_lead_on(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        rationale(owner_page, "4.1.b4").fill("Kurz vor dem Weiter")
        owner_page.get_by_role("button", name="Save and next").click()
        owner_page.wait_for_url("**/4.2/")
        assert empty.answers.get().rationale == "Kurz vor dem Weiter"
        assert AnswerChange.objects.count() == 1
        # With nothing left to save they lead on as well.
        owner_page.get_by_role("button", name="Save and back to the list").click()
        owner_page.wait_for_url(f"**{empty.get_absolute_url()}")


class TestConnection:
    def test_offline_the_text_stays_and_is_saved_when_the_connection_is_back(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        owner_page.context.set_offline(True)
        rationale(owner_page).fill("Im Tunnel geschrieben")
        expect(state(owner_page)).to_contain_text("no connection")
        assert not Answer.objects.exists()
        owner_page.context.set_offline(False)
        expect_saved(owner_page)
        assert empty.answers.get().rationale == "Im Tunnel geschrieben"

    def test_a_lost_acknowledgement_does_not_save_twice(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        keys: list[str] = []

        def lose_the_first(route: Route) -> None:
            keys.append((route.request.post_data or "").split("request_key=")[1].split("&")[0])
            if len(keys) == 1:
                route.fetch()
                route.abort()
            else:
                route.continue_()

        owner_page.route("**/antworten/**", lose_the_first)
        level(owner_page, 3).check()
        expect(state(owner_page)).to_contain_text("Not saved")
        assert empty.answers.get().level == 3
        expect_saved(owner_page)
        assert len(set(keys)) == 1
        assert len(keys) == 2
        assert AnswerChange.objects.count() == 1

    @pytest.mark.parametrize("drops", [["before"] * 2, ["after"] * 2, ["after", "before", "after"]], ids=str)
    def test_whatever_is_dropped_arrives_once(self, owner_page: Page, empty: Assessment, drops: list[str]):
        """The request never gets there, or is carried out and its answer gets lost; meanwhile the person types on."""
        owner_page.goto(dimension_url(empty))
        to_come = {key: list(drops) for key in (KEY, "4.1.a2")}
        failed: list[Route] = []

        def drop(route: Route) -> None:
            kind = to_come[route.request.url.rstrip("/").rsplit("/", 1)[1]]
            if not kind:
                return route.continue_()
            if kind.pop(0) == "after":
                route.fetch()
            failed.append(route)
            return route.abort()

        owner_page.route("**/antworten/**", drop)
        for key in to_come:
            rationale(owner_page, key).fill(f"Anfang {key}")
            expect(state(owner_page, key)).to_contain_text("Not saved")
            rationale(owner_page, key).press_sequentially(" und weiter")
        for key in to_come:
            expect(state(owner_page, key)).to_contain_text("Saved", timeout=20_000)
            expect(rationale(owner_page, key)).to_have_value(f"Anfang {key} und weiter")
            changes = empty.answers.get(question_key=key).changes.order_by("version")
            texts = [change.after["rationale"] for change in changes]
            assert texts[-1] == f"Anfang {key} und weiter"
            assert len(texts) == len(set(texts)), "nothing is stored twice"
        assert len(failed) == 2 * len(drops)

    @pytest.mark.parametrize("status", [500, 503, 429])
    def test_a_refusing_server_is_asked_again(self, owner_page: Page, empty: Assessment, status: int):
        owner_page.goto(dimension_url(empty))
        answers = iter([status])

        def refuse_once(route: Route) -> None:
            if next(answers, None):
                route.fulfill(status=status, body="")
            else:
                route.continue_()

        owner_page.route("**/antworten/**", refuse_once)
        rationale(owner_page).fill("Geduld")
        expect(state(owner_page)).to_contain_text("Not saved – try again")
        expect_saved(owner_page)
        assert empty.answers.get().rationale == "Geduld"


class TestSession:
    def test_signing_in_again_in_another_tab_saves_what_was_typed(
        self, owner_page: Page, empty: Assessment, owner: User
    ):
        owner_page.goto(dimension_url(empty))
        Session.objects.all().delete()
        rationale(owner_page).fill("Während der Pause abgemeldet")
        expect(state(owner_page)).to_contain_text("You have been signed out")
        with owner_page.context.expect_page() as opened:
            state(owner_page).get_by_role("link").click()
        tab = opened.value
        tab.get_by_label("E-").first.fill(owner.email)
        tab.locator("input[type=password]").fill(PASSWORD)
        tab.locator("main form button[type=submit]").first.click()
        tab.wait_for_url(f"**{dimension_url(empty)}")
        tab.close()
        # The token of the page is an old one now; the page fetches a fresh one by itself.
        expect_saved(owner_page)
        assert empty.answers.get().rationale == "Während der Pause abgemeldet"
        owner_page.get_by_role("button", name="Save and next").click()
        owner_page.wait_for_url("**/4.2/")

    def test_no_longer_a_member_the_text_stays(self, owner_page: Page, empty: Assessment, owner: User):
        owner_page.goto(dimension_url(empty))
        empty.project.memberships.filter(user=owner).delete()
        rationale(owner_page).fill("Mein Text")
        expect(state(owner_page)).to_contain_text("you may no longer change")
        expect(rationale(owner_page)).to_have_value("Mein Text")

    def test_submitted_meanwhile_the_text_stays(self, owner_page: Page, empty: Assessment):
        owner_page.goto(dimension_url(empty))
        Assessment.objects.filter(pk=empty.pk).update(state=State.SUBMITTED)
        rationale(owner_page).fill("Mein Text")
        expect(state(owner_page)).to_contain_text("submitted or deleted")
        expect(rationale(owner_page)).to_have_value("Mein Text")


class TestConflict:
    @pytest.fixture
    def in_conflict(self, owner_page: Page, empty: Assessment, editor: User) -> Page:
        """Olga typed, Emil was faster."""
        owner_page.goto(dimension_url(empty))
        save_answer(empty, KEY, editor, AnswerContent(1, rationale="Emils Text"), base_version=0)
        rationale(owner_page).fill("Olgas Text")
        expect(owner_page.locator(".conflict")).to_contain_text("Emil Editor")
        expect(owner_page.locator(".conflict")).to_contain_text("Emils Text")
        expect(state(owner_page)).to_contain_text("Not saved")
        assert empty.answers.get().rationale == "Emils Text"
        return owner_page

    @pytest.mark.parametrize(
        ("button", "text", "version"),
        [
            ("Keep mine", "Olgas Text", 2),
            ("Keep the stored answer", "Emils Text", 1),
            ("Save both", "Emils Text\n\nOlgas Text", 2),
        ],
    )
    def test_the_person_decides(self, in_conflict: Page, empty: Assessment, button: str, text: str, version: int):
        in_conflict.get_by_role("button", name=button).click()
        expect_saved(in_conflict)
        expect(in_conflict.locator(".conflict")).to_have_count(0)
        expect(rationale(in_conflict)).to_have_value(text)
        answer = empty.answers.get()
        assert (answer.rationale, answer.version) == (text, version)
        rationale(in_conflict).fill("Und weiter")
        expect(state(in_conflict)).to_contain_text("Not saved yet")
        expect_saved(in_conflict)
        assert empty.answers.get().rationale == "Und weiter"

    def test_what_is_changed_meanwhile_is_shown_and_kept(self, in_conflict: Page, empty: Assessment):
        level(in_conflict, 4).check()
        expect(in_conflict.locator(".conflict")).to_contain_text("4 – embedded and evidenced")
        in_conflict.locator(".conflict textarea").fill("Von Hand verbunden")
        with in_conflict.expect_response("**/antworten/**"):
            rationale(in_conflict).fill("Olgas neuer Text")
        expect(in_conflict.locator(".conflict textarea")).to_have_value("Von Hand verbunden")
        in_conflict.get_by_role("button", name="Save both").click()
        expect_saved(in_conflict)
        answer = empty.answers.get()
        assert (answer.level, answer.rationale) == (4, "Von Hand verbunden")

    def test_undecided_the_page_does_not_lead_on(self, in_conflict: Page, empty: Assessment):
        in_conflict.get_by_role("button", name="Save and next").click()
        expect(in_conflict.locator(".conflict")).to_be_visible()
        assert in_conflict.url.endswith(dimension_url(empty))

    def test_the_decision_survives_a_lost_connection(self, in_conflict: Page, empty: Assessment):
        in_conflict.context.set_offline(True)
        in_conflict.get_by_role("button", name="Keep mine").click()
        expect(state(in_conflict)).to_contain_text("no connection")
        in_conflict.context.set_offline(False)
        expect_saved(in_conflict)
        assert empty.answers.get().rationale == "Olgas Text"


def test_by_keyboard_alone(owner_page: Page, empty: Assessment):
    owner_page.goto(dimension_url(empty))
    level(owner_page, "").focus()
    owner_page.keyboard.press("ArrowUp")  # not applicable
    owner_page.keyboard.press("ArrowUp")  # level 4
    expect_saved(owner_page)
    owner_page.keyboard.press("Tab")
    expect(rationale(owner_page)).to_be_focused()
    owner_page.keyboard.type("Mit der Tastatur")
    owner_page.keyboard.press("Control+Enter")
    expect(level(owner_page, "", "4.1.a2")).to_be_focused()
    expect_saved(owner_page)
    owner_page.wait_for_function("() => document.querySelector('[data-state]').dataset.kind === 'saved'")
    answer = empty.answers.get()
    assert (answer.level, answer.rationale) == (4, "Mit der Tastatur")


def test_without_javascript(owner_page_without_javascript: Page, empty: Assessment, editor: User):
    page = owner_page_without_javascript
    page.goto(dimension_url(empty))
    level(page, 2).check()
    rationale(page).fill("Ohne Skripte")
    question(page, "4.1.a2").locator("summary").first.click()
    question(page, "4.1.a2").locator('input[name="4.1.a2-url"]').fill("https://www.berlin.de/")
    save_answer(empty, "4.1.b1", editor, AnswerContent(3, rationale="Emils Text"), base_version=0)
    rationale(page, "4.1.b1").fill("Olgas Text")
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator(".error-summary")).to_contain_text("4.1.b1")
    page.get_by_role("button", name="Save both").click()
    answers = {answer.question_key: answer for answer in empty.answers.all()}
    assert answers[KEY].rationale == "Ohne Skripte"
    assert answers["4.1.a2"].evidence[0]["label"] == "www.berlin.de"
    assert answers["4.1.b1"].rationale == "Emils Text\n\nOlgas Text"


def test_without_javascript_signing_in_again_costs_no_text(
    owner_page_without_javascript: Page, empty: Assessment, owner: User
):
    page = owner_page_without_javascript
    page.goto(dimension_url(empty))
    Session.objects.all().delete()
    rationale(page).fill("Während der Pause abgemeldet")
    page.get_by_role("button", name="Save and next").click()
    with page.context.expect_page() as opened:
        page.locator("main").get_by_role("link").click()
    tab = opened.value
    tab.locator("input[type=email]").fill(owner.email)
    tab.locator("input[type=password]").fill(PASSWORD)
    tab.locator("main form button[type=submit]").first.click()
    tab.wait_for_url(f"**{dimension_url(empty)}")
    tab.close()
    page.locator("main button").click()
    # The form carries the token from before; the second press carries a fresh one.
    page.locator("main button").click()
    page.wait_for_url("**/4.2/")
    assert empty.answers.get().rationale == "Während der Pause abgemeldet"


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ["project_list", "project_detail", "project_edit", "member_list", "project_delete"])
def test_project_pages_are_accessible(
    owner_page: Page, draft: Assessment, assert_accessible: Callable[[Page], None], name: str, width: int
):
    owner_page.set_viewport_size({"width": width, "height": 900})
    owner_page.goto(reverse(name, args=[] if name == "project_list" else [draft.project.pk]))
    assert_accessible(owner_page)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_questionnaire_is_accessible_in_its_states(
    owner_page: Page, empty: Assessment, editor: User, assert_accessible: Callable[[Page], None], width: int
):
    owner_page.set_viewport_size({"width": width, "height": 900})
    for path in (empty.get_absolute_url(), reverse("assessment_delete", args=[empty.pk]), dimension_url(empty, "2.1")):
        owner_page.goto(path)
        assert_accessible(owner_page)
    owner_page.goto(dimension_url(empty))
    for summary in owner_page.locator("main summary").all():
        summary.click()
    save_answer(empty, KEY, editor, AnswerContent(1, rationale="Emils Text"), base_version=0)
    rationale(owner_page).fill("Olgas Text")
    expect(owner_page.locator(".conflict")).to_be_visible()
    level(owner_page, "na", "4.1.a2").check()
    question(owner_page, "4.1.a2").locator("textarea").first.fill("kurz")
    question(owner_page, "4.1.a2").locator("textarea").first.blur()
    expect(question(owner_page, "4.1.a2").locator(".kern-error")).to_be_visible()
    assert_accessible(owner_page)


def test_reading_is_accessible(viewer_page: Page, draft: Assessment, assert_accessible: Callable[[Page], None]):
    viewer_page.goto(dimension_url(draft))
    assert_accessible(viewer_page)
