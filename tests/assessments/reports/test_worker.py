"""The rendering process, run here: what it reads, what it answers, when it ends."""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest

from assessments.reports import frames, rendering, worker
from assessments.reports.rendering import Job, Renderer
from assessments.reports.typeface import FONT_FOLDER

CSS = 'body { font-family: "Fira Sans" }'
JOB: frames.Header = {
    "html": '<html lang="de"><title>Prüfung</title><h1 id="a">Anfang</h1><a href="#a">Zum Anfang</a></html>',
    "css": CSS,
    "created": "2026-06-30",
}


@pytest.fixture
def _no_traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that renders keeps its garbage and has a folder of its own; this one goes on."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    monkeypatch.setenv("FONTCONFIG_FILE", "")
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("_no_traces")
def test_it_answers_job_by_job_and_ends_with_its_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    attached = {**JOB, "has_attachment": True, "attachment_name": "a.json", "attachment_description": "Daten"}
    wrong = {**JOB, "html": '<html lang="de"><title>x</title><img src="https://example.org/a.png" alt="a"></html>'}
    (tmp_path / "jobs").write_bytes(
        frames.pack({**JOB, "has_attachment": False}, b"")
        + frames.pack(attached, b'{"a": 1}')
        + frames.pack({**wrong, "has_attachment": False}, b"")
    )
    jobs = os.open(tmp_path / "jobs", os.O_RDONLY)
    answers = os.open(tmp_path / "answers", os.O_WRONLY | os.O_CREAT)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: jobs))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(fileno=lambda: answers))

    worker.main(str(FONT_FOLDER), "600", "1024")
    os.close(jobs)
    os.close(answers)

    with (tmp_path / "answers").open("rb") as source:
        (first, plain), (second, with_data), (third, nothing) = (read(source) for _ in range(3))
        assert frames.read(source) is None
    assert (first, second) == ({"status": "done", "complaints": []},) * 2
    assert (third["status"], nothing) == ("failed", b"")
    assert "loads nothing but its fonts" in third["reason"]
    with pikepdf.open(BytesIO(plain)) as without, pikepdf.open(BytesIO(with_data)) as file:
        assert not without.attachments
        assert file.attachments["a.json"].get_file().read_bytes() == b'{"a": 1}'


def read(source: Any) -> tuple[frames.Header, bytes]:
    answer = frames.read(source)
    assert answer is not None
    return answer


def test_who_says_nothing_in_time_has_reached_a_limit():
    reading, writing = os.pipe()
    try:
        assert worker._await(reading, time.monotonic()) == ({"status": "limit"}, b"")
    finally:
        os.close(reading)
        os.close(writing)


def test_who_ends_in_the_middle_of_a_word_has_reached_a_limit():
    reading, writing = os.pipe()
    os.write(writing, frames.pack({"status": "done"}, b"%PDF")[:-1])
    os.close(writing)
    try:
        assert worker._await(reading, time.monotonic() + 600) == ({"status": "limit"}, b"")
    finally:
        os.close(reading)


# -- What renders within it -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(FONT_FOLDER)


def test_the_same_job_gives_the_same_bytes(renderer: Renderer):
    job = Job(**JOB)
    content, complaints = renderer.render(job)
    assert complaints == []
    assert (content, complaints) == renderer.render(job)
    with pikepdf.open(BytesIO(content)) as file:
        assert [str(link.Contents) for link in file.pages[0].Annots] == ["Zum Anfang"]


def test_complaints_about_a_stylesheet_come_each_time(renderer: Renderer):
    job = Job(**{**JOB, "css": "p { colour: red }"})
    for _ in range(2):
        assert any("colour" in complaint for complaint in renderer.render(job)[1])


def test_it_keeps_few_stylesheets(renderer: Renderer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rendering, "KEPT_STYLESHEETS", 2)
    renderer.stylesheets.clear()
    for width in range(5):
        renderer.prepare(f"p {{ width: {width}mm }}")
        assert len(renderer.stylesheets) <= 2


def test_rendering_leaves_the_garbage_collection_as_it_was(renderer: Renderer):
    renderer.render(Job(**JOB))
    assert gc.isenabled()
    gc.disable()
    try:
        renderer.render(Job(**JOB))
        assert not gc.isenabled()
    finally:
        gc.enable()
