"""What ``manage.py check`` says about the machine."""

from typing import Any

from django.core import checks

from .reports.pdf import PANGO_PACKAGE, is_available


@checks.register()
def pango_is_installed(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Without Pango everything works but PDF files."""
    if is_available():
        return []
    return [
        checks.Warning(
            "PDF reports are not available: Pango is missing.",
            hint=f"sudo apt-get install -y {PANGO_PACKAGE}",
            id="assessments.W001",
        )
    ]
