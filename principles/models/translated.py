"""Two-language columns read as one attribute."""

from typing import Any

from django.utils.translation import get_language


class Translated:
    """Read ``name`` from ``name_de`` or ``name_en``, whichever language is active; German when there is no text.

    >>> class Aspect(models.Model):
    ...     name_de = models.CharField(max_length=100)
    ...     name_en = models.CharField(max_length=100)
    ...     name = Translated()
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        language = (get_language() or "de")[:2]
        german = getattr(instance, f"{self.name}_de")
        return getattr(instance, f"{self.name}_en", german) or german if language == "en" else german
