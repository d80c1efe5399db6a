"""The book: catalogue, context and glossary."""

from .catalogue import (
    LEVELS,
    Aspect,
    Catalogue,
    Dimension,
    PublishedCatalogueError,
    Question,
    load_catalogue,
    newest_catalogue,
)
from .context import CityGroup, ContextReference, Perspective
from .glossary import Term

__all__ = [
    "LEVELS",
    "Aspect",
    "Catalogue",
    "CityGroup",
    "ContextReference",
    "Dimension",
    "Perspective",
    "PublishedCatalogueError",
    "Question",
    "Term",
    "load_catalogue",
    "newest_catalogue",
]
