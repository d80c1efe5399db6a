"""Every address × every actor × every state × GET and POST has one expected answer; an address without one fails.

The table is the specification: read it like one. Each letter is what one actor gets.

    y  the page or action is theirs (any answer of the view itself, also „your input is wrong“)
    l  please sign in
    n  nothing is there: the very bytes that an id gets that does not exist
    f  seen, but not allowed
    -  the address does not answer this method
    !  the server broke; stands nowhere in the table
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assessments.enums import ExportKind, Role, State
from assessments.models import (
    Assessment,
    EvidenceFile,
    ExportJob,
    GoalConflict,
    GoodPractice,
    Invitation,
    Measure,
    Membership,
    Publication,
    Thread,
    User,
)
from assessments.workflow import approve, send_back, submit
from tests.factories import answer_all, make_assessment, make_user, publish

ACTORS = (
    "anonymous",
    "stranger",
    "viewer",
    "editor",
    "owner",
    "former",
    "reviewer",
    "portfolio_reader",
    "administrator",
)
STATES = tuple(State)
TABLE = Path(__file__).with_suffix(".txt")
THIRD_PARTY = ("account_", "mfa_", "usersessions_", "set_language", "admin:")
"""Addresses of Django and allauth: they know nothing of projects and bring their own tests."""
OWN_ACCOUNT_PAGES = (
    "account_profile",
    "account_data",
    "account_data_file",
    "account_delete",
    "account_session",
    "account_session_end",
)
UNKNOWN = 987_654
DIGEST = sha256(b"Plan").hexdigest()
FILE = {"label": "Plan", "file_name": "Plan.txt", "sha256": DIGEST}
"""What every answer names as evidence; kept is the one of 4.1.a1."""


def addresses() -> Iterator[tuple[str, list[str]]]:
    """Name and parameters of every address of this project."""

    def walk(resolver: URLResolver) -> Iterator[tuple[str, list[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                if entry.namespace != "admin":
                    yield from walk(entry)
            elif isinstance(entry, URLPattern):
                name = entry.name or str(entry.pattern)
                if name in OWN_ACCOUNT_PAGES or not name.startswith(THIRD_PARTY):
                    yield name, list(entry.pattern.converters)

    yield from walk(get_resolver())


def expectations() -> dict[tuple[str, str, State], str]:
    """The table: address, method and state to one letter an actor."""
    table: dict[tuple[str, str, State], str] = {}
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, method, states, letters = line.split()
        for state in STATES if states == "*" else map(State, states.split(",")):
            assert (name, method, state) not in table, f"twice in the table: {line}"
            assert len(letters) == len(ACTORS), line
            table[name, method, state] = letters
    return table


@pytest.fixture
def cast(request, project):
    """A signed-in client an actor; the former member was in the project and is not any more."""
    former = make_user("Fred Former")
    membership = Membership.objects.create(project=project, user=former, role=Role.EDITOR)
    people = {"former": former, **{name: request.getfixturevalue(name) for name in ACTORS[1:] if name != "former"}}
    clients = {"anonymous": Client(raise_request_exception=False)}
    for name, user in people.items():
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user)
    membership.delete()
    return clients


def in_state(project, owner, reviewer, state: State) -> Assessment:
    """A full assessment of the project, brought into this state by the people who may."""
    assessment = answer_all(make_assessment(project, created_by=owner), 2, evidence=[FILE])
    stored_as = default_storage.save("evidence/plan", ContentFile(b"Plan"))
    EvidenceFile.objects.create(
        assessment=assessment,
        question_key="4.1.a1",
        name="Plan.txt",
        content_type="text/plain",
        size=4,
        sha256=DIGEST,
        stored_as=stored_as,
        uploaded_at=timezone.now(),
    )
    if state == State.DRAFT:
        return assessment
    snapshot = submit(assessment, owner)
    if state == State.RETURNED:
        send_back(assessment, reviewer, "Bitte ergänzen.")
    elif state == State.APPROVED:
        approve(assessment, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365))
        publish(assessment, owner, reviewer)
    return assessment


@pytest.fixture
def subject(request, project, owner, reviewer, files):
    """The assessment that the addresses of this test speak of."""
    return in_state(project, owner, reviewer, request.param)


def arguments(name: str, parameters: list[str], assessment: Assessment, *, unknown: bool = False) -> dict[str, object]:
    """The ids in an address: those of our objects, or ids that do not exist."""
    project = assessment.project
    practice, _new = GoodPractice.objects.get_or_create(
        assessment=assessment,
        question_key="4.1.a1",
        defaults={"title": "Gute Sache", "text": "Was wir getan haben.", "offered_at": timezone.now()},
    )
    first = {"good_practice_review": practice.pk, "good_practice_withdraw": practice.pk}
    values: dict[str, object] = {
        "pk": first.get(name, project.pk if is_about_a_project(name) else assessment.pk),
        "membership_pk": project.memberships.get(role=Role.EDITOR).pk,
        "key": "4.1",
        "question_key": "4.1.a1",
        "thread_pk": review_thread(assessment).pk,
        "comment_thread_pk": Thread.objects.get_or_create(assessment=assessment, refers_to="4.1", is_review=False)[
            0
        ].pk,
        "invitation_pk": Invitation.objects.get_or_create(
            project=project,
            email="ina.invited@example.org",
            role=Role.VIEWER,
            invited_by=project.members.get(memberships__role=Role.OWNER),
            defaults={"expires_at": timezone.now() + timedelta(days=1)},
        )[0].pk,
        "token": "never-sent",
        "sha256": DIGEST,
        "measure_pk": Measure.objects.get_or_create(assessment=assessment, title="Lastenrad kaufen")[0].pk,
        "conflict_pk": GoalConflict.objects.get_or_create(
            assessment=assessment, first_key="4.1", second_key="4.2", description="Schnell gegen offen"
        )[0].pk,
    }
    if name in ("publication_review", "publication_withdraw"):
        publication = Publication.objects.filter(project=project).first()
        values["pk"] = publication.pk if publication else UNKNOWN
    if name.startswith("portfolio_export_"):
        reader = User.objects.get(name="Paul Portfolio")
        job, _new = ExportJob.objects.get_or_create(
            owner=reader, kind=ExportKind.REPORTS, defaults={"expires_at": timezone.now() + timedelta(days=1)}
        )
        values["pk"] = job.pk
    if unknown:
        values["pk"] = UNKNOWN
    return {parameter: values[parameter] for parameter in parameters}


def review_thread(assessment: Assessment) -> Thread:
    """What a reviewer wrote about a question."""
    reviewer = User.objects.get(name="Rita Reviewer")
    thread, _new = Thread.objects.get_or_create(
        assessment=assessment, refers_to="4.1.a1", is_review=True, created_by=reviewer, created_at=assessment.created_at
    )
    return thread


def is_about_a_project(name: str) -> bool:
    """Whether the id in the address is the project's."""
    public = ("publication_detail", "publication_pdf", "publication_json")
    return name.startswith(("project_", "member_")) or name in ("assessment_start", *public)


