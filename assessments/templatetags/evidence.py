"""Evidence as pages show it. Formats only: what is kept of the files is read before."""

from collections.abc import Iterable, Mapping

from django import template

from ..evidence_shown import Piece, Shelf

register = template.Library()


@register.inclusion_tag("assessments/_evidence.html")
def evidence(
    question_key: str, items: Iterable[Mapping[str, str]], shelf: Shelf | None = None
) -> dict[str, tuple[Piece, ...]]:
    """The evidence of one question as a list; without a ``shelf`` there are no files to be handed over."""
    return {"pieces": (shelf or Shelf()).pieces(question_key, items)}
