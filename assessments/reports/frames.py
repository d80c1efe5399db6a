"""How a web process and its rendering process talk: a JSON header, then bytes, each with its length before it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any, Protocol

Header = dict[str, Any]
LENGTHS = struct.Struct(">QQ")


class Reader(Protocol):
    """Something to read from."""

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes, none at the end."""


class Writer(Protocol):
    """Something to write to, which may take a part only."""

    def write(self, data: bytes | memoryview, /) -> int | None:
        """How many bytes were taken."""


def pack(header: Header, payload: bytes) -> bytes:
    """One message."""
    head = json.dumps(header).encode()
    return LENGTHS.pack(len(head), len(payload)) + head + payload


def unpack(data: bytes) -> tuple[Header, bytes] | None:
    """The message in ``data``; none if it is not whole."""
    if len(data) < LENGTHS.size:
        return None
    head, payload = LENGTHS.unpack_from(data)
    start = LENGTHS.size + head
    if len(data) != start + payload:
        return None
    return json.loads(data[LENGTHS.size : start]), data[start:]


def write(target: Writer, header: Header, payload: bytes) -> None:
    """Send one message whole."""
    rest = memoryview(pack(header, payload))
    while rest:
        rest = rest[target.write(rest) or 0 :]


def read(source: Reader, wait: Callable[[], None] = lambda: None) -> tuple[Header, bytes] | None:
    """Receive one message; none at the end. ``wait`` is called before each read and may raise."""

    def exactly(size: int) -> bytes | None:
        chunks = bytearray()
        while len(chunks) < size:
            wait()
            chunk = source.read(size - len(chunks))
            if not chunk:
                return None
            chunks += chunk
        return bytes(chunks)

    lengths = exactly(LENGTHS.size)
    if lengths is None:
        return None
    head_size, payload_size = LENGTHS.unpack(lengths)
    head, payload = exactly(head_size), exactly(payload_size)
    if head is None or payload is None:
        return None
    return json.loads(head), payload
