"""The settings of a real instance, without the limits that would slow a fault run down."""

from smartcity.settings import *  # noqa: F403 - the settings under test
from smartcity.settings import STORAGES

# One address and a few people send what hundreds would.
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]  # allauth takes both
ANSWERS_PER_MINUTE = 10**9
REQUIRE_SECOND_FACTOR = False
# On a busy machine a report takes longer.
PDF_SECONDS = 600
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
