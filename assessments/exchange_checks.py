"""What is wrong with an exchange document, every fault with its place and in words that somebody can act on.

Three looks, each of which assumes nothing about the others: the bytes (``parse_document``), the shape (the JSON Schema)
and the keys (the catalogue and what else the database knows).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from principles.models import Catalogue, Perspective, load_catalogue

from .exchange_schema import FORBIDDEN_CHARACTERS, SHOWN_LENGTH, Place, listed, quoted, shape_faults, shown
from .models import Organisation

FORMAT = "smartcity-assessment/1"
MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
"""A document with all answers and long rationales has some hundred kilobytes."""
MAX_FAULTS = 1000
"""Faults that are named of each kind; whoever has more has sent something else than an assessment."""
MAX_DEPTH = 20
"""Levels of nesting; a sound document has six."""
_MAX_DIGITS = 18
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where (``answers."4.1.a1".level``; ``$`` is the whole document) and what."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class ExchangeError(Exception):
    """A document was refused whole; nothing was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class _Repeated(dict[str, Any]):
    """An object in which keys stood twice; plain JSON readers would silently keep the last."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _value in pairs)
        self.repeated = [key for key, count in counts.items() if count > 1]


def parse_document(raw: bytes) -> Any:
    """Read the bytes of a document. What only a strict reader notices is left in place for ``find_faults`` to name.

    Raises ``ExchangeError`` if they are not JSON at all.
    """
    if len(raw) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES // 1024 // 1024
        raise _refusal(_("The file is too large. At most %(limit)d MB are read.") % {"limit": limit})
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(
            _("The file is not UTF-8 text (byte %(position)d). Is it really an exported assessment?")
            % {"position": error.start + 1}
        ) from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=lambda digits: int(digits) if len(digits) <= _MAX_DIGITS else math.inf,
        )
    except json.JSONDecodeError as error:
        raise _refusal(
            _("The file is not JSON: line %(line)d, column %(column)d cannot be read.")
            % {"line": error.lineno, "column": error.colno}
        ) from None
    except RecursionError:
        raise _refusal(_("The document is nested too deeply.")) from None


def _refusal(message: str) -> ExchangeError:
    return ExchangeError([Fault("$", message)])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else _Repeated(pairs)


def find_faults(document: Any) -> list[Fault]:
    """Every fault of a document in the active language and in the order of the document; none if it is sound.

    On import the document's scores are not even looked at.
    """
    if isinstance(document, dict) and "scores" in document:
        document = copy(document)  # keeps what a strict reader noticed
        del document["scores"]
    found = _first(_value_faults(document))
    if any(not place for place, _message in found):
        return _in_order(document, found)
    found += _first(shape_faults(document))
    named = {place for place, _message in found}
    found += [fault for fault in _first(_key_faults(document)) if fault[0] not in named]
    return _in_order(document, found)


def find_shape_faults(document: Any) -> list[Fault]:
    """What the JSON Schema finds wrong with a document, its scores included."""
    return _in_order(document, _first(shape_faults(document)))


def _first(faults: Iterator[tuple[Place, str]]) -> list[tuple[Place, str]]:
    found = list(islice(faults, MAX_FAULTS))
    if next(faults, None) is not None:
        found.append(((), _("There are more faults than are named here.")))
    return found


# -- Values no database could hold ------------------------------------------------------------------------------------


def _value_faults(document: Any) -> Iterator[tuple[Place, str]]:
    """Repeated keys, characters and numbers that cannot be stored, and a depth that nobody needs."""
    stack: list[tuple[Place, Any]] = [((), document)]
    while stack:
        place, value = stack.pop()
        if len(place) > MAX_DEPTH:
            yield (), _("The document is nested too deeply.")
            return
        if isinstance(value, dict):
            for key in getattr(value, "repeated", ()):
                yield (*place, key), _("This key is given twice.")
            for key, member in value.items():
                if not isinstance(key, str) or FORBIDDEN_CHARACTERS.search(key):
                    yield (*place, key), _("The key contains characters that cannot be stored.")
                stack.append(((*place, key), member))
        elif isinstance(value, list):
            stack.extend(((*place, position), member) for position, member in enumerate(value))
        elif isinstance(value, str) and FORBIDDEN_CHARACTERS.search(value):
            yield place, _("The text contains characters that cannot be stored.")
        elif isinstance(value, float) and not math.isfinite(value):
            yield place, _("This is not a number that can be stored.")


# -- The keys: catalogue, organisations, perspectives -----------------------------------------------------------------


def _key_faults(document: Any) -> Iterator[tuple[Place, str]]:
    """Keys that do not exist and dates that are none. Whatever has the wrong shape was named already."""
    if not isinstance(document, dict):
        return
    yield from _project_faults(_at(document, "project", dict))
    for position, measure in enumerate(_at(document, "measures", list)):
        due = measure.get("due") if isinstance(measure, dict) else None
        if isinstance(due, str) and not _is_date(due):
            yield ("measures", position, "due"), _("%(value)s is not a date like 2027-03-31.") % {"value": shown(due)}
    version = _at(document, "catalogue", str)
    catalogue_pk = Catalogue.objects.published().filter(version=version).values_list("pk", flat=True).first()
    if catalogue_pk is not None:
        yield from _catalogue_faults(document, load_catalogue(catalogue_pk))
    elif version:
        known = listed(Catalogue.objects.published().values_list("version", flat=True))
        yield (
            ("catalogue",),
            _("The catalogue version %(value)s is not known here. Known: %(known)s.")
            % {
                "value": shown(version),
                "known": known or "–",
            },
        )


def _project_faults(project: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    organisation = _at(project, "organisation", str)
    if organisation and not Organisation.objects.filter(key=organisation).exists():
        yield (
            ("project", "organisation"),
            _("There is no organisation with the key %(value)s.") % {"value": shown(organisation)},
        )
    perspectives = _at(project, "perspectives", list)
    known = set(Perspective.objects.values_list("key", flat=True)) if perspectives else set()
    for position, key in enumerate(perspectives):
        if isinstance(key, str) and key not in known:
            yield (
                ("project", "perspectives", position),
                _("There is no perspective of the future %(value)s.") % {"value": shown(key)},
            )


def _catalogue_faults(document: Mapping[str, Any], catalogue: Catalogue) -> Iterator[tuple[Place, str]]:
    dimensions = {dimension.key for dimension in catalogue.dimensions.all()}
    questions = {
        question.key
        for dimension in catalogue.dimensions.all()
        for aspect in dimension.aspects.all()
        for question in aspect.questions.all()
    }

    def named() -> Iterator[tuple[Place, Any, set[str], str]]:
        """Every place that names a key, with the keys that may stand there."""
        for key in _at(document, "answers", dict):
            yield ("answers", key), key, questions, "question"
        for part in ("targets", "scores"):
            for key in _at(document, part, dict):
                yield (part, key), key, dimensions, "dimension"
        for position, measure in enumerate(_at(document, "measures", list)):
            place = ("measures", position, "refers_to")
            yield place, _at(measure, "refers_to", str), questions | dimensions | {""}, "either"
        for position, conflict in enumerate(_at(document, "conflicts", list)):
            for end, key in enumerate(_at(conflict, "between", list)):
                yield ("conflicts", position, "between", end), key, dimensions, "dimension"

    words = {
        "question": _("Catalogue %(version)s has no question %(key)s."),
        "dimension": _("Catalogue %(version)s has no dimension %(key)s."),
        "either": _("Catalogue %(version)s has neither a question nor a dimension %(key)s."),
    }
    for place, key, known, kind in named():
        if isinstance(key, str) and key not in known:
            yield place, words[kind] % {"version": catalogue.version, "key": shown(key)}


def _at(container: Any, key: str, kind: type) -> Any:
    """The member ``key`` if it is there and of this kind, else an empty one."""
    value = container.get(key) if isinstance(container, dict) else None
    return value if isinstance(value, kind) else kind()


def _is_date(text: str) -> bool:
    """Whether it is a date in the one form that the format allows; Python reads further forms."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# -- Places -----------------------------------------------------------------------------------------------------------


def _in_order(document: Any, found: list[tuple[Place, str]]) -> list[Fault]:
    """Faults in the order of the document, each word about a place once."""
    positions: dict[int, dict[Any, int]] = {}

    def rank(place: Place) -> list[int]:
        ranks, node = [], document
        for part in place:
            if isinstance(node, dict):
                if id(node) not in positions:
                    positions[id(node)] = {key: position for position, key in enumerate(node)}
                order = positions[id(node)]
                ranks.append(order.get(part, len(order)))
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int):
                ranks.append(part)
                node = node[part]
        return ranks

    distinct = dict.fromkeys(found)
    return [Fault(_path(place), message) for place, message in sorted(distinct, key=lambda fault: rank(fault[0]))]


def _path(place: Place) -> str:
    """A place as people and programs read it: ``measures[0].due``, ``answers."4.1.a1".level``."""
    path = ""
    for part in place:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            key = str(part)
            shown = key if _PLAIN_KEY.fullmatch(key) else quoted(key[:SHOWN_LENGTH])
            path += f".{shown}" if path else shown
    return path or "$"
