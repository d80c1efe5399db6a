"""``manage.py benchmark``: what the app costs beside bare Django, on data of its own (design: quality, Fast)."""

from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.test.utils import override_settings

from ...benchmark.table import WORKS, Line, measure_all

FILES = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


class Command(BaseCommand):
    """Makes a database beside the configured one, fills it, measures, prints one table and removes it."""

    help = "Measure saving, pages, portfolio and report as ratios to bare Django in the same run."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long it may take, and what is measured."""
        parser.add_argument("--rounds", type=int, default=40, help="measured rounds (40)")
        parser.add_argument("--projects", type=int, default=10_000, help="size of the large portfolio (10000)")
        parser.add_argument("--only", nargs="+", choices=WORKS, default=WORKS, metavar="WORK", help=", ".join(WORKS))

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            if connection.vendor == "sqlite":
                # A file as in production: in memory nothing has to reach the disk.
                connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "benchmark.sqlite3")
            name = connection.settings_dict["NAME"]
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            try:
                with override_settings(
                    ALLOWED_HOSTS=["testserver"],
                    ANSWERS_PER_MINUTE=10**9,
                    ROOT_URLCONF="assessments.benchmark.floors",
                    SECURE_SSL_REDIRECT=False,
                    STATIC_ROOT=folder,
                    STORAGES=settings.STORAGES | {"default": FILES | {"OPTIONS": {"location": folder}}},
                ):
                    lines = measure_all(options["rounds"], options["projects"], self.stderr.write, options["only"])
            finally:
                connection.creation.destroy_test_db(str(name), verbosity=0)
        self.stdout.write(f"{connection.vendor}, CPU time, medians of {options['rounds']} rounds\n")
        widths = [max(len(line[column]) for line in lines) for column in range(len(Line._fields))]
        for line in lines:
            self.stdout.write("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
