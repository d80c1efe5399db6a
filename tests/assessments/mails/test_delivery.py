"""Sending: once, later if it has to be, and visible to administrators if it fails for good."""

import logging
import re
import smtplib
import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments.discussion import begin_thread
from assessments.enums import MailEvent, MailState, Role
from assessments.invitations import invitation_for, invite
from assessments.mails import contents, delivery
from assessments.mails.delivery import PAUSES, TIME_TO_SEND, send_due_mails
from assessments.models import OutgoingMail, User
from tests.assessments.test_invitations import token_in
from tests.factories import make_user
from tests.queue import DATABASE_QUEUE, make_worker

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server with faults."""

    is_down = False
    refuses: tuple[str, ...] = ()
    opened = 0

    def open(self) -> bool:
        type(self).opened += 1
        if self.is_down:
            raise ConnectionRefusedError(111, "Connection refused")
        return True

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if message.to[0] in self.refuses:
                raise smtplib.SMTPRecipientsRefused({message.to[0]: (550, b"no such mailbox")})
        return super().send_messages(messages)


@pytest.fixture
def server(settings, monkeypatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    monkeypatch.setattr(Server, "is_down", False)
    monkeypatch.setattr(Server, "refuses", ())
    monkeypatch.setattr(Server, "opened", 0)
    return Server


@pytest.fixture
def waiting(draft, owner, editor, viewer) -> OutgoingMail:
    """Two mails, to Emil and to Vera; returns Emil's."""
    begin_thread(draft, owner, "", "Hallo zusammen")
    return OutgoingMail.objects.get(recipient=editor)


def pass_time(by: timedelta) -> None:
    """Let every mail wait so much shorter."""
    for one in OutgoingMail.objects.all():
        one.next_attempt_at -= by
        one.save()


def test_a_mail_is_sent_once(waiting: OutgoingMail):
    assert send_due_mails() == 2
    assert send_due_mails() == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.last_error) == (MailState.SENT, 1, "")
    assert waiting.sent_at is not None


def test_after_failures_with_growing_pauses_it_has_failed(server, waiting: OutgoingMail):
    server.refuses = ("emil.editor@example.org",)
    pauses = []
    for attempt in range(1, len(PAUSES) + 1):
        before = timezone.now()
        assert send_due_mails() == (1 if attempt == 1 else 0), "Vera's mail goes out at the first round"
        assert send_due_mails() == 0, "too early"
        waiting.refresh_from_db()
        assert (waiting.state, waiting.attempts) == (MailState.WAITING, attempt)
        pauses.append(waiting.next_attempt_at - before)
        pass_time(PAUSES[attempt - 1] + timedelta(minutes=1))
    assert pauses == sorted(pauses)
    assert sum(PAUSES, timedelta()) > timedelta(days=1)
    send_due_mails()
    waiting.refresh_from_db()
    assert waiting.state == MailState.FAILED
    assert "no such mailbox" in waiting.last_error
    pass_time(timedelta(days=10))
    assert send_due_mails() == 0


def test_a_server_that_is_back_gets_everything_once(server, waiting: OutgoingMail):
    server.is_down = True
    for _round in range(3):
        assert send_due_mails() == 0
    assert server.opened == 2, "of a server that is down one mail of a round asks"
    assert OutgoingMail.objects.filter(last_error="ConnectionRefusedError: [Errno 111] Connection refused").count() == 2
    server.is_down = False
    pass_time(timedelta(minutes=6))
    assert send_due_mails() == 2
    assert sorted(one.to[0] for one in mail.outbox) == ["emil.editor@example.org", "vera.viewer@example.org"]


def test_one_bad_mail_does_not_keep_the_others(waiting: OutgoingMail, monkeypatch):
    whole = contents.message_of

    def broken(one: OutgoingMail) -> Any:
        if one.pk == waiting.pk:
            raise ValueError(f"{'x' * 500} with the token {'t' * 43}")
        return whole(one)

    monkeypatch.setattr(delivery, "message_of", broken)
    assert send_due_mails() == 1
    waiting.refresh_from_db()
    assert waiting.last_error.startswith("ValueError: …")


def test_the_log_and_the_error_hold_neither_addresses_nor_tokens(server, project, owner, caplog):
    server.refuses = ("ina@example.org",)
    invite(project, owner, "ina@example.org", Role.VIEWER)
    with caplog.at_level(logging.DEBUG):
        send_due_mails()
    assert "attempt 1 failed (SMTPRecipientsRefused)" in caplog.text
    assert "ina@" not in caplog.text
    error = smtplib.SMTPDataError(554, f"https://example.org/einladung/{'aB-_' * 11}/ looks bad".encode())
    one = OutgoingMail.objects.get()
    one.attempts = 1
    delivery._postpone(one, error)
    one.refresh_from_db()
    assert "looks bad" in one.last_error
    assert "aB-_aB" not in one.last_error


def test_a_new_attempt_of_an_invitation_has_a_new_link(server, project, owner):
    nina = make_user("Nina Neu")
    invite(project, owner, nina.email, Role.VIEWER)
    send_due_mails()
    delivery.send_again(OutgoingMail.objects.all())
    older, newer = (token_in(message) for message in mail.outbox)
    assert older != newer
    assert invitation_for(newer, nina).project == project
    stored = str(list(OutgoingMail.objects.values())) + str(list(DBTaskResult.objects.values()))
    assert older not in stored
    assert newer not in stored


