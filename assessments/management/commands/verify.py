"""``manage.py verify FILE.pdf|HASH`` and ``manage.py verify --all``."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from assessments.models import Snapshot
from assessments.snapshots import document_hash
from assessments.verification import (
    NotAReportError,
    Standing,
    Verdict,
    differences,
    document_of_pdf,
    judge,
    verify_chain,
)

_HASH = re.compile(r"[0-9a-fA-F]{64}")


class Command(BaseCommand):
    """Say whether a report or a hash is an approved state, or check the whole chain of snapshots."""

    help = "Check a report (PDF) or a SHA-256 against what was submitted and approved, or the whole chain (--all)."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of the two."""
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("subject", nargs="?", metavar="FILE.pdf|HASH")
        group.add_argument("--all", action="store_true", help="check every snapshot and the chain they form")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 0 when everything fits, 1 when not."""
        if options["all"]:
            self._check_chain()
        elif _HASH.fullmatch(options["subject"]):
            self._report(judge(options["subject"], timezone.localdate()))
        else:
            self._check_file(Path(options["subject"]))

    def _check_chain(self) -> None:
        findings = list(verify_chain())
        for finding in findings:
            self.stderr.write(
                f"Assessment {finding.assessment_id}, submission {finding.number}: {finding.damage.value}"
            )
        if findings:
            raise CommandError(f"{len(findings)} findings.")
        self.stdout.write(f"{Snapshot.objects.count()} snapshots, all as they were submitted.")

    def _check_file(self, path: Path) -> None:
        try:
            document = document_of_pdf(path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        except NotAReportError as error:
            raise CommandError(f"{path} is not a report of this app: it carries no readable document.") from error
        verdict = judge(document_hash(document), timezone.localdate())
        if verdict.standing is Standing.UNKNOWN:
            self._name_differences(document)
        self._report(verdict)

    def _name_differences(self, document: dict[str, Any]) -> None:
        """Against the newest snapshot of a project with this name, if there is one."""
        name = document.get("project", {}).get("name", "")
        nearest = Snapshot.objects.filter(assessment__project__name=name).order_by("-pk").first()
        if nearest is None:
            return
        self.stderr.write(f"Compared with the newest submission of “{name}” ({nearest.short_hash}):")
        for difference in differences(nearest.document, document):
            self.stderr.write(f"  {difference.path}: {difference.ours!r} → {difference.theirs!r}")

    def _report(self, verdict: Verdict) -> None:
        if verdict.snapshot is None:
            raise CommandError(f"{verdict.sha256}: no submitted state has this hash.")
        assessment = verdict.snapshot.assessment
        text = f"{verdict.sha256}: {verdict.standing.value}, {assessment}, submission {verdict.snapshot.number}"
        if verdict.approval:
            text += f", approved {timezone.localdate(verdict.approval.at)}, valid until {verdict.approval.valid_until}"
        self.stdout.write(text)
