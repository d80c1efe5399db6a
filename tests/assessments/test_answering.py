"""No answer is ever lost: conditional, idempotent, complete or not at all."""

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.answering import (
    MAX_LINKS,
    AnswerConflict,
    AnswerContent,
    AssessmentClosed,
    clean_content,
    is_untouched,
    save_answer,
)
from assessments.enums import Scope, State
from assessments.models import (
    MAX_TEXT_LENGTH,
    Answer,
    AnswerChange,
    Assessment,
    AssessmentScores,
    User,
    score_column,
)
from assessments.stored_scores import compute_scores, find_differences, store_scores
from tests.factories import make_answer, make_assessment

pytestmark = pytest.mark.django_db

KEY = "4.1.a1"
LINK = {"label": "Vermerk", "url": "https://www.berlin.de/vermerk"}
FILE = {"label": "Protokoll", "file_name": "protokoll.pdf", "sha256": "0" * 64}


@pytest.fixture
def empty(project, owner) -> Assessment:
    """A full assessment without answers."""
    return make_assessment(project, created_by=owner)


def stored(assessment: Assessment, key: str = KEY) -> Answer:
    return Answer.objects.get(assessment=assessment, question_key=key)


class TestSaving:
    def test_the_first_answer_is_stored_with_history_scores_and_place(self, empty, owner):
        saved = save_answer(
            empty, KEY, owner, AnswerContent(3, rationale=" weil \r\n ja ", evidence=(LINK,)), base_version=0
        )
        answer = stored(empty)
        assert (saved.version, saved.is_repeat) == (1, False)
        assert (answer.level, answer.rationale, answer.evidence, answer.version) == (3, "weil \n ja", [LINK], 1)
        assert answer.changed_by == owner
        change = answer.changes.get()
        assert (change.author, change.before, change.after["level"], change.version) == (owner, {}, 3, 1)
        empty.refresh_from_db()
        assert empty.last_question == KEY
        assert empty.changed_at == answer.changed_at
        assert empty.scores.answered == 1
        assert empty.scores.score_4_1 == 75
        assert saved.score == compute_scores(empty)

    def test_a_change_keeps_what_was_before(self, empty, owner, editor):
        save_answer(empty, KEY, owner, AnswerContent(1, rationale="erst"), base_version=0)
        saved = save_answer(empty, KEY, editor, AnswerContent(2, rationale="dann"), base_version=1)
        assert saved.version == 2
        newest = stored(empty).changes.get(version=2)
        assert (newest.before["rationale"], newest.after["rationale"]) == ("erst", "dann")
        assert newest.author == editor
        assert not list(find_differences())

    def test_a_rationale_alone_leaves_the_question_open(self, empty, owner):
        save_answer(empty, KEY, owner, AnswerContent(rationale="Wir klären das."), base_version=0)
        assert stored(empty).is_open
        assert compute_scores(empty).answered == 0

    def test_an_answer_can_be_cleared_again(self, empty, owner):
        save_answer(empty, KEY, owner, AnswerContent(4), base_version=0)
        save_answer(empty, KEY, owner, AnswerContent(), base_version=1)
        empty.refresh_from_db()
        assert stored(empty).is_open
        assert empty.scores.answered == 0
        assert empty.scores.score_4_1 is None

    def test_not_applicable_counts_as_dealt_with(self, empty, owner):
        save_answer(
            empty, KEY, owner, AnswerContent(is_not_applicable=True, reason="Betrifft uns nicht."), base_version=0
        )
        empty.refresh_from_db()
        assert empty.scores.answered == 1
        assert stored(empty).reason == "Betrifft uns nicht."

    def test_the_same_again_is_no_change(self, empty, owner, editor):
        save_answer(empty, KEY, owner, AnswerContent(2), base_version=0)
        saved = save_answer(empty, KEY, editor, AnswerContent(2), base_version=0)
        assert (saved.version, saved.is_repeat) == (1, True)
        assert AnswerChange.objects.count() == 1
        assert stored(empty).changed_by == owner

    def test_opening_nothing_stores_nothing(self, empty, owner):
        saved = save_answer(empty, KEY, owner, AnswerContent(), base_version=0)
        assert (saved.version, saved.is_repeat) == (0, True)
        assert not Answer.objects.exists()

    def test_files_stay_when_links_change(self, empty, owner):
        make_answer(empty, KEY, 1, evidence=[FILE])
        save_answer(empty, KEY, owner, AnswerContent(1, evidence=(LINK,)), base_version=1)
        assert stored(empty).evidence == [FILE, LINK]

    def test_a_file_cannot_be_claimed_by_a_form(self, empty, owner):
        save_answer(empty, KEY, owner, AnswerContent(1, evidence=(FILE,)), base_version=0)
        assert stored(empty).evidence == []

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
    def test_a_closed_assessment_does_not_change(self, empty, owner, state):
        Assessment.objects.filter(pk=empty.pk).update(state=state)
        with pytest.raises(AssessmentClosed):
            save_answer(empty, KEY, owner, AnswerContent(3), base_version=0)
        empty.refresh_from_db()
        assert not Answer.objects.exists()
        assert empty.last_question == ""

    def test_a_deleted_assessment_is_closed(self, empty, owner):
        Assessment.objects.filter(pk=empty.pk).delete()
        with pytest.raises(AssessmentClosed):
            save_answer(empty, KEY, owner, AnswerContent(3), base_version=0)

    def test_a_returned_assessment_goes_on(self, empty, owner):
        Assessment.objects.filter(pk=empty.pk).update(state=State.RETURNED)
        assert save_answer(empty, KEY, owner, AnswerContent(3), base_version=0).version == 1

    def test_deepened_meanwhile_the_new_scope_counts(self, project, owner):
        assessment = make_assessment(project, scope=Scope.QUICK)
        Assessment.objects.filter(pk=assessment.pk).update(scope=Scope.FULL)
        save_answer(assessment, "4.1.a2", owner, AnswerContent(4), base_version=0)
        assert not list(find_differences())
        scores = AssessmentScores.objects.get(assessment=assessment)
        assert getattr(scores, score_column("4.1")) == 100

    def test_saving_takes_five_statements(self, draft, owner, django_assert_num_queries):
        store_scores(draft, compute_scores(draft))
        # Savepoint and release around them are the test's own; in production they are BEGIN and COMMIT.
        with django_assert_num_queries(5 + 2):
            save_answer(draft, KEY, owner, AnswerContent(1), base_version=1)


