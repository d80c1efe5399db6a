"""The process that renders: ``python -m assessments.reports.worker FONT_FOLDER SECONDS MEMORY_MIB``.

It reads jobs from standard input and writes files to standard output (``frames.py``). It is single-threaded, keeps
WeasyPrint warm, and forks one child a job. The child may use so much time and memory and no more, cannot write files,
and gives its memory back by ending. A web process forks nothing itself: it may run threads, and such a fork can hang.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from . import frames

if TYPE_CHECKING:
    from .rendering import Job, Renderer

NICENESS = 10
"""A report may wait a little; people who save answers may not."""
MIB = 1024 * 1024


FONTS_OF_NOBODY = """<fontconfig>
<description>No fonts but those a document brings: a report looks the same on every machine</description>
<cachedir>{folder}</cachedir>
</fontconfig>"""


def main(font_folder: str, seconds: str, memory_mib: str) -> None:
    """Serve jobs until standard input ends, which it does with the process that started this one."""
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        tempfile.tempdir = folder
        configuration = Path(folder) / "fonts.conf"
        configuration.write_text(FONTS_OF_NOBODY.format(folder=folder))
        os.environ["FONTCONFIG_FILE"] = str(configuration)
        warnings.filterwarnings("ignore", "No fonts configured", UserWarning)
        _serve(Path(font_folder), int(seconds), int(memory_mib) * MIB)


def _serve(font_folder: Path, seconds: int, memory: int) -> None:
    from .rendering import Job, Renderer  # noqa: PLC0415 - fontconfig reads its configuration when this is imported

    source, target = FileIO(sys.stdin.fileno(), closefd=False), FileIO(sys.stdout.fileno(), "w", closefd=False)
    renderer = Renderer(font_folder)
    gc.disable()
    while (received := frames.read(source)) is not None:
        header, attachment = received
        job = Job(attachment=attachment if header.pop("has_attachment") else None, **header)
        renderer.prepare(job.css)
        gc.freeze()
        status, payload = _in_child(renderer, job, seconds, memory)
        frames.write(target, status, payload)


def _in_child(renderer: Renderer, job: Job, seconds: int, memory: int) -> tuple[frames.Header, bytes]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - ends without telling coverage
        os.close(reading)
        _render_and_exit(renderer, job, writing, seconds, memory)
    os.close(writing)
    try:
        return _await(reading, time.monotonic() + seconds)
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _await(reading: int, deadline: float) -> tuple[frames.Header, bytes]:
    chunks: list[bytes] = []
    while True:
        ready, _, _ = select.select([reading], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return {"status": "limit"}, b""
        chunk = os.read(reading, MIB)
        if not chunk:
            break
        chunks.append(chunk)
    # A child that ran into a limit was ended by the system before it could say anything.
    return frames.unpack(b"".join(chunks)) or ({"status": "limit"}, b"")


def _address_space() -> int:
    """Bytes this process has mapped before it starts on the document, mostly libraries."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _render_and_exit(
    renderer: Renderer, job: Job, writing: int, seconds: int, memory: int
) -> None:  # pragma: no cover - runs in the child
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.nice(NICENESS)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        size = _address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        try:
            content, complaints = renderer.render(job)
            answer = frames.pack({"status": "done", "complaints": complaints}, content)
        except (MemoryError, SystemError):
            # The latter is how a C library without memory looks from Python.
            answer = frames.pack({"status": "limit"}, b"")
        except BaseException:
            answer = frames.pack({"status": "failed", "reason": traceback.format_exc()}, b"")
        while answer:
            answer = answer[os.write(writing, answer) :]
        status = 0
    finally:
        # Not sys.exit: nothing of the parent may be torn down here, its folder of fonts least of all.
        os._exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
