"""Owner, editor, viewer, reviewer and portfolio reader go through two rounds of review, with JavaScript and without.

Each of them walks at least one leg by keyboard alone.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from assessments.enums import Scope, State
from assessments.models import Answer, Assessment, Project, ReviewerRating, User
from assessments.results import result_of_document
from assessments.scoring import whole_points
from tests.browser.helpers import Keyboard
from tests.factories import answer_all

OpenPage = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)

DIMENSION = "4.1"
CHANGED, KEPT = "4.1.a1", "4.1.b1"
"""The two core questions of the dimension. The review doubts the first."""
RATIONALE = "Wir haben alle gefragt."
BETTER = "Gefragt haben wir nur die Anwohner:innen."
COMMENT = "Bitte sagen Sie, wen Sie gefragt haben."
REASON = "Eine Antwort ist noch nicht belegt."
REPLY = "Wir haben die Stufe angepasst."


class Team:
    """The pages of the five people, each in a browser of their own."""

    def __init__(self, open_page: OpenPage, people: dict[str, User], base_url: str, *, has_scripts: bool) -> None:
        self.has_scripts = has_scripts
        pages = {name: open_page(user, java_script_enabled=has_scripts) for name, user in people.items()}
        self.owner, self.editor, self.viewer = pages["owner"], pages["editor"], pages["viewer"]
        self.reviewer, self.portfolio_reader = pages["reviewer"], pages["portfolio_reader"]
        self.anonymous = open_page(java_script_enabled=has_scripts)
        self.anonymous.context.add_cookies([{"name": "django_language", "value": "en", "url": base_url}])


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def team(request, open_page: OpenPage, base_url: str) -> Team:
    names = ("owner", "editor", "viewer", "reviewer", "portfolio_reader")
    people = {name: request.getfixturevalue(name) for name in names}
    User.objects.update(language="en")
    return Team(open_page, people, base_url, has_scripts=request.param)


def address(name: str, *args: object) -> str:
    return reverse(name, args=args)


def button(page: Page, name: str) -> Locator:
    return page.locator("main").get_by_role("button", name=name, exact=True)


def link(page: Page, name: str, *args: object) -> Locator:
    """The first link to an address in the content."""
    return page.locator(f'main a[href="{address(name, *args)}"]').first


def notes(page: Page, field: str, place: str = CHANGED) -> Locator:
    return page.locator(f'[name="{place}-{field}"]')


def question(page: Page, key: str) -> Locator:
    return page.locator(f'section.ask[id="{key}"]')


# -- The team begins --------------------------------------------------------------------------------------------------


def create_project(page: Page) -> Project:
    """By keyboard: a project."""
    keyboard = Keyboard(page)
    page.goto(address("project_list"))
    keyboard.press(link(page, "project_create"))
    expect(page).to_have_url(address("project_create"))
    keyboard.reach(page.locator("#id_name"))
    page.keyboard.type("Schattenkarte")
    keyboard.press(page.locator("main form button[type=submit]"))
    expect(page.locator("h1")).to_have_text("Schattenkarte")
    return Project.objects.get(name="Schattenkarte")


def invite(page: Page, project: Project, user: User, initial: str) -> str:
    """By keyboard: invite somebody, the role chosen by its initial. Gives the address in their mail."""
    keyboard = Keyboard(page)
    page.goto(address("member_list", project.pk))
    keyboard.reach(page.locator("#id_email"))
    page.keyboard.type(user.email)
    keyboard.reach(page.locator("#id_role"))
    page.keyboard.press(initial)
    keyboard.press(button(page, "Invite"))
    expect(page.get_by_text(f"on its way to {user.email}")).to_be_visible()
    (sent,) = [one for one in mail.outbox if one.to == [user.email]]
    found = re.search(r"https?://\S+/einladung/\S+", str(sent.body))
    assert found
    return urlsplit(found[0]).path


def join(page: Page, path: str, project: Project) -> None:
    """By keyboard: accept an invitation."""
    page.goto(path)
    Keyboard(page).press(page.locator("main form button[type=submit]"))
    expect(page).to_have_url(address("project_detail", project.pk))


def start_quick_check(page: Page, project: Project) -> Assessment:
    page.goto(address("project_detail", project.pk))
    link(page, "assessment_start", project.pk).click()
    page.locator('input[name="scope"][value="quick"]').check()
    page.locator("main form button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/bewertungen/\d+/$"))
    return project.assessments.get(scope=Scope.QUICK)


def answer(team: Team, assessment: Assessment, key: str, level: int, rationale: str) -> None:
    """The editor, by keyboard: choose a level, say why, save."""
    page, keyboard = team.editor, Keyboard(team.editor)
    page.goto(address("assessment_dimension", assessment.pk, DIMENSION))
    keyboard.choose(page.locator(f'input[name="{key}-level"][value="{level}"]'))
    keyboard.reach(page.locator(f'textarea[name="{key}-rationale"]'))
    page.keyboard.press("Control+A")
    page.keyboard.type(rationale)
    if team.has_scripts:
        expect(question(page, key).locator('[data-state][data-kind="saved"]')).to_contain_text("Saved")
    keyboard.press(page.locator('main form button[name="then"][value="list"]'))
    expect(page).to_have_url(address("assessment_detail", assessment.pk))
    stored = Answer.objects.get(assessment=assessment, question_key=key)
    assert (stored.level, stored.rationale) == (level, rationale)


def read_only(page: Page, project: Project, assessment: Assessment) -> None:
    """The viewer, by keyboard: from my projects to an answer; nothing on the way changes anything."""
    keyboard = Keyboard(page)
    page.goto(address("project_list"))
    has_no_buttons(page, but=address("project_create"))
    keyboard.press(link(page, "project_detail", project.pk))
    expect(page).to_have_url(address("project_detail", project.pk))
    has_no_buttons(page)
    keyboard.press(link(page, "assessment_detail", assessment.pk))
    expect(page).to_have_url(address("assessment_detail", assessment.pk))
    has_no_buttons(page)
    keyboard.press(link(page, "assessment_dimension", assessment.pk, DIMENSION))
    expect(page).to_have_url(address("assessment_dimension", assessment.pk, DIMENSION))
    expect(question(page, CHANGED)).to_contain_text(RATIONALE)
    has_no_buttons(page)
    page.goto(address("member_list", project.pk))
    has_no_buttons(page)


def has_no_buttons(page: Page, *, but: str = "") -> None:
    """Neither a form nor a link to one; a project of one's own may be created by everybody."""
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main form, main button, main input, main textarea")).to_have_count(0)
    leading = page.locator("main a").evaluate_all("links => links.map(one => one.pathname)")
    forms = ("bearbeiten/", "loeschen/", "einreichen/", "weiter/", "bewertung-beginnen/", "/neu/", "ziele/")
    assert [path for path in leading if path.endswith(forms) and path != but] == []


