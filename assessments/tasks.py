"""Work done after the answer has gone out, by the worker of django-tasks."""

from __future__ import annotations

from django_tasks import task

from . import invitations


@task()  # type: ignore[untyped-decorator]  # the package brings no types
def send_invitation(invitation_pk: int) -> None:
    """Send the mail of an invitation."""
    invitations.send_mail(invitation_pk)
