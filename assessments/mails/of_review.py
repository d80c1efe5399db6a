"""What mails say of the review: submitting, withdrawing, returning, approving."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Assessment, OutgoingMail, StateChange, Thread, User
from ..permissions import Action, allows
from .words import MAX_REASON, Words, plain, quoted


def submitted(mail: OutgoingMail, reader: User) -> Words | None:
    """For the reviewers."""
    change = _change_of(mail)
    if change is None or not _still_stands(change) or not allows(reader, Action.REVIEW, change.assessment):
        return None
    names = {"project": plain(str(change.assessment.project)), "number": change.snapshot.number}
    return Words(
        subject=_("Submitted: “%(project)s”") % names,
        before=(
            _("The team of the project “%(project)s” has submitted its self-assessment.") % names
            if change.snapshot.number == 1
            else _("The team of the project “%(project)s” has submitted its self-assessment again (no. %(number)d).")
            % names,
            _("It is waiting for review. Until somebody begins, the team can withdraw it."),
        ),
        label=_("See the submission"),
        path=reverse("review_detail", args=[change.assessment_id]),
    )


def withdrawn(mail: OutgoingMail, reader: User) -> Words | None:
    """For the reviewers who were told."""
    change = _change_of(mail)
    if change is None or not reader.is_reviewer:
        return None
    names = {"project": plain(str(change.assessment.project))}
    return Words(
        subject=_("Withdrawn: “%(project)s”") % names,
        before=(
            _("The team of the project “%(project)s” has withdrawn its submission. There is nothing to review.")
            % names,
        ),
        label=_("See what is waiting for review"),
        path=reverse("review_queue"),
    )


def returned(mail: OutgoingMail, reader: User) -> Words | None:
    """For the team, with the reason."""
    change = _change_of(mail)
    if change is None or not _still_stands(change) or not allows(reader, Action.VIEW_ASSESSMENT, change.assessment):
        return None
    names = {"project": plain(str(change.assessment.project))}
    return Words(
        subject=_("Returned: “%(project)s”") % names,
        before=(_("The Senate Chancellery has returned the self-assessment of the project “%(project)s”.") % names,),
        caption=_("The reason:"),
        quote=quoted(change.reason, MAX_REASON),
        label=_("Continue the assessment"),
        path=change.assessment.get_absolute_url(),
        after=(*_remarks(change.assessment), _("The team can change its answers again and then submit anew.")),
    )


def approved(mail: OutgoingMail, reader: User) -> Words | None:
    """For the team, with hash and validity."""
    change = _change_of(mail)
    if change is None or not allows(reader, Action.VIEW_ASSESSMENT, change.assessment):
        return None
    names = {"project": plain(str(change.assessment.project))}
    until = date_format(change.valid_until, "DATE_FORMAT") if change.valid_until else ""
    return Words(
        subject=_("Approved: “%(project)s”") % names,
        before=(_("The Senate Chancellery has approved the self-assessment of the project “%(project)s”.") % names,),
        items=(
            _("Valid until: %(date)s") % {"date": until},
            _("Hash of the approved state (SHA-256): %(hash)s") % {"hash": change.snapshot.sha256},
        ),
        caption=_("From the reviewers:") if change.reason else "",
        quote=quoted(change.reason, MAX_REASON),
        label=_("Open the assessment"),
        path=change.assessment.get_absolute_url(),
        after=_remarks(change.assessment),
    )


def _remarks(assessment: Assessment) -> tuple[str, ...]:
    """What the reviewers wrote at single places and the team has not settled; here is how much, on the page what."""
    count = Thread.objects.filter(assessment=assessment, is_review=True, is_open=True).count()
    if not count:
        return ()
    return (
        ngettext(
            "The reviewers have commented on one place; you will find the comment on the page.",
            "The reviewers have commented on %(count)d places; you will find the comments on the page.",
            count,
        )
        % {"count": count},
    )


def _change_of(mail: OutgoingMail) -> StateChange | None:
    changes = StateChange.objects.select_related("assessment__project", "snapshot").defer("snapshot__canonical")
    return changes.filter(pk=mail.about).first()


def _still_stands(change: StateChange) -> bool:
    """Whether nothing has happened to the assessment since."""
    newest = StateChange.objects.filter(assessment=change.assessment_id).order_by("at", "pk").last()
    return newest is not None and newest.pk == change.pk


def approval_ends(mail: OutgoingMail, reader: User) -> Words | None:
    """For those who can begin a new assessment."""
    change = _change_of(mail)
    if change is None or change.valid_until is None or change.valid_until < timezone.localdate():
        return None
    if not allows(reader, Action.START_ASSESSMENT, change.assessment):
        return None
    names = {
        "project": plain(str(change.assessment.project)),
        "date": date_format(change.valid_until, "DATE_FORMAT"),
    }
    return Words(
        subject=_("The approval ends soon: “%(project)s”") % names,
        before=(
            _("The approval of the self-assessment of the project “%(project)s” is valid until %(date)s.") % names,
            _("Begin a new assessment in time. It can start from the answers of the last one."),
        ),
        label=_("Open the project"),
        path=change.assessment.project.get_absolute_url(),
    )
