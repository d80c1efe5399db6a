"""Characters the typeface lacks."""

import pytest

from assessments.reports.typeface import is_settable, settable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Straße „für“ alle – 100 €", "Straße „für“ alle – 100 €"),
        ("fu\u0308r", "für"),
        ("Gut 😀!", "Gut ▯!"),
        ("👩‍👧‍👦 da", "▯ da"),
        ("مرحبا بكم", "▯ ▯"),
        ("① ㎡", "1 m2"),
        ("a\u202eb\u0000c\x07d\ud800e", "abcde"),
        ("10\u202f000", "10\u00a0000"),
        ("Soft\u00adtrenn", "Soft\u00adtrenn"),
        # A wide less-than sign must not become markup.
        ("＜b＞", "▯b▯"),
    ],
)
def test_settable(text, shown):
    assert settable(text) == shown


def test_is_settable():
    assert is_settable("Größe ≥ 3 → gut\u202f!")
    assert not is_settable("😀")
