"""What is said of many projects agrees with what is said of each; the number of queries does not grow."""

import re
from fractions import Fraction
from itertools import pairwise

import pytest
from django.utils import timezone

from assessments.enums import MeasureState, Phase, Stage
from assessments.models import GoalConflict, Measure, PortfolioEntry
from assessments.portfolio import rows_of
from assessments.portfolio_comparison import compare
from assessments.portfolio_entries import find_wrong_entries, restore_entry
from assessments.portfolio_evaluation import Evaluation
from tests.assessments.views.test_portfolio import handed_in


def evaluate() -> Evaluation:
    return Evaluation(PortfolioEntry.objects.order_by())


@pytest.fixture
def three(db):
    """One at level 2 throughout, one low and in tension, one at level 4."""
    alpha = handed_in("Alpha", 2, phase=Phase.PILOT)
    beta = handed_in("Beta", {"4.1.a": 4, "4.1.b": 0, "4.2.a": 0, "4.2.b": 0}, phase=Phase.PILOT)
    gamma = handed_in("Gamma", 4, phase=Phase.IDEA)
    return alpha, beta, gamma


@pytest.fixture
def reader(client, portfolio_reader):
    client.force_login(portfolio_reader)
    return client


def test_the_stages_are_those_of_the_rows(three):
    evaluation = evaluate()
    rows = rows_of(one.pk for one in three).values()

    for place, one in enumerate(evaluation.distributions):
        stages = [row.cells[place].stage for row in rows]
        assert one.counts == {stage: stages.count(stage) for stage in Stage}
        assert one.none == 0
    assert [one.key for one in evaluation.tensions] == ["4.1"]
    assert evaluation.projects == 3


def test_the_lowest_question_is_the_one_with_the_lowest_mean(three):
    lowest = evaluate().low_questions

    assert lowest[0].question.key in ("4.1.b1", "4.2.a1", "4.2.b1")
    assert lowest[0].mean == Fraction(2 + 0 + 4, 3)
    assert (lowest[0].answered, lowest[0].low) == (3, 1)
    assert all(one.mean <= other.mean for one, other in pairwise(lowest))


def test_the_next_steps_are_those_of_the_projects(three):
    counted = {one.question.key: one.projects for one in evaluate().frequent_steps}

    entries = PortfolioEntry.objects.values_list("next_steps", flat=True)
    for key, projects in counted.items():
        assert projects == sum(key in steps.split() for steps in entries)
    assert max(counted.values()) == 2


def test_open_measures_are_counted_by_dimension(three):
    alpha, beta, _gamma = (one.assessments.get() for one in three)
    long_ago = timezone.localdate().replace(year=2000)
    Measure.objects.create(assessment=alpha, title="Eins", refers_to="4.1.a1", due=long_ago)
    Measure.objects.create(assessment=alpha, title="Zwei", refers_to="4.1", state=MeasureState.RUNNING)
    Measure.objects.create(assessment=beta, title="Drei", refers_to="")
    Measure.objects.create(assessment=beta, title="Fertig", refers_to="4.1", state=MeasureState.DONE)
    evaluation = evaluate()

    first, last = evaluation.open_measures
    assert (first.dimension and first.dimension.key, first.measures, first.overdue, first.projects) == ("4.1", 2, 1, 1)
    assert (last.dimension, last.measures) == (None, 1)
    assert [row["title"] for row in evaluation.next_due] == ["Eins"]
    assert evaluation.open_measure_count == 3


def test_a_pair_of_conflicts_is_one_pair_in_both_directions(three):
    alpha, beta, _gamma = (one.assessments.get() for one in three)
    GoalConflict.objects.create(assessment=alpha, first_key="4.5", second_key="2.3", description="x")
    GoalConflict.objects.create(assessment=beta, first_key="2.3", second_key="4.5", description="y")

    (pair,) = evaluate().conflict_pairs

    assert (pair.key, pair.projects, pair.conflicts) == ("4.5_2.3", 2, 2)


