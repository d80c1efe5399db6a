"""The benchmark measures what it says; how fast things are is never asserted."""

import pytest
from pytest_django import Settings

from assessments.benchmark import table
from assessments.benchmark.clock import measure
from assessments.benchmark.data import MODELS, World, grow, make_world
from assessments.benchmark.floors import MIDDLEWARE
from assessments.benchmark.reports import ReportCost, report_cost
from assessments.benchmark.requests import Browser
from assessments.enums import Scope
from assessments.models import Answer, Project
from assessments.portfolio_entries import find_wrong_entries
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


def test_a_report_costs_the_time_of_those_who_make_it(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assessments.benchmark.reports.RUNS", 1)
    empty = start_assessment(Project.objects.create(name="Leer"), world.owner, Scope.QUICK)
    cost = report_cost(empty, repeated=1)
    assert cost.pages > 10
    assert cost.kilobytes > 50
    # Far more than the little that this process does itself.
    assert cost.milliseconds_per_page > 5


def test_the_table_has_every_figure(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "make_world", lambda: world)
    monkeypatch.setattr(table, "SMALL", 4)
    monkeypatch.setattr(table, "report_cost", lambda *args, **kwargs: ReportCost(20, 200, 1200))
    monkeypatch.setattr("assessments.benchmark.clock.WARM_UP_ROUNDS", 1)
    head, *lines = table.measure_all(1, 6, lambda text: None)
    assert head == ("work", "measured", "to reach")
    assert MODELS >= 20
    assert all(line.measured[0].isdigit() for line in lines)
    queries = [int(line.measured) for line in lines if line.work == "… queries"]
    assert queries
    assert max(queries) <= 8
