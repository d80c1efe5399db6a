"""``manage.py import_assessment FILE``: store an exchange document as a new assessment."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...exchange import MAX_DOCUMENT_BYTES, ExchangeError, import_document, parse_document
from ...models import Project, User


class Command(BaseCommand):
    """Prints the id of the new assessment and nothing else; faults go to standard error."""

    help = "Import an assessment in the exchange format smartcity-assessment/1 and print its id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to read, and where it belongs."""
        parser.add_argument("file", help="the document; - reads standard input")
        parser.add_argument("--owner", metavar="EMAIL", help="account that owns the new project")
        parser.add_argument("--project", metavar="ID", type=int, help="existing project that gets the assessment")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the document whole or not at all."""
        owner = _owner(options["owner"]) if options["owner"] else None
        project = _project(options["project"]) if options["project"] is not None else None
        try:
            assessment = import_document(parse_document(_read(options["file"])), owner=owner, project=project)
        except ExchangeError as error:
            for fault in error.faults:
                self.stderr.write(str(fault), self.style.NOTICE)
            raise CommandError(_("The document was refused; nothing was stored.")) from None
        self.stdout.write(str(assessment.pk))


def _read(name: str) -> bytes:
    """The bytes of the file, one more than allowed at most: enough to know that it is too large."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CommandError(_("%(file)s cannot be read: %(reason)s") % {"file": name, "reason": reason}) from None


def _owner(email: str) -> User:
    owner = User.objects.filter(email__iexact=email, is_active=True).first()
    if owner is None:
        raise CommandError(_("There is no active account %(email)s.") % {"email": email})
    return owner


def _project(pk: int) -> Project:
    project = Project.objects.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if project is None:
        raise CommandError(_("There is no project with the id %(id)d.") % {"id": pk})
    return project
