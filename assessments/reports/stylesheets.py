"""The looks of documents on paper. All of them begin with the look of the project report."""

from __future__ import annotations

import functools
from pathlib import Path

from django.conf import settings

FOLDER = Path("templates") / "reports"
COMMON = "project_report.css"


@functools.cache
def stylesheet(name: str) -> str:
    """The common look, then the file of this name in ``templates/reports``."""
    folder = Path(settings.BASE_DIR) / FOLDER
    return "\n".join((folder / part).read_text(encoding="utf-8") for part in (COMMON, name))
