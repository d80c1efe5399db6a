"""Something of everything, so that every page has something to show: people, and an assessment in every state."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from assessments import publications
from assessments.answering import AnswerContent, save_answer
from assessments.discussion import begin_thread, reply
from assessments.enums import ExportFault, ExportKind, ExportState, Role, Scope, StaffRole, State
from assessments.evidence_files import add_file
from assessments.good_practices import PracticeText, confirm, offer
from assessments.individual_ratings import RatingContent, reveal, save_ratings
from assessments.invitations import invite
from assessments.measures import take_over_step
from assessments.models import Assessment, ExportJob, GoalConflict, User
from assessments.public_documents import Choice
from assessments.results import result_of
from assessments.reviewing import ReviewNote, save_notes
from assessments.workflow import approve, mark_read, send_back, submit
from tests.assessments.documents import mixed_answers
from tests.assessments.payloads import PDF
from tests.factories import PASSWORD, answer_all, make_assessment, make_project, make_user, publish
from tests.test_permission_matrix import arguments

EVERYTHING = {"with_rationales": True, "with_measures": True, "with_conflicts": True}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PROOF = [{"label": "Auswertung der Umfrage", "url": "https://www.berlin.de/"}]
PRACTICE = PracticeText("de", "Gefragt am Spielplatz", "Zwölf Gespräche.\n\nDer Plan wurde anders.", "team@example.org")


def later() -> date:
    """Until when approvals are valid."""
    return timezone.localdate() + timedelta(days=365)


def passkey_credential() -> dict[str, Any]:
    """What a browser hands over when a passkey is set up."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    secret = AttestedCredentialData.create(Aaguid.NONE, b"passkey", key)
    place = AuthenticatorData.create(b"\0" * 32, AuthenticatorData.FLAG.AT | AuthenticatorData.FLAG.UP, 0, secret)
    response = {
        "clientDataJSON": websafe_encode(b'{"type": "webauthn.create", "challenge": "", "origin": "http://localhost"}'),
        "attestationObject": websafe_encode(AttestationObject.create("none", place, {})),
    }
    name = websafe_encode(b"passkey")
    extensions = {"credProps": {"rk": True}}
    return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": extensions}


