"""The pages on which teams offer and reviewers decide."""

import pytest
from django.urls import reverse

from assessments.enums import PracticeState, State
from assessments.good_practices import PracticeText, confirm, offer
from assessments.models import Assessment, GoodPractice
from tests.factories import answer_all, make_assessment

FORM = {"title": "Am Spielplatz gefragt", "text": "Zwölf Gespräche.", "contact": "", "language": "de"}


@pytest.fixture
def approved(project) -> Assessment:
    return answer_all(
        make_assessment(project, state=State.APPROVED),
        {"4.1.a1": 4, "4.1.a2": 3},
        rationale="Vermerk vom 3. Mai",
        evidence=[{"label": "Auswertung", "url": "https://www.berlin.de/"}],
    )


@pytest.fixture
def offered(approved, editor) -> GoodPractice:
    return offer(approved, "4.1.a1", editor, PracticeText("de", "Am Spielplatz gefragt", "Zwölf Gespräche."))


def as_(client, user):
    client.force_login(user)
    return client


def test_a_team_offers_and_sees_what_became_of_it(client, approved, editor):
    as_(client, editor)
    listed = reverse("good_practice_list", args=[approved.pk])
    path = reverse("good_practice_offer", args=[approved.pk, "4.1.a1"])
    assert path in client.get(listed).content.decode()
    assert "Vermerk vom 3. Mai" in client.get(path).content.decode()
    assert client.post(path, FORM).status_code == 302
    practice = GoodPractice.objects.get()
    assert practice.state == PracticeState.OFFERED
    page = client.get(listed).content.decode()
    assert FORM["title"] in page
    assert reverse("good_practice_withdraw", args=[practice.pk]) in page
    assert client.post(path, FORM).status_code == 422


def test_empty_texts_are_named(client, approved, editor):
    path = reverse("good_practice_offer", args=[approved.pk, "4.1.a1"])
    response = as_(client, editor).post(path, {**FORM, "text": " "})
    assert response.status_code == 422
    assert not GoodPractice.objects.exists()


def test_level_three_cannot_be_offered(client, approved, editor):
    assert as_(client, editor).get(reverse("good_practice_offer", args=[approved.pk, "4.1.a2"])).status_code == 404


def test_viewers_read_the_list_only(client, approved, offered, viewer):
    as_(client, viewer)
    page = client.get(reverse("good_practice_list", args=[approved.pk])).content.decode()
    assert FORM["title"] in page
    assert reverse("good_practice_withdraw", args=[offered.pk]) not in page
    assert client.get(reverse("good_practice_offer", args=[approved.pk, "4.1.a1"])).status_code == 403
    assert client.post(reverse("good_practice_withdraw", args=[offered.pk])).status_code == 403


@pytest.mark.parametrize("name", ["good_practice_withdraw", "good_practice_review"])
def test_strangers_learn_nothing(client, offered, stranger, name):
    as_(client, stranger)
    seen = client.get(reverse(name, args=[offered.pk]))
    missing = client.get(reverse(name, args=[offered.pk + 1000]))
    assert seen.status_code == missing.status_code == 404


@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("portfolio_reader", 403), ("reviewer", 200)])
def test_the_queue_and_the_review_are_for_reviewers(request, client, offered, who, status):
    as_(client, request.getfixturevalue(who))
    assert client.get(reverse("good_practice_queue")).status_code == status
    assert client.get(reverse("good_practice_review", args=[offered.pk])).status_code == status


def test_a_reviewer_confirms_and_takes_it_back(client, offered, reviewer):
    as_(client, reviewer)
    path = reverse("good_practice_review", args=[offered.pk])
    assert path in client.get(reverse("good_practice_queue")).content.decode()
    assert "Vermerk vom 3. Mai" in client.get(path).content.decode()
    client.post(path, {"confirm": "1"})
    offered.refresh_from_db()
    assert offered.state == PracticeState.CONFIRMED
    assert client.post(path, {"decline": "1", "reason": ""}).status_code == 422
    client.post(path, {"decline": "1", "reason": "Der Nachweis fehlt."})
    offered.refresh_from_db()
    assert offered.state == PracticeState.DECLINED
    assert "Der Nachweis fehlt." in client.get(path).content.decode()
    assert offered.title not in client.get(reverse("good_practice_queue")).content.decode()


def test_a_team_withdraws(client, offered, reviewer, owner):
    confirm(offered, reviewer)
    as_(client, owner)
    path = reverse("good_practice_withdraw", args=[offered.pk])
    assert client.get(path).status_code == 200
    client.post(path)
    offered.refresh_from_db()
    assert offered.state == PracticeState.WITHDRAWN


def test_whoever_is_late_is_told(client, offered, reviewer, owner):
    GoodPractice.objects.filter(pk=offered.pk).update(state=PracticeState.WITHDRAWN)
    as_(client, reviewer)
    response = client.post(reverse("good_practice_review", args=[offered.pk]), {"confirm": "1"}, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    as_(client, owner)
    response = client.post(reverse("good_practice_withdraw", args=[offered.pk]), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
