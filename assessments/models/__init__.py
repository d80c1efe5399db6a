"""Projects, people and their assessments."""

from .answers import MAX_TEXT_LENGTH, MIN_REASON_LENGTH, Answer, AnswerChange
from .assessments import DIMENSION_KEYS, Assessment, AssessmentScores, Target, score_column
from .good_practice import GoodPractice
from .measures import GoalConflict, Measure
from .people import Organisation, User
from .projects import Membership, Project
from .reviews import Snapshot, StateChange

__all__ = [
    "DIMENSION_KEYS",
    "MAX_TEXT_LENGTH",
    "MIN_REASON_LENGTH",
    "Answer",
    "AnswerChange",
    "Assessment",
    "AssessmentScores",
    "GoalConflict",
    "GoodPractice",
    "Measure",
    "Membership",
    "Organisation",
    "Project",
    "Snapshot",
    "StateChange",
    "Target",
    "User",
    "score_column",
]
