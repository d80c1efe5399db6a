"""Bring the fixtures into the database: the catalogue once and for all, everything around it by key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializationError
from django.db import models, transaction

FIXTURES = Path(settings.BASE_DIR) / "fixtures"

CATALOGUE = "principles.catalogue"
PARTS = ("principles.dimension", "principles.aspect", "principles.question")
"""What a catalogue version consists of; published with it, frozen with it."""
AROUND = (
    "principles.perspective",
    "principles.contextreference",
    "principles.citygroup",
    "principles.term",
    "assessments.organisation",
)
"""What changes with time; rows are updated by key, rows that others added stay."""
SEEDED = (CATALOGUE, *PARTS, *AROUND)

_NATURAL_KEY_PATHS = {
    "principles.dimension": "catalogue",
    "principles.aspect": "dimension__catalogue",
    "principles.question": "aspect__dimension__catalogue",
}

Key = tuple[str, ...]


class SeedError(Exception):
    """The fixtures cannot be loaded; nothing was changed. ``faults`` names every reason."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(slots=True)
class SeedReport:
    """How many rows were written, by model."""

    added: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether everything was there already."""
        return not (self.added or self.changed)


@dataclass(frozen=True, slots=True)
class _Row:
    """One object of a fixture, or the same object as the database has it."""

    model: str
    key: Key
    fields: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.model.partition('.')[2]} {self.key[-1]}"


def seed(directory: Path = FIXTURES) -> SeedReport:
    """Load every fixture of ``directory``; do nothing where the database says the same already.

    A published catalogue version is never changed: when a fixture differs from it, nothing at all is written and
    ``SeedError`` names the differences. A version that is still a draft becomes what the fixtures say.
    """
    wanted = _read(directory)
    report = SeedReport()
    with transaction.atomic():
        present = {row.key: row for row in _stored(CATALOGUE)}
        frozen = [row for row in wanted[CATALOGUE] if row.key in present and present[row.key].fields["published_on"]]
        _refuse_changes({row.key[0] for row in frozen}, wanted)
        for row in wanted[CATALOGUE]:
            if row not in frozen:
                _load_version(row, wanted, report)
        for label in AROUND:
            _upsert(wanted[label], _stored(label), report)
    return report


def _read(directory: Path) -> dict[str, list[_Row]]:
    """The rows of all fixtures by model, in file order; raises ``SeedError`` when one cannot be understood."""
    rows: dict[str, list[_Row]] = {label: [] for label in SEEDED}
    faults = []
    for path in sorted(directory.glob("*.yaml")):
        for entry in yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or ():  # noqa: S506
            label = entry["model"]
            if label in rows:
                rows[label].append(_Row(label, _key_of(label, entry["fields"]), _comparable(label, entry["fields"])))
            else:
                faults.append(f"{path.name}: {label} is not a model that is seeded")
    for label, found in rows.items():
        keys = [row.key for row in found]
        faults += [f"{label} {'/'.join(key)} stands in the fixtures twice" for key in set(keys) if keys.count(key) > 1]
    if faults:
        raise SeedError(faults)
    return rows


def _key_of(label: str, fields: dict[str, Any]) -> Key:
    """What identifies a row: the key, and for a part of the catalogue the version before it."""
    if label == CATALOGUE:
        return (str(fields["version"]),)
    if label in PARTS:
        owner = fields[_NATURAL_KEY_PATHS[label].partition("__")[0]]
        return (str(owner[0]), str(fields["key"]))
    return (str(fields["key"]),)


def _comparable(label: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with values that can be compared and loaded: relations as natural keys, the rest as Python values."""
    model = apps.get_model(label)
    result: dict[str, Any] = {}
    for name, value in fields.items():
        model_field = model._meta.get_field(name)
        if model_field.many_to_many:
            result[name] = sorted([str(part) for part in ([key] if isinstance(key, str) else key)] for key in value)
        elif model_field.is_relation:
            result[name] = [str(part) for part in value]
        else:
            result[name] = model_field.to_python(value)
    return result


def _stored(label: str) -> list[_Row]:
    """The rows of a model as the database has them; two queries at most."""
    manager: models.Manager[Any] = apps.get_model(label)._default_manager
    queryset = manager.order_by("pk")
    if label in _NATURAL_KEY_PATHS:
        queryset = queryset.select_related(_NATURAL_KEY_PATHS[label])
    if label == "principles.contextreference":
        queryset = queryset.prefetch_related("perspectives")
    found = serializers.serialize("python", queryset, use_natural_foreign_keys=True, use_natural_primary_keys=True)
    return [_Row(label, _key_of(label, entry["fields"]), _comparable(label, entry["fields"])) for entry in found]


def _of_version(rows: Iterable[_Row], version: str) -> dict[Key, _Row]:
    return {row.key: row for row in rows if row.key[0] == version}


def _differences(wanted: _Row, stored: _Row) -> list[str]:
    return [name for name, value in wanted.fields.items() if stored.fields[name] != value]


def _refuse_changes(versions: set[str], wanted: dict[str, list[_Row]]) -> None:
    """Raise ``SeedError`` when the fixtures and a published version differ in anything."""
    faults = []
    for label in (CATALOGUE, *PARTS) if versions else ():
        stored = _stored(label)
        for version in sorted(versions):
            new, old = _of_version(wanted[label], version), _of_version(stored, version)
            faults += [f"{new[key]}: not in the database" for key in new if key not in old]
            faults += [f"{old[key]}: not in the fixtures" for key in old if key not in new]
            for key in new:
                names = _differences(new[key], old[key]) if key in old else []
                if names:
                    faults.append(f"{new[key]}: {', '.join(names)} differ")
    if faults:
        title = f"Catalogue {', '.join(sorted(versions))} is published and never changes; nothing was loaded."
        raise SeedError([title, *faults, "Give the changed catalogue a new version."])


def _load_version(row: _Row, wanted: dict[str, list[_Row]], report: SeedReport) -> None:
    """Write one version with all its parts; parts of a draft are replaced, so that positions can be exchanged."""
    _upsert([row], _stored(CATALOGUE), report)
    for label in PARTS:
        new = _of_version(wanted[label], row.key[0])
        old = _of_version(_stored(label), row.key[0])
        if old.keys() == new.keys() and not any(_differences(new[key], old[key]) for key in new):
            continue
        for lower in reversed(PARTS[PARTS.index(label) :]):
            path = _NATURAL_KEY_PATHS[lower] + "__version"
            apps.get_model(lower)._default_manager.filter(**{path: row.key[0]}).delete()
        _upsert(list(new.values()), [], report)


def _upsert(rows: Sequence[_Row], stored: Sequence[_Row], report: SeedReport) -> None:
    """Write the rows that are missing or differ."""
    present = {row.key: row for row in stored}
    for row in rows:
        if row.key not in present:
            _write(row)
            report.added[row.model] = report.added.get(row.model, 0) + 1
        elif _differences(row, present[row.key]):
            _write(row)
            report.changed[row.model] = report.changed.get(row.model, 0) + 1


def _write(row: _Row) -> None:
    """Check one row as its form would, then store it under its natural key."""
    try:
        (loaded,) = serializers.deserialize("python", [{"model": row.model, "fields": row.fields}])
        instance: models.Model = loaded.object
        instance.clean_fields(
            exclude=[item.name for item in instance._meta.fields if item.is_relation or item.primary_key]
        )
        instance.clean()
    except ValidationError as error:
        raise SeedError([f"{row}: {message}" for message in error.messages]) from error
    except DeserializationError as error:
        raise SeedError([f"{row}: {error}"]) from error
    loaded.save()