class TestConflict:
    def test_the_later_one_gets_the_others_text_and_changes_nothing(self, empty, owner, editor):
        save_answer(empty, KEY, owner, AnswerContent(1, rationale="Olgas Text"), base_version=0)
        with pytest.raises(AnswerConflict) as conflict:
            save_answer(empty, KEY, editor, AnswerContent(4, rationale="Emils Text"), base_version=0)
        assert conflict.value.theirs.rationale == "Olgas Text"
        assert conflict.value.theirs.changed_by == owner
        assert (stored(empty).rationale, stored(empty).version) == ("Olgas Text", 1)
        assert AnswerChange.objects.count() == 1

    def test_a_version_from_the_future_is_a_conflict_too(self, empty, owner):
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0)
        with pytest.raises(AnswerConflict):
            save_answer(empty, KEY, owner, AnswerContent(2), base_version=7)

    def test_the_place_where_we_left_off_does_not_move(self, empty, owner, editor):
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0)
        save_answer(empty, "4.1.a2", owner, AnswerContent(1), base_version=0)
        with pytest.raises(AnswerConflict):
            save_answer(empty, KEY, editor, AnswerContent(4), base_version=0)
        empty.refresh_from_db()
        assert empty.last_question == "4.1.a2"


class TestRepeat:
    def test_the_same_key_again_gets_the_same_acknowledgement(self, empty, owner):
        key = uuid4()
        first = save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        second = save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        assert first.version == second.version == 1
        assert second.is_repeat
        assert AnswerChange.objects.count() == 1

    def test_also_after_somebody_else_went_on(self, empty, owner, editor):
        key = uuid4()
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        save_answer(empty, KEY, editor, AnswerContent(2), base_version=1)
        again = save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        assert (again.version, again.is_repeat) == (1, True)
        assert stored(empty).level == 2

    def test_also_after_the_assessment_was_closed(self, empty, owner):
        key = uuid4()
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        Assessment.objects.filter(pk=empty.pk).update(state=State.SUBMITTED)
        assert save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key).is_repeat

    def test_a_key_does_not_count_twice_with_a_newer_version(self, empty, owner):
        key = uuid4()
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        again = save_answer(empty, KEY, owner, AnswerContent(4), base_version=1, request_key=key)
        assert (again.version, again.is_repeat) == (1, True)
        assert stored(empty).level == 1
        assert not list(find_differences())

    def test_the_key_of_another_question_is_another_save(self, empty, owner):
        key = uuid4()
        save_answer(empty, KEY, owner, AnswerContent(1), base_version=0, request_key=key)
        assert not save_answer(empty, "4.1.a2", owner, AnswerContent(1), base_version=0, request_key=key).is_repeat


