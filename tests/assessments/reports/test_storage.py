"""Stored reports: whole or not at all."""

import errno
import os
from functools import partial
from pathlib import Path
from typing import IO

import pytest
from django.core.files.storage import default_storage

from assessments.reports import storage
from assessments.reports.storage import ReportKey, forget_reports, store_report, stored_report

pytestmark = pytest.mark.usefixtures("files")

KEY = ReportKey(7, "a" * 64, "de", "draft", 1, "2026-06-30")


def read(key: ReportKey) -> bytes | None:
    file = stored_report(key)
    if file is None:
        return None
    with file:
        return bytes(file.read())


def test_what_was_stored_is_read_back():
    assert read(KEY) is None
    store_report(KEY, b"%PDF")
    assert read(KEY) == b"%PDF"


@pytest.mark.parametrize(
    "change",
    [{"document_hash": "b" * 64}, {"state": "submitted"}, {"number": 2}, {"date": "2026-07-01"}, {"language": "en"}],
)
def test_other_content_is_another_file(change):
    store_report(KEY, b"%PDF")
    fields = {name: getattr(KEY, name) for name in KEY.__slots__}
    assert read(ReportKey(**(fields | change))) is None


def test_a_newer_report_replaces_the_older_one_of_its_language(files):
    english = ReportKey(7, "a" * 64, "en", "draft", 1, "2026-06-30")
    newer = ReportKey(7, "b" * 64, "de", "draft", 1, "2026-06-30")
    for key in (KEY, english, newer):
        store_report(key, b"%PDF")
    assert (read(KEY), read(english), read(newer)) == (None, b"%PDF", b"%PDF")


def test_a_full_disk_leaves_nothing_behind(files, monkeypatch, caplog):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    store_report(KEY, b"%PDF")
    assert "No space left" in caplog.text
    assert read(KEY) is None
    assert [path for path in files.rglob("*") if path.is_file()] == []


def test_reports_of_a_deleted_assessment_are_forgotten(files):
    store_report(KEY, b"%PDF")
    forget_reports(7)
    forget_reports(8)
    assert not Path(files, storage.FOLDER, "7").exists()


def put(content: bytes, file: IO[bytes]) -> None:
    """Writes a large file."""
    file.write(content)


@pytest.fixture
def _object_store(settings):
    """A storage without a disk."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


@pytest.mark.usefixtures("_object_store")
def test_an_object_store_keeps_reports_too():
    assert read(KEY) is None
    store_report(KEY, b"%PDF")
    store_report(KEY, b"%PDF-1.7")
    assert read(KEY) == b"%PDF-1.7"


@pytest.mark.usefixtures("_object_store")
def test_an_object_store_keeps_large_files_too():
    for content in (b"first", b"second, longer"):
        assert storage.store_file("exports/1.zip", partial(put, content)) == len(content)
        with default_storage.open("exports/1.zip") as file:
            assert file.read() == content


def test_a_large_file_appears_whole_or_not_at_all(files):
    def fail(file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert storage.store_file("exports/1.zip", partial(put, b"ZIP")) == 3
    with pytest.raises(OSError, match="No space left"):
        storage.store_file("exports/1.zip", fail)
    assert [path.read_bytes() for path in files.rglob("*") if path.is_file()] == [b"ZIP"]
