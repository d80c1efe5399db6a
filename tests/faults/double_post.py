"""F08: the same form sent several times at once: double click, resent request, back button. One effect."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from assessments.discussion import begin_thread
from assessments.enums import State
from assessments.models import AnswerChange, Comment, Invitation, OutgoingMail, Snapshot, StateChange, Thread, User
from assessments.workflow import submit

from .client import Client
from .instance import Instance
from .outcome import Outcome
from .world import Team, make_team

AT_ONCE = 8
CONTROL_ROUNDS = 20
NO_HARM = {200, 302, 409, 422}
"""Saved, led on, or told that it is done already."""


@dataclass(frozen=True)
class Form:
    """A form about to be sent: by whom, where to, what, and how to count what it did."""

    sender: User
    path: str
    data: dict[str, Any]
    effects: Callable[[], int]


def save(team: Team) -> Form:
    """An answer."""
    question = team.questions[0]
    data = {f"{question}-version": 0, f"{question}-level": 2, f"{question}-rationale": "Einmal."}
    changes = AnswerChange.objects.filter(answer__assessment=team.assessment)
    path = f"/bewertungen/{team.assessment.pk}/antworten/{question}/"
    return Form(team.owner, path, data | {"signed_in_as": team.owner.pk}, changes.count)


def comment(team: Team) -> Form:
    """A comment that begins a thread."""
    threads = Thread.objects.filter(assessment=team.assessment)
    return Form(team.owner, f"/bewertungen/{team.assessment.pk}/kommentare/", {"text": "Einmal."}, threads.count)


def reply(team: Team) -> Form:
    """An answer to a comment."""
    thread = begin_thread(team.assessment, team.editor, "", "Anfang").thread
    replies = Comment.objects.filter(thread=thread, text="Einmal.")
    path = f"/bewertungen/{team.assessment.pk}/kommentare/{thread.pk}/"
    return Form(team.owner, path, {"text": "Einmal."}, replies.count)


def invite(team: Team) -> Form:
    """An invitation: one row, one mail."""
    project = team.assessment.project
    address = f"gast{project.pk}@example.org"
    invitations = Invitation.objects.filter(project=project)

    def effects() -> int:
        return OutgoingMail.objects.filter(about__in=invitations.values("pk"), event="invitation").count()

    return Form(team.owner, f"/projekte/{project.pk}/mitglieder/neu/", {"email": address, "role": "editor"}, effects)


def hand_in(team: Team) -> Form:
    """A submission."""
    snapshots = Snapshot.objects.filter(assessment=team.assessment)
    return Form(team.owner, f"/bewertungen/{team.assessment.pk}/einreichen/", {}, snapshots.count)


def approve(team: Team) -> Form:
    """An approval."""
    return _decide(team, "approve", State.APPROVED)


def send_back(team: Team) -> Form:
    """A return to the team."""
    return _decide(team, "return", State.RETURNED)


def _decide(team: Team, decision: str, state: State) -> Form:
    snapshot = submit(team.assessment, team.owner)
    end = (timezone.localdate() + timedelta(days=365)).isoformat()
    data = {"decision": decision, "reason": "Einmal.", "valid_until": end, "sha256": snapshot.sha256}
    decisions = StateChange.objects.filter(assessment=team.assessment, to_state=state)
    return Form(team.reviewer, f"/pruefung/{team.assessment.pk}/entscheiden/", data, decisions.count)


def withdraw(team: Team) -> Form:
    """Taking a submission back."""
    submit(team.assessment, team.owner)
    back = StateChange.objects.filter(assessment=team.assessment, to_state=State.DRAFT)
    return Form(team.owner, f"/bewertungen/{team.assessment.pk}/zurueckziehen/", {}, back.count)


FORMS: dict[str, Callable[[Team], Form]] = {
    "save": save,
    "comment": comment,
    "reply": reply,
    "invite": invite,
    "submit": hand_in,
    "approve": approve,
    "return": send_back,
    "withdraw": withdraw,
}


def run(instance: Instance, count: int) -> Iterator[Outcome]:
    """Send each form ``count`` times, each time ``AT_ONCE`` at the same moment; then the control."""
    instance.serve()
    outcome = Outcome("double-post", instance.database, count * len(FORMS))
    seen: Counter[str] = Counter()
    for name, make in FORMS.items():
        for _ in range(count):
            form = make(make_team(is_answered=make in {hand_in, approve, send_back, withdraw}))
            key = str(uuid4())
            statuses = _send(instance, form, [key] * AT_ONCE)
            seen.update(f"{name} {status}" for status in statuses)
            _judge(outcome, name, form, statuses)
    outcome.figures |= {"forms sent at once": AT_ONCE, **dict(sorted(seen.items()))}
    yield outcome.finish()
    yield _control(instance)


def _control(instance: Instance) -> Outcome:
    """The same comment, but each time with another key, as if the app did not look at it: the harness has to see it."""
    outcome = Outcome("double-post", instance.database, CONTROL_ROUNDS, is_control=True)
    for _ in range(CONTROL_ROUNDS):
        form = comment(make_team())
        statuses = _send(instance, form, [str(uuid4()) for _ in range(AT_ONCE)])
        _judge(outcome, "comment", form, statuses)
    return outcome.finish()


def _send(instance: Instance, form: Form, keys: list[str]) -> list[int]:
    barrier = threading.Barrier(len(keys))
    first = Client(instance.port, form.sender)

    def post(key: str) -> int:
        client = first.twin(form.sender)
        barrier.wait()
        status, _content, _headers = client.post(form.path, form.data | {"request_key": key})
        client.close()
        return status

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(post, keys))


def _judge(outcome: Outcome, name: str, form: Form, statuses: list[int]) -> None:
    effects = form.effects()
    outcome.acknowledged += sum(status in {200, 302} for status in statuses)
    outcome.lost += effects == 0
    outcome.doubled += max(0, effects - 1)
    if not outcome.is_control and (effects != 1 or not set(statuses) <= NO_HARM):
        outcome.faults.append(f"{name}: {effects} effects, answers {sorted(statuses)}")
