"""The work done with the catalogue: answered, scored, reviewed, reported."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Projects and their self-assessments."""

    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        """Register the system checks."""
        from . import checks  # noqa: F401, PLC0415 - checks register themselves once the apps are loaded
