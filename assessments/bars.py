"""Bars as geometry: the two poles of a principle, the aspects of a guiding idea, the spread of ratings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from .charts import RINGS, Figure, Segment, coordinate, segment, words
from .rating_spread import Spread

# The bars are as wide as a phone shows them without shrinking their text much.
BAR_LENGTH = 185
POLE_BAR_SIZE = (400, 122)
_POLE_BAR_TOP = 46
_BAR_HEIGHT = 26

ASPECT_ROW_HEIGHT = 40
_ASPECT_LABEL_WIDTH = 175
_ASPECT_BAR_LENGTH = 190
ASPECT_BARS_WIDTH = 410


@dataclass(frozen=True, slots=True)
class Part:
    """One pole or aspect: its name and its figures in points."""

    name: str
    score: Figure
    low: Figure
    high: Figure
    is_weaker: bool = False
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its span as a line with two end marks; ``span`` and ``ends`` are empty where nothing is open."""

    name: str
    words: str
    is_weaker: bool
    x: str
    y: str
    width: str
    height: str
    label_x: str
    label_y: str
    value_x: str
    value_y: str
    anchor: str
    span: Segment | None
    ends: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line with its value."""

    line: Segment
    x: str
    y: str
    value: int


@dataclass(frozen=True, slots=True)
class PoleBar:
    """The two poles of a principle, left and right of a common zero."""

    title: str
    view_box: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    zero: Segment
    verdict: str
    verdict_x: str
    verdict_y: str
    in_tension: bool


def pole_bar(first: Part, second: Part, balance: Figure, *, in_tension: bool) -> PoleBar:
    """Draw the first pole to the left and the second to the right; the verdict says balance and tension in words."""
    centre = POLE_BAR_SIZE[0] / 2
    bottom = _POLE_BAR_TOP + _BAR_HEIGHT
    verdict = _verdict(balance, in_tension=in_tension)
    ticks = [
        Tick(
            line=segment((x, _POLE_BAR_TOP - 6), (x, bottom + 6)),
            x=coordinate(x),
            y=coordinate(bottom + 20),
            value=value,
        )
        for value in (0, *RINGS)
        for x in {centre - BAR_LENGTH * value / 100, centre + BAR_LENGTH * value / 100}
    ]
    return PoleBar(
        title="; ".join([_part_words(first), _part_words(second), *([verdict] if verdict else [])]),
        view_box=f"0 0 {POLE_BAR_SIZE[0]} {POLE_BAR_SIZE[1]}",
        bars=(_pole(first, centre, direction=-1), _pole(second, centre, direction=1)),
        ticks=tuple(sorted(ticks, key=lambda tick: float(tick.x))),
        zero=segment((centre, _POLE_BAR_TOP - 10), (centre, bottom + 6)),
        verdict=verdict,
        verdict_x=coordinate(centre),
        verdict_y=coordinate(POLE_BAR_SIZE[1] - 8),
        in_tension=in_tension,
    )


def _verdict(balance: Figure, *, in_tension: bool) -> str:
    if balance is None:
        return ""
    if in_tension:
        return gettext("Balance %(balance)s – in tension") % {"balance": words(balance)}
    return gettext("Balance %(balance)s") % {"balance": words(balance)}


def _pole(part: Part, centre: float, *, direction: int) -> Bar:
    """A bar that grows from the centre; the name stands above its outer end."""

    def at(value: float) -> float:
        return centre + direction * BAR_LENGTH * value / 100

    return _bar(
        part,
        at=at,
        top=_POLE_BAR_TOP,
        label=(at(100), 18),
        value=(at(100), 36),
        anchor="start" if direction < 0 else "end",
    )


@dataclass(frozen=True, slots=True)
class AspectBars:
    """The aspects of a guiding idea, one below the other."""

    title: str
    view_box: str
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def aspect_bars(parts: Sequence[Part]) -> AspectBars:
    """Draw one row an aspect: name, bar from 0 to 100, points."""
    height = ASPECT_ROW_HEIGHT * len(parts)

    def at(value: float) -> float:
        return _ASPECT_LABEL_WIDTH + _ASPECT_BAR_LENGTH * value / 100

    bars = []
    for number, part in enumerate(parts):
        top = ASPECT_ROW_HEIGHT * number + (ASPECT_ROW_HEIGHT - _BAR_HEIGHT) / 2
        middle = top + _BAR_HEIGHT / 2 + 5
        bars.append(
            _bar(
                part,
                at=at,
                top=top,
                label=(_ASPECT_LABEL_WIDTH - 12, middle),
                value=(at(100) + 12, middle),
                anchor="end",
            )
        )
    return AspectBars(
        title="; ".join(map(_part_words, parts)),
        view_box=f"0 0 {ASPECT_BARS_WIDTH} {height + 24}",
        bars=tuple(bars),
        ticks=tuple(
            Tick(
                line=segment((at(value), 0), (at(value), height)),
                x=coordinate(at(value)),
                y=coordinate(height + 17),
                value=value,
            )
            for value in (0, *RINGS)
        ),
    )


def _bar(
    part: Part,
    *,
    at: Callable[[float], float],
    top: float,
    label: tuple[float, float],
    value: tuple[float, float],
    anchor: str,
) -> Bar:
    start, end = sorted((at(0), at(float(part.score or 0))))
    # Below the bar, so that it is seen beside a dark bar and on paper.
    below = top + _BAR_HEIGHT + 4
    span: Segment | None = None
    ends: tuple[Segment, ...] = ()
    if part.low is not None and part.high is not None and part.low != part.high:
        low, high = at(float(part.low)), at(float(part.high))
        span = segment((low, below), (high, below))
        ends = tuple(segment((x, below - 3), (x, below + 3)) for x in (low, high))
    return Bar(
        name=part.name,
        words=_short_words(part),
        is_weaker=part.is_weaker,
        x=coordinate(start),
        y=coordinate(top),
        width=coordinate(end - start),
        height=coordinate(_BAR_HEIGHT),
        label_x=coordinate(label[0]),
        label_y=coordinate(label[1]),
        value_x=coordinate(value[0]),
        value_y=coordinate(value[1]),
        anchor=anchor,
        span=span,
        ends=ends,
    )


def _short_words(part: Part) -> str:
    """The figure as printed beside the bar."""
    if part.is_excluded:
        return gettext("n/a")
    return words(part.score)


def _part_words(part: Part) -> str:
    values = {"name": part.name, "score": words(part.score)}
    if part.is_excluded:
        return gettext("%(name)s: not applicable") % values
    if part.score is None:
        text = gettext("%(name)s: no score yet") % values
    else:
        text = gettext("%(name)s: %(score)s of 100 points") % values
    if part.low is not None and part.low != part.high:
        text += ", " + gettext("span %(low)s to %(high)s") % {"low": words(part.low), "high": words(part.high)}
    if part.is_weaker:
        text += ", " + gettext("the weaker side")
    return text


SPREAD_BAR_SIZE = (220, 44)
_SPREAD_ENDS = (20, 200)
_SPREAD_LINE = 16


@dataclass(frozen=True, slots=True)
class SpreadMark:
    """One level on the line: its number below, and a disc with the number of people who chose it, if any did."""

    level: str
    people: str
    x: str


@dataclass(frozen=True, slots=True)
class SpreadBar:
    """The five levels on a line, thick from the lowest to the highest that somebody chose."""

    title: str
    view_box: str
    line: Segment
    between: Segment | None
    marks: tuple[SpreadMark, ...]


def spread_bar(spread: Spread) -> SpreadBar:
    """Draw who chose what of one question; at least one person chose a level."""
    left, right = _SPREAD_ENDS
    step = (right - left) / (len(spread.levels) - 1)

    def at(level: int) -> tuple[float, float]:
        return left + step * level, _SPREAD_LINE

    said = [
        ngettext("level %(level)s: %(count)d person", "level %(level)s: %(count)d people", people)
        % {"level": level, "count": people}
        for level, people in enumerate(spread.levels)
        if people
    ]
    low, high = spread.low, spread.high
    return SpreadBar(
        title="; ".join(said),
        view_box=f"0 0 {SPREAD_BAR_SIZE[0]} {SPREAD_BAR_SIZE[1]}",
        line=segment((left, _SPREAD_LINE), (right, _SPREAD_LINE)),
        between=segment(at(low), at(high)) if low is not None and high is not None and low < high else None,
        marks=tuple(
            SpreadMark(str(level), str(people or ""), coordinate(at(level)[0]))
            for level, people in enumerate(spread.levels)
        ),
    )
