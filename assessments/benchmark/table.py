"""All measurements of one run as the lines of one table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.urls import reverse

from .clock import Work, measure
from .data import World, grow, make_world
from .reports import ReportCost, report_cost
from .requests import DIMENSION, Browser, FloorSave, Save, queries_of

SMALL = 100
SORT = "?sort=4.3"
REPORTS = "reports"
WORKS = ("save", "questionnaire", "matrix", "evaluation", REPORTS)
"""What can be measured by itself."""
LIMITS = (
    ("save", "save one answer", "1.6", "1.1"),
    ("questionnaire", "questionnaire page", "1.5", ""),
    ("matrix", "portfolio matrix, page of 50", "2", "1.15"),
)
"""Work that has a floor, with the most it may cost and the most it may grow with the projects."""
FEW_ANSWERS = 4
"""With so many answers a report has about twenty pages."""
LONG_REPORT = 24
"""So many times the rationale fills about two hundred pages."""


class Line(NamedTuple):
    """What was measured, what came out, what quality.md asks for."""

    work: str
    measured: str
    to_reach: str


HEAD = Line("work", "measured", "to reach")


def measure_all(rounds: int, projects: int, tell: Callable[[str], object], only: Collection[str] = WORKS) -> list[Line]:
    """Fill the empty database and measure what ``only`` names; ``tell`` says what is being done."""
    tell("making the small portfolio …")
    world = make_world()
    grow(world, SMALL)
    app, bare = Browser(world.owner), Browser(world.owner, bare=True)
    lines = [HEAD]
    if requests := _requests(world, app, bare, only):
        tell(f"measuring with {SMALL} projects …")
        small = measure(requests, rounds)
        tell(f"making {projects} projects …")
        grow(world, projects)
        tell(f"measuring with {projects} projects …")
        large = measure(requests, rounds)
        lines += _beside_floor(requests, small, large, projects)
    if REPORTS in only:
        tell("measuring reports …")
        lines += _reports(world, bare, app, rounds)
    return lines


def _requests(world: World, app: Browser, bare: Browser, only: Collection[str]) -> dict[str, Work]:
    """The app's requests that are asked for, each with its floor."""
    portfolio, bare_portfolio = Browser(world.reader), Browser(world.reader, bare=True)
    requests: dict[str, Work] = {
        "save": Save(app, world),
        "floor of save": FloorSave(bare, world),
        "questionnaire": partial(app.get, reverse("assessment_dimension", args=[world.draft.pk, DIMENSION])),
        "floor of questionnaire": partial(bare.get, f"/floor/page/{world.draft.pk}"),
        "matrix": partial(portfolio.get, reverse("portfolio") + SORT),
        "floor of matrix": partial(bare_portfolio.get, "/floor/matrix"),
        "evaluation": partial(portfolio.get, reverse("portfolio_evaluation")),
    }
    return {name: work for name, work in requests.items() if name.removeprefix("floor of ") in only}


def _beside_floor(
    requests: Mapping[str, Work], small: Mapping[str, float], large: Mapping[str, float], projects: int
) -> list[Line]:
    """What each request costs with all projects, beside its floor and beside few projects."""
    lines = []
    for name, title, most, most_growth in LIMITS:
        if name in requests:
            floor = large[f"floor of {name}"]
            measured = f"{large[name] / floor:.2f} × floor ({large[name]:.1f} : {floor:.1f} ms)"
            lines += [
                Line(title, measured, f"≤ {most} × floor"),
                Line("… queries", str(queries_of(requests[name])), "≤ 8"),
            ]
            if most_growth:
                growth = f"{large[name] / small[name]:.2f} ×"
                lines.append(Line(f"… {projects} projects : {SMALL}", growth, f"≤ {most_growth} ×"))
    if "evaluation" in requests:
        lines.append(Line(f"portfolio evaluation, {projects} projects", f"{large['evaluation']:.0f} ms", "≤ 300 ms"))
    return lines


def _reports(world: World, bare: Browser, app: Browser, rounds: int) -> list[Line]:
    few = report_cost(world.draft, answered=FEW_ANSWERS)
    short = report_cost(world.draft, with_typst=True)
    long = report_cost(world.draft, repeated=LONG_REPORT)
    address = reverse("report_pdf", args=[world.models[0].pk])
    app.get(address)
    stored = default_storage.path(_stored_name(world))
    second = measure({"stored": partial(app.get, address), "file": partial(bare.get, f"/floor/file{stored}")}, rounds)
    return [
        Line("report, full assessment", f"{short.milliseconds_per_page:.0f} ms a page, {short.pages} pages", "≤ 65 ms"),
        Line("… : typst on the same content", _beside_typst(short), "≤ 6 ×"),
        *(
            Line(f"… of {one.pages} pages", f"{one.kilobytes:.0f} KB, {one.mebibytes:.0f} MiB of memory", limit)
            for one, limit in ((few, "≤ 250 KB, ≤ 130 MiB at 20 pages"), (short, "–"))
        ),
        Line(
            f"… a page of {long.pages} : a page of {short.pages}",
            f"{long.milliseconds_per_page / short.milliseconds_per_page:.2f} ×",
            "≤ 1.25 ×",
        ),
        Line(
            "stored report, second download",
            f"{second['stored'] / second['file']:.2f} × a file ({second['stored']:.1f} : {second['file']:.1f} ms)",
            "≤ 2 ×",
        ),
    ]


def _beside_typst(report: ReportCost) -> str:
    typst = report.typst
    if typst is None:
        return "typst is not installed (requirements-dev.txt)"
    times = report.milliseconds / typst.milliseconds
    return f"{times:.2f} × ({report.milliseconds:.0f} : {typst.milliseconds:.0f} ms, {typst.pages} pages)"


def _stored_name(world: World) -> str:
    folder = f"reports/{world.models[0].pk}"
    _, names = default_storage.listdir(folder)
    return f"{folder}/{names[0]}"
