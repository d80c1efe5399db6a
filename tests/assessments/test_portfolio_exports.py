"""Exports of the portfolio: the same figures as in the matrix, and no cell that starts a formula."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.utils import translation
from openpyxl import load_workbook

from assessments.models import PortfolioEntry
from assessments.portfolio_exports import FORMULA_STARTS, as_csv, as_json, as_xlsx, safe_text
from principles.models import Perspective
from tests.assessments.views.test_portfolio import handed_in

FORMULAS = [
    "=1+1",
    "+49 30 9026",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    '  =HYPERLINK("https://example.org";"klick")',
    "＝1+1",
    '=DDE("cmd";"/C calc";"!A0")',
    "\x00=1+1",
    "\x0b=1+1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_starts_a_formula(formula):
    assert safe_text(formula).startswith("'")


@pytest.mark.parametrize("text", ["Kiezblocks", "4.1", "Straße = Raum", "", "'schon"])
def test_other_texts_stay_as_they_are(text):
    assert safe_text(text) == text


@pytest.mark.django_db
@pytest.mark.parametrize("formula", [one for one in FORMULAS if "\x00" not in one])
def test_no_cell_starts_a_formula(formula):
    handed_in(f"{formula}", 2)
    entries = PortfolioEntry.objects.all()

    sheet = load_workbook(io.BytesIO(as_xlsx(entries))).active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert not str(cell.value or "").lstrip().startswith(FORMULA_STARTS) or cell.data_type == "n"
    with translation.override("de"):
        lines = list(csv.reader(io.StringIO(as_csv(entries).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert not [one for line in lines for one in line if one.lstrip().startswith(FORMULA_STARTS)]


@pytest.fixture
def entries(db):
    """One project in tension and one without organisation; figures with places after the decimal sign."""
    first = handed_in("Alpha", {"4.1.a": 4, "4.1.b": 0})
    first.perspectives.set(Perspective.objects.all()[:2])
    handed_in("Beta", {"2.1.a": 3}, organisation=None)
    return PortfolioEntry.objects.all()


def test_xlsx_carries_numbers_as_numbers(entries):
    with translation.override("en"):
        sheet = load_workbook(io.BytesIO(as_xlsx(entries, "-name"))).active
    assert sheet is not None
    headings, beta, alpha = ([cell.value for cell in row] for row in sheet.iter_rows())

    assert (alpha[0], beta[0]) == ("Alpha", "Beta")
    assert alpha[headings.index("4.1 human-centred | systemic")] == 50
    assert alpha[headings.index("4.1 Balance")] == 0
    assert alpha[headings.index("4.1 In tension")] == "yes"
    assert beta[headings.index("2.1 sustainable")] == 56.25
    assert beta[headings.index("Organisation")] is None


def test_german_csv_opens_in_a_german_spreadsheet(entries):
    with translation.override("de"):
        content = as_csv(entries)
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))

    assert content.startswith(b"\xef\xbb\xbf")
    assert len({len(line) for line in lines}) == 1
    assert "56,25" in lines[2]
    assert not [figure for figure in lines[2] if "E+" in figure]


def test_english_csv_has_points(entries):
    with translation.override("en"):
        lines = list(csv.reader(io.StringIO(as_csv(entries).decode("utf-8-sig"))))

    assert "56.25" in lines[2]


def test_json_speaks_in_keys(entries):
    document = json.loads(as_json(entries, "name", {"phase": "idea"}))

    alpha, beta = document["projects"]
    assert document["selection"] == {"phase": "idea"}
    assert alpha["dimensions"]["4.1"] == {
        "score": 50.0,
        "stage": "being_implemented",
        "low": 50.0,
        "high": 50.0,
        "balance": 0.0,
        "in_tension": True,
    }
    assert alpha["perspectives"] == [one.key for one in Perspective.objects.all()[:2]]
    assert beta["dimensions"]["2.1"]["score"] == float(Decimal("56.25"))
    assert "balance" not in beta["dimensions"]["2.1"]


@pytest.mark.parametrize("name", ["portfolio.csv", "portfolio.xlsx", "portfolio.json"])
def test_only_the_selection_is_exported(client, portfolio_reader, entries, name, django_assert_max_num_queries):
    client.force_login(portfolio_reader)
    with django_assert_max_num_queries(9):
        response = client.get(f"/portfolio/{name}?q=Alpha")

    kinds = {"csv": "text/csv", "xlsx": "application/vnd.openxml", "json": "application/json"}
    assert response.headers["Content-Type"].startswith(kinds[name.split(".")[1]])
    assert "attachment" in response.headers["Content-Disposition"]
    if not name.endswith("xlsx"):
        assert b"Alpha" in response.content
        assert b"Beta" not in response.content
