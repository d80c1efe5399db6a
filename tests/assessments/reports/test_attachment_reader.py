"""The process that opens files of strangers, run here without its limits."""

import resource
import sys
from io import BytesIO
from types import SimpleNamespace

import pikepdf
import pytest

from assessments.reports import attachment_reader

DATA = b'{"format": "x"}'


def pdf_with(**attachments: bytes) -> bytes:
    """An empty page with files attached, by the stem and ending of their name."""
    pdf, target = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    for name, content in attachments.items():
        pdf.attachments[name.replace("_", ".")] = content
    pdf.save(target)
    return target.getvalue()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Its exit code and what it writes; the limits it sets itself."""
    limits: list[int] = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, _limit: limits.append(kind))

    def run(content: bytes, limit: int = 100) -> tuple[int, bytes]:
        answer = BytesIO()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=BytesIO(content)))
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=answer))
        limits.clear()
        code = attachment_reader.main(limit)
        assert set(limits) == {resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE}
        return code, answer.getvalue()

    return run


def test_it_hands_out_the_data(run):
    assert run(pdf_with(picture_png=b"PNG", answers_json=DATA)) == (0, DATA)


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 half", pdf_with(), pdf_with(picture_png=DATA)], ids=["empty", "half", "none", "other"]
)
def test_without_data_it_says_nothing(run, content: bytes):
    assert run(content) == (1, b"")


def test_what_is_too_long_is_nothing(run):
    content = pdf_with(answers_json=DATA)
    assert run(content, limit=len(DATA)) == (0, DATA)
    assert run(content, limit=len(DATA) - 1) == (1, b"")
