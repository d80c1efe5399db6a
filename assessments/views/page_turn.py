"""From one dimension to its neighbours: what the end of a page with one dimension leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.http import Http404

from principles.models import Dimension

Neighbours = dict[str, Dimension | None]


def find_dimension(dimensions: Iterable[Dimension], key: str) -> Dimension:
    """The dimension with this key; 404 if there is none."""
    for dimension in dimensions:
        if dimension.key == key:
            return dimension
    raise Http404


def neighbours_of(dimensions: Sequence[Dimension], dimension: Dimension) -> Neighbours:
    """The dimensions ``previous`` to and ``next`` after this one; None at either end."""
    place = dimensions.index(dimension)
    return {
        "previous": dimensions[place - 1] if place else None,
        "next": dimensions[place + 1] if place + 1 < len(dimensions) else None,
    }


def page_turn(
    neighbours: Neighbours, address: Callable[[Dimension], str], list_url: str
) -> dict[str, Dimension | str | None]:
    """What ``_page_turn.html`` shows: the neighbours, their addresses (empty for none), the list of all."""
    addresses = {f"{name}_url": address(one) if one else "" for name, one in neighbours.items()}
    return {**neighbours, **addresses, "list_url": list_url}