class TestUntouched:
    def test_what_a_form_got_from_the_server_is_untouched(self, empty, owner, editor):
        content = AnswerContent(2, rationale="Zeile 1\nZeile 2", evidence=(LINK,))
        save_answer(empty, KEY, owner, content, base_version=0)
        as_sent = AnswerContent(2, rationale="Zeile 1\r\nZeile 2", evidence=(LINK,))
        assert is_untouched(as_sent, 1, stored(empty))
        save_answer(empty, KEY, editor, AnswerContent(4), base_version=1)
        assert is_untouched(as_sent, 1, stored(empty))
        assert not is_untouched(AnswerContent(3), 1, stored(empty))

    def test_an_empty_form_is_untouched_whatever_others_wrote(self, empty, owner):
        assert is_untouched(AnswerContent(), 0, None)
        save_answer(empty, KEY, owner, AnswerContent(4), base_version=0)
        assert is_untouched(AnswerContent(), 0, stored(empty))
        assert not is_untouched(AnswerContent(), 1, stored(empty))

    def test_without_history_it_counts_as_touched(self, empty):
        answer = make_answer(empty, KEY, 2, version=3)
        assert not is_untouched(AnswerContent(1), 2, answer)

    def test_what_is_wrong_counts_as_touched(self):
        assert not is_untouched(AnswerContent(is_not_applicable=True), 0, None)


class TestCleaning:
    @pytest.mark.parametrize(
        ("content", "field", "code"),
        [
            (AnswerContent(5), "level", "level"),
            (AnswerContent(-1), "level", "level"),
            (AnswerContent(1, is_not_applicable=True, reason="lang genug ist er"), "level", "level"),
            (AnswerContent(is_not_applicable=True), "reason", "reason_too_short"),
            (AnswerContent(is_not_applicable=True, reason="a b c d e f g h i"), "reason", "reason_too_short"),
            (AnswerContent(rationale="a\x00b"), "rationale", "characters"),
            (AnswerContent(rationale="a\ud800b"), "rationale", "characters"),
            (AnswerContent(rationale="a\uffffb"), "rationale", "characters"),
            (AnswerContent(reason="a\x0bb"), "reason", "characters"),
            (AnswerContent(rationale="x" * (MAX_TEXT_LENGTH + 1)), "rationale", "too_long"),
            (AnswerContent(evidence=({"label": "x", "url": ""},)), "evidence", "url_missing"),
            (AnswerContent(evidence=({"label": "x", "url": "javascript:alert(1)"},)), "evidence", "url"),
            (AnswerContent(evidence=({"label": "x", "url": "ftp://example.org/a"},)), "evidence", "url"),
            (AnswerContent(evidence=({"label": "x", "url": "https://a.de/" + "x" * 2000},)), "evidence", "url"),
            (AnswerContent(evidence=({"label": "x\x00", "url": "https://a.de/"},)), "evidence", "characters"),
            (AnswerContent(evidence=({"label": "x" * 201, "url": "https://a.de/"},)), "evidence", "too_long"),
            (AnswerContent(evidence=(LINK,) * (MAX_LINKS + 1)), "evidence", "many"),
        ],
    )
    def test_what_cannot_be_stored_is_refused_at_its_field(self, content, field, code):
        with pytest.raises(ValidationError) as error:
            clean_content(content)
        assert [fault.code for fault in error.value.error_dict[field]] == [code]
        assert set(error.value.error_dict) == {field}

    def test_a_reason_of_ten_characters_is_enough(self):
        assert clean_content(AnswerContent(is_not_applicable=True, reason="a b c d e f g h i j"))

    def test_the_name_of_a_link_defaults_to_its_host_and_empty_rows_vanish(self):
        rows = ({"label": " ", "url": "https://www.berlin.de/a"}, {"label": "", "url": " "})
        assert clean_content(AnswerContent(evidence=rows)).evidence == (
            {"label": "www.berlin.de", "url": "https://www.berlin.de/a"},
        )

    def test_every_fault_is_named_at_once(self):
        content = AnswerContent(9, rationale="\x00", evidence=({"label": "x", "url": "y"},))
        with pytest.raises(ValidationError) as error:
            clean_content(content)
        assert set(error.value.error_dict) == {"level", "rationale", "evidence"}

    @settings(
        max_examples=60,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        deadline=None,
    )
    @given(text=st.text(st.characters(), max_size=60))
    def test_any_text_comes_back_or_is_refused(self, text, empty, owner):
        Answer.objects.all().delete()
        try:
            save_answer(empty, KEY, owner, AnswerContent(1, rationale=text), base_version=0)
        except ValidationError:
            return
        assert stored(empty).rationale == text.replace("\r\n", "\n").strip()


