"""Sets one report with typst: ``python -m assessments.benchmark.typst_process FONT_FOLDER FILE.pdf``.

It reads the markup from standard input and writes to standard output how many milliseconds of CPU time it took, of all
threads. What is needed once for many reports comes before: starting, and reading the fonts.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typst

WARM_UP = b'#set text(font: "Fira Sans")\n= Bewertung'


def main(font_folder: str, target: str) -> None:
    """Set it once."""
    source = sys.stdin.buffer.read()
    compiler = typst.Compiler(font_paths=[font_folder], ignore_system_fonts=True)
    compiler.compile(WARM_UP, format="pdf")
    start = time.process_time()
    content = compiler.compile(source, format="pdf")
    print((time.process_time() - start) * 1000)  # noqa: T201 - the answer
    assert isinstance(content, bytes)  # noqa: S101 - a PDF is one file; narrows the type
    Path(target).write_bytes(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
