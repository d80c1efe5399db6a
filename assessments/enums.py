"""Words of a fixed set: how they are stored and what people read (methodology, sections 2 and 4)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """How much is asked: the 32 core questions or all 96."""

    QUICK = "quick", _("Quick check")
    FULL = "full", _("Full assessment")


class Level(IntegerChoices):
    """The five general levels; each question's own anchors make them concrete."""

    NOT_CONSIDERED = 0, _("not considered")
    CONSIDERED = 1, _("considered")
    TRIED_OUT = 2, _("tried out")
    IMPLEMENTED = 3, _("implemented")
    EMBEDDED = 4, _("embedded and evidenced")


class Stage(TextChoices):
    """Where a score stands, before rounding: quarters of 0–100."""

    STARTING_POINT = "starting_point", _("starting point")
    BUILDING_UP = "building_up", _("building up")
    BEING_IMPLEMENTED = "being_implemented", _("being implemented")
    EMBEDDED = "embedded", _("embedded")


class State(TextChoices):
    """Life of an assessment: draft → submitted → (returned → submitted)* → approved."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("Approved")


OPEN_STATES = (State.DRAFT, State.RETURNED)
"""States in which the team may change answers."""

UNFINISHED_STATES = (*OPEN_STATES, State.SUBMITTED)
"""States before approval; a project has one assessment in them at most."""

PORTFOLIO_STATES = (State.SUBMITTED, State.APPROVED)
"""States in which an assessment stands in the portfolio: handed in and not returned."""


class Role(TextChoices):
    """What a member may do in a project."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class StaffRole(TextChoices):
    """What somebody of the Senatskanzlei may do across projects."""

    REVIEWER = "reviewer", _("Reviewer")
    PORTFOLIO = "portfolio", _("Portfolio reader")
    ADMINISTRATOR = "administrator", _("Administrator")


REVIEWING_ROLES = (StaffRole.REVIEWER, StaffRole.ADMINISTRATOR)
"""Who in the Senatskanzlei reviews submissions."""


class Phase(TextChoices):
    """Phases of a project: the five steps of „Gemeinsam Digital: Berlin“."""

    IDEA = "idea", _("Idea")
    CONCEPT = "concept", _("Concept")
    PILOT = "pilot", _("Pilot")
    IMPLEMENTATION = "implementation", _("Implementation")
    SCALING = "scaling", _("Continuation and scaling")


class OrganisationKind(TextChoices):
    """Kinds of bodies that run projects."""

    SENATE = "senate", _("Senate department")
    DISTRICT = "district", _("District")
    PUBLIC_COMPANY = "public_company", _("Public company")
    SCIENCE = "science", _("Science and research")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    BUSINESS = "business", _("Business")
    OTHER = "other", _("Other body")


class MeasureState(TextChoices):
    """Progress of a measure."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DROPPED = "dropped", _("Dropped")


class PracticeState(TextChoices):
    """Life of an example of good practice: offered → confirmed or declined; withdrawn by the team at any time."""

    OFFERED = "offered", _("Offered")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PublicationState(TextChoices):
    """Life of a published result: offered by an owner → published or declined by a reviewer; withdrawn at any time."""

    OFFERED = "offered", _("Offered")
    PUBLISHED = "published", _("Published")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REPLACED = "replaced", _("Replaced by a newer one")


class ExportKind(TextChoices):
    """What can be made of a selection of the portfolio in the background."""

    REPORTS = "reports", _("All reports (ZIP)")
    PORTFOLIO = "portfolio", _("Portfolio report (PDF)")


class ExportState(TextChoices):
    """Life of an export: waiting → running → done, failed or cancelled."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_EXPORT_STATES = (ExportState.WAITING, ExportState.RUNNING)
"""States in which an export still has something to do."""


class ExportFault(TextChoices):
    """Why an export failed."""

    UNAVAILABLE = "unavailable", _("This server cannot make PDF files at the moment. Please tell its operator.")
    TOO_LARGE = "too_large", _("The selection is too large. Choose fewer projects.")
    EMPTY = "empty", _("None of the projects has a report any more.")
    WORKER_LOST = "worker_lost", _("The work on it ended several times without a result. Please tell the operator.")
    ERROR = "error", _("It could not be made. The error has been recorded.")


class MailEvent(TextChoices):
    """What a mail is about."""

    ACCOUNT = "account", _("About the account")
    INVITATION = "invitation", _("Invitation")
    JOINED = "joined", _("Invitation accepted")
    HANDED_OVER = "handed_over", _("Project handed over")
    COMMENT = "comment", _("Comment of the team")
    ANSWER = "answer", _("Answer to a reviewer")
    SUBMITTED = "submitted", _("Assessment submitted")
    WITHDRAWN = "withdrawn", _("Submission withdrawn")
    RETURNED = "returned", _("Assessment returned")
    APPROVED = "approved", _("Assessment approved")
    PRACTICE_OFFERED = "practice_offered", _("Good practice offered")
    PRACTICE_CONFIRMED = "practice_confirmed", _("Good practice confirmed")
    PRACTICE_DECLINED = "practice_declined", _("Good practice declined")
    PUBLICATION_OFFERED = "publication_offered", _("Publication offered")
    PUBLISHED = "published", _("Result published")
    PUBLICATION_DECLINED = "publication_declined", _("Publication declined")
    UNPUBLISHED = "unpublished", _("Publication withdrawn")
    MEASURES_DUE = "measures_due", _("Measures due soon")
    APPROVAL_ENDS = "approval_ends", _("Approval ends soon")
    EXPORT = "export", _("Export ready or failed")
    ACCOUNT_IDLE = "account_idle", _("Account not used for long")
    DRAFT_IDLE = "draft_idle", _("Draft not used for long")


INFORMING_EVENTS = (
    MailEvent.JOINED,
    MailEvent.WITHDRAWN,
    MailEvent.PRACTICE_CONFIRMED,
    MailEvent.PUBLISHED,
    MailEvent.UNPUBLISHED,
)
"""Events that ask nobody to do anything."""


class MailState(TextChoices):
    """Life of a mail."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("No longer needed")


class MailChoice(TextChoices):
    """Which mails somebody wants. Invitations and what concerns the account itself always come."""

    ALL = "all", _("All")
    TO_DO = "to_do", _("Only when I have something to do")
    NONE = "none", _("None, except invitations")
