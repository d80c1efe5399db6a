"""The demo's settings with what makes tests fast, strict and safe to run side by side."""

import os

os.environ.setdefault("DEMO", "1")

from smartcity.settings import *  # noqa: F403
from smartcity.settings import DATABASES, TEMPLATES
from tests.strict_templates import UnknownVariable

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# No worker runs beside the tests.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

_options = TEMPLATES[0]["OPTIONS"]
assert isinstance(_options, dict)
_options["string_if_invalid"] = UnknownVariable()

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Nothing here must survive a power failure.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
else:
    # A test holds its transaction open from the first to the last line, however long that takes on a busy machine.
    DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
# On a busy machine a report takes longer; the tests of the limit set their own.
PDF_SECONDS = 600
