"""Canonical form and hash."""

from assessments.snapshots import canonical_json, document_hash


def test_canonical_form_sorts_keys_and_leaves_out_white_space() -> None:
    document = {"b": [1.0, 41.6667, None, True], "a": "Straße – „Mitte“\n", "": {}}
    assert canonical_json(document) == '{"":{},"a":"Straße – „Mitte“\\n","b":[1,41.6667,null,true]}'.encode()


def test_keys_are_sorted_by_utf_16_units() -> None:
    # The example of RFC 8785, section 3.2.3: an emoji sorts before U+FB33.
    document = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(canonical_json(document).decode()) == list('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')


def test_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert document_hash({"a": 1, "b": 2}) == document_hash({"b": 2, "a": 1})
    assert document_hash({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
