"""The looks of documents on paper. All of them begin with the look of the project report."""

from __future__ import annotations

import functools
from pathlib import Path

from django.conf import settings

FOLDER = Path("templates") / "reports"
COMMON = "project_report.css"


@functools.cache
def stylesheet(*more: str) -> str:
    """The common look, then these files in ``templates/reports``."""
    folder = Path(settings.BASE_DIR) / FOLDER
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in (COMMON, *more))
