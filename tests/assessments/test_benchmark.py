"""The benchmark measures what it says; how fast things are is never asserted."""

from datetime import date

import pytest
import weasyprint
from pytest_django import Settings

from assessments.benchmark import table
from assessments.benchmark.clock import measure
from assessments.benchmark.data import MODELS, World, grow, make_world
from assessments.benchmark.floors import MIDDLEWARE
from assessments.benchmark.reports import ReportCost, report_cost
from assessments.benchmark.requests import Browser
from assessments.benchmark.typst_report import TypstCost, is_installed, typst_source
from assessments.enums import Scope, State
from assessments.exchange import export_document
from assessments.models import Answer, Project
from assessments.portfolio_entries import find_wrong_entries
from assessments.reports.documents import report_html
from assessments.reports.project_report import project_report
from assessments.reports.report_parts import Version
from assessments.reports.stylesheets import stylesheet
from assessments.stored_scores import find_differences
from assessments.workflow import start_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two projects to copy from, and the benchmark's addresses."""
    settings.ROOT_URLCONF = "assessments.benchmark.floors"
    monkeypatch.setattr("assessments.benchmark.data.MODELS", 2)
    return make_world()


def test_copies_are_whole(world: World):
    grow(world, 7)
    assert Project.objects.count() == 7
    assert Answer.objects.count() == 7 * 96
    assert not list(find_differences())
    # A copy was never handed in; everything else of its entry is right.
    assert len(list(find_wrong_entries())) == 7 - len(world.models) - 1


def test_the_floor_goes_through_django_s_middleware_alone(world: World, settings: Settings):
    assert set(MIDDLEWARE) < set(settings.MIDDLEWARE)
    headers = Browser(world.owner, bare=True).client.get("/floor/matrix").headers
    assert "X-Frame-Options" in headers
    assert "Content-Security-Policy" not in headers


def test_a_refused_request_is_no_measurement(world: World):
    with pytest.raises(RuntimeError, match="404"):
        Browser(world.owner).get("/bewertungen/999999/4.1/")


def test_candidates_take_turns():
    turns: list[str] = []
    taken = measure({"a": lambda: turns.append("a"), "b": lambda: turns.append("b")}, rounds=2)
    assert "".join(turns) == "ab" * (len(turns) // 2)
    assert taken.keys() == {"a", "b"}


def test_a_report_costs_the_time_of_those_who_make_it(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("assessments.benchmark.reports.RUNS", 1)
    empty = start_assessment(Project.objects.create(name="Leer"), world.owner, Scope.QUICK)
    cost = report_cost(empty, repeated=1)
    assert cost.pages > 10
    assert cost.kilobytes > 50
    # More than a bare Python has, less than a report may take.
    assert 30 < cost.mebibytes < settings.PDF_MEMORY_MIB
    # Far more than the little that this process does itself.
    assert cost.milliseconds_per_page > 5


def test_typst_sets_every_word_of_the_report(world: World):
    html = report_html(project_report(export_document(world.draft), Version(State.DRAFT, 1, date(2026, 6, 30)), "de"))
    body = weasyprint.HTML(string=html).etree_element.find("body")
    for contents in body.findall("nav"):
        contents.clear()
    words = " ".join(text for text in body.itertext()).replace("|", " ").split()
    source = typst_source(html, stylesheet())
    missing = [word for word in words if word not in source]
    assert len(words) > 3000
    assert not missing
    assert source.count("#table(") == html.count("<table")
    assert source.count("#image(") == html.count("<svg")
    assert "60mm,26mm,1fr" in source


def test_what_means_something_to_typst_is_text():
    html = '<html><head><title>#x</title></head><body><p>a " \\ #b [c] $d$ <b>*e*</b></p></body></html>'
    source = typst_source(html, "")
    assert r'#"a \" \\ #b [c] $d$ ";#"*e*";' in source


def test_the_report_is_compared_with_typst_where_that_is_installed(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assessments.benchmark.reports.RUNS", 1)
    empty = start_assessment(Project.objects.create(name="Leer"), world.owner, Scope.QUICK)
    cost = report_cost(empty, repeated=1, with_typst=True)
    if not is_installed():
        assert "not installed" in table._beside_typst(cost)
        pytest.skip("NOT COMPARED: typst is not installed")
    assert cost.typst is not None
    assert 0.5 < cost.typst.pages / cost.pages < 2
    assert " × (" in table._beside_typst(cost)


def test_the_table_has_every_figure(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "make_world", lambda: world)
    monkeypatch.setattr(table, "SMALL", 4)
    monkeypatch.setattr(table, "report_cost", lambda *args, **kwargs: ReportCost(20, 200, 1200, TypstCost(21, 300)))
    monkeypatch.setattr("assessments.benchmark.clock.WARM_UP_ROUNDS", 1)
    head, *lines = table.measure_all(1, 6, lambda text: None)
    assert head == ("work", "measured", "to reach")
    assert MODELS >= 20
    assert all(line.measured[0].isdigit() for line in lines if "typst" not in line.work)
    assert [line.measured for line in lines if "typst" in line.work] == ["4.00 × (1200 : 300 ms, 21 pages)"]
    queries = [int(line.measured) for line in lines if line.work == "… queries"]
    assert queries
    assert max(queries) <= 8


def test_one_work_can_be_measured_by_itself(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "make_world", lambda: world)
    monkeypatch.setattr(table, "SMALL", 4)
    monkeypatch.setattr("assessments.benchmark.clock.WARM_UP_ROUNDS", 1)
    lines = table.measure_all(1, 6, lambda text: None, only=["matrix"])
    assert [line.work for line in lines] == ["work", "portfolio matrix, page of 50", "… queries", "… 6 projects : 4"]
