"""The JSON Schema of the exchange format, and what it finds in words that somebody can act on.

The schema says what a document looks like; jsonschema's own messages are for programmers and in English only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.protocols import Validator

# NUL breaks PostgreSQL, lone surrogates break both drivers; the other control characters break spreadsheets and PDF.
FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
SCHEMA_FILE = Path(__file__).with_name("exchange.schema.json")
SHOWN_LENGTH = 60

Place = tuple[str | int, ...]
"""Keys and positions that lead from the document to a place in it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of the schema that a value does not keep."""

    rule: str
    wanted: Any
    value: Any
    schema: dict[str, Any]
    schema_path: tuple[str | int, ...]
    message: str


def shape_faults(document: Any) -> Iterator[tuple[Place, str]]:
    """Everything in which a document differs from the schema, with its place, in the active language."""
    for error in _validator().iter_errors(document):
        broken = Broken(
            str(error.validator),
            error.validator_value,
            error.instance,
            cast("dict[str, Any]", error.schema),
            tuple(error.absolute_schema_path),
            error.message,
        )
        for deeper, message in _WORDS[broken.rule](broken):
            yield (*error.absolute_path, *deeper), message


@cache
def _validator() -> Validator:
    """The schema's validator; it does not compare the members of lists that are too long anyway with one another."""

    def unique(validator: Any, wanted: bool, value: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(value, list) or len(value) <= schema["maxItems"]:
            yield from Draft202012Validator.VALIDATORS["uniqueItems"](validator, wanted, value, schema)

    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    kind: type[Validator] = validators.extend(Draft202012Validator, {"uniqueItems": unique})  # type: ignore[no-untyped-call]
    return kind(schema)


_Said = Iterator[tuple[Place, str]]


def _required(broken: Broken) -> _Said:
    if "else" in broken.schema_path and "file_name" not in broken.value:
        yield (), _("Evidence is a link with “url” or a file with “file_name” and “sha256”.")
        return
    # jsonschema reports each missing key on its own and names it in the message only.
    missing = next(key for key in broken.wanted if broken.message.startswith(f"{key!r} "))
    yield (missing,), _("This entry is missing.")


def _unknown(broken: Broken) -> _Said:
    for key in broken.value:
        if key not in broken.schema.get("properties", {}):
            known = listed(broken.schema["properties"])
            yield (key,), _("This entry is not known here. Expected: %(known)s.") % {"known": known}


def _constant(broken: Broken) -> _Said:
    yield (
        (),
        _("Found %(value)s; only “%(expected)s” can be read.")
        % {
            "value": shown(broken.value),
            "expected": broken.wanted,
        },
    )


def _choice(broken: Broken) -> _Said:
    yield (
        (),
        _("%(value)s is not one of: %(allowed)s.")
        % {
            "value": shown(broken.value),
            "allowed": listed(broken.wanted),
        },
    )


def _type(broken: Broken) -> _Said:
    names = {
        "object": _("an object"),
        "array": _("a list"),
        "string": _("text"),
        "integer": _("a whole number"),
        "number": _("a number"),
        "null": "null",
    }
    wanted = broken.wanted if isinstance(broken.wanted, list) else [broken.wanted]
    either = _("or")
    yield (
        (),
        _("Found %(value)s, expected %(type)s.")
        % {
            "value": shown(broken.value),
            "type": f" {either} ".join(names[name] for name in wanted),
        },
    )


def _range(broken: Broken) -> _Said:
    yield (
        (),
        _("%(value)s is not a number from %(minimum)d to %(maximum)d.")
        % {
            "value": shown(broken.value),
            "minimum": broken.schema["minimum"],
            "maximum": broken.schema["maximum"],
        },
    )


def _too_long(broken: Broken) -> _Said:
    if "propertyNames" in broken.schema_path:
        yield from _pattern(broken)
        return
    yield (
        (),
        ngettext(
            "The text has %(count)d character; at most %(limit)d fit.",
            "The text has %(count)d characters; at most %(limit)d fit.",
            len(broken.value),
        )
        % {"count": len(broken.value), "limit": broken.wanted},
    )


def _too_short(_broken: Broken) -> _Said:
    yield (), _("The text is empty.")


def _count(broken: Broken) -> _Said:
    limits = broken.schema
    if limits.get("minItems") == limits["maxItems"]:
        message = _("Entries in the list: %(count)d; expected exactly %(limit)d.")
    else:
        message = _("Entries in the list: %(count)d; at most %(limit)d fit.")
    yield (), message % {"count": len(broken.value), "limit": limits["maxItems"]}


def _repeated(_broken: Broken) -> _Said:
    yield (), _("The list contains the same entry twice.")


def _either(broken: Broken) -> _Said:
    if not isinstance(broken.value, dict):
        return  # both alternatives speak of objects only; the type is named anyway
    if "level" in broken.value:
        yield (), _("Give either “level” or “not_applicable”, not both.")
    else:
        yield (), _("Neither “level” nor “not_applicable” is given. Leave open questions out.")


def _pattern(broken: Broken) -> _Said:
    # A place is told apart by the last name in the schema that leads to the pattern.
    name = next((part for part in reversed(broken.schema_path) if part in _PATTERNS), None)
    if "propertyNames" in broken.schema_path:
        yield (broken.value,), _("This is not a key of the catalogue.")
    else:
        yield (), _PATTERNS[str(name)]() if name else _("The text is empty.")


_PATTERNS: dict[str, Callable[[], str]] = {
    "not_applicable": lambda: _("Say why the question is not applicable, in at least ten characters."),
    "url": lambda: _("This is not a web address. It starts with https:// or http://."),
    "sha256": lambda: _("A SHA-256 has 64 digits from 0 to 9 and a to f."),
    "between": lambda: _("This is not a key of the catalogue."),
}

_WORDS: dict[str, Callable[[Broken], _Said]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "const": _constant,
    "enum": _choice,
    "type": _type,
    "minimum": _range,
    "maximum": _range,
    "maxLength": _too_long,
    "minLength": _too_short,
    "minItems": _count,
    "maxItems": _count,
    "uniqueItems": _repeated,
    "oneOf": _either,
    "pattern": _pattern,
}


def shown(value: Any) -> str:
    """A value as it stands in the document, shortened."""
    if isinstance(value, dict):
        return _("an object")
    if isinstance(value, list):
        return _("a list")
    text = quoted(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def quoted(value: Any) -> str:
    """A plain value as JSON that can be written anywhere."""
    return json.dumps(value, ensure_ascii=isinstance(value, str) and FORBIDDEN_CHARACTERS.search(value) is not None)


def listed(words: Iterable[Any]) -> str:
    """Words as an enumeration."""
    return ", ".join(map(str, words))
