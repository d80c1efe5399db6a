"""Which files may serve as evidence, told by their content; the name only has to agree with it.

Nothing here opens, unpacks or renders a document: of an archive only the list of its members is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_NAME_LENGTH = 150
MAX_MEMBERS = 5_000
MAX_UNPACKED_BYTES = 300 * 1024 * 1024
"""What the members of an office document may come to; a presentation full of pictures hardly shrinks."""
MAX_RATIO = 200
"""How much smaller than its content an archive may be; plain XML shrinks to a twentieth."""
_ENCRYPTED = 0x1
_MIMETYPE_LENGTH = 200
# Control and format characters (the latter turn the direction of text), surrogates, private and unassigned ones.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*]')
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: what people call it, how its name ends and how it is served."""

    label: str
    endings: tuple[str, ...]
    content_type: str


PDF = FileKind("PDF", ("pdf",), "application/pdf")
PNG = FileKind("PNG", ("png",), "image/png")
JPEG = FileKind("JPEG", ("jpg", "jpeg"), "image/jpeg")
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = FileKind("Word (docx)", ("docx",), f"{_OFFICE}.wordprocessingml.document")
XLSX = FileKind("Excel (xlsx)", ("xlsx",), f"{_OFFICE}.spreadsheetml.sheet")
PPTX = FileKind("PowerPoint (pptx)", ("pptx",), f"{_OFFICE}.presentationml.presentation")
ODT = FileKind("OpenDocument (odt)", ("odt",), "application/vnd.oasis.opendocument.text")
ODS = FileKind("OpenDocument (ods)", ("ods",), "application/vnd.oasis.opendocument.spreadsheet")
TEXT = FileKind("Text", ("txt",), "text/plain; charset=utf-8")
CSV = FileKind("CSV", ("csv",), "text/csv; charset=utf-8")
KINDS = (PDF, PNG, JPEG, DOCX, XLSX, PPTX, ODT, ODS, TEXT, CSV)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)

ALLOWED = _(
    "PDF, PNG, JPEG, Word (docx), Excel (xlsx), PowerPoint (pptx), OpenDocument (odt, ods), text and CSV in UTF-8"
)
"""The kinds as people read them."""

_MAIN_MEMBERS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}
_MIMETYPES = {ODT.content_type.encode(): ODT, ODS.content_type.encode(): ODS}


def clean_name(name: str) -> str:
    """The name without folders and without characters that mislead or that file systems refuse."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(
        " " if char.isspace() else char
        for char in unicodedata.normalize("NFC", name)
        if char.isspace() or unicodedata.category(char) not in _INVISIBLE
    )
    name = " ".join(_FORBIDDEN_IN_NAMES.sub("_", name).split()).lstrip(". ")
    path = PurePosixPath(name)
    return path.stem[: MAX_NAME_LENGTH - len(path.suffix)].rstrip() + path.suffix[:MAX_NAME_LENGTH]


def kind_of_name(name: str) -> FileKind | None:
    """The kind that a name promises, if it is one of those allowed."""
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    return next((kind for kind in KINDS if ending in kind.endings), None)


def recognise(name: str, file: BinaryIO) -> FileKind:
    """The kind of a file by its content. ``ValidationError`` says what is wrong with it, and what would be right."""
    found = _kinds_of(file)
    if not found:
        raise ValidationError(
            _("A file of this kind cannot serve as evidence here. Allowed: %(allowed)s."),
            code="kind",
            params={"allowed": ALLOWED},
        )
    kind = kind_of_name(name)
    if kind in found:
        return kind
    raise ValidationError(
        _("The name of the file does not fit its content. By its content it is: %(kind)s."),
        code="ending",
        params={"kind": found[0].label},
    )


def _kinds_of(file: BinaryIO) -> tuple[FileKind, ...]:
    """What the content can be: one kind, several for plain text, or none."""
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    if start.startswith(b"%PDF-"):
        return (PDF,)
    if start.startswith(b"\x89PNG\r\n\x1a\n") and start[12:16] == b"IHDR":
        return (PNG,)
    if start.startswith(b"\xff\xd8\xff"):
        return (JPEG,)
    if start.startswith(b"PK\x03\x04"):
        return _kinds_of_archive(file)
    return (TEXT, CSV) if _is_text(file) else ()


def _is_text(file: BinaryIO) -> bool:
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not _NO_TEXT.search(text)


def _kinds_of_archive(file: BinaryIO) -> tuple[FileKind, ...]:
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            _refuse_bombs(members, size=file.seek(0, 2))
            return _kinds_of_members(members, lambda member: _read(archive, member))
    except (BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError, EOFError):
        return ()


def _refuse_bombs(members: list[ZipInfo], size: int) -> None:
    """Nobody should unpack on their desk what fills it; the archive says so itself without being unpacked."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > min(MAX_UNPACKED_BYTES, max(size, 50 * 1024) * MAX_RATIO):
        raise ValidationError(_("This file unpacks to far more than it seems. It is not accepted."), code="bomb")


def _kinds_of_members(members: list[ZipInfo], read: Callable[[ZipInfo], bytes]) -> tuple[FileKind, ...]:
    names = [member.filename for member in members]
    is_odd = any(member.flag_bits & _ENCRYPTED for member in members) or any(map(_leaves_the_folder, names))
    if is_odd or len(set(names)) < len(names):
        return ()
    if any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names):
        raise ValidationError(
            _("Documents with macros are not accepted. Please save it without macros."), code="macros"
        )
    if names[0] == "mimetype":
        kind = _MIMETYPES.get(read(members[0]))
        return (kind,) if kind and "content.xml" in names else ()
    if "[Content_Types].xml" not in names:
        return ()
    return tuple(kind for member, kind in _MAIN_MEMBERS.items() if member in names)[:1]


def _read(archive: ZipFile, member: ZipInfo) -> bytes:
    with archive.open(member) as opened:
        return opened.read(_MIMETYPE_LENGTH)


def _leaves_the_folder(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\x00" in name
