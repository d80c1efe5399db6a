"""Exports in the background: one right file whatever happens to the worker, and nothing made twice."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from assessments import export_jobs
from assessments.enums import ExportFault, ExportKind, ExportState, MailEvent
from assessments.export_jobs import MOST_OPEN, ExportError, Wish, cancel, forget_exports, remove, run_export, start
from assessments.models import ExportJob, OutgoingMail, Project, User
from assessments.reports.pdf import PdfBusyError, PdfError, PdfLimitError, PdfUnavailableError
from assessments.reports.storage import store_file
from assessments.workflow import withdraw
from tests.assessments.views.test_portfolio import handed_in
from tests.queue import DATABASE_QUEUE, make_worker

pytestmark = pytest.mark.usefixtures("files")


class Killed(BaseException):
    """What kill -9 looks like from within: nothing after it runs."""


class Renderer:
    """Stands in for the rendering process; ``disturb`` is called with the number of each document."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.disturb: Callable[[int], None] = lambda number: None

    def __call__(self, html: str, css: str, **kwargs: object) -> bytes:
        self.disturb(len(self.made) + 1)
        self.made.append(html)
        return b"%PDF " + html.encode()


def fail_with(error: type[Exception]) -> Callable[[int], None]:
    """Lets no document come to be."""

    def fail(number: int) -> None:
        raise error

    return fail


@pytest.fixture(autouse=True)
def renderer(monkeypatch) -> Renderer:
    renderer = Renderer()
    for module in ("documents", "portfolio_report"):
        monkeypatch.setattr(f"assessments.reports.{module}.render_pdf", renderer)
    return renderer


@pytest.fixture(autouse=True)
def _queue(settings):
    settings.TASKS = DATABASE_QUEUE


@pytest.fixture
def four(db) -> list[Project]:
    return [handed_in(name, number) for number, name in enumerate(("Alpha", "Beta", "Gamma", "Beta!"))]


def wish(projects: list[Project], kind: ExportKind = ExportKind.REPORTS, language: str = "de") -> Wish:
    return Wish(kind, language, [one.pk for one in projects], ["Phase: Pilot"], {"phase": "pilot"}, date(2031, 4, 5))


def work(*, later: timedelta = timedelta()) -> None:
    """Let a worker do what waits, also what becomes due until ``later``."""
    now = timezone.now()
    DBTaskResult.objects.filter(run_after__lte=now + later).update(run_after=now)
    worker = make_worker()
    while task := DBTaskResult.objects.ready().first():
        task.claim(worker.worker_id)
        worker.run_task(task)


def archive_of(job: ExportJob) -> dict[str, bytes]:
    job.refresh_from_db()
    assert job.state == ExportState.DONE, (job.state, job.fault)
    with default_storage.open(job.file) as stored:
        content = stored.read()
    assert job.size == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def exported_files() -> list[str]:
    return default_storage.listdir(export_jobs.FOLDER)[1] if default_storage.exists(export_jobs.FOLDER) else []


# -- The normal way ---------------------------------------------------------------------------------------------------


def test_all_reports_of_a_selection_in_one_archive(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))
    assert (job.state, job.done, job.total) == (ExportState.WAITING, 0, 4)
    work()

    archive = archive_of(job)
    assert [name.split("_")[0] for name in archive][:3] == ["alpha", "beta", "gamma"]
    assert len(archive) == 4
    assert all(content.startswith(b"%PDF") for content in archive.values())
    assert len(renderer.made) == 4
    assert exported_files() == [f"{job.pk}.zip"]
    assert (job.done, job.claim, job.left_out) == (4, "", [])


def test_the_same_reports_give_the_same_bytes_and_are_made_once(four, portfolio_reader, renderer):
    contents = []
    for _ in range(2):
        job = start(portfolio_reader, wish(four))
        work()
        job.refresh_from_db()
        with default_storage.open(job.file) as stored:
            contents.append(stored.read())
    assert contents[0] == contents[1]
    assert len(renderer.made) == 4


