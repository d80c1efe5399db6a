"""The report of a selection: what it says, whether it conforms, how many queries and how much time it may take."""

import datetime
import io
import json
import re
from typing import Any

import pikepdf
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.enums import Phase, Stage
from assessments.models import GoalConflict, Measure, Organisation
from assessments.reports import portfolio_report as module
from assessments.reports.portfolio_report import (
    PortfolioReport,
    Selected,
    TooManyProjectsError,
    portfolio_html,
    portfolio_pdf,
    portfolio_report,
)
from principles.models import Perspective
from tests.assessments.reports.conformance import failures
from tests.assessments.views.test_portfolio import handed_in

DAY = datetime.date(2031, 4, 5)
LANGUAGES = ["de", "en"]


def selected(*projects, words: tuple[str, ...] = ()) -> Selected:
    return Selected(tuple(one.pk for one in projects), words, {"phase": "pilot"} if words else {}, DAY)


@pytest.fixture
def three(db):
    """One at level 2 throughout, one in tension with a hostile name, one at level 4."""
    alpha = handed_in("Alpha", 2, is_fictional=True)
    beta = handed_in("Beta <b>&\x07 😀 " + "x" * 90, {"4.1.a": 4, "4.1.b": 0, "2.3.a": None})
    gamma = handed_in("Gamma", 4, organisation=None)
    assessment = beta.assessments.get()
    Measure.objects.create(
        assessment=assessment, title="Früher <i>fällig</i>", refers_to="4.1", due=DAY.replace(year=2030)
    )
    Measure.objects.create(assessment=assessment, title="Noch Zeit", refers_to="", due=DAY, responsible="Team")
    GoalConflict.objects.create(assessment=assessment, first_key="4.5", second_key="2.3", description="x")
    return alpha, beta, gamma


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_conforms_and_carries_its_figures(three, language):
    content = portfolio_pdf(selected(*three, words=("Phase: Pilot",)), language)

    assert failures(content) == []
    assert portfolio_pdf(selected(*three, words=("Phase: Pilot",)), language) == content
    with pikepdf.open(io.BytesIO(content)) as file:
        assert str(file.Root.Lang) == language
        assert "<xmp:CreateDate>2031-04-05<" in file.Root.Metadata.read_bytes().decode()
        attached = json.loads(file.attachments["portfolio_2031-04-05.json"].get_file().read_bytes())
        with file.open_outline() as outline:
            chapters = [item.title for item in outline.root]
        sizes = {tuple(float(side) for side in one.mediabox[2:]) for one in file.pages}
    assert len(chapters) == 10
    assert len(sizes) == 2
    assert attached["selection"] == {"phase": "pilot"}
    assert [one["name"] for one in attached["projects"]][::2] == ["Alpha", "Gamma"]


def test_nothing_selected_is_a_report_too(db):
    content = portfolio_pdf(selected(), "de")

    assert failures(content) == []


def test_the_rows_are_those_of_the_selection_in_its_order(three):
    alpha, _beta, gamma = three
    report = portfolio_report(selected(gamma, alpha), "de")

    assert [line.name for line in report.lines] == ["Gamma", "Alpha"]
    assert (report.count, report.fictional) == (2, 1)
    assert report.evaluation.projects == 2
    assert {cell.points for cell in report.lines[0].cells} == {"100"}
    assert {cell.stage_key for cell in report.lines[1].cells} == {Stage.BEING_IMPLEMENTED.value}


def test_the_summary_fits_one_page_and_says_what_is_there(three):
    summary = portfolio_report(selected(*three), "de").summary

    assert len(summary.strongest) == len(summary.weakest) == 3
    assert summary.tensions[0].startswith("4.1 ")
    assert [mean.points for mean in summary.means] == ["67", "67"]
    assert any("2.3" in sentence for sentence in summary.plans)
    assert list(map(bool, pages_of(portfolio_pdf(selected(*three), "de"))[1:4])) == [False, True, True]


def pages_of(content: bytes) -> list[str]:
    """What begins on each page."""
    with pikepdf.open(io.BytesIO(content)) as file, file.open_outline() as outline:
        titles = [""] * len(file.pages)
        numbers: dict[Any, int] = {one.objgen: number for number, one in enumerate(file.pages)}
        for item in outline.root:
            destination: Any = item.destination
            titles[numbers[destination[0].objgen]] += f"{item.title} "
    return titles


