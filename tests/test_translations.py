"""German is complete: every text of the program has a translation, and no translation has lost its text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import allauth
import django
import polib
import pytest
from django.utils.translation.template import templatize

from tests.sources import ROOT, python_files, template_files

GERMAN = ROOT / "smartcity" / "locale" / "de" / "LC_MESSAGES" / "django.po"

Message = tuple[str, str]
"""Context and msgid."""

_LITERAL = r"""u?'(?:[^'\\]|\\.)*'|u?"(?:[^"\\]|\\.)*\""""
_CALL = re.compile(rf"\b(_|n?p?gettext(?:_lazy|_noop)?)\(((?:{_LITERAL}|[\s,])+)")


def message(function: str, texts: list[str]) -> Message | None:
    """What a call of a gettext function asks to be translated."""
    if not texts:
        return None
    if "pgettext" in function:
        return (texts[0], texts[1])
    return ("", texts[0])


def in_python() -> Iterator[Message]:
    """Messages of the modules."""
    for path in python_files(with_migrations=True):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if (name == "_" or "gettext" in name) and (found := message(name, texts)):
                    yield found


def in_templates() -> Iterator[Message]:
    """Messages of the templates."""
    for path in template_files():
        for function, arguments in _CALL.findall(templatize(path.read_text("utf-8"), origin=str(path))):
            texts = [ast.literal_eval(literal) for literal in re.findall(_LITERAL, arguments)]
            if found := message(function, texts):
                yield found


@pytest.fixture(scope="module")
def entries() -> dict[Message, polib.POEntry]:
    """The German catalogue."""
    return {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(GERMAN)) if not entry.obsolete}


def test_every_text_has_an_entry(entries: dict[Message, polib.POEntry]):
    assert not sorted({*in_python(), *in_templates()} - entries.keys())


def test_every_entry_has_its_text(entries: dict[Message, polib.POEntry]):
    assert not sorted(entries.keys() - {*in_python(), *in_templates()})


def test_every_entry_is_translated(entries: dict[Message, polib.POEntry]):
    assert not [entry.msgid for entry in entries.values() if not entry.translated() or entry.fuzzy]


SAME_WORD = {
    "Balance",
    "Berlin",
    "Cookies",
    "Dimension",
    "Hash",
    "Matrix",
    "Minute",
    "Name",
    "Organisation",
    "Passkey",
    "Phase",
    "Pilot",
    "Portfolio",
    "SHA-256",
    "Software",
    "Start",
    "Text",
    "Version",
    "Website",
    "optional",
} | {"Excel (XLSX)", "Smart City"}
"""Words and names that German writes as English does."""


def test_nothing_is_english_by_mistake(entries: dict[Message, polib.POEntry]):
    same = {
        re.sub(r"%\(\w+\)[ds]:?", "", entry.msgid).strip(" :")
        for entry in entries.values()
        if entry.msgid == entry.msgstr
    }

    assert same - {""} <= SAME_WORD


def places(text: str) -> set[str]:
    """The named places of a text."""
    return set(re.findall(r"%\((\w+)\)", text)) | {
        name for _text, name, _spec, _conversion in Formatter().parse(text.replace("%", "")) if name
    }


def test_translations_keep_the_places(entries: dict[Message, polib.POEntry]):
    faults = []
    for entry in entries.values():
        wanted = places(entry.msgid) | places(entry.msgid_plural)
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            # A plural form may leave the number out („eine Frage“), but names no place that does not exist.
            missing = set() if entry.msgid_plural or not text else wanted - places(text)
            if missing or places(text) - wanted:
                faults.append(entry.msgid)
    assert not faults


def test_german_addresses_people_formally(entries: dict[Message, polib.POEntry]):
    informal = re.compile(r"\b(du|dich|dir|dein\w*)\b")

    assert not [entry.msgstr for entry in entries.values() if informal.search(entry.msgstr)]


def texts_filled_in_at_import(node: ast.AST) -> Iterator[int]:
    """Lines outside of functions that put something into a text with %: it would keep the language of that moment."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.BinOp) and isinstance(child.op, ast.Mod) and isinstance(child.left, ast.Call):
            name = getattr(child.left.func, "id", "")
            if name == "_" or "gettext" in name:
                yield child.lineno
        yield from texts_filled_in_at_import(child)


def test_no_text_keeps_the_language_of_the_start():
    found = [
        f"{path}:{line}"
        for path in python_files()
        for line in texts_filled_in_at_import(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "a form sets its help text in __init__, so that it speaks the language of the request"


def test_english_words_anew_only_what_packages_say():
    packages = [Path(package.__path__[0]) for package in (allauth, django)]
    theirs = {
        entry.msgid
        for package, place in zip(packages, ("locale", "conf/locale"), strict=True)
        for entry in polib.pofile(str(package / place / "de/LC_MESSAGES/django.po"))
        if not entry.obsolete
    }
    ours = polib.pofile(str(GERMAN.parents[2] / "en" / "LC_MESSAGES" / "django.po"))
    assert not [entry.msgid for entry in ours if entry.msgid not in theirs or not entry.msgstr]