def test_the_portfolio_report_in_the_background(four, portfolio_reader):
    job = start(portfolio_reader, wish(four, ExportKind.PORTFOLIO, "en"))
    work()
    job.refresh_from_db()

    assert job.state == ExportState.DONE
    with default_storage.open(job.file) as stored:
        content = stored.read().decode()
    assert "Phase: Pilot" in content
    assert 'lang="en"' in content


def test_without_a_queue_it_is_done_at_once(
    four, portfolio_reader, settings, django_capture_on_commit_callbacks, monkeypatch
):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    monkeypatch.setattr(export_jobs, "SLICE_SECONDS", -1)
    with django_capture_on_commit_callbacks(execute=True):
        job = start(portfolio_reader, wish(four))

    assert len(archive_of(job)) == 4


@pytest.mark.parametrize("waited", [0, 2])
@pytest.mark.parametrize("fails", [False, True])
def test_who_waited_long_gets_one_mail_at_the_end(four, portfolio_reader, renderer, waited, fails):
    if fails:
        renderer.disturb = fail_with(PdfUnavailableError)
    job = start(portfolio_reader, wish(four))
    ExportJob.objects.update(created_at=timezone.now() - timedelta(minutes=waited))
    work()
    work(later=timedelta(minutes=10))

    job.refresh_from_db()
    assert job.state == (ExportState.FAILED if fails else ExportState.DONE)
    mails = OutgoingMail.objects.filter(event=MailEvent.EXPORT, about=job.pk, recipient=portfolio_reader)
    assert mails.count() == (1 if waited else 0)


def test_who_cancels_gets_no_mail(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))
    ExportJob.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    renderer.disturb = lambda number: cancel(job) if number == 4 else None
    work()

    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert not OutgoingMail.objects.exists()


def test_asking_again_starts_nothing_new(four, portfolio_reader, reviewer):
    first = start(portfolio_reader, wish(four))

    assert start(portfolio_reader, wish(four)).pk == first.pk
    assert start(portfolio_reader, wish(four, language="en")).pk != first.pk
    assert start(reviewer, wish(four)).pk != first.pk


def test_a_report_with_other_groups_is_another_one(four, portfolio_reader):
    plain = wish(four, ExportKind.PORTFOLIO)
    first = start(portfolio_reader, plain)

    assert start(portfolio_reader, plain).pk == first.pk
    assert start(portfolio_reader, replace(plain, address={"group": "phase"})).pk != first.pk


def test_one_person_cannot_fill_the_queue(four, portfolio_reader, reviewer):
    for number in range(MOST_OPEN):
        start(portfolio_reader, wish(four[number : number + 1]))
    with pytest.raises(ExportError):
        start(portfolio_reader, wish(four))
    start(reviewer, wish(four))
    cancel(ExportJob.objects.filter(owner=portfolio_reader)[0])
    start(portfolio_reader, wish(four))


def test_nothing_and_too_much_are_refused(four, portfolio_reader, monkeypatch):
    with pytest.raises(ExportError):
        start(portfolio_reader, wish([]))
    monkeypatch.setattr(export_jobs, "MOST_REPORTS", 3)
    with pytest.raises(ExportError):
        start(portfolio_reader, wish(four))
    assert not ExportJob.objects.exists()


# -- Interrupted ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_killed_worker_costs_no_report(four, portfolio_reader, renderer, step):
    job = start(portfolio_reader, wish(four))

    def kill(number: int) -> None:
        if number == step:
            raise Killed

    renderer.disturb = kill
    # The process is gone: what it would have told the queue is never told.
    task = DBTaskResult.objects.ready()[0]
    DBTaskResult.objects.filter(pk=task.pk).update(status="RUNNING")
    with pytest.raises(Killed):
        run_export.func(*task.args_kwargs["args"])
    job.refresh_from_db()
    assert (job.state, job.done) == (ExportState.RUNNING, step - 1)
    assert job.claim
    assert exported_files() == []

    renderer.disturb = lambda number: None
    work()
    job.refresh_from_db()
    assert job.state == ExportState.RUNNING, "nobody takes it before its time"
    work(later=export_jobs.GUARD_AFTER)

    assert len(archive_of(job)) == 4
    assert len(renderer.made) == len(set(renderer.made)) == 4
    assert job.lost_workers == 1
    assert exported_files() == [f"{job.pk}.zip"]


