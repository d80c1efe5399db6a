"""The part of an exchange document that everyone may read: what is left out, and nothing beside (pure).

Always public: the project's description, scope, catalogue, the level of every answer and the scores; they are the
result. As chosen: rationales with reasons and links; targets and measures; conflicts of goals. Never: files and their
names, who is responsible for a measure. Comments, ratings of reviewers and names of persons do not stand in exchange
documents at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Document = dict[str, Any]

WITHHELD = "nicht veröffentlicht / not published"
"""Stands in place of the reason why a question is not applicable, for the format wants one."""
ALWAYS_PUBLIC = ("format", "catalogue", "scope", "project", "scores")
PUBLIC_OF_A_MEASURE = ("title", "refers_to", "due", "state")


@dataclass(frozen=True, slots=True)
class Choice:
    """What goes public beside the result."""

    with_rationales: bool = False
    with_measures: bool = False
    with_conflicts: bool = False

    def as_columns(self) -> dict[str, bool]:
        """The choice under the names of the columns that keep it."""
        return asdict(self)


def public_document(document: Mapping[str, Any], choice: Choice) -> Document:
    """A new exchange document with what is public of ``document``; what is not named here stays out."""
    public = {key: document[key] for key in ALWAYS_PUBLIC if key in document}
    public["answers"] = {key: _answer(entry, choice) for key, entry in document["answers"].items()}
    if choice.with_measures:
        public["targets"] = document.get("targets", {})
        public["measures"] = [
            {key: measure[key] for key in PUBLIC_OF_A_MEASURE if key in measure}
            for measure in document.get("measures", [])
        ]
    if choice.with_conflicts:
        public["conflicts"] = document.get("conflicts", [])
    return public


def _answer(entry: Mapping[str, Any], choice: Choice) -> Document:
    if not choice.with_rationales:
        return {"not_applicable": WITHHELD} if "not_applicable" in entry else {"level": entry["level"]}
    public = {key: entry[key] for key in ("level", "not_applicable", "rationale") if key in entry}
    links = [{"label": item["label"], "url": item["url"]} for item in entry.get("evidence", []) if "url" in item]
    return public | ({"evidence": links} if links else {})
