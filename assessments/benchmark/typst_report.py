"""The same report set with typst, to compare: its HTML becomes typst's markup, block by block, text by text.

Each report gets a process of its own (``typst_process.py``): typst remembers what it has set before.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import weasyprint
from django.conf import settings
from fontTools.ttLib import TTFont

from ..reports.rendering import FONT_FACES
from ..reports.typeface import FONT_FOLDER

SVG = "{http://www.w3.org/2000/svg}"
HEADINGS = {"h1": 1, "h2": 1, "h3": 2, "h4": 3, "h5": 4}
"""Of the outline: with typst the title of the cover is a heading as well."""
WIDTH = re.compile(r"\.([\w-]+) \{ width: ([\d.]+mm)")
BLOCKS = {"article", "blockquote", "div", "figure", "footer", "header", "nav", "p", "section"}
PREAMBLE = """\
#set page(paper: "a4", margin: (x: 22mm, top: 25mm, bottom: 22mm),
  header: text(size: 7.5pt)[{title}],
  footer: align(right, text(size: 7.5pt, context counter(page).display("1 / 1", both: true))))
#set text(font: "Fira Sans", size: 9.5pt, lang: "de")
#set heading(outlined: true)
#set table(stroke: (bottom: 0.2mm + gray), inset: (x: 0pt, y: 1mm), column-gutter: 3mm)
#show table: set text(size: 8.5pt)
#show heading.where(level: 1): it => {{ pagebreak(weak: true); text(size: 20pt, weight: "light", it) }}
"""


@dataclass(frozen=True, slots=True)
class TypstCost:
    """One report set with typst."""

    pages: int
    milliseconds: float
    """CPU time of all threads, the best of some runs; starting the process and reading the fonts is not in it."""


def is_installed() -> bool:
    """Whether there is a typst to compare with; it comes with the packages for tests."""
    return importlib.util.find_spec("typst") is not None


def typst_cost(html: str, css: str, runs: int) -> TypstCost:
    """Set the report ``runs`` times; of the stylesheet the widths of columns count."""
    with tempfile.TemporaryDirectory(prefix="typst-") as folder:
        for name in FONT_FACES:
            face = TTFont(FONT_FOLDER / f"{name}.woff2")
            # typst knows fonts as they are, not packed for the web.
            face.flavor = None
            face.save(Path(folder) / f"{name}.ttf")
        target = Path(folder) / "report.pdf"
        command = [sys.executable, "-m", "assessments.benchmark.typst_process", folder, str(target)]
        source = typst_source(html, css).encode()
        taken = [
            float(subprocess.run(command, input=source, capture_output=True, check=True, cwd=settings.BASE_DIR).stdout)  # noqa: S603
            for _ in range(runs)
        ]
        with pikepdf.open(BytesIO(target.read_bytes())) as pdf:
            return TypstCost(len(pdf.pages), min(taken))


def typst_source(html: str, css: str) -> str:
    """The texts, headings, lists, tables and drawings of a page as typst's markup."""
    root = weasyprint.HTML(string=html).etree_element
    writer = _Writer(dict(WIDTH.findall(css)))
    title = writer.text(root.findtext("head/title") or "")
    return PREAMBLE.format(title=title) + writer.content(root.find("body"))


class _Writer:
    """Writes elements down, knowing how wide columns are."""

    def __init__(self, widths: Mapping[str, str]) -> None:
        self.widths = widths

    def text(self, text: str) -> str:
        """Text that means nothing to typst."""
        words = re.sub(r"[ \t\r\n]+", " ", text)
        return f"#{_string(words)};" if words else ""

    def content(self, element: Any) -> str:
        """What is in an element; of white space between two blocks nothing is left."""
        written = self.text(element.text or "") if (element.text or "").strip() else ""
        for child in element:
            tail = child.tail or ""
            written += self.element(child)
            written += self.text(tail) if tail.strip() else " " * bool(tail)
        return written

    def element(self, element: Any) -> str:
        """One element with all in it."""
        tag, kinds = element.tag, element.get("class", "").split()
        if tag == f"{SVG}svg":
            element.attrib.pop("{http://www.w3.org/2000/xmlns/}xmlns", None)
            drawing = _string(ElementTree.tostring(element, "unicode"))
            return (
                f'\n#image(bytes({drawing}), format: "svg", width: {"126mm" if "chart-radar" in kinds else "80mm"})\n'
            )
        if tag == "nav":
            return "\n#outline(title: none, depth: 2)\n"
        if tag == "table":
            return self.table(element)
        if tag in ("ul", "ol"):
            items = "".join(f"[{self.content(item)}]," for item in element)
            return f"\n#{'list' if tag == 'ul' else 'enum'}({items})\n"
        return self.flow(tag, self.content(element))

    def flow(self, tag: str, inner: str) -> str:
        """A heading, a block, or a part of a line."""
        if tag in HEADINGS:
            return f"\n#heading(level: {HEADINGS[tag]})[{inner}]\n"
        if tag in BLOCKS:
            return f"\n\n{inner}\n\n"
        return {"strong": f"#strong[{inner}]", "br": "#linebreak()"}.get(tag, inner)

    def table(self, table: Any) -> str:
        """Its caption, its head on every page, its rows."""
        head, body = ([list(row) for row in table.findall(f"{part}/tr")] for part in ("thead", "tbody"))
        caption = table.find("caption")
        above = "" if caption is None else self.content(caption)
        columns = ",".join(self.width(cell) for cell in (head or body)[0])
        cells = ["".join(self.cell(cell) for row in rows for cell in row) for rows in (head, body)]
        return f"\n\n{above}\n#table(columns: ({columns},), table.header({cells[0]}), {cells[1]})\n"

    def width(self, cell: Any) -> str:
        """As the stylesheet has it; the rest is shared."""
        return next((self.widths[kind] for kind in cell.get("class", "").split() if kind in self.widths), "1fr")

    def cell(self, cell: Any) -> str:
        """One cell."""
        return f"table.cell(colspan: {cell.get('colspan', 1)})[{self.content(cell)}],"


def _string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
