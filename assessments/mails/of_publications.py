"""What mails say of published results."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from ..enums import PublicationState
from ..models import OutgoingMail, Publication, User
from ..permissions import Action, allows
from .words import MAX_REASON, Words, plain, quoted, who


def offered(mail: OutgoingMail, reader: User) -> Words | None:
    """For the reviewers."""
    publication = _publication_of(mail, PublicationState.OFFERED)
    if publication is None or not allows(reader, Action.REVIEW, publication.snapshot.assessment):
        return None
    names = {"project": plain(publication.name)}
    return Words(
        subject=_("To be published: “%(project)s”") % names,
        before=(
            _("The project “%(project)s” wants to publish the result of its self-assessment.") % names,
            _("Nobody reads it before you confirm. You see exactly what would become public."),
        ),
        label=_("Look at it and decide"),
        path=reverse("publication_review", args=[publication.pk]),
    )


def published(mail: OutgoingMail, reader: User) -> Words | None:
    """For the owners."""
    publication = _for_owner(mail, PublicationState.PUBLISHED, reader)
    if publication is None:
        return None
    names = {"project": plain(publication.name)}
    return Words(
        subject=_("Published: “%(project)s”") % names,
        before=(
            _("The Senate Chancellery has confirmed: everybody can now read the result of the project “%(project)s”.")
            % names,
        ),
        label=_("See the public page"),
        path=reverse("publication_detail", args=[publication.project_id]),
        after=(_("You can withdraw it at any time."),),
    )


def declined(mail: OutgoingMail, reader: User) -> Words | None:
    """For the owners, with the reason."""
    publication = _for_owner(mail, PublicationState.DECLINED, reader)
    if publication is None:
        return None
    names = {"project": plain(publication.name)}
    return Words(
        subject=_("Not published: “%(project)s”") % names,
        before=(_("The Senate Chancellery has declined to publish the result of the project “%(project)s”.") % names,),
        caption=_("The reason:"),
        quote=quoted(publication.reason, MAX_REASON),
        label=_("See the publication"),
        path=_offer_page(publication),
        after=(_("You can choose differently and offer it again."),),
    )


def withdrawn(mail: OutgoingMail, reader: User) -> Words | None:
    """For the owners who did not do it themselves."""
    publication = _for_owner(mail, PublicationState.WITHDRAWN, reader)
    if publication is None:
        return None
    names = {"project": plain(publication.name), "who": who(mail)}
    return Words(
        subject=_("No longer published: “%(project)s”") % names,
        before=(
            _("%(who)s has withdrawn the publication of the project “%(project)s”. It can no longer be read outside.")
            % names,
        ),
        label=_("See the publication"),
        path=_offer_page(publication),
        after=(_("You can offer it again at any time."),),
    )


def _publication_of(mail: OutgoingMail, state: PublicationState) -> Publication | None:
    return Publication.objects.without_documents().filter(pk=mail.about, state=state).first()


def _for_owner(mail: OutgoingMail, state: PublicationState, reader: User) -> Publication | None:
    publication = _publication_of(mail, state)
    if publication is None or not allows(reader, Action.PUBLISH, publication.snapshot.assessment):
        return None
    return publication


def _offer_page(publication: Publication) -> str:
    return reverse("publication_offer", args=[publication.snapshot.assessment_id])