def letter_of(response) -> str:
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return "l"
    if response.status_code >= 500:
        return "!"
    return {401: "l", 403: "f", 404: "n", 405: "-"}.get(response.status_code, "y")


@pytest.fixture(autouse=True)
def _quick_reports(monkeypatch):
    """What is in a report is tested elsewhere; here only who gets it."""
    for module in ("documents", "guide", "portfolio_report", "questionnaire_blank"):
        monkeypatch.setattr(f"assessments.reports.{module}.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")


def test_every_address_is_in_the_table_and_nothing_else():
    known = {name for name, _parameters in addresses()}
    wanted = {(name, method, state) for name in known for method in ("GET", "POST") for state in STATES}
    assert sorted(wanted - set(expectations())) == []
    assert sorted(set(expectations()) - wanted) == []


@pytest.mark.parametrize("subject", STATES, indirect=True)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everyone_gets_what_the_table_says(method, subject, cast):
    table = expectations()
    found = []
    for name, parameters in addresses():
        path = reverse(name, kwargs=arguments(name, parameters, subject))
        letters = ""
        for actor in ACTORS:
            with transaction.atomic():
                response = getattr(cast[actor], method.lower())(path)
                letters += letter_of(response)
                transaction.set_rollback(True)
        expected = table.get((name, method, State(subject.state)), "?" * len(ACTORS))
        if letters != expected:
            found.append(f"{name:28} {method:5} {subject.state:10} {letters}  expected {expected}")
    assert not found, "\n" + "\n".join(found)


def _lasting(headers) -> dict[str, str]:
    """The headers without the time of day."""
    return {name: value for name, value in headers.items() if name != "Expires"}


@pytest.mark.parametrize("subject", STATES, indirect=True)
def test_what_one_may_not_see_looks_like_what_is_not_there(subject, cast):
    compared = 0
    for name, parameters in addresses():
        if "pk" not in parameters:
            continue
        ours = reverse(name, kwargs=arguments(name, parameters, subject))
        missing = reverse(name, kwargs=arguments(name, parameters, subject, unknown=True))
        for actor in ("stranger", "former"):
            hidden = cast[actor].get(ours)
            if hidden.status_code == 404:
                absent = cast[actor].get(missing)
                assert absent.status_code == 404
                assert hidden.content == absent.content, f"{actor} can tell that {ours} exists"
                assert _lasting(hidden.headers) == _lasting(absent.headers)
                compared += 1
    assert compared > 20
