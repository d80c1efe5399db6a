"""How the bytes of a PDF are written: two corrections to pydyf, which WeasyPrint writes with.

**Ends of streams.** A stream ends with its data, a line feed and ``endstream``. When the data happens to end with a
carriage return, as one compressed stream in 256 does, nobody can tell whether that belongs to the end of the line, and
PDF/A checkers find the length wrong. Such a stream is compressed once more.

**Time.** pydyf makes the bytes of a stream twice (for the file's identifier and for the file), and lists all pages for
each of thousands of tags, so that long reports get slower by the page. Both are remembered.
"""

from __future__ import annotations

import zlib
from typing import Any

import pydyf

LEVEL = 6
"""Of compression: 9 takes twice the time for one per cent."""


class Pdf(pydyf.PDF):
    """Lists its pages once."""

    _references: tuple[bytes, ...] = ()

    @property
    def page_references(self) -> tuple[bytes, ...]:
        """References to all pages in order."""
        if 3 * len(self._references) != len(self.pages["Kids"]):
            self._references = tuple(super().page_references)
        return self._references


def _data(stream: Any) -> bytes:
    """The dictionary and the content of a stream; asked for only when the file is written."""
    if not hasattr(stream, "_written"):
        extra = pydyf.Dictionary(stream.extra.copy())
        content = b"\n".join(pydyf._to_bytes(item) for item in stream.stream)
        if stream.compress:
            content, times = compress(content)
            extra["Filter"] = pydyf.Array(["/FlateDecode"] * times) if times > 1 else "/FlateDecode"
        extra["Length"] = len(content)
        stream._written = b"\n".join((extra.data, b"stream", content, b"endstream"))
    written: bytes = stream._written
    return written


def compress(content: bytes) -> tuple[bytes, int]:
    """``content`` compressed until it does not end with a carriage return, and how often that took."""
    times = 0
    while not times or content.endswith(b"\r"):
        content = zlib.compress(content, LEVEL)
        times += 1
    return content, times


def install() -> None:
    """Have pydyf write this way."""
    pydyf.PDF = Pdf
    pydyf.Stream.data = property(_data)
