"""``manage.py housekeeping``: what has to be done again and again; run it every hour."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from assessments.mails.delivery import send_due_mails
from assessments.mails.reminders import remind


class Command(BaseCommand):
    """Writes reminders, sends mails that were left behind, forgets what is due. Safe to repeat, also side by side."""

    help = "Write reminders, send mails that were left behind, and clean up. Run it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is due."""
        remind(timezone.localdate())
        self.stdout.write(f"mails: {send_due_mails()} sent")
        call_command("clean_up", stdout=self.stdout)
