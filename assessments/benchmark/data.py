"""The benchmark's own data: a few projects made by the app's own steps, thousands copied from them in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from principles.models import load_catalogue

from ..enums import Phase, Role, Scope, StaffRole
from ..models import Answer, Assessment, AssessmentScores, Membership, Organisation, PortfolioEntry, Project, User
from ..seeding import seed
from ..stored_scores import compute_scores, shapes_of, store_scores
from ..workflow import start_assessment, submit

MODELS = 20
"""Projects with answers of their own; all others have the answers of one of these."""
BATCH = 1000
RATIONALE = (
    "Wir haben die Betroffenen im Frühjahr in drei Runden befragt, die Ergebnisse veröffentlicht und im "
    "Projektauftrag festgehalten, was daraus folgt. Offen ist, wer die Maßnahmen nach dem Ende der Förderung trägt."
)


@dataclass(frozen=True, slots=True)
class World:
    """Whom and what the measured requests are about."""

    owner: User
    """Member of every project: what they may see must not be looked up in Python."""
    reader: User
    draft: Assessment
    """A full assessment with all answers and rationales, open for changes."""
    models: tuple[Assessment, ...]


def make_world() -> World:
    """Seed an empty database and make the projects that the others are copied from."""
    seed()
    owner = User.objects.create_user("owner@example.org", name="Olga")
    reader = User.objects.create_user("reader@example.org", name="Paul", staff_role=StaffRole.PORTFOLIO)
    made = tuple(_submitted(_project(number, owner), owner, number) for number in range(MODELS))
    draft = start_assessment(_project(MODELS, owner), owner, Scope.FULL)
    _answer(draft, MODELS)
    return World(owner, reader, draft, made)


def grow(world: World, count: int) -> None:
    """Copy projects with answers, stored scores and portfolio entry until there are ``count``."""
    organisations = _organisations()
    while (first := Project.objects.count()) < count:
        numbers = range(first, min(first + BATCH, count))
        projects = Project.objects.bulk_create(_new_project(number, organisations) for number in numbers)
        Membership.objects.bulk_create(Membership(project=one, user=world.owner, role=Role.OWNER) for one in projects)
        pairs = [(world.models[number % MODELS], project) for number, project in enumerate(projects)]
        copies = Assessment.objects.bulk_create(
            _copy(model, project=project, created_at=model.created_at) for model, project in pairs
        )
        scores = {row.pk: row for row in AssessmentScores.objects.filter(pk__in=[one.pk for one in world.models])}
        entries = {row.scores_id: row for row in PortfolioEntry.objects.filter(scores__in=scores)}
        originals = [model.pk for model, _ in pairs]
        new = list(zip(originals, copies, strict=True))
        AssessmentScores.objects.bulk_create(_copy(scores[pk], assessment=copy) for pk, copy in new)
        PortfolioEntry.objects.bulk_create(
            _copy(entries[pk], project=copy.project, scores=AssessmentScores(pk=copy.pk)) for pk, copy in new
        )
        for pk in set(originals):
            _copy_answers(pk, [copy.pk for original, copy in new if original == pk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _new_project(number: int, organisations: Sequence[int]) -> Project:
    phases = list(Phase)
    return Project(
        name=f"Vorhaben {number:05}",
        summary="Für den Vergleich erfunden.",
        organisation_id=organisations[number % len(organisations)],
        phase=phases[number % len(phases)],
    )


def _organisations() -> list[int]:
    return list(Organisation.objects.order_by("pk").values_list("pk", flat=True))


def _project(number: int, owner: User) -> Project:
    project = _new_project(number, _organisations())
    project.save()
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


def _submitted(project: Project, owner: User, seed_number: int) -> Assessment:
    assessment = start_assessment(project, owner, Scope.FULL)
    _answer(assessment, seed_number)
    submit(assessment, owner)
    assessment.refresh_from_db()
    return assessment


def _answer(assessment: Assessment, number: int) -> None:
    """Different levels for every number, the same in every run."""
    now, chance = timezone.now(), Random(number)  # noqa: S311 - nothing secret
    shapes = shapes_of(load_catalogue(assessment.catalogue_id))
    questions = [question.key for shape in shapes for aspect in shape.aspects for question in aspect.questions]
    Answer.objects.bulk_create(
        Answer(
            assessment=assessment,
            question_key=key,
            level=chance.randrange(5),
            rationale=RATIONALE,
            evidence=[{"label": "Auswertung der Befragung", "url": "https://example.org/auswertung"}],
            changed_at=now,
        )
        for key in questions
    )
    store_scores(assessment, compute_scores(assessment))


def _copy(row: Any, **changes: Any) -> Any:
    """A new row with the fields of ``row`` but its key."""
    fields = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    return type(row)(
        **{key: value for key, value in fields.items() if key.removesuffix("_id") not in changes}, **changes
    )


def _copy_answers(model_id: int, copies: list[int]) -> None:
    """One statement: a million answers would take minutes through the ORM."""
    columns = [str(field.column) for field in Answer._meta.concrete_fields if not field.primary_key]
    quoted = {column: connection.ops.quote_name(column) for column in columns}
    chosen = ", ".join("c.id" if column == "assessment_id" else f"a.{name}" for column, name in quoted.items())
    answers, assessments = (connection.ops.quote_name(model._meta.db_table) for model in (Answer, Assessment))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {answers} ({', '.join(quoted.values())}) SELECT {chosen} "  # noqa: S608 - names of our own tables
            f"FROM {answers} a, {assessments} c WHERE a.assessment_id = %s AND c.id BETWEEN %s AND %s "
            f"AND c.id IN ({', '.join(['%s'] * len(copies))})",
            [model_id, min(copies), max(copies), *copies],
        )
