"""``manage.py demo``: an invented portfolio to look at."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.demo import ACCOUNTS, PASSWORD, make_demo


class Command(BaseCommand):
    """Makes fictional projects and accounts whose password everybody knows. Safe to repeat."""

    help = "Make the fictional demo portfolio; refused outside the demo unless --yes is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The consent that is needed on a real instance."""
        parser.add_argument("--yes", action="store_true", help="do it outside the demo too")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        """Make what is missing and print who can sign in."""
        if not (settings.DEMO or yes):
            raise CommandError(
                "This is not a demo (DEMO=1). The command makes accounts, one of them an administrator, with a "
                "password that everybody knows. Add --yes if that is what you want."
            )
        new = make_demo()
        self.stdout.write(f"Demo: {len(new)} fictional projects added" if new else "Demo: nothing to do.")
        self.stdout.write(f"\nDemo-Konten (demo accounts), Passwort (password): {PASSWORD}")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.email:20} {account.what}")
