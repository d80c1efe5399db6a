"""Each member rates alone, the team looks at the ratings together and agrees (methodology, section 4).

Nobody sees anybody else's ratings of a dimension until it is revealed; from then on nobody changes theirs, unless it is
covered again for a second round. What counts is the team's answer alone. The ratings stay out of the exchange document,
reports and the next assessment, and go once they have served: with the approval, or with the person who leaves. What
somebody thought before the team agreed is nobody's business after that (DSGVO, Art. 5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from . import clock
from .answering import AssessmentClosed, text_fault, tidy
from .enums import OPEN_STATES, State
from .models import Assessment, IndividualRating, Membership, Project, RevealedDimension, User
from .rating_spread import Spread, spread_of
from .scoring import HIGHEST_LEVEL
from .stored_scores import value_of

MAX_NOTE_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class RatingContent:
    """What somebody thinks of one question; empty while they have said nothing."""

    level: int | None = None
    is_not_applicable: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TeamRatings:
    """The ratings of one question that the team sees, in the order of names."""

    spread: Spread
    ratings: tuple[IndividualRating, ...]


class RatingsError(ValidationError):
    """A step of a team session that is not possible. The message says what was done meanwhile."""


class AlreadyRevealed(Exception):  # noqa: N818 - a name of the domain
    """The dimension was revealed meanwhile; its ratings do not change any more. Nothing was stored."""


# -- Rating alone ------------------------------------------------------------------------------------------------------


def clean_rating(content: RatingContent) -> RatingContent:
    """The rating as it will be stored; ``ValidationError`` names every faulty field."""
    errors: dict[str, ValidationError] = {}
    note = tidy(content.note)
    if fault := text_fault(note, MAX_NOTE_LENGTH):
        errors["note"] = fault
    if content.level is not None and (content.is_not_applicable or content.level not in range(HIGHEST_LEVEL + 1)):
        errors["level"] = ValidationError(_("Choose one of the levels 0 to 4."), code="level")
    if errors:
        raise ValidationError(errors)
    return RatingContent(content.level, content.is_not_applicable, note)


def save_ratings(assessment: Assessment, user: User, dimension_key: str, contents: Mapping[str, RatingContent]) -> None:
    """Store what ``user`` thinks of some questions of a dimension, all of it or nothing; an empty rating goes.

    Raises ``AssessmentClosed``, ``AlreadyRevealed``, or ``PermissionDenied`` if the person has left the project
    meanwhile. The caller has cleaned the contents and checked that the questions belong to the dimension.
    """
    with transaction.atomic():
        _hold(assessment)
        if not Membership.objects.filter(project=assessment.project_id, user=user).exists():
            raise PermissionDenied
        if RevealedDimension.objects.filter(assessment=assessment, dimension_key=dimension_key).exists():
            raise AlreadyRevealed
        stored = own_ratings(assessment, user, dimension_key)
        for key, content in contents.items():
            if content == stored.get(key, RatingContent()):
                continue
            mine = IndividualRating.objects.filter(assessment=assessment, user=user, question_key=key)
            columns = {
                "level": content.level,
                "is_not_applicable": content.is_not_applicable,
                "note": content.note,
                "changed_at": clock.now(),
            }
            if content == RatingContent():
                mine.delete()
            elif key in stored:
                mine.update(**columns)
            else:
                IndividualRating.objects.create(assessment=assessment, user=user, question_key=key, **columns)


def own_ratings(assessment: Assessment, user: User, dimension_key: str) -> dict[str, RatingContent]:
    """What the person said about the questions of a dimension; one query."""
    rows = _of_dimension(dimension_key).filter(assessment=assessment, user=user)
    return {
        key: RatingContent(level, is_not_applicable, note)
        for key, level, is_not_applicable, note in rows.order_by().values_list(
            "question_key", "level", "is_not_applicable", "note"
        )
    }


def rated_questions(assessment: Assessment, user: User) -> set[str]:
    """The keys of the questions for which the person chose something."""
    rows = _chosen().filter(assessment=assessment, user=user)
    return set(rows.order_by().values_list("question_key", flat=True))


def rated_counts(assessment: Assessment) -> Counter[tuple[int, str]]:
    """How many questions each person has rated, by person and dimension; never what they chose. One query."""
    rows = _chosen().filter(assessment=assessment).order_by().values_list("user", "question_key")
    return Counter((user, dimension_of(key)) for user, key in rows)


def dimension_of(question_key: str) -> str:
    """The key of the dimension that a question belongs to."""
    return question_key.rpartition(".")[0]


# -- Looking at them together ------------------------------------------------------------------------------------------


def reveal(assessment: Assessment, user: User, dimension_key: str) -> None:
    """Show the team all ratings of a dimension; from now on nobody changes theirs.

    Raises ``RatingsError`` if nobody has rated yet or somebody else was faster, or ``AssessmentClosed``.
    """
    with transaction.atomic():
        _hold(assessment)
        shown = RevealedDimension.objects.select_related("revealed_by")
        if before := shown.filter(assessment=assessment, dimension_key=dimension_key).first():
            raise RatingsError(
                _("%(who)s has revealed this dimension already (%(at)s)."),
                code="revealed",
                params={"who": before.revealed_by or _("a deleted account"), "at": _moment(before.revealed_at)},
            )
        if not _of_dimension(dimension_key).filter(_HAS_CHOICE, assessment=assessment).exists():
            raise RatingsError(_("Nobody has rated this dimension yet."), code="no_ratings")
        RevealedDimension.objects.create(
            assessment=assessment, dimension_key=dimension_key, revealed_by=user, revealed_at=clock.now()
        )


def cover(assessment: Assessment, dimension_key: str) -> None:
    """Hide the ratings of a dimension again for a second round; everybody can change theirs.

    Raises ``RatingsError`` if they are hidden already, or ``AssessmentClosed``.
    """
    with transaction.atomic():
        _hold(assessment)
        if not RevealedDimension.objects.filter(assessment=assessment, dimension_key=dimension_key).delete()[0]:
            raise RatingsError(_("The ratings of this dimension are hidden already."), code="covered")


def is_revealed(dimension_key: str) -> Exists:
    """For a query of assessments: whether the ratings of this dimension may be seen."""
    return Exists(RevealedDimension.objects.filter(assessment=OuterRef("pk"), dimension_key=dimension_key))


def revealed_dimensions(assessment: Assessment) -> dict[str, RevealedDimension]:
    """The dimensions whose ratings may be seen, by key; one query."""
    rows = RevealedDimension.objects.filter(assessment=assessment).select_related("revealed_by")
    return {row.dimension_key: row for row in rows}


def team_ratings(assessment: Assessment, dimension_key: str) -> dict[str, TeamRatings]:
    """Everybody's ratings of a revealed dimension by question; nothing while it is not revealed. One query."""
    rows = _visible().filter(_in_dimension(dimension_key), assessment=assessment).select_related("user")
    grouped: dict[str, list[IndividualRating]] = {}
    for rating in rows.order_by("question_key", "user__name", "user"):
        grouped.setdefault(rating.question_key, []).append(rating)
    return {
        key: TeamRatings(
            spread_of(value_of(one.level, is_not_applicable=one.is_not_applicable) for one in ratings), tuple(ratings)
        )
        for key, ratings in grouped.items()
    }


