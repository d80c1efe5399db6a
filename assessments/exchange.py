"""Import and export of one assessment in the exchange format ``smartcity-assessment/1``.

An import is all or nothing: a sound document becomes a draft in one transaction, a faulty one leaves no trace.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from principles.models import Catalogue, Perspective, load_catalogue

from .answering import AnswerContent, begin_answers
from .enums import UNFINISHED_STATES, Role, Scope, State
from .exchange_checks import (
    FORMAT,
    MAX_DOCUMENT_BYTES,
    ExchangeError,
    Fault,
    find_faults,
    find_shape_faults,
    parse_document,
)
from .models import (
    Assessment,
    GoalConflict,
    Measure,
    Membership,
    Organisation,
    Project,
    Target,
    User,
)
from .scoring import AssessmentScore, DimensionScore, four_places, score_assessment
from .stored_scores import shapes_of, store_scores, values_of

__all__ = [
    "FORMAT",
    "MAX_DOCUMENT_BYTES",
    "ExchangeError",
    "Fault",
    "assemble_document",
    "check_document",
    "document_text",
    "export_document",
    "import_document",
    "parse_document",
]

Document = dict[str, Any]

EVIDENCE_KEYS = ("label", "url", "file_name", "sha256")


# -- Export -----------------------------------------------------------------------------------------------------------


def export_document(assessment: Assessment) -> Document:
    """The assessment as an exchange document, in catalogue order and with its scores.

    Raises ``ExchangeError`` if something is stored that the format has no place for: what no import would read again
    must neither be frozen nor travel in a report.
    """
    return assemble_document(
        load_catalogue(assessment.catalogue_id),
        Scope(assessment.scope),
        _project_part(assessment.project),
        {answer.question_key: AnswerContent.of(answer) for answer in assessment.answers.all()},
        targets={target.dimension_key: target.value for target in assessment.targets.all()},
        measures=[_measure_part(measure) for measure in assessment.measures.all()],
        conflicts=[_conflict_part(conflict) for conflict in assessment.conflicts.all()],
    )


def assemble_document(
    catalogue: Catalogue,
    scope: Scope,
    project: Document,
    answers: Mapping[str, AnswerContent],
    *,
    targets: Mapping[str, int] | None = None,
    measures: Sequence[Document] = (),
    conflicts: Sequence[Document] = (),
) -> Document:
    """An exchange document from its parts, in catalogue order, with the scores that follow from the answers.

    Raises ``ExchangeError``.
    """
    shapes = shapes_of(catalogue)
    score = score_assessment(shapes, {key: answer.value for key, answer in answers.items()}, scope)
    question_keys = [
        question.key for dimension in shapes for aspect in dimension.aspects for question in aspect.questions
    ]
    targets = targets or {}
    document = {
        "format": FORMAT,
        "catalogue": catalogue.version,
        "scope": scope.value,
        "project": project,
        "answers": {
            key: _answer_part(answers[key])
            for key in question_keys
            if key in answers and answers[key].value is not None
        },
        "targets": {shape.key: targets[shape.key] for shape in shapes if shape.key in targets},
        "measures": list(measures),
        "conflicts": list(conflicts),
        "scores": _scores_part(score),
    }
    if faults := find_shape_faults(document):
        raise ExchangeError(faults)
    return document


def document_text(document: Document) -> str:
    """The document as a file that people can read too."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _project_part(project: Project) -> Document:
    return {
        "name": project.name,
        "summary": project.summary,
        "organisation": project.organisation.key if project.organisation else "",
        "phase": project.phase,
        "perspectives": [perspective.key for perspective in project.perspectives.all()],
    }


def _answer_part(answer: AnswerContent) -> Document:
    part: Document = {"not_applicable": answer.reason} if answer.is_not_applicable else {"level": answer.level}
    if answer.rationale:
        part["rationale"] = answer.rationale
    if answer.evidence:
        # PostgreSQL gives the keys of stored JSON back in an order of its own.
        part["evidence"] = [{name: item[name] for name in EVIDENCE_KEYS if name in item} for item in answer.evidence]
    return part


def _measure_part(measure: Measure) -> Document:
    return {
        "title": measure.title,
        "refers_to": measure.refers_to,
        "responsible": measure.responsible,
        "due": measure.due.isoformat() if measure.due else None,
        "state": measure.state,
    }


