"""The life of an assessment as a state machine: random steps by random people, checked against a small model.

The steps go through the pages, so permissions are part of it. The invariants are those of the threat model:

I1 what was acknowledged is stored · I2 nobody reads or writes outside their projects · I3 nothing changes answers of a
submitted state · I4 one submission is exactly one snapshot with its hash and its predecessor's · I5 an approval names
that hash · I8 a change of state and its entry in the history are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assessments.enums import OPEN_STATES, State
from assessments.models import Answer, Assessment, Membership, Project, Snapshot, StateChange, User
from assessments.snapshots import document_hash
from assessments.verification import verify_chain
from tests.factories import answer_all, make_assessment, make_project, make_user

KEY = "4.1.a1"
TEAM = ("owner", "editor", "viewer")
OFFICE = ("reviewer", "administrator")
PEOPLE = (*TEAM, *OFFICE, "portfolio", "stranger")
MAY_ANSWER = {"owner", "editor"}


@dataclass
class Model:
    """What must be true, told in a few lines."""

    state: str = State.DRAFT
    level: int = 3
    frozen: list[int] = field(default_factory=list)
    """The level of ``KEY`` in each submission."""
    before: str = State.DRAFT
    """The state a withdrawal leads back to."""
    is_read: bool = False
    steps: int = 0
    members: set[str] = field(default_factory=lambda: set(TEAM))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def move(self, state: str) -> None:
        self.state = state
        self.steps += 1


class Review(RuleBasedStateMachine):
    """People act on one assessment in any order."""

    people = st.sampled_from(PEOPLE)

    @initialize()
    def begin(self) -> None:
        StateChange.objects.all().delete()
        Project.objects.exclude(pk__in=Snapshot.objects.values("assessment__project")).delete()
        self.users: dict[str, User] = {name: User.objects.get(name=name) for name in PEOPLE}
        self.clients = {name: Client(raise_request_exception=True) for name in PEOPLE}
        for name, client in self.clients.items():
            client.force_login(self.users[name])
        self.project = make_project(**{name: self.users[name] for name in TEAM})
        self.assessment: Assessment = answer_all(make_assessment(self.project), 3)
        self.model = Model()
        self.hash_seen = "0" * 64

    # -- Steps ------------------------------------------------------------------------------------------------------

    def post(self, who: str, name: str, data: dict[str, Any] | None = None, *more: str) -> int:
        address = reverse(name, args=[self.assessment.pk, *more])
        return self.clients[who].post(address, data or {}).status_code

    @rule(who=people, level=st.integers(0, 3))
    def save(self, who: str, level: int) -> None:
        answer = Answer.objects.get(assessment=self.assessment, question_key=KEY)
        data = {f"{KEY}-version": str(answer.version), f"{KEY}-level": str(level)}
        status = self.post(who, "answer_save", data, KEY)
        if who not in self.model.members:
            assert status == 404
        elif who not in MAY_ANSWER:
            assert status == 403
        elif not self.model.is_open:
            assert status in (200, 410)
            assert status == 410 or level == self.model.level, "acknowledged, but not stored"
        else:
            assert status == 200
            self.model.level = level

    @rule(who=people)
    def submit(self, who: str) -> None:
        status = self.post(who, "assessment_submit")
        if who != "owner":
            assert status == (403 if who in self.model.members else 404)
        elif not self.model.is_open:
            assert status == 409
        else:
            assert status == 302
            self.model.before = self.model.state
            self.model.frozen.append(self.model.level)
            self.model.is_read = False
            self.model.move(State.SUBMITTED)

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        status = self.post(who, "assessment_withdraw")
        if who != "owner":
            assert status == (403 if who in self.model.members else 404)
        elif self.model.state != State.SUBMITTED or self.model.is_read:
            assert status == 409
        else:
            assert status == 302
            self.model.move(self.model.before)

    @rule(who=people)
    def start_review(self, who: str) -> None:
        status = self.post(who, "review_start")
        if self.refused_as_office(who, status):
            return
        assert status == 302
        if self.model.state == State.SUBMITTED:
            self.model.is_read = True

    @rule(who=people)
    def look(self, who: str) -> None:
        page = self.clients[who].get(reverse("review_decide", args=[self.assessment.pk]))
        if not self.refused_as_office(who, page.status_code) and page.status_code == 200:
            self.hash_seen = page.context["seen_hash"]

    @rule(who=people)
    def send_back(self, who: str) -> None:
        self.decide(who, "return", State.RETURNED)

    @rule(who=people)
    def approve(self, who: str) -> None:
        self.decide(who, "approve", State.APPROVED)

    def decide(self, who: str, decision: str, state: str) -> None:
        end = timezone.localdate() + timedelta(days=30)
        data = {"decision": decision, "reason": "Grund", "sha256": self.hash_seen, "valid_until": end.isoformat()}
        newest = Snapshot.objects.filter(assessment=self.assessment).last()
        status = self.post(who, "review_decide", data)
        if self.refused_as_office(who, status):
            return
        assert newest is not None
        if self.model.state != State.SUBMITTED or newest.sha256 != self.hash_seen:
            assert status == 409
        else:
            assert status == 302
            self.model.move(state)

    def refused_as_office(self, who: str, status: int) -> bool:
        """Whether the person may not review; of drafts nobody of the Senatskanzlei learns anything."""
        if self.model.state == State.DRAFT:
            assert status == 404
            return True
        if who in OFFICE:
            return False
        seen = who in self.model.members or who == "portfolio"
        assert status == (403 if seen else 404)
        return True

    @rule(who=st.sampled_from(["editor", "viewer"]))
    def leave_and_come_back(self, who: str) -> None:
        """Removal counts at the next request (I7)."""
        membership = Membership.objects.get(project=self.project, user=self.users[who])
        role = membership.role
        membership.delete()
        self.model.members.discard(who)
        self.save(who, 0)
        assert self.clients[who].get(self.assessment.get_absolute_url()).status_code == 404
        Membership.objects.create(project=self.project, user=self.users[who], role=role)
        self.model.members.add(who)

    @rule(who=people)
    def delete(self, who: str) -> None:
        """Nobody deletes what was submitted."""
        if self.model.frozen:
            address = reverse("project_delete", args=[self.project.pk])
            status = self.clients[who].post(address).status_code
            allowed = 409 if who == "owner" else 403
            assert status == (allowed if who in self.model.members else 404)

    # -- What always holds ------------------------------------------------------------------------------------------

    @invariant()
    def the_state_is_the_models(self) -> None:
        self.assessment.refresh_from_db()
        assert self.assessment.state == self.model.state

    @invariant()
    def what_was_acknowledged_is_stored(self) -> None:
        assert Answer.objects.get(assessment=self.assessment, question_key=KEY).level == self.model.level

    @invariant()
    def every_submission_is_one_snapshot_in_a_chain(self) -> None:
        snapshots = list(Snapshot.objects.filter(assessment=self.assessment).order_by("number"))
        assert [one.document["answers"][KEY]["level"] for one in snapshots] == self.model.frozen
        previous = ""
        for number, snapshot in enumerate(snapshots, start=1):
            assert snapshot.number == number
            assert snapshot.previous_sha256 == previous
            assert document_hash(snapshot.document) == snapshot.sha256
            previous = snapshot.sha256
        assert not list(verify_chain())

    @invariant()
    def the_history_tells_every_step(self) -> None:
        changes = list(self.assessment.state_changes.order_by("pk"))
        assert len(changes) == self.model.steps
        state = State.DRAFT
        for change in changes:
            assert change.from_state == state
            state = State(change.to_state)
        assert state == self.model.state

    @invariant()
    def an_approval_names_the_newest_hash(self) -> None:
        if self.model.state == State.APPROVED:
            approval = self.assessment.state_changes.latest("pk")
            newest = self.assessment.snapshots.latest("number")
            assert approval.snapshot == newest
            assert newest.sha256 == self.hash_seen


@pytest.mark.django_db
def test_any_order_of_steps_keeps_the_invariants(settings: Any) -> None:
    # Here nobody takes a breath; how often one may decide is tested with the other rates.
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "decide": "10000/m/user"}
    roles = {"reviewer": "reviewer", "administrator": "administrator", "portfolio": "portfolio"}
    for name in PEOPLE:
        make_user(name, staff_role=roles.get(name, ""))
    run_state_machine_as_test(
        Review,
        settings=hypothesis.settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )
