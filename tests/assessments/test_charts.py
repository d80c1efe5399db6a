"""Geometry of the charts and the SVG that page and PDF share."""

from fractions import Fraction
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from assessments.bars import Part, aspect_bars, pole_bar
from assessments.charts import Axis, coordinate, radar

SVG = "{http://www.w3.org/2000/svg}"


def axes(count=12, **changes):
    values = {"score": Fraction(225, 4), "low": Fraction(125, 3), "high": Fraction(175, 3), "target": 75, **changes}
    return [Axis(key=f"4.{number}", name=("eins", "zwei"), **values) for number in range(1, count + 1)]


def drawn(template, chart):
    """The SVG as a tree; parsing it proves that it is well-formed."""
    return ElementTree.fromstring(render_to_string(f"charts/{template}", {"chart": chart}))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-0.001, "0"), (12.5, "12.5"), (1 / 3, "0.33"), (100.0, "100"), (1234.5, "1234.5")]
)
def test_coordinates_have_a_dot_in_every_language(value, text):
    with translation.override("de"):
        assert coordinate(value) == text


def test_first_axis_points_up_and_100_lies_on_the_outer_ring():
    chart = radar(axes(4, score=100, low=100, high=100))
    assert chart.dots[0] == ("380", "105")
    assert chart.dots[1] == ("585", "310")
    assert chart.rings[-1].points.startswith("380,105 585,310")


def test_score_of_zero_lies_in_the_centre():
    assert radar(axes(4, score=0, low=0, high=0)).dots[0] == radar(axes(4)).centre


def test_no_span_is_drawn_where_nothing_is_open():
    assert radar(axes(low=50, high=50)).spans == ()
    assert len(radar(axes()).spans) == 12


def test_an_axis_without_a_score_leaves_a_gap():
    chart = radar([*axes(11), *axes(1, score=None, low=0, high=100, target=None)])
    assert chart.area == ""
    assert len(chart.dots) == 11
    assert len(chart.lines) == 10
    assert len(chart.target_marks) == 11


def test_empty_radar_draws_the_grid_only():
    chart = radar(axes(score=None, low=None, high=None, target=None, is_excluded=True))
    assert (chart.dots, chart.lines, chart.spans, chart.target_lines) == ((), (), (), ())
    assert "not applicable" in radar_title_in_english(chart)


def radar_title_in_english(chart):
    with translation.override("en"):
        return radar(axes(score=None, low=None, high=None, target=None, is_excluded=True)).title


def test_titles_say_every_number():
    with translation.override("en"):
        title = radar(axes(1)).title
        assert title == (
            "Radar of the dimensions in points from 0 to 100; 4.1 eins | zwei: 56, span 42 to 58, target 75"
        )
        title = pole_bar(
            Part("human-centred", Fraction(175, 2), Fraction(175, 3), Fraction(275, 3)),
            Part("systemic", 25, 25, 25, is_weaker=True),
            Fraction(75, 2),
            in_tension=True,
        ).title
        assert title == (
            "human-centred: 88 of 100 points, span 58 to 92; systemic: 25 of 100 points, the weaker side; "
            "Balance 38 – in tension"
        )


def test_poles_grow_away_from_the_centre():
    chart = pole_bar(Part("a", 50, 50, 50), Part("b", 100, 100, 100), 50, in_tension=False)
    left, right = chart.bars
    assert (left.x, left.width) == ("107.5", "92.5")
    assert (right.x, right.width) == ("200", "185")


def test_balance_is_missing_without_two_scores():
    chart = pole_bar(Part("a", 50, 50, 50), Part("b", None, 0, 100), None, in_tension=False)
    assert chart.verdict == ""
    assert chart.bars[1].width == "0"
    assert chart.bars[1].span is not None


def test_aspects_stand_one_below_the_other():
    chart = aspect_bars([Part(name, 25, 25, 25) for name in "abcd"])
    assert [bar.y for bar in chart.bars] == ["7", "47", "87", "127"]
    assert {bar.width for bar in chart.bars} == {"47.5"}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("template", "chart"),
    [
        ("radar.svg", radar(axes())),
        (
            "pole_bar.svg",
            pole_bar(Part("<b>&", 88, 58, 92), Part("b", 25, 25, 25, is_weaker=True), 37, in_tension=True),
        ),
        ("aspect_bars.svg", aspect_bars([Part("a", None, None, None, is_excluded=True), Part("b", 50, 20, 70)])),
    ],
)
def test_svg_is_well_formed_titled_and_free_of_inline_style(template, chart, language):
    with translation.override(language):
        root = drawn(template, chart)
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == chart.title
    for element in root.iter():
        assert "style" not in element.attrib
        for name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "points"):
            assert ";" not in element.get(name, "")
            if name != "points":
                float(element.get(name, "0"))


def test_a_long_name_stands_in_two_lines_and_is_said_in_one():
    axes = [Axis(f"2.{number}", ("oriented to the common good",), 50, 50, 50) for number in range(1, 5)]
    chart = radar(axes)
    assert [line for _, line in chart.labels[0].lines] == ["oriented to the", "common good"]
    assert "oriented to the common good: 50" in chart.title