def _conflict_part(conflict: GoalConflict) -> Document:
    return {
        "between": [conflict.first_key, conflict.second_key],
        "description": conflict.description,
        "handling": conflict.handling,
    }


def _scores_part(score: AssessmentScore) -> Document:
    return {dimension.key: _figures(dimension) for dimension in score.dimensions if not dimension.is_excluded}


def _figures(dimension: DimensionScore) -> Document:
    return {
        "score": _number(dimension.score),
        "low": _number(dimension.low),
        "high": _number(dimension.high),
        "coverage": _number(dimension.coverage),
        "balance": _number(dimension.balance),
    }


def _number(figure: Fraction | None) -> int | float | None:
    """At most four decimals, half up; a whole number without a decimal point, as its canonical form has it."""
    if figure is None:
        return None
    rounded: Decimal = four_places(figure)
    return int(rounded) if rounded == int(rounded) else float(rounded)


# -- Import -----------------------------------------------------------------------------------------------------------


def check_document(document: Any) -> list[Fault]:
    """Every fault that keeps a document from being imported, in the active language; its scores are not looked at."""
    return find_faults(document)


def import_document(document: Any, *, owner: User | None = None, project: Project | None = None) -> Assessment:
    """Store a document as a new draft: in ``project``, whose own data stay, or in a new project owned by ``owner``.

    Raises ``ExchangeError`` with every fault; then nothing was stored.
    """
    if faults := check_document(document):
        raise ExchangeError(faults)
    try:
        with transaction.atomic():
            return _store(document, owner, project)
    except IntegrityError:
        # Somebody began an assessment between our look and our writing.
        if project is not None and _has_open_assessment(project):
            raise _has_one_already() from None
        raise


def _store(document: Mapping[str, Any], owner: User | None, project: Project | None) -> Assessment:
    catalogue = load_catalogue(Catalogue.objects.published().get(version=document["catalogue"]).pk)
    if project is None:
        project = _new_project(document["project"], owner)
    elif _has_open_assessment(Project.objects.select_for_update().get(pk=project.pk)):
        raise _has_one_already()
    newest = project.assessments.order_by("-number").values_list("number", flat=True).first()
    assessment = Assessment.objects.create(
        project=project,
        catalogue=catalogue,
        number=(newest or 0) + 1,
        scope=document["scope"],
        state=State.DRAFT,
        created_by=owner,
    )
    contents = {key: AnswerContent.of_entry(part) for key, part in document["answers"].items()}
    answers = begin_answers(assessment, contents, owner)
    Target.objects.bulk_create(
        Target(assessment=assessment, dimension_key=key, value=int(value))
        for key, value in document.get("targets", {}).items()
    )
    Measure.objects.bulk_create(_measure(assessment, part) for part in document.get("measures", []))
    GoalConflict.objects.bulk_create(_conflict(assessment, part) for part in document.get("conflicts", []))
    store_scores(assessment, score_assessment(shapes_of(catalogue), values_of(answers), Scope(assessment.scope)))
    return assessment


def _has_open_assessment(project: Project) -> bool:
    return project.assessments.filter(state__in=UNFINISHED_STATES).exists()


def _has_one_already() -> ExchangeError:
    return ExchangeError(
        [Fault("$", _("The project already has an open assessment. Submit or delete it first, then import again."))]
    )


def _new_project(part: Mapping[str, Any], owner: User | None) -> Project:
    key = part.get("organisation", "")
    project = Project.objects.create(
        name=part["name"],
        summary=part.get("summary", ""),
        organisation=Organisation.objects.get(key=key) if key else None,
        phase=part["phase"],
    )
    project.perspectives.set(Perspective.objects.filter(key__in=part.get("perspectives", [])))
    if owner is not None:
        Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


def _measure(assessment: Assessment, part: Mapping[str, Any]) -> Measure:
    due = part.get("due")
    return Measure(
        assessment=assessment,
        title=part["title"],
        refers_to=part.get("refers_to", ""),
        responsible=part.get("responsible", ""),
        due=None if due is None else date.fromisoformat(due),
        state=part["state"],
    )


def _conflict(assessment: Assessment, part: Mapping[str, Any]) -> GoalConflict:
    first, second = part["between"]
    return GoalConflict(
        assessment=assessment,
        first_key=first,
        second_key=second,
        description=part["description"],
        handling=part.get("handling", ""),
    )
