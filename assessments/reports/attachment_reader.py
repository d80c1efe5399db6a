"""The process that opens PDF files of strangers: ``python -m assessments.reports.attachment_reader LIMIT``.

It reads a PDF from standard input and writes its first JSON attachment, of at most LIMIT bytes, to standard output. A
PDF may unpack to a thousand times its size; here it can take so much time and memory and no more.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO

import pikepdf

SECONDS = 10
MEMORY = 512 * 1024 * 1024
SUFFIX = ".json"


def main(limit: int) -> int:
    """Exit code 0 with the attachment, 1 if there is none that can be read."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        raw = first_attachment(sys.stdin.buffer.read())
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, MemoryError, RuntimeError, NotImplementedError):
        return 1
    if raw is None or len(raw) > limit:
        return 1
    sys.stdout.buffer.write(raw)
    return 0


def first_attachment(content: bytes) -> bytes | None:
    """The first attachment with data, if there is one."""
    with pikepdf.open(BytesIO(content)) as pdf:
        for name, attachment in pdf.attachments.items():
            if name.endswith(SUFFIX):
                return attachment.get_file().read_bytes()
    return None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
