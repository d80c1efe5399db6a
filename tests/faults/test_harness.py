"""The fault runs themselves take long; here only that they see a loss, and that one of them works."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from assessments.answering import AnswerContent, save_answer
from assessments.models import Answer, AnswerChange, Assessment, User
from tests.faults.journal import Acknowledged, Journal, compare
from tests.faults.outcome import Outcome

KEY = "4.1.a1"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def acknowledged(draft: Assessment, owner: User) -> list[Acknowledged]:
    """Two saves of one answer, as the app has acknowledged them."""
    found = []
    for version in (1, 2):
        text, key = f"Text {version}", UUID(int=version)
        saved = save_answer(draft, KEY, owner, AnswerContent(1, rationale=text), base_version=version, request_key=key)
        found.append(Acknowledged(draft.pk, KEY, saved.version, text, str(key)))
    return found


def test_nothing_is_lost(acknowledged: list[Acknowledged]):
    verdict = compare(acknowledged)
    assert (verdict.acknowledged, verdict.lost, verdict.doubled) == (2, 0, 0), verdict.details


def test_what_never_arrived_is_lost(acknowledged: list[Acknowledged]):
    newer = replace(acknowledged[1], version=4, text="Text 3", request_key=str(UUID(int=3)))
    assert compare([*acknowledged, newer]).lost == 1


def test_what_was_overwritten_is_lost(acknowledged: list[Acknowledged]):
    Answer.objects.filter(question_key=KEY).update(rationale="Etwas anderes")
    assert compare(acknowledged).lost == 1


def test_what_the_history_forgot_is_lost(acknowledged: list[Acknowledged]):
    AnswerChange.objects.get(request_key=UUID(int=1)).delete()
    assert compare(acknowledged).lost == 1


def test_what_was_stored_twice_is_doubled(acknowledged: list[Acknowledged], draft: Assessment, owner: User):
    again = AnswerContent(2, rationale="Text 2")
    save_answer(draft, KEY, owner, again, base_version=3, request_key=UUID(int=9))
    assert compare(acknowledged).doubled


def test_the_journal_keeps_what_was_written(tmp_path: Path):
    written = [Acknowledged(1, KEY, version, "Ä", "key") for version in (1, 2)]
    journal = Journal(tmp_path / "journal")
    for one in written:
        journal.write(one)
    assert journal.read() == written


@pytest.mark.parametrize(("lost", "is_control", "is_fine"), [(0, False, True), (1, False, False), (0, True, False)])
def test_a_control_that_sees_no_loss_is_void(lost: int, is_control: bool, is_fine: bool):
    assert Outcome("run", "sqlite", 1, lost=lost, is_control=is_control).is_fine is is_fine


def test_a_run_from_beginning_to_end(tmp_path: Path):
    command = [sys.executable, "-m", "tests.faults", "kill-workers", "--count", "2", "--database", "sqlite"]
    done = subprocess.run([*command, "--results", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "kill-workers-sqlite.json").read_text())
    assert result["verdict"] == "ok"
    assert result["acknowledged"] > 0
