"""The work done with the catalogue: answered, scored, reviewed, reported."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Projects and their self-assessments."""

    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        """Register the system checks, hand public good practice to the pages of the catalogue, time sign-ins."""
        from principles import practice  # noqa: PLC0415 - models are there once the apps are loaded

        from . import checks, good_practices, sessions  # noqa: F401, PLC0415 - likewise; checks register themselves

        practice.register(good_practices.public_examples)
        user_logged_in.connect(sessions.begin_on_sign_in, dispatch_uid="sign_in_times")