class World:
    """People from the start; projects and assessments from the moment the first page needs them."""

    def __init__(self, language: str) -> None:
        self.language = language
        make = self._make_user
        self.people = {
            "owner": make("Olga Owner"),
            "editor": make("Emil Editor"),
            "viewer": make("Vera Viewer"),
            "stranger": make("Stefan Stranger"),
            "newcomer": make("Nora Newcomer"),
            "secured": make("Sara Secured"),
            "reviewer": make("Rita Reviewer", staff_role=StaffRole.REVIEWER),
            "portfolio_reader": make("Paul Portfolio", staff_role=StaffRole.PORTFOLIO),
        }
        secured = self.people["secured"]
        self.people["half_signed_in"] = secured
        TOTP.activate(secured, SECRET)
        RecoveryCodes.activate(secured)
        data = {"name": "Bürolaptop", "credential": passkey_credential()}
        self.passkey = Authenticator.objects.create(user=secured, type=Authenticator.Type.WEBAUTHN, data=data)

    def _make_user(self, name: str, **fields: Any) -> User:
        return make_user(name, language=self.language, **fields)

    def session_of(self, actor: str) -> str:
        """The key of a session in which this actor has just proved who they are; or is half signed in."""
        client, user = Client(), self.people[actor]
        if actor == "half_signed_in":
            client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        else:
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
            client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    # -- assessments ---------------------------------------------------------------------------------------------------

    @cached_property
    def subjects(self) -> dict[str, Assessment]:
        """An assessment in every state, each in a project of its own."""
        makers: dict[str, Callable[[Assessment], object]] = {
            "empty": lambda assessment: None,
            "quick": lambda assessment: answer_all(assessment, {"4.1.a1": 2}),
            "draft": self._work_on,
            "rated": self._rate,
            "waiting": self._hand_in,
            "submitted": self._review,
            "returned": self._return,
            "resubmitted": self._hand_in_again,
            "approved": self._approve,
            "offered": self._offer_result,
            "refused": self._refuse_result,
        }
        made = {}
        for name, make in makers.items():
            members = {role: self.people[role] for role in ("owner", "editor", "viewer")}
            project = make_project(name=f"Projekt {name}", summary="Worum es geht.", **members)
            scope = Scope.QUICK if name == "quick" else Scope.FULL
            made[name] = make_assessment(project, scope=scope, created_by=self.people["owner"])
            make(made[name])
        self._ask_for_files([str(assessment.project.pk) for assessment in made.values()])
        return made

    def _ask_for_files(self, projects: list[str]) -> None:
        later = timezone.now() + timedelta(days=7)
        faults = {ExportState.FAILED: ExportFault.values[0]}
        ExportJob.objects.bulk_create(
            ExportJob(
                owner=self.people["portfolio_reader"],
                kind=ExportKind.PORTFOLIO,
                language=self.language,
                projects=projects,
                state=state,
                fault=faults.get(state, ""),
                expires_at=later,
            )
            for state in ExportState
        )

    def _work_on(self, draft: Assessment) -> None:
        owner, editor = self.people["owner"], self.people["editor"]
        mixed_answers(answer_all(draft, 3, rationale="Zwei Umfragen im Kiez.", evidence=PROOF))
        for version, level in enumerate((1, 2)):
            content = AnswerContent(level=level, rationale="Erst gezählt, dann gefragt.", evidence=tuple(PROOF))
            save_answer(draft, "4.1.a3", editor, content, base_version=version)
        for place in ("4.1.a1", "4.1", ""):
            comment = begin_thread(draft, editor, place, "Stimmt das noch?\nSiehe Protokoll.")
            reply(comment.thread, owner, "Ja.")
        add_file(draft, "4.1.a1", editor, ContentFile(PDF), name="Plan.pdf", label="Plan der Kreuzung")
        take_over_step(draft, result_of(draft).all_steps[0].question.key)
        GoalConflict.objects.create(
            assessment=draft, first_key="4.1", second_key="2.3", description="Tempo gegen Beteiligung"
        )
        invite(draft.project, owner, "ina.invited@example.org", Role.VIEWER)

    def _rate(self, draft: Assessment) -> None:
        """Everybody has rated the first dimension, far apart, and the team is looking at it."""
        owner, editor, viewer = (self.people[role] for role in ("owner", "editor", "viewer"))
        none = RatingContent(is_not_applicable=True)
        save_ratings(
            draft, owner, "4.1", {"4.1.a1": RatingContent(4, note="Siehe Bericht."), "4.1.a2": RatingContent(2)}
        )
        save_ratings(draft, editor, "4.1", {"4.1.a1": RatingContent(1), "4.1.a2": none, "4.1.a3": none})
        save_ratings(draft, viewer, "4.1", {"4.1.a1": RatingContent(1), "4.1.a4": RatingContent(note="Weiß nicht.")})
        reveal(draft, owner, "4.1")
        save_ratings(draft, editor, "4.2", {"4.2.a1": RatingContent(1)})

    def _hand_in(self, assessment: Assessment, level: int = 3) -> None:
        if not assessment.answers.exists():
            answer_all(assessment, level, rationale="Zwei Umfragen im Kiez.", evidence=PROOF)
        submit(assessment, self.people["owner"])

    def _review(self, assessment: Assessment) -> None:
        self._hand_in(assessment)
        reviewer = self.people["reviewer"]
        mark_read(assessment.snapshots.get())
        notes = {
            "4.1.a1": ReviewNote(level=1, note="Nur eine Umfrage ist belegt.", comment="Bitte die zweite belegen."),
            "4.1": ReviewNote(comment="Gut beschrieben."),
            "": ReviewNote(comment="Insgesamt nachvollziehbar."),
        }
        save_notes(assessment, reviewer, notes)

    def _return(self, assessment: Assessment) -> None:
        self._review(assessment)
        send_back(assessment, self.people["reviewer"], "Bitte ergänzen Sie die Belege.")

    def _hand_in_again(self, assessment: Assessment) -> None:
        self._return(assessment)
        content = AnswerContent(level=2, rationale="Eine Umfrage, ehrlich gesagt.", evidence=tuple(PROOF))
        save_answer(assessment, "4.1.a1", self.people["editor"], content, base_version=1)
        submit(assessment, self.people["owner"])
        mark_read(assessment.snapshots.latest("number"))

    def _approve(self, assessment: Assessment) -> None:
        answer_all(assessment, 4, rationale="Zwei Umfragen im Kiez.", evidence=PROOF)
        reviewer, owner = self.people["reviewer"], self.people["owner"]
        self._review(assessment)
        approve(assessment, reviewer, assessment.snapshots.get().sha256, later())
        confirm(offer(assessment, "4.1.a3", owner, PRACTICE), reviewer)
        offer(assessment, "4.1.a1", owner, PRACTICE)
        publish(assessment, owner, reviewer, **EVERYTHING)

    def _offer_result(self, assessment: Assessment) -> None:
        self._hand_in(assessment)
        approve(assessment, self.people["reviewer"], assessment.snapshots.get().sha256, later())
        choice = Choice(**EVERYTHING)
        publications.offer(assessment, self.people["owner"], choice, publications.drafted(assessment, choice).sha256)

    def _refuse_result(self, assessment: Assessment) -> None:
        self._offer_result(assessment)
        reason = "Im Titel einer Maßnahme steht ein Name."
        publications.decline(assessment.project.publications.get(), self.people["reviewer"], reason)

    # -- addresses -----------------------------------------------------------------------------------------------------

    def path(self, name: str, parameters: list[str], subject: str, variant: str) -> str:
        """Where the address leads for this subject, in this variant."""
        if special := SPECIAL_PATHS.get(name):
            return special(self, variant)
        values: dict[str, Any] = {}
        if parameters == ["key"]:
            values = {"key": "4.1"}
        elif parameters:
            values = arguments(name, parameters, self.subjects["draft" if subject == "plain" else subject])
        if "key" in values and variant == "idea":
            values["key"] = "2.4"
        if "key" in values and variant == "missing":
            values["key"] = "9.9"
        if "sha256" in values and (file := self.subjects[subject].evidence_files.first()):
            values["sha256"] = file.sha256
        if name == "good_practice_offer":
            values["question_key"] = "4.1.a2"  # offered before in this world: the first and the third
        query = QUERIES.get(variant, lambda world: "")(self)
        return reverse(name, kwargs=values) + (f"?{query}" if query else "")

    def _key_path(self, variant: str) -> str:
        if variant == "spent":
            return reverse("account_confirm_email", args=["spent"])
        address = EmailAddress.objects.create(user=self.people["newcomer"], email=f"{self.language}@example.org")
        return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])

    def _reset_path(self, variant: str) -> str:
        if variant == "spent":
            return reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "spent-key"})
        mail.outbox.clear()
        Client().post(reverse("account_reset_password"), {"email": self.people["newcomer"].email})
        found = re.search(r"/konto/password/reset/key/\S+", str(mail.outbox[-1].body))
        assert found is not None
        return found[0]

    def _invitation_path(self, variant: str) -> str:
        if variant != "invited":
            return reverse("invitation_accept", args=["never-sent"])
        mail.outbox.clear()
        invite(self.subjects["draft"].project, self.people["owner"], self.people["newcomer"].email, Role.VIEWER)
        found = re.search(r"/einladung/[^\s\"]+", str(mail.outbox[-1].body))
        assert found is not None
        return found[0]


SPECIAL_PATHS: dict[str, Callable[[World, str], str]] = {
    "account_confirm_email": World._key_path,
    "account_reset_password_from_key": World._reset_path,
    "invitation_accept": World._invitation_path,
    "mfa_remove_webauthn": lambda world, variant: reverse("mfa_remove_webauthn", args=[world.passkey.pk]),
    "mfa_edit_webauthn": lambda world, variant: reverse("mfa_edit_webauthn", args=[world.passkey.pk]),
    "account_session_end": lambda world, variant: reverse("account_session_end", args=[1]),
}
"""Addresses that need a key of their own."""

QUERIES: dict[str, Callable[[World], str]] = {
    "whole": lambda world: "alles",
    "nothing": lambda world: "q=gibt-es-nicht",
    "grouped": lambda world: "group=organisation&tension=on",
    "chosen": lambda world: "&".join(
        f"p={one.project_id}" for one in world.subjects.values() if one.state in (State.SUBMITTED, State.APPROVED)
    ),
}
"""Variants that stand in the address."""
