"""Files are known by their content."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError

from assessments.file_kinds import MAX_NAME_LENGTH, clean_name, recognise
from tests.assessments.payloads import BAD, GOOD


@pytest.mark.parametrize("name", GOOD)
def test_what_may_serve_as_evidence(name: str):
    content, content_type = GOOD[name]

    assert recognise(name, BytesIO(content)).content_type == content_type


@pytest.mark.parametrize("case", BAD)
def test_what_may_not(case: str):
    name, content, code = BAD[case]

    with pytest.raises(ValidationError) as refused:
        recognise(clean_name(name), BytesIO(content))

    assert refused.value.code == code
    assert refused.value.messages[0]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/Plan.pdf", "Plan.pdf"),
        ("C:\\Users\\Olga\\Plan.pdf", "Plan.pdf"),
        ("Pl\x00an\r\n .pdf", "Plan.pdf"),
        ("Rechnung\u202efdp.exe", "Rechnungfdp.exe"),
        ('<b>"Plan"</b>|?*.pdf', "b____.pdf"),
        ("...Plan.pdf", "Plan.pdf"),
        ("  Plan   der\tStadt.pdf ", "Plan der Stadt.pdf"),
        ("Gro\u0308ße.pdf", "Größe.pdf"),
        ("計画.pdf", "計画.pdf"),
        ("a" * 400 + ".pdf", "a" * (MAX_NAME_LENGTH - 4) + ".pdf"),
        ("", ""),
        ("/", ""),
    ],
)
def test_names_lose_what_misleads(name: str, kept: str):
    assert clean_name(name) == kept
