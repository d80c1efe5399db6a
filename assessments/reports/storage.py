"""Finished PDF files, kept so that the second download is a file read.

A file is known by everything that shapes it: the hash of the exchange document, language, state, version, date, and the
fingerprint of this release's templates and code. It appears under its name whole or not at all.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Protocol

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, default_storage

logger = logging.getLogger(__name__)

FOLDER = "reports"
SOURCES = (
    "assessments/reports/*.py",
    "assessments/*.py",
    "principles/*.py",
    "principles/models/*.py",
    "templates/guide/*",
    "templates/reports/*",
    "templates/charts/*",
    "smartcity/locale/*/LC_MESSAGES/django.mo",
)
"""Files of this release that shape a report."""


class Key(Protocol):
    """What a finished file is known by."""

    @property
    def language(self) -> str:
        """The language it speaks."""

    @property
    def name(self) -> str:
        """Where the file lies in the storage."""


@dataclass(frozen=True, slots=True)
class ReportKey:
    """Which report of which assessment, in which state of its content."""

    assessment_pk: int
    document_hash: str
    language: str
    state: str
    number: int
    date: str
    hash_before: str = ""
    """Of the submission that this one is compared with."""

    @property
    def name(self) -> str:
        """Where the file lies in the storage."""
        parts = (self.document_hash, self.state, str(self.number), self.date, self.hash_before, release_fingerprint())
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
        return f"{FOLDER}/{self.assessment_pk}/{self.language}-{digest}.pdf"


@functools.cache
def release_fingerprint() -> str:
    """Changes whenever the same content could look different: with the code, the templates or WeasyPrint."""
    digest = hashlib.sha256(version("weasyprint").encode())
    for pattern in SOURCES:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def stored_report(key: Key) -> File[bytes] | None:
    """The finished file, opened; none if it was not made yet."""
    return open_file(key.name)


def store_report(key: Key, content: bytes) -> None:
    """Keep ``content`` and forget what the assessment had in this language before: drafts change all the time.

    On a full disk nothing is kept: whoever asked gets the report all the same, and the next one has it made anew.
    """
    prefix = f"{key.language}-"
    folder, _, kept = key.name.rpartition("/")
    try:
        write_whole(default_storage, key.name, content)
    except OSError:
        logger.exception("The report %s could not be stored.", key.name)
        return
    for name in _names(folder):
        if name.startswith(prefix) and name != kept:
            default_storage.delete(f"{folder}/{name}")


def forget_reports(folder_name: int | str) -> None:
    """Delete every stored report of an assessment that is deleted itself, or every file of a kind."""
    folder = f"{FOLDER}/{folder_name}"
    for name in _names(folder):
        default_storage.delete(f"{folder}/{name}")
    with suppress(FileNotFoundError, OSError):
        default_storage.delete(folder)


def _names(folder: str) -> list[str]:
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []


def write_whole(storage: Storage, name: str, content: bytes) -> None:
    """On a disk: temporary name, flush to the platter, rename. An object store does the like by itself."""
    if not isinstance(storage, FileSystemStorage):
        storage.delete(name)
        storage.save(name, ContentFile(content))
        return
    path = Path(storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, content)


def write_atomically(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file so that its name only ever shows the whole of it, also after a full disk or a power cut."""
    with _whole_file(path, mode) as target:
        target.write(content)


@contextmanager
def _whole_file(path: Path, mode: int = 0o600) -> Iterator[IO[bytes]]:
    with NamedTemporaryFile(dir=path.parent, prefix=".unfinished-", delete=False) as temporary:
        try:
            yield temporary
            temporary.flush()
            os.fsync(temporary.fileno())
            Path(temporary.name).chmod(mode)
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# -- Files of exports -------------------------------------------------------------------------------------------------


def store_file(name: str, fill: Callable[[IO[bytes]], object]) -> int:
    """Keep what ``fill`` writes, which may be large, whole or not at all; returns how many bytes it was."""
    if isinstance(default_storage, FileSystemStorage):
        path = Path(default_storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        with _whole_file(path) as target:
            fill(target)
        return path.stat().st_size
    with TemporaryFile() as target:
        fill(target)
        size = target.tell()
        target.seek(0)
        default_storage.delete(name)
        default_storage.save(name, File(target))
    return size


def open_file(name: str) -> File[bytes] | None:
    """The stored file, opened; none if it is gone."""
    try:
        return default_storage.open(name, "rb")
    except FileNotFoundError:
        return None


def delete_file(name: str) -> None:
    """Delete a stored file, if it is still there."""
    default_storage.delete(name)


def files_in(folder: str) -> list[tuple[str, datetime]]:
    """Name and time of the last change of every file in a folder, also of files that were never finished."""
    found = []
    for name in _names(folder):
        with suppress(FileNotFoundError):
            found.append((f"{folder}/{name}", default_storage.get_modified_time(f"{folder}/{name}")))
    return found