def test_a_worker_killed_while_packing_leaves_one_whole_file(four, portfolio_reader, monkeypatch, renderer):
    job = start(portfolio_reader, wish(four))
    written = []
    write = zipfile.ZipFile.writestr

    def kill(archive: zipfile.ZipFile, *args: object) -> None:
        written.append(args)
        if len(written) == 3:
            raise Killed
        write(archive, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(zipfile.ZipFile, "writestr", kill)
    with pytest.raises(Killed):
        run_export.func(job.pk)
    assert not default_storage.exists(f"{export_jobs.FOLDER}/{job.pk}.zip")
    DBTaskResult.objects.filter(run_after__lte=timezone.now()).delete()
    work(later=export_jobs.GUARD_AFTER)

    assert len(archive_of(job)) == 4
    assert len(renderer.made) == 4


def test_a_worker_told_to_end_hands_the_work_on(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))

    def end(number: int) -> None:
        if number == 3:
            renderer.disturb = lambda number: None
            raise SystemExit(1)

    renderer.disturb = end
    with pytest.raises(SystemExit):
        run_export.func(job.pk)
    job.refresh_from_db()
    assert (job.done, job.claim) == (2, "")
    work()

    assert len(archive_of(job)) == 4
    assert job.lost_workers == 0


def test_a_slow_worker_that_was_given_up_writes_nothing(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))
    states = []

    def overtake(number: int) -> None:
        if number == 2:
            renderer.disturb = lambda number: None
            job.refresh_from_db()
            run_export.func(job.pk, job.claim)
            states.append(archive_of(job))

    renderer.disturb = overtake
    run_export.func(job.pk)

    assert [len(archive) for archive in states] == [4]
    assert archive_of(job) == states[0]
    assert exported_files() == [f"{job.pk}.zip"]


def test_what_kills_every_worker_is_given_up(four, portfolio_reader, renderer, monkeypatch):
    monkeypatch.setattr(export_jobs, "MOST_LOST_WORKERS", 2)
    job = start(portfolio_reader, wish(four))

    def kill(number: int) -> None:
        raise Killed

    renderer.disturb = kill
    claim = ""
    for _ in range(3):
        with pytest.raises(Killed):
            run_export.func(job.pk, claim)
        job.refresh_from_db()
        claim = job.claim
    run_export.func(job.pk, claim)
    job.refresh_from_db()

    assert (job.state, job.fault) == (ExportState.FAILED, ExportFault.WORKER_LOST)


def test_other_work_gets_its_turn(four, portfolio_reader, reviewer, monkeypatch, renderer):
    monkeypatch.setattr(export_jobs, "SLICE_SECONDS", -1)
    long = start(portfolio_reader, wish(four))
    work_of_one_slice = DBTaskResult.objects.ready().count()
    run_export.func(long.pk)
    long.refresh_from_db()

    assert (long.done, long.claim, work_of_one_slice) == (0, "", 1)
    assert DBTaskResult.objects.ready().count() == 2
    monkeypatch.setattr(export_jobs, "SLICE_SECONDS", 10)
    work(later=export_jobs.GUARD_AFTER)
    assert len(archive_of(long)) == 4


# -- Cancelled --------------------------------------------------------------------------------------------------------


def test_cancelled_before_it_begins(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))
    assert cancel(job)
    work(later=export_jobs.GUARD_AFTER)
    job.refresh_from_db()

    assert job.state == ExportState.CANCELLED
    assert renderer.made == []
    assert not cancel(job)


