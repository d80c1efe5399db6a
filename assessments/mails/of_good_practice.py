"""What mails say of good practice: offered, confirmed, declined."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ..enums import PracticeState
from ..models import GoodPractice, OutgoingMail, User
from ..permissions import Action, allows
from ..places import places_of
from .words import MAX_REASON, Words, plain, quoted


def offered(mail: OutgoingMail, reader: User) -> Words | None:
    """For the reviewers."""
    practice = _practice_of(mail, PracticeState.OFFERED)
    if practice is None or not allows(reader, Action.REVIEW, practice.assessment):
        return None
    names = {"project": plain(str(practice.assessment.project))}
    return Words(
        subject=_("Good practice offered: “%(project)s”") % names,
        before=(
            _("The team of the project “%(project)s” offers an answer as good practice for the guide.") % names,
            _about_practice(practice),
        ),
        label=_("Read and decide"),
        path=reverse("good_practice_review", args=[practice.pk]),
    )


def confirmed(mail: OutgoingMail, reader: User) -> Words | None:
    """For those of the team who offer."""
    practice = _practice_of(mail, PracticeState.CONFIRMED)
    if practice is None or not allows(reader, Action.OFFER_PRACTICE, practice.assessment):
        return None
    names = {"project": plain(str(practice.assessment.project))}
    return Words(
        subject=_("Good practice in the guide: “%(project)s”") % names,
        before=(
            _("The Senate Chancellery has confirmed your good practice. Everybody can read it in the guide now."),
            _about_practice(practice),
        ),
        label=_("See it in the guide"),
        path=reverse("guide_dimension", args=[practice.dimension_key]),
        after=(_("You can withdraw it at any time."),),
    )


def declined(mail: OutgoingMail, reader: User) -> Words | None:
    """For those of the team who offer, with the reason."""
    practice = _practice_of(mail, PracticeState.DECLINED)
    if practice is None or not allows(reader, Action.OFFER_PRACTICE, practice.assessment):
        return None
    names = {"project": plain(str(practice.assessment.project))}
    return Words(
        subject=_("Good practice declined: “%(project)s”") % names,
        before=(
            _("The Senate Chancellery has declined the good practice that you offered."),
            _about_practice(practice),
        ),
        caption=_("The reason:"),
        quote=quoted(practice.reason, MAX_REASON),
        label=_("See your good practice"),
        path=reverse("good_practice_list", args=[practice.assessment_id]),
        after=(_("You can offer it again in other words."),),
    )


def _practice_of(mail: OutgoingMail, state: PracticeState) -> GoodPractice | None:
    practices = GoodPractice.objects.select_related("assessment__project")
    return practices.filter(pk=mail.about, state=state).first()


def _about_practice(practice: GoodPractice) -> str:
    place = places_of(practice.assessment).get(practice.question_key, practice.question_key)
    return _("“%(title)s”, about the question: %(place)s") % {"title": plain(practice.title), "place": place}