def test_a_measure_is_overdue_on_the_day_of_the_report(three):
    report = portfolio_report(selected(*three), "de")

    assert [(one.due.year, one.is_overdue) for one in report.due] == [(2030, True), (2031, False)]
    assert [one.overdue for one in report.evaluation.open_measures] == [1, 0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_is_text(three, language):
    html = portfolio_html(portfolio_report(selected(*three, words=("<u>Text</u>",)), language))

    assert "Beta &lt;b&gt;&amp; 😀" in html
    assert "Früher &lt;i&gt;fällig" in html
    assert "&lt;u&gt;Text" in html
    assert not re.search(r"<[biu]>", html)


def test_every_figure_has_an_alternative_and_a_twin(three):
    report = portfolio_report(selected(*three), "de")
    html = portfolio_html(report)

    assert html.count("<svg") == html.count(f"<title>{report.chart.title}") == 1
    for one in report.evaluation.distributions:
        assert f"{one.dimension}: " in report.chart.title
    assert html.count("<table") == html.count("<caption") + 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_fictional_is_said_once_beside_a_name_in_the_matrix_and_in_the_list(db, language):
    project = handed_in("Ufer-Ampel (fiktiv)", is_fictional=True)
    plain = handed_in("Erfunden", is_fictional=True)

    html = portfolio_html(portfolio_report(selected(project, plain), language))

    word = "(fiktiv)" if language == "de" else "(fictional)"
    assert html.count(f"Erfunden</a> {word}") == html.count(f"Erfunden {word}") == 1
    assert "(fiktiv) (" not in html
    assert "(fiktiv)</a> (" not in html


def test_too_many_projects_are_refused_before_the_work(three, monkeypatch):
    monkeypatch.setattr(module, "MOST_PROJECTS", 2)
    with pytest.raises(TooManyProjectsError):
        portfolio_report(selected(*three), "de")


def test_a_deleted_project_is_left_out(three):
    alpha, beta, gamma = three
    chosen = selected(alpha, beta, gamma)
    gamma.portfolio_entry.delete()

    assert portfolio_report(chosen, "de").count == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(db, django_assert_num_queries: DjangoAssertNumQueries, count):
    projects = [handed_in(f"Projekt {number}", number) for number in range(count)]

    def make() -> PortfolioReport:
        report = portfolio_report(selected(*projects), "de")
        portfolio_html(report)
        return report

    make()
    with django_assert_num_queries(7):
        make()


# -- Groups -----------------------------------------------------------------------------------------------------------


def grouped(group: str, *projects, **filters: str) -> Selected:
    return Selected(tuple(one.pk for one in projects), (), {"group": group, **filters}, DAY)


@pytest.fixture
def spread(three):
    """Alpha of a body in the idea phase with two perspectives; Beta and Gamma without a body, both piloted."""
    alpha, beta, gamma = three
    alpha.organisation = Organisation.objects.get(key="senatskanzlei")
    alpha.save()
    alpha.perspectives.set(Perspective.objects.order_by("position")[:2])
    beta.perspectives.set(Perspective.objects.order_by("position")[1:2])
    for one in (beta, gamma):
        one.organisation, one.phase = None, Phase.PILOT
        one.save()
    return three


def groups_of(report: PortfolioReport) -> list[tuple[str, str]]:
    return [(group.name, "".join(line.name[0] for line in group.lines)) for group in report.groups]


def test_without_a_grouping_there_is_one_table_without_a_heading(spread):
    report = portfolio_report(selected(*spread), "de")

    assert groups_of(report) == [("", "ABG")]
    assert "<h3" not in portfolio_html(report).split('id="matrix"')[1].split("</section>")[0]


def test_groups_stand_in_the_order_of_the_page_and_projects_in_theirs(spread):
    alpha, beta, gamma = spread
    first, second = (one.name for one in Perspective.objects.order_by("position")[:2])
    bodies, phases, perspectives = (
        groups_of(portfolio_report(grouped(by, gamma, beta, alpha), "de"))
        for by in ("organisation", "phase", "perspective")
    )

    assert bodies == [(Organisation.objects.get(key="senatskanzlei").name, "A"), ("Noch keine Organisation", "GB")]
    assert phases == [("Idee", "A"), ("Pilot", "GB")]
    assert perspectives == [(first, "A"), (second, "BA"), ("Noch keine Perspektive", "G")]


def test_a_selection_by_perspective_has_that_group_alone(spread):
    chosen = Perspective.objects.order_by("position")[1]

    report = portfolio_report(grouped("perspective", *spread[:2], perspective=chosen.key), "de")

    assert groups_of(report) == [(chosen.name, "AB")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_groups_it_conforms_and_each_is_a_heading_with_a_bookmark(spread, language):
    chosen = grouped("phase", *spread)
    content = portfolio_pdf(chosen, language)

    assert failures(content) == []
    with pikepdf.open(io.BytesIO(content)) as file, file.open_outline() as outline:
        matrix = outline.root[1]
        assert [item.title for item in matrix.children] == ["Idee" if language == "de" else "Idea", "Pilot"]
    html = portfolio_html(portfolio_report(chosen, language))
    assert html.count('<table class="matrix"') == 2
    assert ("Gruppiert nach" if language == "de" else "Grouped by") in html


def test_nonsense_is_no_grouping(spread):
    assert groups_of(portfolio_report(grouped("nonsense", *spread), "de")) == [("", "ABG")]


# -- The page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(client, portfolio_reader):
    client.force_login(portfolio_reader)
    return client


@pytest.fixture
def asked(monkeypatch):
    """What the page asks for, without making it."""
    calls = []

    def remember(selection: Selected, language: str) -> bytes:
        calls.append((selection, language))
        return b"%PDF"

    monkeypatch.setattr("assessments.views.portfolio_reports.render_report", remember)
    return calls


def test_the_report_is_of_the_selection_in_the_address(reader, three, asked):
    _alpha, beta, gamma = three
    response = reader.get("/portfolio/portfolio.pdf?sort=-name&q=a&tension=1")
    reader.get("/portfolio/portfolio.pdf?sort=-name&language=en&stage=embedded&group=phase")

    (first, first_language), (second, second_language) = asked
    assert first.project_ids == (beta.pk,)
    assert second.project_ids == (gamma.pk,)
    assert (first_language, second_language) == ("de", "en")
    assert first.address == {"q": "a", "tension": "1"}
    assert first.grouping == ""
    assert second.grouping == "phase"
    assert len(first.words) == 2
    assert f"portfolio_{timezone.localdate().isoformat()}.pdf" in response["Content-Disposition"]