def test_cancelled_between_two_steps(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))

    def stop(number: int) -> None:
        if number == 2:
            cancel(job)

    renderer.disturb = stop
    work()
    job.refresh_from_db()

    assert (job.state, job.done, len(renderer.made)) == (ExportState.CANCELLED, 1, 2)
    assert exported_files() == []


@pytest.mark.parametrize("forget", [False, True])
def test_cancelled_while_the_file_is_written(four, portfolio_reader, renderer, forget):
    job = start(portfolio_reader, wish(four, ExportKind.PORTFOLIO))

    def stop(number: int) -> None:
        if forget:
            ExportJob.objects.all().delete()
        else:
            cancel(job)

    def store_then_stop(name: str, fill: object) -> int:
        size = store_file(name, fill)  # type: ignore[arg-type]
        stop(1)
        return size

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export_jobs, "store_file", store_then_stop)
        work()

    assert exported_files() == []
    assert not ExportJob.objects.exclude(state=ExportState.CANCELLED).exists()


# -- Gone wrong -------------------------------------------------------------------------------------------------------


def test_a_project_withdrawn_meanwhile_is_left_out(four, portfolio_reader):
    job = start(portfolio_reader, wish(four))
    withdraw(four[1].assessments.get(), User.objects.get(name="Team Beta"))
    work()

    assert len(archive_of(job)) == 3
    assert job.left_out == [four[1].pk]


def test_a_report_that_cannot_be_made_is_left_out(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))

    def refuse(number: int) -> None:
        if number == 3 and len(ExportJob.objects.get().left_out) == 0:
            raise PdfLimitError

    renderer.disturb = refuse
    work()

    assert len(archive_of(job)) == 3
    assert job.left_out == [four[2].pk]


def test_no_report_is_no_archive(four, portfolio_reader, renderer):
    job = start(portfolio_reader, wish(four))
    for project in four:
        project.portfolio_entry.delete()
    work()
    job.refresh_from_db()

    assert (job.state, job.fault) == (ExportState.FAILED, ExportFault.EMPTY)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (PdfUnavailableError, ExportFault.UNAVAILABLE),
        (PdfLimitError, ExportFault.TOO_LARGE),
        (PdfBusyError, ExportFault.ERROR),
        (PdfError, ExportFault.ERROR),
        (ZeroDivisionError, ExportFault.ERROR),
    ],
)
def test_what_went_wrong_is_said(four, portfolio_reader, renderer, error, fault):
    job = start(portfolio_reader, wish(four, ExportKind.PORTFOLIO))
    renderer.disturb = fail_with(error)
    work()
    job.refresh_from_db()

    assert (job.state, job.fault, job.claim) == (ExportState.FAILED, fault, "")
    assert exported_files() == []


# -- Tidying up -------------------------------------------------------------------------------------------------------


def test_files_go_after_their_time(four, portfolio_reader, files):
    old, new = (start(portfolio_reader, wish(four[:number])) for number in (1, 2))
    work()
    ExportJob.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert forget_exports(timezone.now(), dry_run=True) == 1
    assert forget_exports(timezone.now()) == 1
    assert exported_files() == [f"{new.pk}.zip"]
    assert list(ExportJob.objects.all()) == [new]


def test_files_of_nobody_go_too(four, portfolio_reader, files):
    import os  # noqa: PLC0415

    job = start(portfolio_reader, wish(four))
    work()
    portfolio_reader.delete()
    (files / "exports" / ".unfinished-abc").touch()
    (files / "exports" / ".unfinished-new").touch()
    yesterday = (timezone.now() - timedelta(days=2)).timestamp()
    for name in (f"{job.pk}.zip", ".unfinished-abc"):
        os.utime(files / "exports" / name, (yesterday, yesterday))
    forget_exports(timezone.now())

    assert exported_files() == [".unfinished-new"]


def test_removing_deletes_the_file(four, portfolio_reader):
    job = start(portfolio_reader, wish(four))
    remove(job)
    assert ExportJob.objects.exists()
    work()
    job.refresh_from_db()
    remove(job)

    assert exported_files() == []
    assert not ExportJob.objects.exists()
