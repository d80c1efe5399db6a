"""The selection as a table for other programs: XLSX, CSV, JSON. No cell ever starts a formula."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .models import Project
from .portfolio import Cell, Entries, Row, in_order, portfolio_dimensions, rows_of

FORMAT = "smartcity-portfolio/1"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""

Value = str | int | bool | Decimal | None


def safe_text(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet could take it for a formula."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def _selected(entries: Entries, sort: str) -> list[Row]:
    pairs = in_order(entries, sort)
    order = [pk for pk, _group in pairs]
    rows = rows_of(order)
    return [rows[pk] for pk in order]


def _perspectives(rows: list[Row]) -> dict[int, list[str]]:
    links = Project.perspectives.through.objects.filter(project__in=[row.project_id for row in rows])
    found: dict[int, list[str]] = defaultdict(list)
    name = "perspective__name_en" if (get_language() or "de").startswith("en") else "perspective__name_de"
    for project, perspective in links.order_by("perspective__position").values_list("project_id", name):
        found[project].append(perspective)
    return found


def headings() -> list[str]:
    """The columns in the reader's language."""
    facts = [
        gettext("Project"),
        gettext("Fictional"),
        gettext("Organisation"),
        gettext("Phase"),
        gettext("Perspectives of the future"),
        gettext("State"),
        gettext("Scope"),
        gettext("Version"),
        gettext("Submitted"),
        gettext("Principles of good practice"),
        gettext("Guiding ideas"),
    ]
    for dimension in portfolio_dimensions():
        parts = [dimension.name, gettext("Stage"), gettext("Span from"), gettext("Span to")]
        if dimension.is_principle:
            parts += [gettext("Balance"), gettext("In tension")]
        facts += [f"{dimension.key} {part}" for part in parts]
    return facts


def table(entries: Entries, sort: str = "name") -> Iterator[list[Value]]:
    """One line a project, in the order of ``headings``."""
    rows = _selected(entries, sort)
    perspectives = _perspectives(rows)
    for row in rows:
        line: list[Value] = [
            row.name,
            row.is_fictional,
            row.organisation,
            str(row.phase.label),
            ", ".join(perspectives[row.project_id]),
            str(row.state.label),
            str(row.scope.label),
            row.number,
            timezone.localdate(row.submitted_at).isoformat() if row.submitted_at else None,
            row.principles,
            row.guiding_ideas,
        ]
        for cell in row.cells:
            line += _figures(cell)
        yield line


def _figures(cell: Cell) -> list[Value]:
    figures: list[Value] = [cell.score, str(cell.stage.label) if cell.stage else None, cell.low, cell.high]
    return [*figures, cell.balance, cell.in_tension] if cell.key.startswith("4.") else figures


def _said(value: bool) -> str:
    return gettext("yes") if value else gettext("no")


def as_csv(entries: Entries, sort: str = "name") -> bytes:
    """Comma-separated, in German with semicolons and decimal commas, as spreadsheets there expect it."""
    is_german = (get_language() or "de").startswith("de")
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if is_german else ",", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([safe_text(text) for text in headings()])
    for line in table(entries, sort):
        writer.writerow([_csv_value(value, is_german=is_german) for value in line])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _csv_value(value: Value, *, is_german: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _said(value)
    if isinstance(value, str):
        return safe_text(value)
    text = str(value.normalize().__format__("f")) if isinstance(value, Decimal) else str(value)
    return text.replace(".", ",") if is_german else text


def as_xlsx(entries: Entries, sort: str = "name") -> bytes:
    """A workbook with one sheet; texts are stored as texts whatever they look like."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("Portfolio"))
    columns = headings()
    sheet.freeze_panes = "B2"
    for place in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 40 if place == 1 else 16
    sheet.append([_text_cell(sheet, text, is_bold=True) for text in columns])
    for line in table(entries, sort):
        sheet.append([_xlsx_value(sheet, value) for value in line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _xlsx_value(sheet: Any, value: Value) -> Any:
    if isinstance(value, bool):
        return _text_cell(sheet, _said(value))
    if isinstance(value, str):
        return _text_cell(sheet, value) if value else None
    return value


def _text_cell(sheet: Any, text: str, *, is_bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, safe_text(text))
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def as_json(entries: Entries, sort: str, selection: Mapping[str, str]) -> bytes:
    """The same for programs: keys and exact figures instead of words."""
    return json_document(_selected(entries, sort), selection, timezone.now().isoformat(timespec="seconds"))


def json_document(rows: Sequence[Row], selection: Mapping[str, str], created_at: str) -> bytes:
    """These rows for programs."""
    perspectives: dict[int, list[str]] = defaultdict(list)
    links = Project.perspectives.through.objects.filter(project__in=[row.project_id for row in rows])
    for project, key in links.order_by("perspective__position").values_list("project_id", "perspective__key"):
        perspectives[project].append(key)
    document = {
        "format": FORMAT,
        "created_at": created_at,
        "selection": dict(selection),
        "projects": [_entry(row, perspectives[row.project_id]) for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _entry(row: Row, perspectives: list[str]) -> dict[str, Any]:
    return {
        "name": row.name,
        "fictional": row.is_fictional,
        "organisation": row.organisation_key,
        "phase": row.phase.value,
        "perspectives": perspectives,
        "state": row.state.value,
        "scope": row.scope.value,
        "version": row.number,
        "submitted_at": row.submitted_at.isoformat(timespec="seconds") if row.submitted_at else None,
        "principles": _number(row.principles),
        "guiding_ideas": _number(row.guiding_ideas),
        "dimensions": {
            cell.key: {
                "score": _number(cell.score),
                "stage": cell.stage.value if cell.stage else None,
                "low": _number(cell.low),
                "high": _number(cell.high),
                **(
                    {"balance": _number(cell.balance), "in_tension": cell.in_tension}
                    if cell.key.startswith("4.")
                    else {}
                ),
            }
            for cell in row.cells
        },
    }


def _number(figure: Decimal | None) -> float | None:
    return None if figure is None else float(figure)
