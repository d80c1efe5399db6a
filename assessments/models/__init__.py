"""Projects, people and their assessments."""

from .answers import MAX_TEXT_LENGTH, MIN_REASON_LENGTH, Answer, AnswerChange
from .assessments import DIMENSION_KEYS, Assessment, AssessmentScores, Target, score_column
from .comments import MAX_COMMENT_LENGTH, Comment, Thread
from .evidence import EvidenceFile
from .exports import ExportJob
from .good_practice import GoodPractice
from .invitations import Invitation
from .mails import OutgoingMail
from .measures import GoalConflict, Measure
from .people import Organisation, User
from .portfolio import SORTED_SCORES, PortfolioEntry
from .projects import Membership, Project
from .publications import Publication
from .ratings import IndividualRating, RevealedDimension
from .reviews import ReviewerRating, Snapshot, StateChange
from .sent_forms import SentForm

__all__ = [
    "DIMENSION_KEYS",
    "MAX_COMMENT_LENGTH",
    "MAX_TEXT_LENGTH",
    "MIN_REASON_LENGTH",
    "SORTED_SCORES",
    "Answer",
    "AnswerChange",
    "Assessment",
    "AssessmentScores",
    "Comment",
    "EvidenceFile",
    "ExportJob",
    "GoalConflict",
    "GoodPractice",
    "IndividualRating",
    "Invitation",
    "Measure",
    "Membership",
    "Organisation",
    "OutgoingMail",
    "PortfolioEntry",
    "Project",
    "Publication",
    "RevealedDimension",
    "ReviewerRating",
    "SentForm",
    "Snapshot",
    "StateChange",
    "Target",
    "Thread",
    "User",
    "score_column",
]
