"""``manage.py verify_scores``: compute all stored scores anew and compare."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...portfolio_entries import find_wrong_entries, restore_entry
from ...stored_scores import find_differences, restore_scores


class Command(BaseCommand):
    """Names every stored figure that the answers do not give; exit code 1 if there is one left."""

    help = "Compare the stored scores of all assessments with scores computed anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to put it right."""
        parser.add_argument("--fix", action="store_true", help="store the computed scores where they differ")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, name and, if asked, put right."""
        wrong: set[int] = set()
        for difference in find_differences():
            wrong.add(difference.assessment_id)
            self.stdout.write(
                f"{difference.assessment_id} {difference.column}: {difference.stored} ≠ {difference.computed}"
            )
        stale = list(find_wrong_entries())
        for project_id in stale:
            self.stdout.write(_("The portfolio entry of project %(id)d is not up to date.") % {"id": project_id})
        if options["fix"]:
            for assessment_id in sorted(wrong):
                restore_scores(assessment_id)
            # Looked for again: an entry shows the stored scores that have just been put right.
            for project_id in list(find_wrong_entries()):
                restore_entry(project_id)
            fixed = ngettext("%(count)d assessment corrected.", "%(count)d assessments corrected.", len(wrong))
            self.stdout.write(fixed % {"count": len(wrong)})
        elif stale and not wrong:
            raise CommandError(_("Run again with --fix to bring the portfolio up to date."))
        elif wrong:
            differ = ngettext(
                "The stored scores of %(count)d assessment differ. Run again with --fix to store the computed ones.",
                "The stored scores of %(count)d assessments differ. Run again with --fix to store the computed ones.",
                len(wrong),
            )
            raise CommandError(differ % {"count": len(wrong)})
        else:
            self.stdout.write(_("All stored scores are right."))
