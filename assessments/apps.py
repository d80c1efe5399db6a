"""The work done with the catalogue: answered, scored, reviewed, reported."""

from functools import partial
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class AssessmentsConfig(AppConfig):
    """Projects and their self-assessments."""

    name = "assessments"
    verbose_name = _("Assessments")

    def ready(self) -> None:
        """Register the system checks, and hand public good practice to the pages of the catalogue."""
        from principles import practice  # noqa: PLC0415 - models are there once the apps are loaded

        from . import checks, good_practices  # noqa: F401, PLC0415 - likewise; checks register themselves

        practice.register(good_practices.public_examples)
        post_delete.connect(_forget_reports, sender="assessments.Assessment")


def _forget_reports(instance: Any, **kwargs: Any) -> None:
    """Delete the stored PDF files of an assessment with it, once its deletion is certain."""
    from .reports.storage import forget_reports  # noqa: PLC0415 - layers below are loaded by now

    transaction.on_commit(partial(forget_reports, instance.pk))