# -- Submitting and reviewing -----------------------------------------------------------------------------------------


def see_what_is_missing(page: Page, assessment: Assessment) -> None:
    """The owner cannot submit yet and is led to the open question, by keyboard."""
    page.goto(address("assessment_detail", assessment.pk))
    keyboard = Keyboard(page)
    keyboard.press(link(page, "assessment_submit", assessment.pk))
    expect(page).to_have_url(address("assessment_submit", assessment.pk))
    expect(button(page, "Submit now")).to_have_count(0)
    missing = page.locator(".missing-list li li a")
    expect(missing).to_have_count(2)
    keyboard.press(missing.first)
    expect(page).to_have_url(f"{address('assessment_dimension', assessment.pk, DIMENSION)}#{CHANGED}")


def submit(page: Page, assessment: Assessment) -> None:
    """By keyboard: hand it in."""
    page.goto(address("assessment_submit", assessment.pk))
    Keyboard(page).press(button(page, "Submit now"))
    expect(page).to_have_url(address("assessment_detail", assessment.pk))
    expect(page.get_by_text("The assessment has been submitted. Its hash is")).to_be_visible()
    assessment.refresh_from_db()
    assert assessment.state == State.SUBMITTED


def begin_review(page: Page, assessment: Assessment, news: str) -> None:
    """By keyboard: from the queue, which says what is new, to the submission."""
    keyboard = Keyboard(page)
    page.goto(address("review_queue"))
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody tr")).to_contain_text(news)
    keyboard.press(link(page, "review_detail", assessment.pk))
    expect(page).to_have_url(address("review_detail", assessment.pk))
    keyboard.press(button(page, "Start the review"))
    expect(button(page, "Save and decide")).to_be_visible()


