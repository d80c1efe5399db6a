"""Two-language columns read as one attribute."""

from typing import Generic, Self, TypeVar, overload

from django.utils.translation import get_language

T = TypeVar("T")


class Translated(Generic[T]):
    """Read ``name`` from ``name_de`` or ``name_en``, whichever language is active; German when there is no text.

    >>> class Aspect(models.Model):
    ...     name_de = models.CharField(max_length=100)
    ...     name_en = models.CharField(max_length=100)
    ...     name = Translated[str]()
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        language = (get_language() or "de")[:2]
        german: T = getattr(instance, f"{self.name}_de")
        english: T = getattr(instance, f"{self.name}_en")
        return english or german if language == "en" else german