def test_every_figure_leads_to_as_many_projects_as_it_says(reader, three):
    alpha, beta, _gamma = (one.assessments.get() for one in three)
    Measure.objects.create(assessment=alpha, title="Eins", refers_to="4.1.a1")
    GoalConflict.objects.create(assessment=alpha, first_key="4.5", second_key="2.3", description="x")
    GoalConflict.objects.create(assessment=beta, first_key="2.3", second_key="4.5", description="y")
    content = reader.get("/portfolio/auswertung/").content.decode()

    links = re.findall(r'<td[^>]*>\s*<a href="(/portfolio/\?[^"]+)">(\d+)</a>', content)

    assert len(links) > 30
    for address, figure in set(links):
        page = reader.get(address.replace("&amp;", "&")).content.decode()
        assert page.count('class="matrix__pick"') == int(figure), address


def test_the_evaluation_is_of_the_selection(reader, three):
    content = reader.get("/portfolio/auswertung/?phase=idea").content.decode()

    assert "/portfolio/?phase=idea&amp;dimension=4.1&amp;stage=embedded" in content
    assert reader.get("/portfolio/auswertung/?phase=scaling").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_evaluation_takes_the_same_queries_however_many_projects(reader, django_assert_num_queries, count):
    for number in range(count):
        handed_in(f"Projekt {number}", number)
    with django_assert_num_queries(10):
        assert reader.get("/portfolio/auswertung/").status_code == 200


# -- Comparison -------------------------------------------------------------------------------------------------------


def test_projects_stand_beside_each_other_in_the_order_asked_for(reader, three):
    alpha, beta, gamma = three
    content = reader.get(f"/portfolio/vergleich/?p={gamma.pk}&p={alpha.pk}&p=987654").content.decode()

    assert re.findall(r'<a href="/pruefung/\d+/">(\w+)</a>', content) == ["Gamma", "Alpha"]
    assert "id_group" not in content
    assert compare([gamma.pk, gamma.pk, beta.pk]).group is None


def test_one_project_is_compared_with_the_mean_of_its_group(three):
    alpha, beta, _gamma = three

    everyone, phase, alone = (
        compare([project.pk], grouping).group
        for project, grouping in ((alpha, "all"), (alpha, "phase"), (beta, "perspective"))
    )

    assert everyone
    assert phase
    assert alone
    assert (everyone.projects, phase.projects, alone.projects) == (3, 2, 1)
    assert everyone.scores[1] == (50 + 0 + 100) / 3
    assert phase.scores[1] == 25


def test_a_fifth_project_does_not_fit(reader, three):
    more = [handed_in(f"Mehr {number}") for number in range(2)]
    query = "&".join(f"p={one.pk}" for one in (*three, *more))

    content = reader.get(f"/portfolio/vergleich/?{query}").content.decode()

    assert "notice--warning" in content
    assert len(re.findall(r'<a href="/pruefung/\d+/">', content)) == 4


@pytest.mark.parametrize("query", ["", "?p=", "?p=x", "?p=99999999999999999999", "?p=-1"])
def test_nothing_to_compare(reader, query):
    page = reader.get(f"/portfolio/vergleich/{query}")

    assert page.status_code == 200
    assert "empty-state" in page.content.decode()


# -- Entries ----------------------------------------------------------------------------------------------------------


def test_a_wrong_entry_is_found_and_restored(three):
    alpha, beta, _gamma = three
    assert list(find_wrong_entries()) == []
    PortfolioEntry.objects.filter(pk=alpha.pk).update(levels="0" * 96)
    PortfolioEntry.objects.filter(pk=beta.pk).delete()

    assert list(find_wrong_entries()) == [alpha.pk, beta.pk]
    restore_entry(alpha.pk)
    restore_entry(beta.pk)
    assert list(find_wrong_entries()) == []
