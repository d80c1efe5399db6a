"""Builds what tests need, with values that do not matter left out."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from assessments.enums import Role, Scope, State
from assessments.models import Answer, Assessment, Membership, Organisation, Project, Publication, User
from assessments.public_documents import Choice
from assessments.publications import confirm, drafted, offer
from principles.models import Catalogue, load_catalogue

PASSWORD = "korrekt-pferd-batterie"
"""Everybody's password."""

_numbers = count(1)


def make_user(name: str, **fields: Any) -> User:
    """A person with a verified address ``<name>@example.org``."""
    address = f"{name.lower().replace(' ', '.')}@example.org"
    user = User.objects.create_user(fields.pop("email", address), PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_project(
    *, owner: User | None = None, editor: User | None = None, viewer: User | None = None, **fields: Any
) -> Project:
    """A project with these members; it belongs to the Senatskanzlei unless said otherwise."""
    fields.setdefault("name", f"Projekt {next(_numbers)}")
    if "organisation" not in fields:
        fields["organisation"] = Organisation.objects.filter(key="senatskanzlei").first()
    project = Project.objects.create(**fields)
    roles = {Role.OWNER: owner, Role.EDITOR: editor, Role.VIEWER: viewer}
    Membership.objects.bulk_create(
        Membership(project=project, user=user, role=role) for role, user in roles.items() if user
    )
    return project


def make_assessment(
    project: Project | None = None, *, scope: Scope = Scope.FULL, state: State = State.DRAFT, **fields: Any
) -> Assessment:
    """The next assessment of the project, against the seeded catalogue."""
    project = project or make_project()
    fields.setdefault("number", project.assessments.count() + 1)
    fields.setdefault("catalogue", Catalogue.objects.published()[0])
    return Assessment.objects.create(project=project, scope=scope, state=state, **fields)


def publish(assessment: Assessment, owner: User, reviewer: User, **choice: bool) -> Publication:
    """The public result of an approved assessment; with nothing named, as little as possible of it."""
    chosen = Choice(**choice)
    publication = offer(assessment, owner, chosen, drafted(assessment, chosen).sha256)
    confirm(publication, reviewer, publication.sha256)
    return publication


def question_keys(assessment: Assessment) -> list[str]:
    """The keys of the questions in the assessment's scope, in catalogue order."""
    return [
        question.key
        for dimension in load_catalogue(assessment.catalogue_id).dimensions.all()
        for aspect in dimension.aspects.all()
        for question in aspect.questions.all()
        if question.is_core or assessment.scope == Scope.FULL
    ]


def make_answer(assessment: Assessment, question_key: str, level: int | None = None, **fields: Any) -> Answer:
    """One stored answer, as it is, without history and stored scores."""
    fields.setdefault("changed_at", timezone.now())
    return Answer.objects.create(assessment=assessment, question_key=question_key, level=level, **fields)


def answer_all(
    assessment: Assessment,
    level: int | Mapping[str, int | None] | Callable[[str], int | None] = 3,
    *,
    rationale: str = "",
    evidence: list[dict[str, str]] | None = None,
) -> Assessment:
    """Answer every question in scope: with one level, or with what a mapping or function of the key says.

    ``None`` leaves a question open. The answers are stored as they are, without history and stored scores.
    """
    if callable(level):
        level_of = level
    elif isinstance(level, Mapping):
        level_of = level.get
    else:
        level_of = dict.fromkeys(question_keys(assessment), level).get
    Answer.objects.bulk_create(
        Answer(
            assessment=assessment,
            question_key=key,
            level=level_of(key),
            rationale=rationale,
            evidence=evidence or [],
            changed_at=timezone.now(),
        )
        for key in question_keys(assessment)
        if level_of(key) is not None
    )
    return assessment
