"""Published results: who offers, confirms and withdraws, what is public meanwhile, and what never is."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import CASCADE
from django.utils import timezone

from assessments.account_deletion import delete_account
from assessments.enums import PublicationState, Role
from assessments.exchange import check_document
from assessments.models import Assessment, Membership, Project, Publication, User
from assessments.public_documents import WITHHELD, Choice, public_document
from assessments.publications import PublicationError, confirm, decline, drafted, offer, withdraw
from assessments.results import result_of_document
from assessments.snapshots import document_hash
from assessments.verification import Standing, judge
from assessments.workflow import approve, submit
from tests.assessments.test_answering import at_once
from tests.factories import answer_all, make_assessment, publish

EVERYTHING = Choice(with_rationales=True, with_measures=True, with_conflicts=True)
SECRET = "streng-vertraulich"


def approved_assessment(project: Project, owner: User, reviewer: User) -> Assessment:
    """An approved assessment in which every free text and file is secret."""
    assessment = make_assessment(project, created_by=owner)
    link = {"label": f"Link {SECRET}", "url": f"https://example.org/{SECRET}"}
    answer_all(assessment, 3, rationale=f"Begründung {SECRET}", evidence=[link])
    assessment.answers.filter(question_key="4.1.a2").update(
        level=None, is_not_applicable=True, reason=f"Grund, der lang ist, {SECRET}"
    )
    file = {"label": "Datei-Bezeichnung", "file_name": "datei-name.pdf", "sha256": "a" * 64}
    assessment.answers.filter(question_key="4.1.a1").update(level=4, evidence=[link, file])
    assessment.targets.create(dimension_key="4.1", value=77)
    assessment.measures.create(title=f"Maßnahme {SECRET}", responsible="Erika Zuständig")
    assessment.conflicts.create(first_key="4.1", second_key="4.2", description=f"Konflikt {SECRET}")
    snapshot = submit(assessment, owner)
    approve(assessment, reviewer, snapshot.sha256, timezone.localdate() + timedelta(days=365))
    return assessment


@pytest.fixture
def approved(project: Project, owner: User, reviewer: User) -> Assessment:
    return approved_assessment(project, owner, reviewer)


@pytest.fixture
def offered(approved: Assessment, owner: User) -> Publication:
    return offer(approved, owner, Choice(), drafted(approved, Choice()).sha256)


def states() -> list[str]:
    return list(Publication.objects.order_by("pk").values_list("state", flat=True))


class TestWhatIsPublic:
    def test_at_least_the_result_and_nothing_that_anybody_wrote(self, approved):
        snapshot = approved.snapshots.get()
        document = public_document(snapshot.document, Choice())
        text = json.dumps(document, ensure_ascii=False)
        assert SECRET not in text
        assert not {"targets", "measures", "conflicts"} & document.keys()
        assert document["answers"]["4.1.a1"] == {"level": 4}
        assert document["answers"]["4.1.a2"] == {"not_applicable": WITHHELD}
        assert document["scores"] == snapshot.document["scores"]
        assert check_document(document) == []

    def test_the_figures_are_those_of_the_approved_state(self, approved):
        document = approved.snapshots.get().document
        for choice in (Choice(), EVERYTHING):
            assert result_of_document(public_document(document, choice)).score == result_of_document(document).score

    @pytest.mark.parametrize("choice", [Choice(), EVERYTHING])
    def test_files_and_responsible_persons_never_are(self, approved, choice):
        text = json.dumps(public_document(approved.snapshots.get().document, choice), ensure_ascii=False)
        for private in ("Erika", "responsible", "file_name", "datei-name", "Datei-Bezeichnung", "a" * 64):
            assert private not in text

    def test_each_choice_adds_its_part_alone(self, approved):
        document = approved.snapshots.get().document
        parts = {
            "with_rationales": {"Begründung", "Link", "Grund"},
            "with_measures": {"Maßnahme", "77"},
            "with_conflicts": {"Konflikt"},
        }
        for name, words in parts.items():
            public = public_document(document, Choice(**{name: True}))
            text = json.dumps({**public, "scores": {}}, ensure_ascii=False)
            assert all(word in text for word in words)
            others = set().union(*parts.values()) - words - {"77"}
            assert not [word for word in others if f"{word} {SECRET}" in text or f"{word}, der" in text]
            assert check_document(public) == []

    def test_what_a_later_version_of_the_format_adds_stays_out(self, approved):
        document = approved.snapshots.get().document
        document["new"] = document["answers"]["4.1.a1"]["new"] = SECRET
        document["measures"][0]["new"] = document["answers"]["4.1.a1"]["evidence"][0]["new"] = SECRET
        assert "new" not in json.dumps(public_document(document, EVERYTHING)).replace('"new_', "")


class TestSteps:
    def test_nothing_is_public_before_both_have_agreed(self, offered, reviewer):
        assert not Publication.objects.public().exists()
        confirm(offered, reviewer, offered.sha256)
        assert Publication.objects.public().get() == offered

    @pytest.mark.parametrize("who", ["editor", "viewer", "stranger", "reviewer", "portfolio_reader", "administrator"])
    def test_only_owners_offer(self, request, approved, who):
        with pytest.raises(PermissionDenied):
            offer(approved, request.getfixturevalue(who), Choice(), drafted(approved, Choice()).sha256)

    @pytest.mark.parametrize("who", ["owner", "editor", "viewer", "stranger", "portfolio_reader"])
    def test_only_reviewers_decide(self, request, offered, who):
        user = request.getfixturevalue(who)
        with pytest.raises(PermissionDenied):
            confirm(offered, user, offered.sha256)
        with pytest.raises(PermissionDenied):
            decline(offered, user, "Nein.")
        assert states() == ["offered"]

    def test_nobody_confirms_for_their_own_team(self, offered, reviewer, project):
        Membership.objects.create(project=project, user=reviewer, role=Role.OWNER)
        with pytest.raises(PermissionDenied):
            confirm(offered, reviewer, offered.sha256)

    @pytest.mark.parametrize("who", ["editor", "viewer", "stranger", "portfolio_reader"])
    def test_only_owners_and_reviewers_withdraw(self, request, offered, who):
        with pytest.raises(PermissionDenied):
            withdraw(offered, request.getfixturevalue(who))

    @pytest.mark.parametrize("who", ["owner", "reviewer", "administrator"])
    @pytest.mark.parametrize("is_public", [True, False])
    def test_what_is_withdrawn_keeps_no_content(self, request, offered, reviewer, who, is_public):
        if is_public:
            confirm(offered, reviewer, offered.sha256)
        withdraw(offered, request.getfixturevalue(who))
        assert not Publication.objects.public().exists()
        assert (offered.state, offered.canonical, offered.summary) == (PublicationState.WITHDRAWN, "", "")

    def test_a_draft_cannot_be_offered(self, draft, owner):
        with pytest.raises(PublicationError) as refused:
            offer(draft, owner, Choice(), "0" * 64)
        assert refused.value.code == "not_approved"

    def test_only_what_the_preview_showed_is_offered(self, approved, owner):
        with pytest.raises(PublicationError) as refused:
            offer(approved, owner, EVERYTHING, drafted(approved, Choice()).sha256)
        assert refused.value.code == "changed"
        assert states() == []

    @pytest.mark.parametrize("sha256", ["", "0" * 64])
    def test_only_what_the_reviewer_saw_is_confirmed(self, offered, reviewer, sha256):
        with pytest.raises(PublicationError):
            confirm(offered, reviewer, sha256)
        assert states() == ["offered"]

    def test_one_offer_waits_at_a_time(self, approved, offered, owner):
        with pytest.raises(PublicationError) as refused:
            offer(approved, owner, EVERYTHING, drafted(approved, EVERYTHING).sha256)
        assert refused.value.code == "already_offered"

    def test_declining_needs_a_reason(self, offered, reviewer):
        with pytest.raises(PublicationError):
            decline(offered, reviewer, "  ")
        decline(offered, reviewer, "Es steht ein Name darin.")
        assert (offered.state, offered.canonical) == (PublicationState.DECLINED, "")

    def test_a_newer_one_replaces_the_older_when_it_is_confirmed(self, approved, owner, reviewer):
        older = publish(approved, owner, reviewer)
        newer = offer(approved, owner, EVERYTHING, drafted(approved, EVERYTHING).sha256)
        assert Publication.objects.public().get() == older
        confirm(newer, reviewer, newer.sha256)
        assert Publication.objects.public().get() == newer
        assert states() == ["replaced", "published"]

    def test_a_confirmation_that_fails_leaves_the_older_one_public(self, approved, owner, reviewer):
        older = publish(approved, owner, reviewer)
        newer = offer(approved, owner, EVERYTHING, drafted(approved, EVERYTHING).sha256)
        with pytest.raises(PublicationError):
            confirm(newer, reviewer, "0" * 64)
        assert Publication.objects.public().get() == older

    def test_withdrawn_while_the_reviewer_looks(self, offered, owner, reviewer):
        seen = Publication.objects.get(pk=offered.pk)
        withdraw(offered, owner)
        with pytest.raises(PublicationError) as refused:
            confirm(seen, reviewer, seen.sha256)
        assert refused.value.code == "moved"
        assert states() == ["withdrawn"]


@pytest.mark.django_db(transaction=True)
def test_of_confirming_and_withdrawing_at_once_one_is_told_or_both_hold(project, owner, reviewer, editor):
    """Whoever comes first: in the end it is withdrawn, and nothing of it is public."""
    approved = approved_assessment(project, owner, reviewer)
    for _round in range(3):
        offered = offer(approved, owner, Choice(), drafted(approved, Choice()).sha256)
        told: list[str] = []

        def attempt(act: Any, told: list[str] = told) -> None:
            try:
                act()
            except PublicationError as error:
                told.append(str(error.code))

        first, second = (Publication.objects.get(pk=offered.pk) for _ in range(2))
        at_once(
            partial(attempt, partial(confirm, first, reviewer, first.sha256)),
            partial(attempt, partial(withdraw, second, owner)),
        )
        offered.refresh_from_db()
        assert offered.state == PublicationState.WITHDRAWN
        assert set(told) <= {"moved"}
        assert not Publication.objects.public().exists()


class TestTheDatabase:
    def test_refuses_two_public_ones_of_a_project(self, approved, owner, reviewer):
        first = publish(approved, owner, reviewer)
        first.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save()

    @pytest.mark.parametrize(
        "changes", [{"state": "nonsense"}, {"state": "declined", "canonical": ""}, {"canonical": ""}, {"phase": "x"}]
    )
    def test_refuses_what_makes_no_sense(self, offered, changes):
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(pk=offered.pk).update(**changes)


class TestWhatGoesAndStays:
    def test_the_name_that_was_confirmed_stays_when_the_project_is_renamed(self, approved, owner, reviewer):
        publish(approved, owner, reviewer)
        Project.objects.filter(pk=approved.project_id).update(name="Geheimer neuer Name", summary="Neu")
        published = Publication.objects.public().get()
        assert published.name == "Kiezblocks digital"

    @pytest.mark.parametrize("column", ["project", "snapshot"])
    def test_it_goes_with_the_project_and_keeps_nothing_from_going(self, column):
        field: Any = Publication._meta.get_field(column)
        assert field.remote_field.on_delete is CASCADE

    def test_it_stays_without_a_name_when_the_account_goes_that_offered_it(self, approved, owner, editor, reviewer):
        publish(approved, owner, reviewer)
        Membership.objects.filter(project=approved.project_id, user=editor).update(role=Role.OWNER)
        delete_account(owner)
        published = Publication.objects.public().get()
        assert "Olga" not in published.canonical + str(published.offered_by)
        withdraw(published, editor)
        assert not Publication.objects.public().exists()


def test_a_public_report_is_known_as_the_approved_state_until_it_is_withdrawn(approved, owner, reviewer):
    published = publish(approved, owner, reviewer)
    digest = document_hash(published.document)
    assert digest != approved.snapshots.get().sha256
    verdict = judge(digest, timezone.localdate())
    assert (verdict.standing, verdict.excerpt, verdict.sha256) == (Standing.APPROVED, published, digest)
    withdraw(published, owner)
    assert judge(digest, timezone.localdate()).standing == Standing.UNKNOWN
