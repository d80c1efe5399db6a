"""What mails say: in the reader's language, with an absolute address, and nothing that others put in."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from assessments import publications
from assessments.discussion import begin_thread, reply
from assessments.enums import ExportFault, ExportKind, ExportState, MailEvent, MailState, Role, State
from assessments.good_practices import PracticeText, confirm, decline, offer
from assessments.idleness import IDLE_FOR
from assessments.invitations import accept, invite
from assessments.mails import events
from assessments.mails.contents import WORDS
from assessments.mails.delivery import send_due_mails
from assessments.mails.words import plain, quoted
from assessments.models import (
    Assessment,
    ExportJob,
    Measure,
    Membership,
    OutgoingMail,
    Project,
    Publication,
    Thread,
    User,
)
from assessments.public_documents import Choice
from assessments.reviewing import ReviewNote, save_notes
from assessments.teams import hand_over
from assessments.workflow import approve, current_snapshot, mark_read, send_back, submit, withdraw
from tests.assessments.test_invitations import html_of, token_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAYLOADS = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>{{ settings.SECRET_KEY }}{% now 'Y' %}",
    "Gewinn\r\nBcc: x@evil.example\nhttps://evil.example/login jetzt, www.evil.example oder x@evil.example",
)


def make_export(owner: User, **fields: Any) -> ExportJob:
    """A file for somebody of the Senatskanzlei."""
    end = timezone.now() + timedelta(days=7)
    return ExportJob.objects.create(owner=owner, kind=ExportKind.REPORTS, language="de", expires_at=end, **fields)


def offer_result(assessment: Assessment, owner: User) -> Publication:
    """The result of an approved assessment waits for its publication."""
    return publications.offer(assessment, owner, Choice(), publications.drafted(assessment, Choice()).sha256)


def everything_happens(project: Project, draft: Assessment, owner: User, editor: User, reviewer: User) -> None:
    """Each event once, in an order in which they can happen; mails go out in between."""
    nina, today = make_user("Nina Neu", language=owner.language), timezone.localdate()
    invite(project, owner, nina.email, Role.VIEWER)
    send_due_mails()
    accept(token_in(mail.outbox[-1]), nina)
    begin_thread(draft, editor, "4.1.a1", draft.project.name)
    Measure.objects.create(assessment=draft, title=draft.project.name, due=today)
    events.measures_due(draft, "2026-48")
    long_ago = timezone.now() - IDLE_FOR
    Assessment.objects.filter(pk=draft.pk).update(changed_at=long_ago)
    events.will_be_forgotten(draft, "last-20241123")
    send_due_mails()
    submit(draft, owner)
    send_due_mails()
    withdraw(draft, owner)
    send_due_mails()
    mark_read(submit(draft, owner))
    save_notes(draft, reviewer, {"4.1.a1": ReviewNote(comment="Warum?"), "": ReviewNote(comment="Und sonst?")})
    send_back(draft, reviewer, draft.project.name)
    send_due_mails()
    for thread in Thread.objects.filter(is_review=True):
        reply(thread, editor, draft.project.name)
    send_due_mails()
    snapshot = submit(draft, owner)
    approve(draft, reviewer, snapshot.sha256, today + timedelta(days=9), draft.project.name)
    events.approval_ends(draft.state_changes.get(to_state=State.APPROVED))
    draft.answers.filter(question_key="4.1.a1").update(level=4)
    practice = offer(draft, "4.1.a1", editor, PracticeText("de", draft.project.name[:120], draft.project.name))
    send_due_mails()
    confirm(practice, reviewer)
    send_due_mails()
    decline(practice, reviewer, draft.project.name)
    declined = offer_result(draft, owner)
    send_due_mails()
    publications.decline(declined, reviewer, draft.project.name)
    send_due_mails()
    published = offer_result(draft, owner)
    publications.confirm(published, reviewer, published.sha256)
    send_due_mails()
    publications.withdraw(published, reviewer)
    send_due_mails()
    hand_over(project, owner, project.memberships.get(user=editor).pk)
    send_due_mails()
    for ending in ({"state": ExportState.DONE}, {"state": ExportState.FAILED, "fault": ExportFault.ERROR}):
        events.export_ended(make_export(reviewer, words=[f"Text: {draft.project.name}"], **ending))
    send_due_mails()


@pytest.fixture
def happen(request: Any, settings: Any) -> Any:
    settings.SITE_BASE_URL = "https://selbstbewertung.example.org"

    def happen(name: str = "Kiezblocks digital", language: str = "de") -> list[mail.EmailMultiAlternatives]:
        values = [request.getfixturevalue(one) for one in ("project", "draft", "owner", "editor", "reviewer")]
        project, draft = values[:2]
        Project.objects.update(name=name)
        project.refresh_from_db()
        draft.project = project
        User.objects.update(language=language)
        for person in values[2:]:
            person.refresh_from_db()
        everything_happens(project, draft, *values[2:])
        sent = OutgoingMail.objects.filter(state=MailState.SENT)
        assert set(sent.values_list("event", flat=True)) == {*MailEvent.values} - {
            MailEvent.ACCOUNT,
            MailEvent.ACCOUNT_IDLE,
        }
        return mail.outbox  # type: ignore[return-value]

    return happen


def test_every_event_has_words():
    assert {*WORDS, MailEvent.INVITATION, MailEvent.ACCOUNT} == set(MailEvent)


@pytest.mark.parametrize(("language", "greeting", "foreign"), [("de", "Guten Tag", "Hello"), ("en", "Hello", "Guten")])
def test_each_mail_is_in_the_language_of_its_reader(happen, language: str, greeting: str, foreign: str):
    for message in happen(language=language):
        html = html_of(message)
        assert f'<html lang="{language}">' in html
        for text in (str(message.body), html):
            assert greeting in text
            assert foreign not in text
            assert re.search(r"https://selbstbewertung\.example\.org/\w+", text)
            assert "Kiezblocks digital" in message.subject + text
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"
        assert_both_say_the_same(message)


def assert_both_say_the_same(message: mail.EmailMultiAlternatives) -> None:
    """Each line of the text stands in the HTML too, apart from addresses and their captions."""
    html = re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html_of(message), flags=re.DOTALL))
    for line in str(message.body).splitlines():
        said = line.removeprefix("> ").removeprefix("- ").strip()
        if said and not said.startswith(("--", "http")) and not said.endswith(":") and ": http" not in said:
            assert said in html


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_others_write_stays_text(happen, payload: str):
    for message in happen(payload):
        html = html_of(message)
        text = str(message.body)
        assert "\n" not in message.subject
        assert "\r" not in message.subject
        assert message.message()["Bcc"] is None
        # One link to the matter, for people with an account one to their choice; none that somebody put in.
        links = re.findall(r'href="([^"]*)"', html)
        assert len(links) in {1, 2}
        assert all(link.startswith("https://selbstbewertung.example.org/") for link in links)
        assert "<script" not in html
        assert "<img" not in html
        assert not re.search(r"https?://evil|[w@]\.?evil\.example", message.subject + text + html)
        for whole in re.findall(r"https?://\S+", text):
            assert whole.startswith("https://selbstbewertung.example.org/")


def test_two_people_two_languages(draft, owner, editor, viewer):
    User.objects.filter(pk=editor.pk).update(language="en")
    begin_thread(draft, owner, "", "Hallo")
    send_due_mails()
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {
        "emil.editor@example.org": "New comment on “Kiezblocks digital”",
        "vera.viewer@example.org": "Neuer Kommentar zu „Kiezblocks digital“",
    }


def test_long_texts_are_quoted_in_part(draft, owner, viewer):
    begin_thread(draft, owner, "", "Anfang " + "sehr " * 500 + "Ende")
    send_due_mails()
    assert "> Anfang" in str(mail.outbox[0].body)
    assert "Ende" not in str(mail.outbox[0].body)


def test_a_decision_speaks_of_the_reviewers_comments(draft, owner, reviewer):
    with events.quietly():
        mark_read(submit(draft, owner))
    save_notes(draft, reviewer, {"4.1.a1": ReviewNote(comment="Warum?"), "": ReviewNote(comment="Und sonst?")})
    User.objects.update(language="en")
    approve(draft, reviewer, current_snapshot(draft).sha256, timezone.localdate() + timedelta(days=9))
    send_due_mails()
    assert all("commented on 2 places" in str(message.body) for message in mail.outbox)


def test_a_reminder_leaves_out_what_is_done(draft, owner):
    Membership.objects.exclude(user=owner).delete()
    today = timezone.localdate()
    done = Measure.objects.create(assessment=draft, title="Erledigt", due=today)
    Measure.objects.create(assessment=draft, title="Noch offen", due=today)
    events.measures_due(draft, "2026-48")
    Measure.objects.filter(pk=done.pk).update(state="done")
    send_due_mails()
    assert "Noch offen" in str(mail.outbox[0].body)
    assert "Erledigt" not in str(mail.outbox[0].body)


def test_an_export_says_what_it_is_and_until_when(reviewer):
    job = make_export(reviewer, state=ExportState.DONE, projects=[1, 2], words=["Phase: Pilot"])
    events.export_ended(job)
    send_due_mails()
    body = str(mail.outbox[0].body)
    assert mail.outbox[0].subject == "Ihr Export ist fertig: Alle Berichte (ZIP)"
    assert "- 2 Projekte\n- Phase: Pilot" in body
    assert f"bis zum {timezone.localtime(job.expires_at).day}. " in body


def test_an_export_that_failed_says_why(reviewer):
    events.export_ended(make_export(reviewer, state=ExportState.FAILED, fault=ExportFault.TOO_LARGE))
    send_due_mails()
    assert "Die Auswahl ist zu groß. Wählen Sie weniger Projekte." in str(mail.outbox[0].body)


@pytest.mark.parametrize("gone", ["deleted", "no reader"])
def test_nobody_hears_of_an_export_they_cannot_fetch(reviewer, gone: str):
    job = make_export(reviewer, state=ExportState.DONE)
    events.export_ended(job)
    if gone == "deleted":
        job.delete()
    else:
        User.objects.update(staff_role="")
    send_due_mails()
    assert mail.outbox == []


def test_names_and_quotations():
    assert plain("Kiezblocks digital: Phase 2 (St. Georg)") == "Kiezblocks digital: Phase 2 (St. Georg)"
    assert len(plain("lang " * 100)) == 120
    assert quoted("  Eins\nzwei \n", 100) == "Eins\nzwei"
