"""Published results: an owner offers a part of the approved state, a reviewer confirms, both can withdraw it.

Of each project at most one state is public and one waits; a newer one replaces the older when it is confirmed. Nothing
becomes public by itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from . import clock
from .enums import PublicationState, State
from .mails import events as mails
from .models import Assessment, Organisation, Publication, User
from .models.publications import LIVE_STATES
from .permissions import Action, allows
from .portfolio_entries import joined
from .public_documents import Choice, Document, public_document
from .reports.publication import forget_publication
from .snapshots import canonical_json, document_hash
from .workflow import WorkflowError, current_snapshot, hold


class PublicationError(ValidationError):
    """A step that is not possible. The message says what to do instead."""


def drafted(assessment: Assessment, choice: Choice) -> Publication:
    """What would become public of an approved assessment, not stored yet: the preview; two queries."""
    snapshot = current_snapshot(assessment)
    document = public_document(snapshot.document, choice)
    return Publication(
        project_id=assessment.project_id,
        snapshot=snapshot,
        canonical=canonical_json(document).decode(),
        sha256=document_hash(document),
        **choice.as_columns(),
        **_columns(document["project"]),
    )


def offer(assessment: Assessment, user: User, choice: Choice, sha256: str) -> Publication:
    """Offer the document with this hash, as it was seen in the preview. Nobody else reads it yet.

    Raises ``PermissionDenied`` or ``PublicationError``.
    """
    _require(user, assessment, Action.PUBLISH)
    try:
        with transaction.atomic():
            hold(assessment, (State.APPROVED,))
            publication = drafted(assessment, choice)
            if publication.sha256 != sha256:
                raise PublicationError(
                    _("This is not what the preview showed. Look at the preview again, then offer it."), code="changed"
                )
            publication.offered_by, publication.offered_at = user, clock.now()
            publication.save()
            mails.publication_offered(publication)
    except WorkflowError as error:
        raise PublicationError(_("Only an approved assessment can be published."), code="not_approved") from error
    except IntegrityError as error:
        raise PublicationError(
            _("A publication of this project is waiting for a decision already."), code="already_offered"
        ) from error
    return publication


def _columns(part: Document) -> dict[str, Any]:
    """What lists show and search."""
    return {
        "name": part["name"],
        "summary": part.get("summary", ""),
        "organisation": Organisation.objects.filter(key=part.get("organisation") or "").first(),
        "phase": part["phase"],
        "perspectives": joined(part.get("perspectives", [])),
    }


def confirm(publication: Publication, user: User, sha256: str) -> None:
    """Make exactly the document with this hash public; what the project showed before goes. Raises as ``offer`` does.

    Nobody confirms what their own team offers.
    """
    _require(user, publication.snapshot.assessment, Action.REVIEW)
    with transaction.atomic():
        # First come, first served: whoever acts on the same project waits here.
        list(Publication.objects.filter(project=publication.project_id).order_by("pk").select_for_update())
        _end(publication.project_id, PublicationState.PUBLISHED, PublicationState.REPLACED)
        _move(
            publication,
            (PublicationState.OFFERED,),
            sha256=sha256,
            state=PublicationState.PUBLISHED,
            decided_by=user,
            decided_at=clock.now(),
        )
        mails.publication_decided(publication, user)


def decline(publication: Publication, user: User, reason: str) -> None:
    """Turn an offer down; the owners read the reason. Raises as ``offer`` does."""
    _require(user, publication.snapshot.assessment, Action.REVIEW)
    if not reason.strip():
        raise PublicationError(_("Say why: the team reads the reason."), code="no_reason")
    with transaction.atomic():
        _move(
            publication,
            (PublicationState.OFFERED,),
            state=PublicationState.DECLINED,
            decided_by=user,
            decided_at=clock.now(),
            reason=reason.strip(),
            canonical="",
            summary="",
        )
        mails.publication_decided(publication, user)


def withdraw(publication: Publication, user: User) -> None:
    """Take it back, whether it waits or is public; its pages and files are gone at once. Raises as ``offer`` does."""
    if not may_withdraw(user, publication):
        raise PermissionDenied
    with transaction.atomic():
        _move(
            publication,
            LIVE_STATES,
            state=PublicationState.WITHDRAWN,
            withdrawn_by=user,
            withdrawn_at=clock.now(),
            canonical="",
            summary="",
        )
        mails.unpublished(publication, user)


def may_withdraw(user: User, publication: Publication) -> bool:
    """Owners and reviewers may, at any time."""
    assessment = publication.snapshot.assessment
    return allows(user, Action.PUBLISH, assessment) or allows(user, Action.REVIEW, assessment)


def _end(project_id: int, before: PublicationState, after: PublicationState) -> None:
    Publication.objects.filter(project=project_id, state=before).update(state=after, canonical="", summary="")


def _move(
    publication: Publication, before: tuple[PublicationState, ...], *, sha256: str | None = None, **changes: object
) -> None:
    """Change the state only if nobody else was faster; of a document with this hash, if one is named."""
    rows = Publication.objects.filter(pk=publication.pk, state__in=before)
    if sha256 is not None:
        rows = rows.filter(sha256=sha256)
    if not rows.update(**changes):
        raise PublicationError(
            _("Somebody else was faster: the state of this publication has changed. Look at it again."), code="moved"
        )
    publication.refresh_from_db()
    transaction.on_commit(partial(forget_publication, publication.project_id))


def _require(user: User, assessment: Assessment, action: Action) -> None:
    if not allows(user, action, assessment):
        raise PermissionDenied
