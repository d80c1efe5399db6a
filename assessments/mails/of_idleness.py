"""What mails say before an account or a draft is deleted that nobody uses any more."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..enums import State
from ..idleness import goes_on
from ..models import Assessment, OutgoingMail, User
from ..permissions import Action, allows
from .words import Words, plain


def account_idle(mail: OutgoingMail, reader: User) -> Words | None:
    """For the person."""
    day = goes_on(reader.last_login or reader.date_joined, mail)
    if day is None:
        return None
    names = {"date": date_format(day, "DATE_FORMAT")}
    return Words(
        subject=_("Your account will be deleted on %(date)s") % names,
        before=(
            _("You have not signed in for a long time. On %(date)s your account will be deleted.") % names,
            _("If you want to keep it, sign in once before that day. Otherwise you need not do anything."),
        ),
        label=_("Sign in"),
        path=reverse("account_login"),
        after=(_("What you wrote stays with the projects, without your name."),),
    )


def draft_idle(mail: OutgoingMail, reader: User) -> Words | None:
    """For those who can go on with it."""
    draft = Assessment.objects.select_related("project").filter(pk=mail.about, state=State.DRAFT).first()
    if draft is None or not allows(reader, Action.ANSWER, draft):
        return None
    day = goes_on(draft.changed_at, mail)
    if day is None:
        return None
    names = {"project": plain(str(draft.project)), "date": date_format(day, "DATE_FORMAT")}
    return Words(
        subject=_("A draft of “%(project)s” will be deleted on %(date)s") % names,
        before=(
            _(
                "Nobody has worked on this draft of the project “%(project)s” for a long time. On %(date)s it will be "
                "deleted with all its answers. Everything else of the project stays."
            )
            % names,
            _("If you still need it, change an answer before that day, or download the draft under “Result”."),
        ),
        label=_("Open the draft"),
        path=draft.get_absolute_url(),
    )
