"""The canonical form of a document and its hash (exchange format, last section)."""

import hashlib
from typing import Any

import rfc8785


def canonical_json(document: dict[str, Any]) -> bytes:
    """The one way to write ``document`` down that RFC 8785 (JCS) allows, in UTF-8."""
    return rfc8785.dumps(document)


def document_hash(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits. Reports print it, snapshots are known by it."""
    return hashlib.sha256(canonical_json(document)).hexdigest()
