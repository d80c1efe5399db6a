"""What ``manage.py check`` says about the machine."""

from typing import Any

from django.conf import settings
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


@checks.register(deploy=True)
def staff_need_a_second_factor(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """On a server those who see many projects sign in with more than a password."""
    if settings.REQUIRE_SECOND_FACTOR:
        return []
    return [
        checks.Warning(
            "Staff can sign in with a password alone.",
            hint="Leave REQUIRE_SECOND_FACTOR out of the environment.",
            id="assessments.W002",
        )
    ]
