"""Figures as people read them. Formats only: nothing here computes a score or asks a database."""

from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language

from ..scoring import whole_points

register = template.Library()

NONE = "–"
"""Stands where a figure does not exist."""


@register.filter
def points(figure: Fraction | int | None) -> str:
    """Whole points, half up: 56.25 → 56. A figure below zero carries a real minus sign."""
    if figure is None:
        return NONE
    whole = whole_points(Fraction(figure))
    return f"−{-whole}" if whole < 0 else str(whole)


@register.filter
def difference(figure: Fraction | int | None) -> str:
    """Points gained or lost with their sign: +13, −4, ±0."""
    if figure is None:
        return NONE
    whole = whole_points(abs(Fraction(figure)))
    return f"±{whole}" if not whole else f"+{whole}" if figure > 0 else f"−{whole}"


@register.filter
def decimal_place(figure: Fraction) -> str:
    """One place after the decimal sign, half up: 7/6 → 1.2."""
    return number_format(Decimal(whole_points(figure * 10)) / 10, decimal_pos=1)


@register.filter
def percent(share: Fraction | None) -> str:
    """A share of 1 as whole percent: 5/6 → 83 % in German, 83% in English."""
    space = "\N{NO-BREAK SPACE}" if get_language() == "de" else ""
    return NONE if share is None else f"{number_format(whole_points(share * 100))}{space}%"


class Spanned(Protocol):
    """A score with the span that open questions leave."""

    @property
    def low(self) -> Fraction | None:
        """With every open question at level 0."""

    @property
    def high(self) -> Fraction | None:
        """With every open question at level 4."""


@register.filter
def span(score: Spanned) -> str:
    """From low to high: 42–58; one figure where nothing is open."""
    low, high = points(score.low), points(score.high)
    return low if low == high else f"{low}–{high}"