def rate_and_return(page: Page, assessment: Assessment) -> None:
    """By keyboard: another level with a note, a comment, and back to the team with a reason."""
    keyboard = Keyboard(page)
    keyboard.press(link(page, "review_dimension", assessment.pk, DIMENSION))
    expect(page).to_have_url(address("review_dimension", assessment.pk, DIMENSION))
    keyboard.reach(notes(page, "level"))
    page.keyboard.press("1")
    expect(notes(page, "level")).to_have_value("1")
    keyboard.reach(notes(page, "note"))
    page.keyboard.type("Kein Beleg")
    keyboard.reach(notes(page, "comment"))
    page.keyboard.type(COMMENT)
    keyboard.press(page.locator('main button[name="then"][value="list"]'))
    expect(page.get_by_text("Your notes have been saved.")).to_be_visible()
    keyboard.press(button(page, "Save and decide"))
    expect(page).to_have_url(address("review_decide", assessment.pk))
    keyboard.choose(page.locator('input[name="decision"][value="return"]'))
    keyboard.press(button(page, "Save the decision"))
    # Without a reason nothing is returned; the summary leads to the field.
    expect(page.locator(".error-summary")).to_be_visible()
    keyboard.press(page.locator(".error-summary a").first)
    expect(page.locator("#id_reason")).to_be_focused()
    page.keyboard.type(REASON)
    keyboard.press(button(page, "Save the decision"))
    expect(page.locator("h1")).to_have_text("Review queue")
    expect(page.get_by_text("has been returned to the team")).to_be_visible()
    rating = ReviewerRating.objects.get()
    assert (rating.question_key, rating.level, rating.note) == (CHANGED, 1, "Kein Beleg")


def read_feedback(page: Page, project: Project, assessment: Assessment) -> None:
    """What the team sees of a return: the reason at once, level and comment a link away."""
    page.goto(address("project_detail", project.pk))
    expect(page.locator("main .notice--warning")).to_contain_text(REASON)
    link(page, "assessment_feedback", assessment.pk).click()
    expect(page.locator("main .thread")).to_contain_text(COMMENT)
    expect(page.locator("main .rating")).to_contain_text("Kein Beleg")


def reply(page: Page) -> None:
    """By keyboard: answer the comment on the page that shows it."""
    keyboard = Keyboard(page)
    keyboard.reach(page.get_by_label("Your answer"))
    page.keyboard.type(REPLY)
    keyboard.press(button(page, "Reply"))
    expect(page.locator("main .thread__comments")).to_contain_text(REPLY)


def approve_what_changed(page: Page, assessment: Assessment) -> None:
    """Only the changed answer is shown, old and new, with the comment that caused it; it is approved."""
    expect(page.locator("main .notice--warning")).to_contain_text(REASON)
    shown = page.locator("main article.ask")
    expect(shown).to_have_count(1)
    expect(shown).to_have_id(CHANGED)
    before, now = shown.locator(".side-by-side section").all()
    expect(before).to_contain_text(RATIONALE)
    expect(now).to_contain_text(BETTER)
    for text in (COMMENT, REPLY):
        expect(shown.locator(".thread__comments")).to_contain_text(text)
    notes(page, "done").check()
    button(page, "Save and decide").click()
    expect(page).to_have_url(address("review_decide", assessment.pk))
    page.locator('input[name="decision"][value="approve"]').check()
    page.locator("#id_valid_until").fill((timezone.localdate() + timedelta(days=200)).isoformat())
    button(page, "Save the decision").click()
    expect(page).to_have_url(address("review_queue"))
    expect(page.get_by_text("The assessment has been approved.")).to_be_visible()
    expect(page.locator("main tbody tr")).to_have_count(0)


