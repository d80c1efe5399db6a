"""Tells what happened in a project of the demo, step by step, through the functions that people's clicks go through.

A step of a file names the day (counted from today), who took it, and what: one verb with what belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.utils import timezone

from principles.models import Catalogue, load_catalogue

from . import clock, publications
from .answering import AnswerContent, save_answer
from .discussion import begin_thread, reply, set_open
from .enums import MeasureState, Scope
from .evidence_files import add_file
from .exchange import FORMAT, import_document
from .good_practices import PracticeText, confirm, decline, offer
from .good_practices import withdraw as take_back
from .individual_ratings import RatingContent, reveal, save_ratings
from .invitations import VALID_FOR
from .measures import save_entry, take_over_step
from .models import Answer, AnswerChange, Assessment, GoalConflict, GoodPractice, Invitation, Measure, Project, User
from .permissions import Action, allows
from .public_documents import Choice
from .reviewing import ReviewNote, clean_note, save_notes
from .scoring import DimensionShape
from .stored_scores import shapes_of
from .targets import set_targets
from .workflow import approve, current_snapshot, deepen, mark_read, send_back, start_assessment, submit, withdraw

DEMO_FILES = Path(settings.BASE_DIR) / "fixtures" / "demo" / "files"
OPEN, NOT_APPLICABLE = "-", "n"
OPENING_HOUR = time(8, 30)
MINUTES_OF_WORK = 450
BETWEEN_STEPS = timedelta(minutes=23)
BETWEEN_ANSWERS = timedelta(minutes=4)

Step = dict[str, Any]


def moment_of(today: date, day: int) -> datetime:
    """When somebody got down to it on a day counted from today; nobody works at weekends."""
    wanted = today + timedelta(days=day)
    wanted -= timedelta(days=max(0, wanted.weekday() - 4))
    opening = timezone.make_aware(datetime.combine(wanted, OPENING_HOUR))
    return opening + timedelta(minutes=wanted.toordinal() * 197 % MINUTES_OF_WORK)


class ImpossibleStepError(ValueError):
    """A step that the person may not take, or that the app does not know."""


class Teller:
    """Lets one project's history happen."""

    def __init__(self, project: Project, people: Mapping[str, User], today: date) -> None:
        self.project = project
        self.people = people
        self.today = today
        self.assessment = Assessment()
        self._last = moment_of(today, -10_000)

    def tell(self, history: Sequence[Step]) -> None:
        """Take every step at its moment, none before the one that stands above it."""
        for step in history:
            self._last = max(self._last + BETWEEN_STEPS, moment_of(self.today, step["day"]))
            verb = next(key for key in step if key not in ("day", "who"))
            user = self.people[step["who"]]
            self._require(user, verb, step)
            with clock.at(self._last):
                VERBS[verb](self, user, step[verb])

    def _require(self, user: User, verb: str, step: Step) -> None:
        """Nothing is told that the app would not have allowed."""
        if verb not in VERBS:
            raise ImpossibleStepError(f"{self.project}: unknown step {step}")
        action = ACTIONS.get(verb)
        place = self.project if verb in ON_PROJECT else self.assessment
        if action is not None and not allows(user, action, place):
            raise ImpossibleStepError(f"{self.project}: {user} may not do this: {step}")

    # -- The team -----------------------------------------------------------------------------------------------------

    def begin(self, user: User, part: str) -> None:
        """An empty assessment; with „again“ one that starts from the answers of the last."""
        last = self.assessment if part == "again" else None
        scope = Scope(last.scope if last else part)
        self.assessment = start_assessment(self.project, user, scope, copy_from=last)
        self._date_rows()

    def take_in(self, user: User, part: Step) -> None:
        """Read a file in the exchange format."""
        document = _document(self.project, part, self.today)
        self.assessment = import_document(document, owner=user, project=self.project)
        self._date_rows()

    def fill(self, user: User, part: Step) -> None:
        """A first round of answers: taken in at once, then spread over the days and people that gave them."""
        self.take_in(user, part)
        authors = [self.people[key] for key in part["by"]]
        until = moment_of(self.today, part["until"])
        keys = [shape.key for shape in _shapes(self.assessment)]
        answers = list(self.assessment.answers.order_by("pk"))
        changes = {change.answer_id: change for change in AnswerChange.objects.filter(answer__in=answers)}
        first = self._last
        for answer in answers:
            number = keys.index(answer.question_key.rpartition(".")[0])
            day = timezone.localdate(first + (until - first) * number / len(keys))
            self._last = max(moment_of(day, 0), self._last + BETWEEN_ANSWERS)
            answer.changed_at = changes[answer.pk].changed_at = self._last
            answer.changed_by = changes[answer.pk].author = authors[number % len(authors)]
        # Ten times as fast as ``bulk_update``: the rows are there, so only the columns named here change.
        Answer.objects.bulk_create(
            answers, update_conflicts=True, unique_fields=["pk"], update_fields=["changed_at", "changed_by"]
        )
        AnswerChange.objects.bulk_create(
            changes.values(), update_conflicts=True, unique_fields=["pk"], update_fields=["changed_at", "author"]
        )
        Assessment.objects.filter(pk=self.assessment.pk).update(
            last_question=answers[-1].question_key, changed_at=self._last
        )

    def answer(self, user: User, part: dict[str, Any]) -> None:
        """Answer or change some questions one after the other; what is not named stays as it was."""
        for key, said in part.items():
            stored = self.assessment.answers.filter(question_key=key).first()
            content = replace(AnswerContent.of(stored), **_content(said))
            with clock.at(self._tick()):
                save_answer(self.assessment, key, user, content, base_version=stored.version if stored else 0)

    def attach(self, user: User, part: dict[str, dict[str, str]]) -> None:
        """Add files as evidence; each is written „title: name“, as links are."""
        for key, files in part.items():
            for label, name in files.items():
                with clock.at(self._tick()), (DEMO_FILES / name).open("rb") as content:
                    add_file(self.assessment, key, user, File(content), name=name, label=label)

    def rate(self, user: User, part: Step) -> None:
        """Rate dimensions alone; in a row every question needs a sign."""
        notes = part.get("notes", {})
        for dimension in _shapes(self.assessment):
            ratings = {
                key: RatingContent(
                    None if sign == NOT_APPLICABLE else int(sign), sign == NOT_APPLICABLE, notes.get(key, "")
                )
                for key, sign in _signs(part["levels"], dimension, self.assessment.scope)
            }
            save_ratings(self.assessment, user, dimension.key, ratings)

    def reveal(self, user: User, part: str) -> None:
        """Show the team the ratings of a dimension."""
        reveal(self.assessment, user, part)

    def deepen(self, user: User, part: bool) -> None:
        """Go on from the quick check to all questions."""
        deepen(self.assessment)

    def targets(self, user: User, part: dict[str, int]) -> None:
        """Set targets."""
        set_targets(self.assessment, part)

    def measure(self, user: User, part: Step) -> None:
        """Plan something; „step“ takes over the suggested step of a question."""
        if "step" in part:
            measure = take_over_step(self.assessment, part["step"])[0]
        else:
            measure = Measure(assessment=self.assessment, title=part["title"], refers_to=part.get("refers_to", ""))
        measure.responsible = part.get("responsible", "")
        measure.due = _day(self.today, part.get("due"))
        measure.state = MeasureState(part.get("state", MeasureState.PLANNED))
        save_entry(measure)
        Measure.objects.filter(pk=measure.pk).update(created_at=self._last)

    def progress(self, user: User, part: dict[str, str]) -> None:
        """Say how far measures are; each is named by how its title begins."""
        for title, state in part.items():
            measure = self.assessment.measures.get(title__startswith=title)
            measure.state = MeasureState(state)
            save_entry(measure)

    def conflict(self, user: User, part: Step) -> None:
        """Name a conflict of goals."""
        conflict = GoalConflict(assessment=self.assessment, description=part["description"])
        conflict.first_key, conflict.second_key = part["between"]
        conflict.handling = part.get("handling", "")
        save_entry(conflict)
        GoalConflict.objects.filter(pk=conflict.pk).update(created_at=self._last)

    def comment(self, user: User, part: dict[str, str]) -> None:
        """Begin a thread, or go on with the one that is there already."""
        for place, text in part.items():
            thread = self.assessment.threads.filter(refers_to=place).order_by("-pk").first()
            if thread is None:
                begin_thread(self.assessment, user, place, text)
            else:
                reply(thread, user, text)

    def settle(self, user: User, part: str) -> None:
        """Close the thread of a place."""
        set_open(self.assessment.threads.filter(refers_to=part).latest("pk"), is_open=False)

    def phase(self, user: User, part: str) -> None:
        """Move the project on to another phase."""
        self.project.phase = part
        self.project.save(update_fields=["phase"])

    def invite(self, user: User, part: dict[str, str]) -> None:
        """Ask somebody to join. No mail goes out, so nobody has the link."""
        now = clock.now()
        for email, role in part.items():
            Invitation.objects.create(
                project=self.project,
                email=email,
                role=role,
                invited_by=user,
                created_at=now,
                expires_at=now + VALID_FOR,
            )

    def submit(self, user: User, part: bool) -> None:
        """Hand in."""
        submit(self.assessment, user)

    def withdraw(self, user: User, part: bool) -> None:
        """Take the submission back before anybody reads it."""
        withdraw(self.assessment, user)

    def offer(self, user: User, part: dict[str, Step]) -> None:
        """Offer answers as good practice."""
        for key, said in part.items():
            text = PracticeText("de", said["title"], said["text"], said.get("contact", ""))
            offer(self.assessment, key, user, text)

    def take_back(self, user: User, part: str) -> None:
        """Withdraw an offer."""
        take_back(self._practice(part), user)

    def propose(self, user: User, part: list[str]) -> None:
        """Offer the result for publication, with these parts beside it: rationales, measures, conflicts."""
        choice = Choice(**{f"with_{name}": True for name in part})
        publications.offer(self.assessment, user, choice, publications.drafted(self.assessment, choice).sha256)

    # -- The Senatskanzlei --------------------------------------------------------------------------------------------

    def read(self, user: User, part: bool) -> None:
        """Begin the review."""
        mark_read(current_snapshot(self.assessment))

    def note(self, user: User, part: dict[str, Step]) -> None:
        """Note down levels and comments."""
        save_notes(self.assessment, user, {place: clean_note(ReviewNote(**said)) for place, said in part.items()})

    def send_back(self, user: User, part: str) -> None:
        """Return with a reason."""
        send_back(self.assessment, user, part)

    def approve(self, user: User, part: Step) -> None:
        """Approve for so many days."""
        until = clock.today() + timedelta(days=part["days"])
        sha256 = current_snapshot(self.assessment).sha256
        approve(self.assessment, user, sha256, until, part.get("reason", ""))

    def confirm(self, user: User, part: str) -> None:
        """Make an offer public."""
        confirm(self._practice(part), user)

    def publish(self, user: User, part: bool) -> None:
        """Make the result public."""
        publication = self.project.publications.waiting().get()
        publications.confirm(publication, user, publication.sha256)

    def decline(self, user: User, part: dict[str, str]) -> None:
        """Turn offers down."""
        for key, reason in part.items():
            decline(self._practice(key), user, reason)

    # -- Helpers ------------------------------------------------------------------------------------------------------

    def _practice(self, key: str) -> GoodPractice:
        return self.assessment.good_practices.filter(question_key=key).latest("pk")

    def _tick(self) -> datetime:
        self._last += BETWEEN_ANSWERS
        return self._last

    def _date_rows(self) -> None:
        """The columns that the database layer dates by itself."""
        rows = Assessment.objects.filter(pk=self.assessment.pk)
        rows.update(created_at=self._last, changed_at=self._last)
        self.assessment.measures.update(created_at=self._last)
        self.assessment.conflicts.update(created_at=self._last)