def test_whoever_died_over_a_mail_is_replaced_but_not_for_ever(waiting: OutgoingMail, viewer):
    OutgoingMail.objects.filter(recipient=viewer).delete()
    OutgoingMail.objects.update(state=MailState.SENDING, attempts=1, next_attempt_at=timezone.now() + TIME_TO_SEND)
    assert send_due_mails() == 0
    pass_time(TIME_TO_SEND)
    assert send_due_mails() == 1
    OutgoingMail.objects.update(state=MailState.SENDING, attempts=len(PAUSES) + 1, next_attempt_at=timezone.now())
    assert send_due_mails() == 0
    waiting.refresh_from_db()
    assert waiting.state == MailState.FAILED


def test_a_mail_sent_but_not_noted_is_known_by_its_number(waiting: OutgoingMail, viewer):
    OutgoingMail.objects.filter(recipient=viewer).delete()
    send_due_mails()
    # The worker was killed between sending and noting it.
    OutgoingMail.objects.update(state=MailState.SENDING, sent_at=None, next_attempt_at=timezone.now())
    send_due_mails()
    delivery.send_again(OutgoingMail.objects.all())
    first, again, wanted = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == again != wanted
    assert re.fullmatch(r"<[0-9a-f]{32}@[\w.-]+>", first)


def test_each_link_of_an_invitation_arrives(project, owner):
    invite(project, owner, "ina@example.org", Role.VIEWER)
    send_due_mails()
    OutgoingMail.objects.update(state=MailState.SENDING, sent_at=None, next_attempt_at=timezone.now())
    send_due_mails()
    first, again = (message.message()["Message-ID"] for message in mail.outbox)
    assert first != again


@pytest.mark.django_db(transaction=True)
def test_the_worker_tries_again_by_itself(server, settings, draft, owner):
    settings.TASKS = DATABASE_QUEUE
    server.is_down = True
    begin_thread(draft, owner, "", "Hallo zusammen")
    assert server.opened == 0, "the request does not wait for the mail server"
    make_worker().run()
    assert mail.outbox == []
    later = DBTaskResult.objects.get(status="READY")
    assert timedelta(0) < later.run_after - timezone.now() <= PAUSES[0]
    server.is_down = False
    pass_time(PAUSES[0])
    DBTaskResult.objects.filter(pk=later.pk).update(run_after=timezone.now())
    make_worker().run()
    assert len(mail.outbox) == 2


@pytest.mark.django_db(transaction=True)
def test_a_server_that_never_answers_costs_the_request_nothing(
    settings, client: Client, draft, owner, transactional_db
):
    """A real one: it accepts the connection and then says nothing."""
    settings.TASKS = DATABASE_QUEUE
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    client.force_login(owner)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        settings.EMAIL_TIMEOUT = 0.05
        response = client.post(reverse("comment_list", args=[draft.pk]), {"text": "Hallo"})
        assert response.status_code == 302
        assert set(OutgoingMail.objects.values_list("state", "attempts")) == {(MailState.WAITING, 0)}
        assert send_due_mails() == 0
    assert (
        OutgoingMail.objects.filter(attempts=1, last_error__contains="timed out", state=MailState.WAITING).count() == 1
    )


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_each_mail_is_sent_by_one(draft, owner):
    for number in range(10):
        begin_thread(draft, owner, "", f"Hallo {number}")
    mail.outbox.clear()
    OutgoingMail.objects.update(state=MailState.WAITING, attempts=0, next_attempt_at=timezone.now())
    barrier = threading.Barrier(3)

    def work() -> None:
        try:
            barrier.wait()
            send_due_mails()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == OutgoingMail.objects.filter(state=MailState.SENT, attempts=1).count() == 20


class TestAdministration:
    def list_of(self, user: User) -> Any:
        client = Client()
        client.force_login(user)
        return client, client.get(reverse("admin:assessments_outgoingmail_changelist"))

    def test_administrators_see_what_failed_and_send_it_again(
        self, server, waiting: OutgoingMail, administrator, django_capture_on_commit_callbacks
    ):
        server.refuses = ("emil.editor@example.org",)
        send_due_mails()
        OutgoingMail.objects.filter(pk=waiting.pk).update(state=MailState.FAILED, attempts=8)
        client, page = self.list_of(administrator)
        assert "SMTPRecipientsRefused" in page.content.decode()
        assert "Hallo zusammen" not in page.content.decode()
        server.refuses = ()
        chosen = {"action": "send_again", "_selected_action": [waiting.pk]}
        client.post(reverse("admin:assessments_outgoingmail_changelist"), chosen)
        waiting.refresh_from_db()
        assert (waiting.state, waiting.attempts, waiting.last_error) == (MailState.SENT, 1, "")
        assert [one.to[0] for one in mail.outbox] == ["vera.viewer@example.org", "emil.editor@example.org"]

    def test_a_mail_is_shown_and_not_changed(self, waiting: OutgoingMail, administrator):
        client, _page = self.list_of(administrator)
        url = reverse("admin:assessments_outgoingmail_change", args=[waiting.pk])
        assert "Hallo zusammen" not in client.get(url).content.decode()
        assert client.post(url, {"state": "sent"}).status_code == 403
        assert client.get(reverse("admin:assessments_outgoingmail_add")).status_code == 403
        assert client.post(reverse("admin:assessments_outgoingmail_delete", args=[waiting.pk])).status_code == 403

    @pytest.mark.parametrize("who", ["owner", "reviewer"])
    def test_nobody_else_sees_them(self, request, waiting: OutgoingMail, who: str):
        _client, page = self.list_of(request.getfixturevalue(who))
        assert page.status_code == 302


def test_events_fit_their_column():
    longest = max(len(f"{event}:{2**63}:20261231235959:{2**63}") for event in MailEvent)
    assert longest <= (OutgoingMail._meta.get_field("key").max_length or 0)
