"""Messages between a web process and its rendering process: whole or not at all."""

from io import BytesIO

import pytest

from assessments.reports import frames

MESSAGE = frames.pack({"status": "done"}, b"%PDF-1.7")


class Slow:
    """Takes and gives one byte at a time, as a full pipe may."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content

    def write(self, data: bytes | memoryview) -> int:
        self.content += bytes(data[:1])
        return 1

    def read(self, size: int) -> bytes:
        piece, self.content = self.content[: min(size, 1)], self.content[min(size, 1) :]
        return piece


def test_what_was_sent_arrives_also_byte_by_byte():
    pipe = Slow()
    frames.write(pipe, {"status": "done"}, b"%PDF-1.7")
    assert pipe.content == MESSAGE
    assert frames.read(pipe) == ({"status": "done"}, b"%PDF-1.7")
    assert frames.read(pipe) is None


@pytest.mark.parametrize("size", range(len(MESSAGE)))
def test_half_a_message_is_none(size: int):
    assert frames.unpack(MESSAGE[:size]) is None
    assert frames.read(BytesIO(MESSAGE[:size])) is None


def test_a_whole_one_is_read_at_once():
    assert frames.unpack(MESSAGE) == frames.read(BytesIO(MESSAGE)) == ({"status": "done"}, b"%PDF-1.7")


def test_whoever_waits_too_long_is_stopped():
    def refuse() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        frames.read(BytesIO(MESSAGE), refuse)
