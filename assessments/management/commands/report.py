"""``manage.py report ID --output FILE.pdf``: print an assessment."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ...exchange import ExchangeError
from ...models import Assessment
from ...reports.documents import edition_of, report_file
from ...reports.pdf import PdfError
from ..output import write_output


class Command(BaseCommand):
    """Writes the report of one assessment as PDF."""

    help = "Write the PDF report of an assessment (PDF/UA-1 and PDF/A-3a, with its data attached)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which assessment, where to, in which language."""
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("id", type=int, help="id of the assessment")
        parser.add_argument("--output", metavar="FILE.pdf", required=True, help="file to write")
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the report; the file appears whole or not at all."""
        pk, output = options["id"], Path(options["output"])
        assessment = Assessment.objects.select_related("project").filter(pk=pk).first() if 0 < pk < 2**63 else None
        if assessment is None:
            raise CommandError(_("There is no assessment with the id %(id)d.") % {"id": pk})
        try:
            report = report_file(edition_of(assessment), options["language"])
        except (PdfError, ExchangeError) as error:
            raise CommandError(str(error)) from error
        write_output(output, report.content)
        self.stdout.write(str(output))
