"""A small invented portfolio to look at; every project says that it is fictional."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from principles.models import Catalogue, load_catalogue

from .enums import Role, Scope, StaffRole
from .exchange import FORMAT, import_document
from .models import Membership, Organisation, Project, User
from .stored_scores import shapes_of

DEMO_FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "demo"
PASSWORD = "selbstbewertung-demo"  # noqa: S105 - printed for everybody, refused outside the demo
OPEN, NOT_APPLICABLE = "-", "n"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as."""

    key: str
    name: str
    what: str
    staff_role: str = ""

    @property
    def email(self) -> str:
        """An address that cannot belong to anybody (RFC 2606)."""
        return f"{self.key}@example.org"


ACCOUNTS = (
    DemoAccount("olga", "Olga Ostermann", "Eigner:in"),
    DemoAccount("emil", "Emil Ebert", "Bearbeiter:in"),
    DemoAccount("vera", "Vera Vogt", "Leser:in"),
    DemoAccount("rita", "Rita Reuter", "Prüfer:in der Senatskanzlei", StaffRole.REVIEWER),
    DemoAccount("paul", "Paul Petersen", "Portfolio-Leser:in der Senatskanzlei", StaffRole.PORTFOLIO),
    DemoAccount("ada", "Ada Albrecht", "Administrator:in", StaffRole.ADMINISTRATOR),
)


def make_demo(directory: Path = DEMO_FIXTURES) -> list[Project]:
    """Make what is missing of the accounts and projects; return the new projects. What people changed stays."""
    new = []
    with transaction.atomic():
        people = {account.key: _account(account) for account in ACCOUNTS}
        for path in sorted(directory.glob("*.yaml")):
            entry = yaml.safe_load(path.read_text("utf-8"))
            if not Project.objects.filter(name=entry["project"]["name"], is_fictional=True).exists():
                new.append(_project(entry, people))
    return new


def _account(account: DemoAccount) -> User:
    user = User.objects.filter(email=account.email).first()
    if user is None:
        is_administrator = account.staff_role == StaffRole.ADMINISTRATOR
        user = User.objects.create_user(
            account.email,
            PASSWORD,
            name=account.name,
            staff_role=account.staff_role,
            is_staff=is_administrator,
            is_superuser=is_administrator,
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _project(entry: dict[str, Any], people: dict[str, User]) -> Project:
    """One project with its team and, where the file has answers, its assessment."""
    owner = next(people[key] for key, role in entry["members"].items() if role == Role.OWNER)
    if "levels" in entry:
        project = import_document(_document(entry), owner=owner).project
    else:
        project = _without_assessment(entry["project"], owner)
    project.is_fictional = True
    project.starts_on, project.ends_on = entry.get("starts_on"), entry.get("ends_on")
    project.save(update_fields=["is_fictional", "starts_on", "ends_on"])
    for key, role in entry["members"].items():
        Membership.objects.get_or_create(project=project, user=people[key], defaults={"role": role})
    return project


def _without_assessment(part: dict[str, Any], owner: User) -> Project:
    project = Project.objects.create(
        name=part["name"],
        summary=part["summary"],
        organisation=Organisation.objects.get(key=part["organisation"]),
        phase=part["phase"],
    )
    project.perspectives.set(project.perspectives.model.objects.filter(key__in=part["perspectives"]))
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


def _document(entry: dict[str, Any]) -> dict[str, Any]:
    """The exchange document that a demo file stands for."""
    catalogue = Catalogue.objects.published()[0]
    return {
        "format": FORMAT,
        "catalogue": catalogue.version,
        "scope": entry["scope"],
        "project": entry["project"],
        "answers": dict(_answers(entry, catalogue)),
        "targets": entry.get("targets", {}),
        "measures": entry.get("measures", []),
        "conflicts": entry.get("conflicts", []),
    }


def _answers(entry: dict[str, Any], catalogue: Catalogue) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of levels, one sign a question in catalogue order, joined with what is said about them."""
    for dimension in shapes_of(load_catalogue(catalogue.pk)):
        asked = [
            question.key
            for aspect in dimension.aspects
            for question in aspect.questions
            if question.is_core or entry["scope"] == Scope.FULL
        ]
        signs = "".join(entry["levels"][dimension.key].split())
        for key, sign in zip(asked, signs, strict=True):
            if sign == NOT_APPLICABLE:
                yield key, {"not_applicable": entry["not_applicable"][key]}
            elif sign != OPEN:
                said = {"rationale": entry["rationales"].get(key), "evidence": entry.get("evidence", {}).get(key)}
                yield key, {"level": int(sign), **{name: value for name, value in said.items() if value}}