VERBS: dict[str, Callable[[Teller, User, Any], None]] = {
    name: getattr(Teller, name)
    for name in (
        *("begin", "take_in", "fill", "rate", "reveal", "answer", "attach", "deepen", "targets", "measure", "progress"),
        *("conflict", "comment", "settle", "phase", "invite", "submit", "withdraw", "offer", "take_back"),
        *("read", "note", "send_back", "approve", "confirm", "decline", "propose", "publish"),
    )
}
ON_PROJECT = ("begin", "take_in", "fill", "phase", "invite")
ACTIONS = {
    **dict.fromkeys(("begin", "take_in", "fill"), Action.START_ASSESSMENT),
    **dict.fromkeys(("answer", "attach", "deepen"), Action.ANSWER),
    "rate": Action.RATE,
    "reveal": Action.REVEAL_RATINGS,
    "targets": Action.SET_TARGETS,
    **dict.fromkeys(("measure", "progress", "conflict"), Action.PLAN),
    **dict.fromkeys(("comment", "settle"), Action.COMMENT),
    "phase": Action.EDIT_PROJECT,
    "invite": Action.MANAGE_MEMBERS,
    **dict.fromkeys(("submit", "withdraw"), Action.SUBMIT),
    **dict.fromkeys(("read", "note", "send_back", "approve"), Action.REVIEW),
}
"""What a step asks of whoever takes it; good practice and publications ask for themselves."""


