"""What mails say of the team: invitations, the project, comments, what is due."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..enums import Role
from ..measures import reminded_of, reminded_until
from ..models import Assessment, Comment, Invitation, Membership, OutgoingMail, Thread, User
from ..permissions import Action, allows
from ..places import places_of
from .words import MAX_COMMENT, Words, plain, quoted, who


def invitation(invited: Invitation, token: str) -> Words:
    """For the invited address."""
    names = {
        "project": plain(str(invited.project)),
        "inviter": plain(str(invited.invited_by)),
        "role": Role(invited.role).label,
        "address": invited.email,
        "date": date_format(timezone.localtime(invited.expires_at), "DATE_FORMAT"),
    }
    return Words(
        subject=_("Invitation to the project “%(project)s”") % names,
        before=(
            _(
                "%(inviter)s invites you to work on the project “%(project)s” in the Smart City Self-Assessment of "
                "Berlin. Your role: %(role)s."
            )
            % names,
            _("Open this page and accept the invitation:"),
        ),
        label=_("See the invitation"),
        path=reverse("invitation_accept", args=[token]),
        after=(
            _(
                "You need an account with this address (%(address)s); you can create one on that page. The invitation "
                "works once, until %(date)s."
            )
            % names,
            _("If you do not know what this is about, ignore this mail. Nothing happens then."),
        ),
    )


def joined(mail: OutgoingMail, reader: User) -> Words | None:
    """For whoever invited."""
    accepted = Invitation.objects.select_related("project").filter(pk=mail.about).first()
    if accepted is None or accepted.project is None:
        return None
    if not allows(reader, Action.MANAGE_MEMBERS, accepted.project):
        return None
    names = {"who": who(mail), "project": plain(str(accepted.project)), "role": Role(accepted.role).label}
    return Words(
        subject=_("%(who)s now works on “%(project)s”") % names,
        before=(_("%(who)s has accepted your invitation to the project “%(project)s”. The role: %(role)s.") % names,),
        label=_("See the team"),
        path=reverse("member_list", args=[accepted.project.pk]),
    )


def handed_over(mail: OutgoingMail, reader: User) -> Words | None:
    """For the new owner."""
    membership = Membership.objects.select_related("project").filter(pk=mail.about, role=Role.OWNER).first()
    if membership is None:
        return None
    names = {"who": who(mail), "project": plain(str(membership.project))}
    return Words(
        subject=_("The project “%(project)s” is now yours") % names,
        before=(
            _("%(who)s has handed the project “%(project)s” over to you.") % names,
            _("As its owner you decide who works on it, and you submit its assessments."),
        ),
        label=_("Open the project"),
        path=membership.project.get_absolute_url(),
    )


def comment(mail: OutgoingMail, reader: User) -> Words | None:
    """For the team."""
    written = _comment_of(mail)
    if written is None or not allows(reader, Action.COMMENT, written.thread.assessment):
        return None
    assessment = written.thread.assessment
    names = {"who": who(mail), "project": plain(str(assessment.project))}
    return Words(
        subject=_("New comment on “%(project)s”") % names,
        before=(_("%(who)s has written a comment on the project “%(project)s”.") % names, _about(written.thread)),
        quote=quoted(written.text, MAX_COMMENT),
        label=_("Read and answer"),
        path=f"{reverse('comment_list', args=[assessment.pk])}#t-{written.thread_id}",
    )


def answer(mail: OutgoingMail, reader: User) -> Words | None:
    """For the reviewers of a thread."""
    written = _comment_of(mail)
    if written is None or not allows(reader, Action.REVIEW, written.thread.assessment):
        return None
    thread, assessment = written.thread, written.thread.assessment
    place = places_of(assessment).get(thread.refers_to)
    names = {"who": who(mail), "project": plain(str(assessment.project))}
    return Words(
        subject=_("Answer from “%(project)s”") % names,
        before=(
            _("%(who)s of the project “%(project)s” has answered what you wrote in the review.") % names,
            _about(thread),
        ),
        quote=quoted(written.text, MAX_COMMENT),
        label=_("Open the submission"),
        path=(
            reverse("review_dimension", args=[assessment.pk, place.dimension.key])
            if place
            else reverse("review_detail", args=[assessment.pk])
        ),
    )


def _comment_of(mail: OutgoingMail) -> Comment | None:
    return Comment.objects.select_related("thread__assessment__project").filter(pk=mail.about).first()


def _about(thread: Thread) -> str:
    place = places_of(thread.assessment).get(thread.refers_to)
    return _("About: %(place)s") % {"place": place or _("the whole assessment")}


def measures_due(mail: OutgoingMail, reader: User) -> Words | None:
    """For those who plan measures."""
    assessment = Assessment.objects.select_related("project").filter(pk=mail.about).first()
    if assessment is None or not allows(reader, Action.PLAN, assessment):
        return None
    today = timezone.localdate()
    measures = reminded_of(assessment, today)
    if not measures:
        return None
    names = {
        "project": plain(str(assessment.project)),
        "date": date_format(reminded_until(today), "DATE_FORMAT"),
    }
    return Words(
        subject=_("Measures due soon: “%(project)s”") % names,
        before=(_("In the project “%(project)s” these measures are due by %(date)s:") % names,),
        items=tuple(f"{date_format(one.due, 'SHORT_DATE_FORMAT')}: {plain(one.title)}" for one in measures if one.due),
        label=_("See the measures"),
        path=reverse("measure_list", args=[assessment.pk]),
    )