def at_once(*jobs: Callable[[], None]) -> None:
    """Run the jobs in threads that set off together."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        try:
            barrier.wait()
            job()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


Save = Callable[[Assessment, User, AnswerContent, int], None]


def save_properly(assessment: Assessment, user: User, content: AnswerContent, base_version: int) -> None:
    save_answer(assessment, KEY, user, content, base_version=base_version)


class NaiveSave:
    """Negative control: read, compare, write. Both have read before either writes."""

    def __init__(self) -> None:
        self.both_have_read = threading.Barrier(2)

    def __call__(self, assessment: Assessment, user: User, content: AnswerContent, base_version: int) -> None:
        answer = Answer.objects.get(assessment=assessment, question_key=KEY)
        if answer.version != base_version:
            raise AnswerConflict(answer)
        self.both_have_read.wait()
        answer.rationale, answer.version, answer.changed_at = content.rationale, base_version + 1, timezone.now()
        answer.save()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    PAIRS = 10

    def two_editors(self, assessment: Assessment, users: tuple[User, User], save: Save, base_version: int):
        acknowledged: list[str] = []
        refused: list[str] = []

        def job(user: User) -> Callable[[], None]:
            def run() -> None:
                text = f"{user.name} {base_version}"
                try:
                    save(assessment, user, AnswerContent(1, rationale=text), base_version)
                except AnswerConflict as conflict:
                    refused.append(conflict.theirs.rationale)
                else:
                    acknowledged.append(text)

            return run

        at_once(*(job(user) for user in users))
        return acknowledged, refused

    def test_of_two_editors_one_is_acknowledged_and_the_other_told(self, draft, owner, editor):
        for base_version in range(1, self.PAIRS + 1):
            acknowledged, refused = self.two_editors(draft, (owner, editor), save_properly, base_version)
            assert len(acknowledged) == len(refused) == 1
            assert stored(draft).rationale == refused[0] == acknowledged[0]

    def test_two_first_answers(self, empty, owner, editor):
        acknowledged, refused = self.two_editors(empty, (owner, editor), save_properly, 0)
        assert len(acknowledged) == len(refused) == 1

    def test_the_control_reading_first_loses_a_text(self, draft, owner, editor):
        acknowledged, refused = self.two_editors(draft, (owner, editor), NaiveSave(), 1)
        assert (len(acknowledged), len(refused)) == (2, 0), "the harness must see the loss"

    def test_neighbours_do_not_spoil_each_others_scores(self, empty, owner, editor):
        keys = ["4.1.a1", "4.1.a2", "4.1.a3", "4.1.b1", "4.1.b2", "4.1.b3"]
        assessments = [Assessment.objects.get(pk=empty.pk) for _ in keys]

        def job(assessment: Assessment, key: str) -> Callable[[], None]:
            def run() -> None:
                save_answer(assessment, key, owner, AnswerContent(4), base_version=0)

            return run

        at_once(*(job(assessment, key) for assessment, key in zip(assessments, keys, strict=True)))
        assert Answer.objects.count() == len(keys)
        assert not list(find_differences())

    def test_one_save_sent_many_times_at_once_has_one_effect(self, empty, owner):
        key: UUID = uuid4()
        versions: list[int] = []

        def send() -> None:
            versions.append(save_answer(empty, KEY, owner, AnswerContent(2), base_version=0, request_key=key).version)

        at_once(*[send] * 8)
        assert versions == [1] * 8
        assert AnswerChange.objects.count() == 1
