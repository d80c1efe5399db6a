"""Telling a history: nothing that the app would not have allowed, nothing that gets lost."""

import pytest
from django.utils import timezone

from assessments.demo_history import ImpossibleStepError, Teller, moment_of
from tests.factories import make_project, make_user


def test_nobody_works_at_weekends():
    today = timezone.localdate()

    assert all(timezone.localtime(moment_of(today, -day)).weekday() < 5 for day in range(14))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ({"begin": "quick"}, "may not do this"),
        ({"conjure": True}, "unknown step"),
    ],
)
def test_nothing_impossible_is_told(step: dict[str, object], fault: str):
    viewer = make_user("Vera Viewer")
    project = make_project(owner=make_user("Olga Owner"), viewer=viewer)

    with pytest.raises(ImpossibleStepError, match=fault):
        Teller(project, {"vera": viewer}, timezone.localdate()).tell([{"day": -1, "who": "vera", **step}])


@pytest.mark.django_db
def test_nothing_is_said_about_a_question_that_is_open():
    owner = make_user("Olga Owner")
    part = {"scope": "quick", "levels": {}, "rationales": {"4.1.a1": "Niemand hat das beantwortet."}}

    with pytest.raises(ImpossibleStepError, match=r"4\.1\.a1"):
        Teller(make_project(owner=owner), {"olga": owner}, timezone.localdate()).tell(
            [{"day": -1, "who": "olga", "take_in": part}]
        )
