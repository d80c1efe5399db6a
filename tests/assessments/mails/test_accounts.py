"""Mails about accounts: no request waits for a mail server, and nobody reads their links in the queue."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.enums import MailEvent, MailState
from assessments.mails.delivery import send_again, send_due_mails
from assessments.mails.sealing import seal, unseal
from assessments.models import OutgoingMail, User
from tests.assessments.mails.test_delivery import Server, pass_time
from tests.queue import DATABASE_QUEUE

pytestmark = pytest.mark.django_db


@pytest.fixture
def down(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    settings.EMAIL_BACKEND = "tests.assessments.mails.test_delivery.Server"
    monkeypatch.setattr(Server, "is_down", True)
    return Server


def reset(client: Client, address: str) -> int:
    return client.post(reverse("account_reset_password"), {"email": address}).status_code


def test_signing_up_while_the_mail_server_is_down(client: Client, down, monkeypatch):
    data = {"name": "Nina Neu", "email": "nina@example.org", "password1": "korrekt-pferd-batterie"}
    response = client.post(reverse("account_signup"), data)
    assert response.headers["Location"] == reverse("account_email_verification_sent")
    one = OutgoingMail.objects.get()
    assert (one.event, one.state, one.attempts) == (MailEvent.ACCOUNT, MailState.WAITING, 1)
    assert one.recipient == User.objects.get(name="Nina Neu")

    monkeypatch.setattr(Server, "is_down", False)
    pass_time(timedelta(minutes=2))
    assert send_due_mails() == 1
    link = re.search(r"http\S+", str(mail.outbox[0].body))
    assert link
    client.post(link[0])
    assert EmailAddress.objects.get(email="nina@example.org").verified


def test_the_queue_shows_neither_address_nor_link(client: Client, down, owner: User):
    assert reset(client, owner.email) == 302
    stored = str(list(OutgoingMail.objects.values()))
    message = unseal(OutgoingMail.objects.get().sealed)
    assert message is not None
    assert message.to == [owner.email]
    link = re.search(r"/konto/\S+", str(message.body))
    assert link
    assert link[0] not in stored
    assert owner.email not in stored


def test_known_and_unknown_addresses_do_the_same(client: Client, owner: User):
    assert reset(client, owner.email) == reset(client, "nobody@example.org") == 302
    assert [message.to for message in mail.outbox] == [[owner.email], ["nobody@example.org"]]
    assert set(OutgoingMail.objects.values_list("state", "sealed")) == {(MailState.SENT, "")}


def test_what_was_sent_cannot_be_sent_again(client: Client, owner: User):
    reset(client, owner.email)
    send_again(OutgoingMail.objects.all())
    assert len(mail.outbox) == 1
    assert OutgoingMail.objects.get().state == MailState.DROPPED


def test_a_new_key_opens_what_the_former_one_sealed(settings):
    sealed = seal(mail.EmailMessage("Betreff", "Text", "von@example.org", ["an@example.org"]))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 50, [settings.SECRET_KEY]
    message = unseal(sealed)
    assert message is not None
    assert (message.subject, message.body, message.to) == ("Betreff", "Text", ["an@example.org"])
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed) is None
    assert unseal("") is None


def test_the_worker_is_not_asked_to_wait(client: Client, settings, owner: User):
    settings.TASKS = DATABASE_QUEUE
    reset(client, owner.email)
    assert mail.outbox == []
    assert OutgoingMail.objects.due(timezone.now()).count() == 1