def to_clarify(assessment: Assessment) -> Counter[str]:
    """How many questions need to be clarified in each revealed dimension; one query."""
    levels: dict[str, list[int | None]] = {}
    for key, level in _visible().filter(assessment=assessment).order_by().values_list("question_key", "level"):
        levels.setdefault(key, []).append(level)
    return Counter(dimension_of(key) for key, chosen in levels.items() if spread_of(chosen).needs_clarification)


# -- Forgetting --------------------------------------------------------------------------------------------------------


def forget_ratings_of(assessment: Assessment) -> None:
    """The assessment is approved: what each member thought before has served. Call it in that transaction."""
    IndividualRating.objects.filter(assessment=assessment).delete()
    RevealedDimension.objects.filter(assessment=assessment).delete()


def forget_ratings_by(user: User, project: Project | None = None) -> None:
    """The person leaves the project, or all of them: their ratings go, the team's answers stay.

    Call ``hold_ratings`` first, so that a rating that is being saved at this moment is not left behind.
    """
    ratings = IndividualRating.objects.filter(user=user)
    if project is not None:
        ratings = ratings.filter(assessment__project=project)
    ratings.delete()


def hold_ratings(of: Q) -> None:
    """Let whoever rates in these assessments wait until the transaction ends; before any lock on their projects."""
    list(Assessment.objects.filter(of).order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def ratings_left_behind(limit: datetime) -> QuerySet[IndividualRating]:
    """Ratings that have served: of approved assessments, or by people who are not in the project."""
    member = Membership.objects.filter(project=OuterRef("assessment__project"), user=OuterRef("user"))
    return IndividualRating.objects.filter(Q(assessment__state=State.APPROVED) | ~Exists(member), changed_at__lt=limit)


# -- Helpers -----------------------------------------------------------------------------------------------------------

_HAS_CHOICE = Q(level__isnull=False) | Q(is_not_applicable=True)


def _hold(assessment: Assessment) -> None:
    """Ratings, revealing and the assessment's state change one after the other."""
    held = Assessment.objects.select_for_update().filter(pk=assessment.pk, state__in=OPEN_STATES)
    # In the order of the table its projects would be held as well.
    if not held.order_by("pk").values_list("pk").first():
        raise AssessmentClosed


def _chosen() -> QuerySet[IndividualRating]:
    """Ratings that are more than a note."""
    return IndividualRating.objects.filter(_HAS_CHOICE)


def _in_dimension(key: str) -> Q:
    return Q(question_key__startswith=f"{key}.")


def _of_dimension(key: str) -> QuerySet[IndividualRating]:
    return IndividualRating.objects.filter(_in_dimension(key))


def _visible() -> QuerySet[IndividualRating]:
    """Ratings of revealed dimensions alone: whatever is shown of several people comes from here."""
    asked = ExpressionWrapper(OuterRef("question_key"), output_field=CharField())
    shown = RevealedDimension.objects.filter(assessment=OuterRef("assessment")).alias(asked=asked)
    return IndividualRating.objects.filter(Exists(shown.filter(asked__startswith=Concat("dimension_key", Value(".")))))


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
