"""The radar as geometry: scores in, coordinates out; ``templates/charts/radar.svg`` draws it for page and PDF alike.

All coordinates are strings with a decimal dot, whatever the active language. Each chart carries a ``title`` that says
all its numbers in words: it is what a screen reader reads and what becomes the alternative text in the PDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi, sin
from textwrap import wrap

from django.utils.translation import gettext

from .scoring import whole_points

Figure = Fraction | int | None
"""Points 0–100, or None where there is no such figure."""

Point = tuple[str, str]

RINGS = (25, 50, 75, 100)

RADAR_SIZE = (760, 620)
RADAR_CENTRE = (380, 310)
RADAR_RADIUS = 205
_LABEL_DISTANCE = 26
_LABEL_LETTERS = 18
_LABEL_LINE = 16


def coordinate(value: float) -> str:
    """A number as SVG wants it: at most two places, a dot, no exponent."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def words(figure: Figure) -> str:
    """Whole points as people read them."""
    return "–" if figure is None else str(whole_points(Fraction(figure)))


# -- Radar ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension on the radar: its key, its name in one or two lines, and its figures in points."""

    key: str
    name: tuple[str, ...]
    score: Figure
    low: Figure
    high: Figure
    target: Figure = None
    is_excluded: bool = False
    earlier: Figure = None
    """The score of an earlier state to compare with."""


@dataclass(frozen=True, slots=True)
class Label:
    """Text beside an axis; ``lines`` are (y, text) below the key."""

    x: str
    y: str
    anchor: str
    key: str
    lines: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight line."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True, slots=True)
class Ring:
    """A grid line of the radar with its value."""

    points: str
    value: int
    y: str


@dataclass(frozen=True, slots=True)
class Radar:
    """The radar of the dimensions. ``area`` is empty unless every axis has a score; then ``lines`` join neighbours."""

    title: str
    view_box: str
    centre: Point
    rings: tuple[Ring, ...]
    spokes: tuple[Segment, ...]
    spans: tuple[Segment, ...]
    area: str
    lines: tuple[Segment, ...]
    dots: tuple[Point, ...]
    target_lines: tuple[Segment, ...]
    target_marks: tuple[str, ...]
    earlier_lines: tuple[Segment, ...]
    earlier_marks: tuple[str, ...]
    labels: tuple[Label, ...]


def radar(axes: Sequence[Axis]) -> Radar:
    """Draw one axis a dimension, the first one upwards, clockwise.

    Each axis shows its score as a dot, the span that open answers leave as a thick line, and the target as a diamond.
    Dots, targets and earlier scores (squares) of neighbouring axes are joined; an axis without a figure leaves a gap.
    """
    count = len(axes)

    def at(index: int, value: float, extra: float = 0) -> tuple[float, float]:
        angle = 2 * pi * index / count - pi / 2
        radius = RADAR_RADIUS * value / 100 + extra
        return RADAR_CENTRE[0] + radius * cos(angle), RADAR_CENTRE[1] + radius * sin(angle)

    def place(index: int, figure: Figure) -> tuple[float, float] | None:
        return None if figure is None else at(index, float(figure))

    scores = [place(index, axis.score) for index, axis in enumerate(axes)]
    targets = [place(index, axis.target) for index, axis in enumerate(axes)]
    earlier = [place(index, axis.earlier) for index, axis in enumerate(axes)]
    spans = [
        segment(at(index, float(axis.low)), at(index, float(axis.high)))
        for index, axis in enumerate(axes)
        if axis.low is not None and axis.high is not None and axis.low != axis.high
    ]
    return Radar(
        title=_radar_title(axes),
        view_box=f"0 0 {RADAR_SIZE[0]} {RADAR_SIZE[1]}",
        centre=(coordinate(RADAR_CENTRE[0]), coordinate(RADAR_CENTRE[1])),
        rings=tuple(
            Ring(
                points=_polygon(at(index, value) for index in range(count)),
                value=value,
                y=coordinate(at(0, value)[1] + 4),
            )
            for value in RINGS
        ),
        spokes=tuple(segment(RADAR_CENTRE, at(index, 100)) for index in range(count)),
        spans=tuple(spans),
        area=_polygon(score for score in scores if score) if all(scores) else "",
        lines=_joined(scores),
        dots=tuple((coordinate(score[0]), coordinate(score[1])) for score in scores if score),
        target_lines=_joined(targets),
        target_marks=tuple(_diamond(target) for target in targets if target),
        earlier_lines=_joined(earlier),
        earlier_marks=tuple(_square(point) for point in earlier if point),
        labels=tuple(_label(axis, *at(index, 100, _LABEL_DISTANCE)) for index, axis in enumerate(axes)),
    )


def segment(start: tuple[float, float], end: tuple[float, float]) -> Segment:
    """A line between two points."""
    return Segment(coordinate(start[0]), coordinate(start[1]), coordinate(end[0]), coordinate(end[1]))


def _polygon(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)


def _joined(points: Sequence[tuple[float, float] | None]) -> tuple[Segment, ...]:
    """Lines between neighbours that both exist, around the circle."""
    return tuple(
        segment(here, there)
        for here, there in zip(points, [*points[1:], *points[:1]], strict=True)
        if here is not None and there is not None
    )


def _diamond(point: tuple[float, float], size: float = 5) -> str:
    x, y = point
    return _polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)])


def _square(point: tuple[float, float], size: float = 4) -> str:
    x, y = point
    return _polygon([(x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size)])


def _label(axis: Axis, x: float, y: float) -> Label:
    """Text beside the end of its axis, growing away from the circle."""
    offset = x - RADAR_CENTRE[0]
    anchor = "middle" if abs(offset) < 1 else "start" if offset > 0 else "end"
    names = [line for part in axis.name for line in wrap(part, _LABEL_LETTERS, break_long_words=False)]
    height = _LABEL_LINE * len(names)
    share = (y - RADAR_CENTRE[1]) / (RADAR_RADIUS + _LABEL_DISTANCE)
    # At the top the block ends here, at the bottom it begins here, at the sides it is centred.
    top = y + 5 - height / 2 + height / 2 * share
    return Label(
        x=coordinate(x),
        y=coordinate(top),
        anchor=anchor,
        key=axis.key,
        lines=tuple((coordinate(top + _LABEL_LINE * number), line) for number, line in enumerate(names, start=1)),
    )


def _radar_title(axes: Sequence[Axis]) -> str:
    return "; ".join([gettext("Radar of the dimensions in points from 0 to 100"), *map(_axis_words, axes)])


def _axis_words(axis: Axis) -> str:
    values = {"key": axis.key, "name": " | ".join(axis.name), "score": words(axis.score)}
    if axis.is_excluded:
        return gettext("%(key)s %(name)s: not applicable") % values
    if axis.score is None:
        text = gettext("%(key)s %(name)s: no score yet") % values
    else:
        text = gettext("%(key)s %(name)s: %(score)s") % values
    if axis.low is not None and axis.low != axis.high:
        text += ", " + gettext("span %(low)s to %(high)s") % {"low": words(axis.low), "high": words(axis.high)}
    if axis.earlier is not None:
        text += ", " + gettext("before %(earlier)s") % {"earlier": words(axis.earlier)}
    if axis.target is not None:
        text += ", " + gettext("target %(target)s") % {"target": words(axis.target)}
    return text
