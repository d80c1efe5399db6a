"""Taking over what an assessment holds into a new one of the same project."""

from __future__ import annotations

from principles.models import load_catalogue

from .answering import AnswerContent, begin_answers
from .evidence_files import copy_files
from .models import Assessment, GoalConflict, Measure, Target, User
from .stored_scores import shapes_of

MEASURE_FIELDS = ("title", "refers_to", "responsible", "due", "state")
CONFLICT_FIELDS = ("first_key", "second_key", "description", "handling")


def copy_content(source: Assessment, target: Assessment, user: User) -> None:
    """Copy answers with their files and a first entry in their history, targets, measures and conflicts of goals.

    Only what the target's catalogue asks is taken over. Call it in the transaction that creates ``target``.
    """
    shapes = shapes_of(load_catalogue(target.catalogue_id))
    dimensions = {shape.key for shape in shapes}
    questions = {question.key for shape in shapes for aspect in shape.aspects for question in aspect.questions}
    _copy_answers(source, target, user, questions)
    Target.objects.bulk_create(
        Target(assessment=target, dimension_key=one.dimension_key, value=one.value)
        for one in source.targets.filter(dimension_key__in=dimensions)
    )
    Measure.objects.bulk_create(
        Measure(assessment=target, **{name: getattr(one, name) for name in MEASURE_FIELDS})
        for one in source.measures.all()
    )
    GoalConflict.objects.bulk_create(
        GoalConflict(assessment=target, **{name: getattr(one, name) for name in CONFLICT_FIELDS})
        for one in source.conflicts.filter(first_key__in=dimensions, second_key__in=dimensions)
    )


def _copy_answers(source: Assessment, target: Assessment, user: User, keys: set[str]) -> None:
    contents = {
        answer.question_key: AnswerContent.of(answer)
        for answer in source.answers.order_by("question_key")
        if answer.question_key in keys and not answer.is_open
    }
    begin_answers(target, contents, user)
    copy_files(
        source, target, {key: [item.get("sha256", "") for item in one.evidence] for key, one in contents.items()}
    )
