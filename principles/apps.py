"""The catalogue: what is asked."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrinciplesConfig(AppConfig):
    """Dimensions, aspects and questions, and the contexts and terms around them."""

    name = "principles"
    verbose_name = _("Principles")
