"""``manage.py export_assessment ID``: write an assessment as an exchange document."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...exchange import ExchangeError, document_text, export_document
from ...models import Assessment
from ..output import write_output


class Command(BaseCommand):
    """Writes the document to standard output or into a file."""

    help = "Export an assessment in the exchange format smartcity-assessment/1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which assessment, and where to."""
        parser.add_argument("id", type=int, help="id of the assessment")
        parser.add_argument("--output", metavar="FILE", help="file to write; standard output if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export the assessment."""
        pk = options["id"]
        assessment = Assessment.objects.filter(pk=pk).first() if 0 < pk < 2**63 else None
        if assessment is None:
            raise CommandError(_("There is no assessment with the id %(id)d.") % {"id": pk})
        try:
            text = document_text(export_document(assessment))
        except ExchangeError as error:
            raise CommandError(str(error)) from None
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            write_output(Path(options["output"]), text.encode())
