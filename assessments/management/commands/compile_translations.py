"""``manage.py compile_translations``: .po to .mo without gettext on the machine."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Compiles every catalogue of the project's translations that has changed."""

    help = "Compile the translations, without gettext."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each .mo beside its .po unless it is newer."""
        for directory in settings.LOCALE_PATHS:
            for source in sorted(Path(directory).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                    polib.pofile(str(source)).save_as_mofile(str(target))
                    self.stdout.write(f"compiled {target.relative_to(settings.BASE_DIR)}")
