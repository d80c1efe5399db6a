"""HTML to PDF for the rest of the app: asks the rendering process, starts it when it is not there.

The rendering process lives as long as this one and serves one document at a time. It gets no environment variables but
those it needs, so that nothing it could be made to print is a secret, and it never sees a font of the machine.
"""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import re
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

from . import frames
from .typeface import FONT_FOLDER, settable

logger = logging.getLogger(__name__)

GRACE_SECONDS = 10
"""How much longer than its own limit the rendering process may take to say that it failed."""
ENVIRONMENT = ("PATH", "TMPDIR")
"""All that the rendering process learns of this one's environment."""
_END_OF_BLOCK = re.compile(r"\s+(</(?:p|li|td|th|h[1-6]|div|caption)>)")
"""White space before the end of a block: WeasyPrint measures it and may break a last line that fits without it."""
PANGO_LIBRARY = "libpangoft2-1.0.so.0"
PANGO_PACKAGE = "libpangoft2-1.0-0"


class PdfError(Exception):
    """The PDF could not be made."""


class PdfUnavailableError(PdfError):
    """This machine cannot make PDF files: Pango is missing."""


class PdfLimitError(PdfError):
    """The document needs more time or memory than one report may take."""


class PdfBusyError(PdfError):
    """Other documents are being made; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels inside the PDF."""

    name: str
    description: str
    content: bytes


def is_available() -> bool:
    """Whether Pango, which WeasyPrint needs from the system, can be loaded."""
    try:
        ctypes.CDLL(PANGO_LIBRARY)
    except OSError:
        return False
    return True


def render_pdf(html: str, css: str, *, created: str, attachment: Attachment | None = None) -> bytes:
    """The PDF of ``html`` in the look of ``css``; the same arguments give the same bytes.

    ``created`` is the ISO date of the content. Characters that the typeface lacks become ▯ (``typeface.settable``).
    Raises ``PdfUnavailableError``, ``PdfLimitError``, ``PdfBusyError`` or ``PdfError``.
    """
    if not is_available():
        raise PdfUnavailableError(f"PDF files need the system package {PANGO_PACKAGE}.")
    header: frames.Header = {
        "html": settable(_END_OF_BLOCK.sub(r"\1", html)),
        "css": css,
        "created": created,
        "has_attachment": attachment is not None,
    }
    if attachment is not None:
        header |= {"attachment_name": attachment.name, "attachment_description": attachment.description}
    answer, content = _process.ask(header, attachment.content if attachment else b"")
    for complaint in answer.get("complaints", ()):
        logger.warning("WeasyPrint: %s", complaint)
    if answer["status"] == "limit":
        raise PdfLimitError("The report needs more time or memory than allowed.")
    if answer["status"] != "done":
        raise PdfError(answer["reason"])
    return content


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take."""

    seconds: int
    memory_mib: int


class RenderingProcess:
    """The rendering process of this process. Safe in threads; after a fork the child starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._limits: Limits | None = None
        self._owner = 0

    def ask(self, header: frames.Header, payload: bytes) -> tuple[frames.Header, bytes]:
        """Have one document rendered; waits its turn."""
        limits = Limits(settings.PDF_SECONDS, settings.PDF_MEMORY_MIB)
        if self._owner != os.getpid():
            # The lock may be held by a thread that this fork does not have; the process belongs to the parent.
            self._lock, self._process, self._owner = threading.Lock(), None, os.getpid()
        patience = limits.seconds + GRACE_SECONDS
        if not self._lock.acquire(timeout=patience):
            raise PdfBusyError("Other reports are being made.")
        try:
            if self._process is not None and (self._process.poll() is not None or self._limits != limits):
                self.stop()
            process = self._process or self._start(limits)
            answer = self._exchange(process, header, payload, time.monotonic() + patience)
            if answer is None:
                raise PdfError("The rendering process ended unexpectedly.")
            return answer
        except BaseException:
            # Whatever went wrong between two messages: nobody may read the rest of this one.
            self.stop()
            raise
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the process; the next document starts a new one."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            # Without input it tidies up and ends; while it renders it does not look.
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self, limits: Limits) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", "assessments.reports.worker"),
            *(str(FONT_FOLDER), str(limits.seconds), str(limits.memory_mib)),
        ]
        self._limits = limits
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | {"LANG": "C.UTF-8"},
            bufsize=0,
        )
        return self._process

    def _exchange(
        self, process: subprocess.Popen[bytes], header: frames.Header, payload: bytes, deadline: float
    ) -> tuple[frames.Header, bytes] | None:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        try:
            frames.write(process.stdin, header, payload)
        except BrokenPipeError:
            return None
        return self._receive(process, deadline)

    def _receive(self, process: subprocess.Popen[bytes], deadline: float) -> tuple[frames.Header, bytes] | None:
        stdout = process.stdout
        assert stdout is not None  # noqa: S101 - a pipe

        def wait() -> None:
            ready, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise PdfLimitError("The rendering process does not answer.")

        return frames.read(stdout, wait)


_process = RenderingProcess()
atexit.register(_process.stop)
