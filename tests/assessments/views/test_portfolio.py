"""The matrix: who sees it, what stands in it, in which order, and how many queries that takes."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.enums import Phase, Scope, StaffRole, State
from assessments.models import Assessment, Organisation, PortfolioEntry, Project
from assessments.portfolio_entries import refresh_entry, restore_entry
from assessments.stored_scores import compute_scores, store_scores
from assessments.workflow import approve, send_back, start_assessment, submit, withdraw
from principles.models import Perspective
from tests.factories import answer_all, make_assessment, make_project, make_user

EVIDENCE = [{"type": "link", "label": "Vermerk", "url": "https://example.org/"}]
Levels = Mapping[str, int | None]


def handed_in(name: str, levels: int | Levels = 2, *, approved: bool = False, **fields: Any) -> Project:
    """A project whose full assessment was submitted with these levels, 2 for questions that are not named."""
    project = make_project(name=name, **fields)
    assessment = make_assessment(project)
    answer_all(assessment, levels if isinstance(levels, int) else lambda key: levels.get(key[:5], 2), evidence=EVIDENCE)
    store_scores(assessment, compute_scores(assessment))
    owner = make_user(f"Team {name}")
    snapshot = submit(assessment, owner)
    if approved:
        approve(assessment, make_user(f"Prüft {name}"), snapshot.sha256, timezone.localdate().replace(year=2099))
    return project


def names(client, query: str = "") -> list[str]:
    """The projects of the matrix in their order."""
    page = client.get(f"/portfolio/{query}")
    assert page.status_code == 200
    return re.findall(r'<div><a href="/pruefung/\d+/">([^<]+)</a>', page.content.decode())


@pytest.fixture
def reader(client, portfolio_reader):
    client.force_login(portfolio_reader)
    return client


# -- Who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", StaffRole)
def test_the_senatskanzlei_reads_the_portfolio(db, client, role):
    client.force_login(make_user("Sie Selbst", staff_role=role))

    assert client.get("/portfolio/").status_code == 200
    assert 'href="/portfolio/"' in client.get("/").content.decode()


def test_teams_do_not_learn_that_there_is_one(client, owner, project):
    client.force_login(owner)

    assert client.get("/portfolio/").status_code == 404
    assert 'href="/portfolio/"' not in client.get("/").content.decode()


# -- What stands in it ------------------------------------------------------------------------------------------------


def test_an_empty_portfolio_says_so(reader):
    content = reader.get("/portfolio/").content.decode()

    assert "empty-state" in content
    assert 'role="table"' not in content


def test_drafts_and_returned_states_stay_out(reader, draft, owner, reviewer):
    assert names(reader) == []
    submit(answer_all_with_evidence(draft), owner)
    assert names(reader) == ["Kiezblocks digital"]
    send_back(draft, reviewer, "Bitte ergänzen.")
    assert names(reader) == []


def test_a_withdrawn_submission_leaves_the_portfolio(reader, draft, owner):
    submit(draft, owner)
    withdraw(draft, owner)

    assert names(reader) == []


def test_a_newer_submission_takes_the_place_of_the_approved_one_until_it_is_returned(reader, owner, reviewer):
    project = handed_in("Zweimal", 1, approved=True)
    first = project.assessments.get()
    second = start_assessment(project, owner, Scope.FULL, copy_from=first)
    assert PortfolioEntry.objects.get().assessment_id == first.pk
    submit(second, owner)
    assert PortfolioEntry.objects.get().assessment_id == second.pk
    send_back(second, reviewer, "Bitte ergänzen.")
    assert PortfolioEntry.objects.get().assessment_id == first.pk


def test_a_cell_says_points_stage_and_tension_in_words_and_leads_to_the_answers(reader, portfolio_reader):
    project = handed_in("Gespannt", {"4.1.a": 4, "4.1.b": 0})
    key = project.assessments.get().pk

    cell = re.findall(r"<td[^>]*>(?:(?!</td>).)*</td>", reader.get("/portfolio/").content.decode())[0]

    assert f'href="/pruefung/{key}/4.1/"' in cell
    assert "<strong>50</strong>" in cell
    assert "in Umsetzung" in cell
    assert "cell__tension" in cell


def test_the_span_stands_where_questions_are_open(reader):
    project = make_project(name="Offen")
    assessment = answer_all(make_assessment(project), lambda key: None if key == "4.1.a1" else 2)
    submit(assessment, make_user("Offen Offen"))

    content = reader.get("/portfolio/").content.decode()

    assert "<span>44–56</span>" in content
    assert content.count("–56</span>") == 1


def test_fictional_projects_are_marked(reader):
    handed_in("Erfunden", is_fictional=True)
    handed_in("Echt")
    handed_in("Sagt es selbst (fiktiv)", is_fictional=True)

    assert reader.get("/portfolio/").content.decode().count('class="matrix__badge"') == 1


def test_names_are_escaped(reader):
    handed_in("<script>alert(1)</script> {0} {pk} %s")

    content = reader.get("/portfolio/").content.decode()

    assert "<script>alert" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {0} {pk} %s" in content


def answer_all_with_evidence(assessment: Assessment) -> Assessment:
    assessment.answers.update(evidence=EVIDENCE)
    return assessment


# -- Filter, order, groups --------------------------------------------------------------------------------------------


@pytest.fixture
def three(db):
    """Alpha in the middle, Beta low and in tension, Gamma high and approved."""
    alpha = handed_in("Alpha", 2, phase=Phase.IDEA, organisation=Organisation.objects.get(key="senatskanzlei"))
    beta = handed_in("beta", {"4.2.a": 4, "4.2.b": 0, "4.1.a": 0, "4.1.b": 0}, phase=Phase.PILOT, organisation=None)
    gamma = handed_in("Gamma", 4, approved=True, phase=Phase.SCALING, summary="Mit 100 % Ökostrom")
    first, second = Perspective.objects.all()[:2]
    alpha.perspectives.set([first, second])
    beta.perspectives.set([second])
    return alpha, beta, gamma


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Alpha", "beta", "Gamma"]),
        ("?sort=-name", ["Gamma", "beta", "Alpha"]),
        ("?sort=4.1", ["beta", "Alpha", "Gamma"]),
        ("?sort=-4.1", ["Gamma", "Alpha", "beta"]),
        ("?sort=-principles", ["Gamma", "Alpha", "beta"]),
        ("?sort=-phase", ["Gamma", "beta", "Alpha"]),
        ("?sort=state", ["Gamma", "Alpha", "beta"]),
        ("?sort=nonsense&page=999", ["Alpha", "beta", "Gamma"]),
        ("?sort='; DROP TABLE x", ["Alpha", "beta", "Gamma"]),
        ("?phase=pilot", ["beta"]),
        ("?phase=nonsense", ["Alpha", "beta", "Gamma"]),
        ("?state=approved", ["Gamma"]),
        ("?organisation=senatskanzlei&state=submitted", ["Alpha"]),
        ("?organisation=-", ["beta"]),
        ("?q=Ökostrom", ["Gamma"]),
        ("?q=100 %25", ["Gamma"]),
        ("?q=ALPH", ["Alpha"]),
        ("?stage=embedded", ["Gamma"]),
        ("?stage=starting_point", ["beta"]),
        ("?stage=being_implemented&dimension=4.1", ["Alpha"]),
        ("?stage=starting_point&dimension=4.3", []),
        ("?tension=1", ["beta"]),
        ("?tension=1&dimension=4.1", []),
        ("?tension=1&dimension=4.2", ["beta"]),
        ("?tension=1&dimension=2.1", []),
        ("?low=4.1.a1", ["beta"]),
        ("?low=4.3.a1", []),
        ("?step=4.2.b2", ["beta"]),
        ("?step=4.2.b", []),
        ("?group=phase&sort=-name", ["Alpha", "beta", "Gamma"]),
        ("?group=organisation", ["Alpha", "Gamma", "beta"]),
        ("?group=perspective", ["Alpha", "Alpha", "beta", "Gamma"]),
    ],
)
def test_the_address_says_which_projects_in_which_order(reader, three, query, expected):
    assert names(reader, query) == expected


def test_a_perspective_filters_and_groups_at_once(reader, three):
    second = Perspective.objects.all()[1]

    assert names(reader, f"?perspective={second.key}") == ["Alpha", "beta"]
    assert names(reader, f"?perspective={second.key}&group=perspective") == ["Alpha", "beta"]


def test_a_project_without_a_figure_comes_last_in_both_directions(reader, three):
    alpha = three[0]
    scores = alpha.portfolio_entry.scores
    scores.score_4_1 = None
    scores.save()
    restore_entry(alpha.pk)

    assert names(reader, "?sort=4.1")[-1] == "Alpha"
    assert names(reader, "?sort=-4.1")[-1] == "Alpha"


def test_the_heading_says_the_order_and_turns_it_round(reader, three):
    content = reader.get("/portfolio/?sort=-4.1&phase=pilot").content.decode()

    (address,) = re.findall(r'aria-sort="descending">\s*<a href="([^"]+)">', content)
    assert address in ("?phase=pilot&amp;sort=4.1", "?sort=4.1&amp;phase=pilot")
    assert content.count("aria-sort") == 1


def test_what_is_selected_can_be_taken_out_piece_by_piece(reader, three):
    content = reader.get("/portfolio/?phase=pilot&q=bet").content.decode()

    assert 'class="portfolio-part" href="?phase=pilot"' in content
    assert 'class="portfolio-part" href="?q=bet"' in content


def test_fifty_a_page(reader, three):
    for number in range(50):
        project = make_project(name=f"Viel {number:02}")
        assessment = make_assessment(project, state=State.APPROVED)
        store_scores(assessment, compute_scores(assessment))
        refresh_entry(project.pk)

    first, second = names(reader), names(reader, "?page=2")

    assert (len(first), len(second)) == (50, 3)
    assert "?page=2" in reader.get("/portfolio/").content.decode()
    assert not set(first) & set(second)


# -- Cost -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?group=perspective&sort=-4.1", "?tension=1&organisation=senatskanzlei&q=a"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(reader, django_assert_num_queries: DjangoAssertNumQueries, count, query):
    for number in range(count):
        handed_in(f"Alpha {number}", {"4.1.a": 4, "4.1.b": 0})
    with django_assert_num_queries(8):
        assert len(names(reader, query)) == count
