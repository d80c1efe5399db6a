"""One HTML document to one PDF file that is PDF/UA-1 and PDF/A-3a at once.

Runs in the process of ``worker.py`` and imports nothing of Django: what reads the text of people knows no secrets.
WeasyPrint writes PDF/A-3a; ``_finish`` adds, before the file is written, what PDF/UA-1 asks for beyond that.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from . import pdf_objects

FONT_FACES = {"FiraSans-Light": 300, "FiraSans-Regular": 400, "FiraSans-SemiBold": 600}
"""Files of the one typeface, with their weights. Nothing else is ever fetched."""

WARM_UP = (
    "<html lang=de><title>–</title><h1>Bewertung</h1><table><tr><th scope=row>a<td>1</table><svg><title>b</title></svg>"
)

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>{tool}</xmp:CreatorTool>
<xmp:CreateDate>{created}</xmp:CreateDate><xmp:ModifyDate>{created}</xmp:ModifyDate></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""

PRINT_FLAG = 4
KEPT_STYLESHEETS = 8
"""There is one for each kind of document."""

pdf_objects.install()


@dataclass(frozen=True, slots=True)
class Job:
    """One document to render. ``created`` is the date of its content, never the time of rendering."""

    html: str
    css: str
    created: str
    attachment: bytes | None = None
    attachment_name: str = ""
    attachment_description: str = ""


class BundledFonts(URLFetcher):
    """Hands out the font files of the package and refuses every other address, whatever its scheme."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=())
        self.folder = folder

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The bytes behind ``font:NAME``; anything else ends the rendering."""
        name = url.removeprefix("font:")
        if not url.startswith("font:") or name not in FONT_FACES:
            raise FatalURLFetchingError(f"A report loads nothing but its fonts, not {url[:100]!r}")
        return URLFetcherResponse(url, (self.folder / f"{name}.woff2").read_bytes(), {"Content-Type": "font/woff2"})


class Renderer:
    """WeasyPrint with everything kept that does not depend on the document: fonts and parsed stylesheets."""

    def __init__(self, font_folder: Path) -> None:
        self.fetcher = BundledFonts(font_folder)
        self.fonts = FontConfiguration()
        faces = "".join(
            f'@font-face{{font-family:"Fira Sans";font-weight:{weight};src:url(font:{name})}}'
            for name, weight in FONT_FACES.items()
        )
        self.faces = weasyprint.CSS(string=faces, url_fetcher=self.fetcher, font_config=self.fonts)
        self.stylesheets: dict[str, tuple[Any, list[str]]] = {}

    def prepare(self, css: str) -> None:
        """Parse ``css`` and fill WeasyPrint's and Pango's own caches, so that a fork of this process starts warm."""
        if css not in self.stylesheets:
            with _complaints() as complaints:
                sheet = weasyprint.CSS(string=css, url_fetcher=self.fetcher, font_config=self.fonts)
            if len(self.stylesheets) >= KEPT_STYLESHEETS:
                self.stylesheets.clear()
            self.stylesheets[css] = (sheet, complaints)
            self.render(Job(WARM_UP, css, "2021-06-30"))

    def render(self, job: Job) -> tuple[bytes, list[str]]:
        """The PDF, and what WeasyPrint complained about; the same job gives the same bytes."""
        self.prepare(job.css)
        stylesheet, complaints_of_stylesheet = self.stylesheets[job.css]
        attachments = [
            weasyprint.Attachment(
                string=job.attachment,
                name=job.attachment_name,
                description=job.attachment_description,
                relationship="Data",
                created=_midnight(job.created),
                modified=_midnight(job.created),
            )
        ] if job.attachment is not None else []  # fmt: skip
        with _no_garbage_collection(), _complaints() as complaints:
            html = weasyprint.HTML(string=job.html, url_fetcher=self.fetcher)
            labels = _link_labels(html.etree_element)
            content: bytes = html.write_pdf(
                font_config=self.fonts,
                stylesheets=[self.faces, stylesheet],
                attachments=attachments,
                pdf_variant="pdf/a-3a",
                finisher=lambda document, pdf: _finish(document, pdf, job.created, labels),
            )
        return content, complaints_of_stylesheet + complaints


def _midnight(date: str) -> datetime:
    return datetime.fromisoformat(date).replace(tzinfo=UTC)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Layout makes a hundred thousand small objects that all live to the end: looking for garbage takes a sixth."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _ListHandler(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _complaints() -> Iterator[list[str]]:
    handler = _ListHandler()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield handler.messages
    finally:
        logger.removeHandler(handler)


def _link_labels(root: Any) -> dict[str, str]:
    """What the first link to each place in the document says: what a screen reader calls the link."""
    labels: dict[str, str] = {}
    for link in root.iter("a"):
        target = link.get("href", "")
        if target.startswith("#"):
            labels.setdefault(target[1:], " ".join("".join(link.itertext()).split()))
    return labels


def _finish(document: Any, pdf: Any, created: str, labels: dict[str, str]) -> None:
    """Add to PDF/A-3a what makes it PDF/UA-1 too; runs just before the file is written."""
    by_number = {f"{item.number} 0 R".encode(): item for item in pdf.objects}

    def parent(element: Any) -> Any:
        reference = element["P"]
        return by_number[reference if isinstance(reference, bytes) else str(reference).encode()]

    for item in pdf.objects:
        if not isinstance(item, dict):
            continue
        if item.get("S") == "/TH":
            in_head = parent(parent(item))["S"] == "/THead"
            item["A"]["Scope"] = "/Column" if in_head else "/Row"
        elif item.get("Type") == "/Annot":
            item["F"] = PRINT_FLAG
            target = item["Dest"].string if "Dest" in item else ""
            if labels.get(target):
                item["Contents"] = pydyf.String(labels[target])
    if "AF" in pdf.catalog:
        # WeasyPrint lists each attachment once by its name and once by its object.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    metadata = document.metadata
    xmp = XMP.format(
        title=escape(metadata.title or ""),
        author=escape(", ".join(metadata.authors)),
        description=escape(metadata.description or ""),
        language=escape(metadata.lang or ""),
        tool=escape(metadata.generator or ""),
        producer=escape(f"WeasyPrint {weasyprint.__version__}"),
        created=created,
    )
    stream = by_number[pdf.catalog["Metadata"]]
    # PDF/A wants the metadata readable by programs that know nothing of PDF: never compressed.
    stream.compress = False
    stream.stream = [xmp.encode()]
