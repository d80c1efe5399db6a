"""The work done with the catalogue: answered, scored, reviewed, reported."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Projects and their self-assessments."""

    name = "assessments"
    verbose_name = _("Assessments")
