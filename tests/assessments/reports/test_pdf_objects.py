"""How the bytes of a PDF are written."""

import zlib

import pydyf

from assessments.reports import pdf_objects


def ambiguous() -> bytes:
    """Content whose compressed form ends with a carriage return."""
    return next(
        content
        for content in (b"content" + bytes([last]) for last in range(256))
        if zlib.compress(content, pdf_objects.LEVEL).endswith(b"\r")
    )


def test_no_compressed_stream_ends_like_a_line():
    content, times = pdf_objects.compress(ambiguous())
    assert times > 1
    assert not content.endswith(b"\r")
    for _ in range(times):
        content = zlib.decompress(content)
    assert content == ambiguous()


def test_a_stream_names_how_often_it_is_compressed():
    twice, once = (pydyf.Stream([content], compress=True) for content in (ambiguous(), b"content"))
    assert b"/Filter [/FlateDecode /FlateDecode]" in pdf_objects._data(twice)
    assert b"/Filter /FlateDecode" in pdf_objects._data(once)
    assert b"/Filter" not in pdf_objects._data(pydyf.Stream([b"content"]))
