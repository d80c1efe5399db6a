"""``manage.py prepare``: bring an instance up to date in one go, after installing and after every update."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    """Translations, tables, catalogue; with ``--demo`` the fictional portfolio too. Safe to repeat."""

    help = "Compile translations, migrate, create the cache table and seed; --demo adds the demo portfolio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether the demo portfolio is wanted."""
        parser.add_argument("--demo", action="store_true", help="make the fictional demo portfolio too")

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        """Run the steps in the order in which they need each other."""
        for connection in connections.all():
            if connection.vendor == "sqlite":
                Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        if settings.DEMO:
            # In the demo static files are found where they lie; the folder for collected ones just has to exist.
            Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        for command in ("compile_translations", "migrate", "createcachetable", "seed"):
            call_command(command, verbosity=0 if command == "migrate" else 1, stdout=self.stdout)
        if demo:
            call_command("demo", stdout=self.stdout)