# -- What files say ----------------------------------------------------------------------------------------------------


def _document(project: Project, part: Step, today: date) -> Step:
    """The exchange document that a round of answers stands for."""
    catalogue = Catalogue.objects.published()[0]
    return {
        "format": FORMAT,
        "catalogue": catalogue.version,
        "scope": part["scope"],
        "project": {"name": project.name, "phase": project.phase},
        "answers": dict(_answers(part, shapes_of(load_catalogue(catalogue.pk)))),
        "targets": part.get("targets", {}),
        "measures": [_measure_part(measure, today) for measure in part.get("measures", [])],
        "conflicts": part.get("conflicts", []),
    }


def _measure_part(measure: Step, today: date) -> Step:
    due = _day(today, measure.get("due"))
    return {"state": MeasureState.PLANNED.value, **measure, "due": due.isoformat() if due else None}


def _answers(part: Step, shapes: Iterable[DimensionShape]) -> Iterator[tuple[str, Step]]:
    """The rows of levels, one sign a question in catalogue order, joined with what is said about them."""
    told = {*part.get("rationales", {}), *part.get("evidence", {}), *part.get("not_applicable", {})}
    for dimension in shapes:
        for key, sign in _signs(part["levels"], dimension, part["scope"]):
            told.discard(key)
            if sign == NOT_APPLICABLE:
                yield key, {"not_applicable": part["not_applicable"][key]}
            else:
                said = {"rationale": part.get("rationales", {}).get(key), "evidence": _links(part, key)}
                yield key, {"level": int(sign), **{name: value for name, value in said.items() if value}}
    if told:
        raise ImpossibleStepError(f"Nobody answered {sorted(told)}.")


def _signs(rows: Mapping[str, str], dimension: DimensionShape, scope: str) -> Iterator[tuple[str, str]]:
    """The questions of a dimension that are not open, with their sign in the dimension's row."""
    asked = [
        question.key for aspect in dimension.aspects for question in aspect.questions if question.is_in(Scope(scope))
    ]
    signs = "".join(rows.get(dimension.key, OPEN * len(asked)).split())
    return ((key, sign) for key, sign in zip(asked, signs, strict=True) if sign != OPEN)


def _links(part: Step, key: str) -> list[Step]:
    """Evidence is written „label: address“."""
    return [{"label": label, "url": url} for label, url in part.get("evidence", {}).get(key, {}).items()]


def _content(said: Any) -> dict[str, Any]:
    """The parts of an answer that a step names; a bare number is a level, a bare text a rationale."""
    if isinstance(said, int):
        return {"level": said}
    if isinstance(said, str):
        return {"rationale": said}
    if "evidence" in said:
        said = {**said, "evidence": tuple({"label": label, "url": url} for label, url in said["evidence"].items())}
    return dict(said)


def _shapes(assessment: Assessment) -> tuple[DimensionShape, ...]:
    return shapes_of(load_catalogue(assessment.catalogue_id))


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)