# -- What comes of it -------------------------------------------------------------------------------------------------


def read_portfolio(page: Page, project: Project, assessment: Assessment) -> None:
    """By keyboard: the project's cell in the matrix, the answers behind it, the evaluation. Notes stay unseen."""
    keyboard = Keyboard(page)
    document = assessment.snapshots.latest("number").document
    score = result_of_document(document).score.dimension(DIMENSION).score
    assert score is not None
    page.goto(address("portfolio"))
    row = page.locator("main table.matrix tbody tr").filter(has_text=project.name)
    cell = row.locator(f'a[href="{address("review_dimension", assessment.pk, DIMENSION)}"]')
    expect(cell.locator("strong")).to_have_text(str(whole_points(score)))
    keyboard.press(cell)
    expect(page).to_have_url(address("review_dimension", assessment.pk, DIMENSION))
    expect(page.locator(f'article.ask[id="{CHANGED}"]')).to_contain_text(BETTER)
    expect(page.locator("main .thread, main .rating, main form")).to_have_count(0)
    page.goto(address("portfolio"))
    # The link carries the selection of the matrix along.
    keyboard.press(page.locator(f'main a[href^="{address("portfolio_evaluation")}"]').first)
    expect(page).to_have_url(re.compile(re.escape(address("portfolio_evaluation"))))
    expect(page.locator("main table").first).to_be_visible()


def download_report(page: Page, assessment: Assessment, folder: Path) -> Path:
    page.goto(address("report_preview", assessment.pk))
    with page.expect_download(timeout=120_000) as download:
        page.locator('main a[href*="bericht.pdf"]').first.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def check_report(page: Page, report: Path, project: Project) -> None:
    """Anybody: this is the approved state, of this project, until that day."""
    page.goto(address("report_check"))
    page.locator('main input[type="file"]').set_input_files(report)
    button(page, "Check").click()
    verdict = page.locator("main .notice--success")
    expect(verdict).to_contain_text("This is the approved state")
    expect(verdict).to_contain_text(project.name)
    expect(verdict).to_contain_text(str((timezone.localdate() + timedelta(days=200)).year))


def test_two_rounds_of_review(team: Team, editor: User, viewer: User, tmp_path: Path) -> None:
    project = create_project(team.owner)
    to_editor = invite(team.owner, project, editor, "e")
    to_viewer = invite(team.owner, project, viewer, "v")
    join(team.editor, to_editor, project)
    join(team.viewer, to_viewer, project)
    assert dict(project.memberships.values_list("user__name", "role")) == {
        "Olga Owner": "owner",
        "Emil Editor": "editor",
        "Vera Viewer": "viewer",
    }
    assessment = start_quick_check(team.owner, project)
    answer_all(assessment, lambda key: None if key in (CHANGED, KEPT) else 3)
    see_what_is_missing(team.owner, assessment)
    answer(team, assessment, CHANGED, 4, RATIONALE)
    answer(team, assessment, KEPT, 2, "")
    read_only(team.viewer, project, assessment)
    submit(team.owner, assessment)

    begin_review(team.reviewer, assessment, "First submission")
    rate_and_return(team.reviewer, assessment)

    read_feedback(team.viewer, project, assessment)
    has_no_buttons(team.viewer)
    read_feedback(team.editor, project, assessment)
    reply(team.editor)
    answer(team, assessment, CHANGED, 1, BETTER)
    submit(team.owner, assessment)

    begin_review(team.reviewer, assessment, "1 answer changed")
    approve_what_changed(team.reviewer, assessment)

    team.owner.goto(address("project_detail", project.pk))
    expect(team.owner.locator("main .notice--success")).to_contain_text("The assessment is approved")
    read_portfolio(team.portfolio_reader, project, assessment)
    report = download_report(team.owner, assessment, tmp_path)
    check_report(team.anonymous, report, project)
