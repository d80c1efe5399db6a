"""Entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartcity.settings")
application = get_wsgi_application()
# Load the views before the first request, not with it: the first visitor of a new worker need not wait for that.
get_resolver().url_patterns  # noqa: B018
