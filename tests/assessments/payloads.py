"""Files as people upload them, good and bad, made here byte by byte."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


def archive(members: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    """A zip with these members in this order."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", compression) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def office(main: str, **more: bytes) -> bytes:
    """An Office Open XML document with this main member."""
    return archive({"[Content_Types].xml": b"<Types/>", main: b"<document/>", **more})


def open_document(kind: str) -> bytes:
    """An OpenDocument file: text or spreadsheet."""
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive({"mimetype": mimetype, "content.xml": b"<office:document/>"}, ZIP_STORED)


DOCX = office("word/document.xml")
GOOD = {
    "Protokoll.pdf": (PDF, "application/pdf"),
    "Plan.PNG": (PNG, "image/png"),
    "Foto.jpg": (JPEG, "image/jpeg"),
    "Foto.jpeg": (JPEG, "image/jpeg"),
    "Vermerk.docx": (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "Kosten.xlsx": (
        office("xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "Folien.pptx": (
        office("ppt/presentation.xml"),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "Vermerk.odt": (open_document("text"), "application/vnd.oasis.opendocument.text"),
    "Kosten.ods": (open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
    "Notiz.txt": ("Größe: 3\r\n".encode(), "text/plain; charset=utf-8"),
    "Werte.csv": ("\ufeffJahr;Wert\n2026;7\n".encode(), "text/csv; charset=utf-8"),
}
"""Name: content and the type it is served with."""

_BOMB = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": bytes(60 * 1024 * 1024)})
_MANY = archive({"[Content_Types].xml": b"", "word/document.xml": b"", **{f"word/{n}": b"" for n in range(5001)}})
_ENCRYPTED = bytearray(DOCX)
for _mark in (b"PK\x03\x04", b"PK\x01\x02"):
    _flags = _ENCRYPTED.rindex(_mark) + (6 if _mark == b"PK\x03\x04" else 8)
    _ENCRYPTED[_flags] |= 1

BAD = {
    "html named pdf": ("Protokoll.pdf", HTML, "ending"),
    "html": ("seite.html", HTML, "ending"),
    "svg": ("bild.svg", SVG, "ending"),
    "svg named png": ("bild.png", SVG, "ending"),
    "pdf named docx": ("Protokoll.docx", PDF, "ending"),
    "pdf after something else": ("Protokoll.pdf", b"GIF89a" + PDF, "ending"),
    "two endings": ("Protokoll.pdf.exe", PDF, "ending"),
    "no ending": ("Protokoll", PDF, "ending"),
    "the ending is the name": (".pdf", PDF, "ending"),
    "turned name": ("Protokoll\u202efdp.exe", PDF, "ending"),
    "gif": ("bild.gif", b"GIF89a" + bytes(20), "kind"),
    "program": ("spiel.pdf", b"MZ\x90\x00\x03" + bytes(60), "kind"),
    "old office": ("Vermerk.doc", OLE, "kind"),
    "zip": ("alles.zip", archive({"a.txt": b"a"}), "kind"),
    "zip named docx": ("alles.docx", archive({"a.txt": b"a"}), "kind"),
    "broken zip": ("Vermerk.docx", DOCX[:60], "kind"),
    "no archive at all": ("Vermerk.docx", b"PK\x03\x04" + bytes(80), "kind"),
    "open document without content": (
        "a.odt",
        archive({"mimetype": b"application/vnd.oasis.opendocument.text"}),
        "kind",
    ),
    "open document of another kind": ("a.odt", archive({"mimetype": b"text/html", "content.xml": b""}), "kind"),
    "way out": ("Vermerk.docx", office("word/document.xml", **{"../../etc/cron.d/x": b""}), "kind"),
    "absolute": ("Vermerk.docx", office("word/document.xml", **{"/etc/passwd": b""}), "kind"),
    "encrypted": ("Vermerk.docx", bytes(_ENCRYPTED), "kind"),
    "bomb": ("Vermerk.docx", _BOMB, "bomb"),
    "many members": ("Vermerk.docx", _MANY, "bomb"),
    "macros": ("Vermerk.docx", office("word/document.xml", **{"word/vbaProject.bin": OLE}), "macros"),
    "not utf-8": ("Notiz.txt", "Größe".encode("latin-1"), "kind"),
    "binary text": ("Notiz.txt", b"abc\x00def", "kind"),
    "blank text": ("Notiz.txt", b" \n\n", "kind"),
}
"""What it is: name, content, and the code of the refusal."""
