"""The charts of the portfolio as geometry: stages of each dimension, and projects beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from .charts import coordinate
from .enums import Stage
from .portfolio import whole
from .portfolio_evaluation import Distribution

WIDTH = 760
_LEFT = 292
_BAR = WIDTH - _LEFT - 16
_ROW = 34
_TOP = 22
_NARROWEST_NUMBER = 16

FILLS = {
    Stage.STARTING_POINT: ("#f3f4f6", "#171a1c"),
    Stage.BUILDING_UP: ("#dbe8f5", "#171a1c"),
    Stage.BEING_IMPLEMENTED: ("#b3cfec", "#171a1c"),
    Stage.EMBEDDED: ("#1d4f84", "#ffffff"),
}
"""Four steps from light to dark, told apart in black and white too, and the colour of what is written on them."""


@dataclass(frozen=True, slots=True)
class Part:
    """The projects of one stage in one bar."""

    stage: str
    x: str
    width: str
    fill: str
    ink: str
    label: str
    label_x: str


@dataclass(frozen=True, slots=True)
class StageBar:
    """One dimension."""

    key: str
    name: str
    y: str
    text_y: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class StageBars:
    """How the stages are spread over the projects, a bar a dimension."""

    title: str
    view_box: str
    height: str
    label_x: str
    bars: tuple[StageBar, ...]


def stage_bars(distributions: Sequence[Distribution]) -> StageBars:
    """Each bar is as long as there are projects with a score; its parts are the stages in their order."""
    return StageBars(
        title=gettext("Stages of the projects in each dimension. ") + " ".join(map(_words, distributions)),
        view_box=f"0 0 {WIDTH} {_TOP + _ROW * len(distributions)}",
        height=coordinate(_ROW - 10),
        label_x=coordinate(_LEFT - 10),
        bars=tuple(_bar(one, _TOP + _ROW * place) for place, one in enumerate(distributions)),
    )


def _bar(one: Distribution, y: float) -> StageBar:
    parts, x = [], float(_LEFT)
    for stage, count in one.counts.items():
        if count:
            width = _BAR * count / one.scored
            fill, ink = FILLS[stage]
            label = str(count) if width >= _NARROWEST_NUMBER else ""
            middle = coordinate(x + width / 2)
            parts.append(Part(stage.value, coordinate(x), coordinate(width), fill, ink, label, middle))
            x += width
    return StageBar(one.key, one.dimension.name, coordinate(y), coordinate(y + 17), tuple(parts))


def _words(one: Distribution) -> str:
    counts = ", ".join(f"{stage.label} {count}" for stage, count in one.counts.items())
    return f"{one.dimension}: {counts}."


# -- Projects beside each other ---------------------------------------------------------------------------------------

SHAPES = ("circle", "square", "diamond", "triangle")
"""One for each project, so that colour is not needed to tell them apart."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A score of one project."""

    shape: str
    x: str
    points: str
    number: int


@dataclass(frozen=True, slots=True)
class DotRow:
    """One dimension."""

    key: str
    name: str
    y: str
    text_y: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """The scores of several projects, a line a dimension."""

    title: str
    view_box: str
    label_x: str
    start: str
    end: str
    top: str
    bottom: str
    ticks: tuple[tuple[str, int], ...]
    rows: tuple[DotRow, ...]


def dots(names: Sequence[str], rows: Sequence[tuple[str, str, Sequence[Decimal | None]]]) -> Dots:
    """``rows`` are key, name and the scores of the named projects in their order."""
    bottom = _TOP + _ROW * len(rows)
    return Dots(
        title=gettext("Scores of the projects in each dimension. ")
        + " ".join(f"{key} {name}: {_scores(names, scores)}." for key, name, scores in rows),
        view_box=f"0 0 {WIDTH} {bottom + 6}",
        label_x=coordinate(_LEFT - 14),
        start=coordinate(_LEFT),
        end=coordinate(_LEFT + _BAR),
        top=coordinate(_TOP - 4),
        bottom=coordinate(bottom),
        ticks=tuple((coordinate(_LEFT + _BAR * value / 100), value) for value in (0, 25, 50, 75, 100)),
        rows=tuple(
            DotRow(key, name, coordinate(y), coordinate(y + 5), tuple(_dots(scores, y)))
            for place, (key, name, scores) in enumerate(rows)
            if (y := _TOP + _ROW * (place + 0.5))
        ),
    )


def _scores(names: Sequence[str], scores: Sequence[Decimal | None]) -> str:
    return ", ".join(
        f"{name} {'–' if score is None else whole(score)}" for name, score in zip(names, scores, strict=True)
    )


def _dots(scores: Sequence[Decimal | None], y: float) -> list[Dot]:
    found = []
    for place, score in enumerate(scores):
        if score is not None:
            x = _LEFT + _BAR * float(score) / 100
            # Side by side where they would hide each other.
            offset = (place - (len(scores) - 1) / 2) * 5
            found.append(Dot(SHAPES[place], coordinate(x), _outline(SHAPES[place], x, y + offset), place + 1))
    return found


def _outline(shape: str, x: float, y: float) -> str:
    """The corners of a mark; a circle is drawn as an octagon."""
    corners: dict[str, list[tuple[float, float]]] = {
        "circle": [(6, 2.5), (2.5, 6), (-2.5, 6), (-6, 2.5), (-6, -2.5), (-2.5, -6), (2.5, -6), (6, -2.5)],
        "square": [(-5, -5), (5, -5), (5, 5), (-5, 5)],
        "diamond": [(0, -7), (7, 0), (0, 7), (-7, 0)],
        "triangle": [(0, -7), (7, 6), (-7, 6)],
    }
    return " ".join(f"{coordinate(x + dx)},{coordinate(y + dy)}" for dx, dy in corners[shape])
