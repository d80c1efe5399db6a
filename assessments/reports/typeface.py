"""The one typeface of every report: Fira Sans from KERN's package, and what it can set.

PDF/A and PDF/UA forbid characters without a glyph, and a font of the machine would make the same report look different
elsewhere. So a character that Fira Sans lacks is replaced by its plain form if it has one (① by 1), else by ▯, one
for a whole run (an emoji of five code points, a word in Arabic script). The attached data keeps all of them.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from django.conf import settings

FONT_FOLDER = settings.KERN_DIR / "fonts" / "fira-sans"
CUTS = ("FiraSans-Light.woff2", "FiraSans-Regular.woff2", "FiraSans-SemiBold.woff2")
MISSING = "▯"
LINE_BREAKS = "\n\r\t"
SOFT_HYPHEN = "\u00ad"
INVISIBLE = {"Cc", "Cf", "Cs"}
"""Categories that show nothing themselves: control characters, joiners, marks of direction, halves of characters."""
SPACES = {"\u202f": "\u00a0", "\u2011": "-"}
"""Characters with a close relative that the typeface has."""


@functools.cache
def characters() -> frozenset[str]:
    """Every character that all cuts used in reports can set."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - takes a tenth of a second; most processes make no report

    covered: set[int] | None = None
    for path in CUTS:
        with TTFont(FONT_FOLDER / path, lazy=True) as font:
            cut = set(font.getBestCmap())
        covered = cut if covered is None else covered & cut
    visible = {chr(point) for point in covered or () if unicodedata.category(chr(point)) not in INVISIBLE}
    return frozenset(visible | {SOFT_HYPHEN, *LINE_BREAKS})


def is_settable(text: str) -> bool:
    """Whether the report can show every character of ``text`` as it is."""
    return set(unicodedata.normalize("NFC", text)) <= characters() | set(SPACES)


def settable(text: str) -> str:
    """``text`` with nothing in it that the typeface lacks."""
    text = unicodedata.normalize("NFC", text)
    if set(text) <= characters():
        return text
    text = "".join(map(_plain, text))
    lacking = "".join(map(re.escape, sorted(set(text) - characters())))
    return re.sub(f"[{lacking}]+", MISSING, text) if lacking else text


@functools.lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in characters():
        return character
    if character in SPACES:
        return SPACES[character]
    if unicodedata.category(character) in INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and set(plain) <= characters() - set("<>&\"'"):
        return plain
    return character
