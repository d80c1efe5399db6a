"""A faulty document: every fault is named with its place, in the language of the reader."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.utils import translation
from jsonschema import Draft202012Validator

from assessments.exchange import MAX_DOCUMENT_BYTES, ExchangeError, check_document, parse_document
from assessments.exchange_checks import MAX_FAULTS
from assessments.exchange_schema import SCHEMA_FILE
from tests.assessments.documents import sound_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def faults(document: Any) -> dict[str, str]:
    return {fault.path: fault.message for fault in check_document(document)}


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


def test_sound_document_has_no_fault() -> None:
    assert faults(sound_document()) == {}


def put(*place: str | int) -> Callable[[dict[str, Any], Any], None]:
    def change(document: dict[str, Any], value: Any) -> None:
        node: Any = document
        for part in place[:-1]:
            node = node[part]
        node[place[-1]] = value

    return change


REASON = "Say why the question is not applicable, in at least ten characters."
EMPTY = "The text is empty."
NO_KEY = "This is not a key of the catalogue."
CHARACTERS = "The text contains characters that cannot be stored."

FAULTS: list[tuple[tuple[str | int, ...], Any, str, str]] = [
    (("format",), "smartcity-assessment/2", "format", "only “smartcity-assessment/1” can be read"),
    (("catalogue",), "1999.1", "catalogue", 'The catalogue version "1999.1" is not known here. Known: 2021.1.'),
    (("catalogue",), 2021.1, "catalogue", "Found 2021.1, expected text."),
    (("scope",), "half", "scope", '"half" is not one of: quick, full.'),
    (("extra",), 1, "extra", "This entry is not known here. Expected: format, catalogue, scope"),
    (("project",), [], "project", "Found a list, expected an object."),
    (("project", "name"), "  ", "project.name", EMPTY),
    (("project", "name"), "x" * 151, "project.name", "The text has 151 characters; at most 150 fit."),
    (("project", "owner"), "me", "project.owner", "This entry is not known here."),
    (("project", "organisation"), "nasa", "project.organisation", 'There is no organisation with the key "nasa".'),
    (("project", "organisation"), None, "project.organisation", "Found null, expected text."),
    (("project", "phase"), "dream", "project.phase", '"dream" is not one of: idea, concept'),
    (("project", "perspectives"), ["3.1.1", "3.9.9"], "project.perspectives[1]", "no perspective of the future"),
    (("project", "perspectives"), ["3.1.1", "3.1.1"], "project.perspectives", "contains the same entry twice"),
    (("project", "perspectives"), ["3.1.1"] * 51, "project.perspectives", "Entries in the list: 51; at most 50 fit."),
    (("answers",), [], "answers", "Found a list, expected an object."),
    (("answers", "4.1.a9"), {"level": 1}, 'answers."4.1.a9"', 'Catalogue 2021.1 has no question "4.1.a9".'),
    (("answers", "Frage 1"), {"level": 1}, 'answers."Frage 1"', NO_KEY),
    (("answers", "4.1.a1\n"), {"level": 1}, 'answers."4.1.a1\\n"', NO_KEY),
    (("answers", "4.1.a1"), 3, 'answers."4.1.a1"', "Found 3, expected an object."),
    (("answers", "4.1.a1", "level"), 5, 'answers."4.1.a1".level', "5 is not a number from 0 to 4."),
    (("answers", "4.1.a1", "level"), -1, 'answers."4.1.a1".level', "-1 is not a number from 0 to 4."),
    (("answers", "4.1.a1", "level"), 2.5, 'answers."4.1.a1".level', "Found 2.5, expected a whole number."),
    (("answers", "4.1.a1", "level"), "3", 'answers."4.1.a1".level', 'Found "3", expected a whole number.'),
    (("answers", "4.1.a1", "level"), True, 'answers."4.1.a1".level', "Found true, expected a whole number."),
    (("answers", "4.1.a1", "level"), None, 'answers."4.1.a1".level', "Found null, expected a whole number."),
    (
        ("answers", "4.1.a1", "note"),
        "",
        'answers."4.1.a1".note',
        "Expected: level, not_applicable, rationale, evidence.",
    ),
    (("answers", "4.1.a1"), {}, 'answers."4.1.a1"', "Leave open questions out."),
    (
        ("answers", "4.1.a1"),
        {"level": 1, "not_applicable": "Das passt hier nicht."},
        'answers."4.1.a1"',
        "not both",
    ),
    (("answers", "4.1.a2", "not_applicable"), "so a b c d e f", 'answers."4.1.a2".not_applicable', REASON),
    (("answers", "4.1.a2", "not_applicable"), " " * 50, 'answers."4.1.a2".not_applicable', REASON),
    (("answers", "4.1.a1", "rationale"), "x" * 20001, 'answers."4.1.a1".rationale', "20001 characters"),
    (("answers", "4.1.a1", "rationale"), "a\x00b", 'answers."4.1.a1".rationale', CHARACTERS),
    (("answers", "4.1.a1", "rationale"), "a\ud800b", 'answers."4.1.a1".rationale', CHARACTERS),
    (
        ("answers", "4.1.a1", "evidence", 0, "url"),
        "javascript:alert(1)",
        'answers."4.1.a1".evidence[0].url',
        "https://",
    ),
    (("answers", "4.1.a1", "evidence", 0, "url"), "https://a b", 'answers."4.1.a1".evidence[0].url', "https://"),
    (("answers", "4.1.a1", "evidence", 0), {"label": "x"}, 'answers."4.1.a1".evidence[0]', "Evidence is a link"),
    (("answers", "4.1.a1", "evidence", 0), {"url": "https://x.de"}, 'answers."4.1.a1".evidence[0].label', "missing"),
    (
        ("answers", "4.1.a1", "evidence", 0, "sha256"),
        "",
        'answers."4.1.a1".evidence[0].sha256',
        "Expected: label, url.",
    ),
    (("answers", "4.1.a1", "evidence", 1, "sha256"), "0A" * 32, 'answers."4.1.a1".evidence[1].sha256', "64 digits"),
    (("answers", "4.1.a1", "evidence", 1, "sha256"), "0a" * 31, 'answers."4.1.a1".evidence[1].sha256', "64 digits"),
    (("targets", "4.9"), 50, 'targets."4.9"', 'Catalogue 2021.1 has no dimension "4.9".'),
    (("targets", "4.1"), 101, 'targets."4.1"', "101 is not a number from 0 to 100."),
    (("targets", "4.1"), float("nan"), 'targets."4.1"', "This is not a number that can be stored."),
    (("measures", 0, "title"), "", "measures[0].title", EMPTY),
    (("measures", 0, "due"), "31.03.2027", "measures[0].due", "is not a date like 2027-03-31."),
    (("measures", 0, "due"), "2027-02-30", "measures[0].due", "is not a date like 2027-03-31."),
    (("measures", 0, "due"), "20270331", "measures[0].due", "is not a date like 2027-03-31."),
    (("measures", 0, "due"), 5, "measures[0].due", "expected text or null."),
    (("measures", 0, "due"), "", "measures[0].due", "is not a date like 2027-03-31."),
    (("measures", 0, "state"), "maybe", "measures[0].state", '"maybe" is not one of: planned, running, done, dropped.'),
    (("measures", 0, "refers_to"), "9.9", "measures[0].refers_to", 'neither a question nor a dimension "9.9"'),
    (("conflicts", 0, "between"), ["4.1"], "conflicts[0].between", "Entries in the list: 1; expected exactly 2."),
    (("conflicts", 0, "between"), ["4.1", "4.1"], "conflicts[0].between", "contains the same entry twice"),
    (("conflicts", 0, "between"), ["4.1", "9.9"], "conflicts[0].between[1]", 'no dimension "9.9"'),
    (("conflicts", 0, "between"), ["4.1", "x"], "conflicts[0].between[1]", NO_KEY),
]


@pytest.mark.parametrize(("place", "value", "path", "message"), FAULTS, ids=lambda value: str(value)[:40])
def test_fault_is_named_with_its_place(place: tuple[str | int, ...], value: Any, path: str, message: str) -> None:
    document = deepcopy(sound_document())
    put(*place)(document, value)

    found = check_document(document)

    assert path in [fault.path for fault in found]
    assert message in " | ".join(fault.message for fault in found if fault.path == path)
    assert len({fault.path for fault in found}) == 1, found


@pytest.mark.parametrize("place", [("format",), ("catalogue",), ("scope",), ("project",), ("answers",)])
def test_missing_part_is_named(place: tuple[str]) -> None:
    document = sound_document()
    del document[place[0]]

    assert faults(document) == {place[0]: "This entry is missing."}


@pytest.mark.parametrize("document", [None, 3, "text", [], True])
def test_what_is_no_object_is_refused(document: Any) -> None:
    assert list(faults(document)) == ["$"]


def test_every_fault_is_named_in_the_order_of_the_document() -> None:
    document = sound_document(scope="half", targets={"4.1": -1}, extra=True)
    document["answers"]["4.1.a1"]["level"] = 9
    document["measures"][1]["due"] = "soon"
    document["measures"][0]["title"] = ""
    del document["project"]["phase"]

    assert [fault.path for fault in check_document(document)] == [
        "scope",
        "project.phase",
        'answers."4.1.a1".level',
        'targets."4.1"',
        "measures[0].title",
        "measures[1].due",
        "extra",
    ]


def test_shown_values_are_shortened() -> None:
    assert len(faults(sound_document(scope="x" * 1000))["scope"]) < 120


def test_keys_that_cannot_be_written_are_escaped() -> None:
    document = sound_document()
    document["answers"]["\ud800\x00"] = {"level": 1}

    (path,) = faults(document)

    assert path == 'answers."\\ud800\\u0000"'
    path.encode()


def read_faults(text: str | bytes) -> dict[str, str]:
    """The faults of a file."""
    try:
        return faults(parse_document(text if isinstance(text, bytes) else text.encode()))
    except ExchangeError as error:
        return {fault.path: fault.message for fault in error.faults}


def test_a_file_with_byte_order_mark_is_read() -> None:
    assert read_faults(b"\xef\xbb\xbf" + json.dumps(sound_document()).encode()) == {}


def test_a_level_with_decimal_point_is_whole() -> None:
    document = sound_document()
    document["answers"]["4.1.a1"]["level"] = 3.0
    assert faults(document) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xff\xfe{}", "The file is not UTF-8 text (byte 1)."),
        (b"", "The file is not JSON: line 1, column 1 cannot be read."),
        (b'{"format":\n nix}', "The file is not JSON: line 2, column 2 cannot be read."),
        (b"%PDF-1.7", "The file is not JSON"),
        (b"[" * 100_000, "The document is nested too deeply."),
        (b"[" * 30 + b"]" * 30, "The document is nested too deeply."),
        (b" " * (MAX_DOCUMENT_BYTES + 1), "The file is too large. At most 5 MB are read."),
    ],
)
def test_what_is_no_document_is_refused(text: bytes, message: str) -> None:
    found = read_faults(text)
    assert list(found) == ["$"]
    assert found["$"].startswith(message)


def written(**parts: str) -> str:
    """A sound document with some parts as literal JSON."""
    text = json.dumps(sound_document())
    return text[:-1] + "".join(f', "{key}": {value}' for key, value in parts.items()) + "}"


def test_keys_that_stand_twice_are_refused() -> None:
    assert read_faults(written(scope='"quick"')) == {"scope": "This key is given twice."}
    assert read_faults(written(scores='{"4.1": {"score": 1, "score": 2}}')) == {}, "scores are not looked at"
    inside = json.dumps(sound_document()).replace('{"level": 3', '{"level": 1, "level": 3')
    assert list(read_faults(inside)) == ['answers."4.1.a1".level']


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    text = json.dumps(sound_document()).replace('"targets": {"4.1": 75}', f'"targets": {{"4.1": {number}}}')
    assert "This is not a number that can be stored." in [
        fault.message for fault in check_document(parse_document(text.encode())) if fault.path == 'targets."4.1"'
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"answers": {' + ",".join(f'"k{number}":0' for number in range(200_000)) + "}}",
        '{"project": {"perspectives": [' + ",".join(["{}"] * 400_000) + "]}}",
        '{"answers": {"4.1.a1": {"not_applicable": "' + " " * 2_000_000 + '"}}}',
    ],
    ids=["many keys", "many members", "much white space"],
)
def test_of_large_nonsense_not_every_fault_is_named(text: str) -> None:
    """This takes minutes when something grows with the square of the input."""
    assert 0 < len(check_document(parse_document(text.encode()))) <= 3 * MAX_FAULTS + 3
