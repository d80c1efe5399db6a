"""An invented portfolio to look at, with its history; every project says that it is fictional.

The texts lie in ``fixtures/demo``. What happens in a project is told by ``demo_history`` through the functions that
people's clicks go through too. Days count from today, so that the demo never grows old.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from principles.models import Perspective

from .demo_history import Teller, moment_of
from .enums import StaffRole
from .mails.events import quietly
from .models import Membership, Organisation, Project, User

DEMO_FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "demo"
PASSWORD = "selbstbewertung-demo"  # noqa: S105 - printed for everybody, refused outside the demo


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody of the demo; ``what`` they are is said of those whom everybody may sign in as."""

    key: str
    name: str
    what: str = ""
    staff_role: str = ""

    @property
    def email(self) -> str:
        """An address that cannot belong to anybody (RFC 2606)."""
        return f"{self.key}@example.org"


def _read(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


PEOPLE = tuple(
    DemoAccount(key, entry["name"], entry.get("is", ""), entry.get("staff_role", ""))
    for key, entry in _read(DEMO_FIXTURES / "people.yaml").items()
)
ACCOUNTS = tuple(person for person in PEOPLE if person.what)
"""Those to sign in as."""


@quietly()
def make_demo(directory: Path = DEMO_FIXTURES) -> list[Project]:
    """Make what is missing of the people and projects; return the new projects. What people changed stays."""
    new = []
    with transaction.atomic():
        people = {person.key: _account(person) for person in PEOPLE}
    known = set(Project.objects.filter(is_fictional=True).values_list("name", flat=True))
    for path in sorted((directory / "projects").glob("*.yaml")):
        entry = _read(path)
        if entry["project"]["name"] not in known:
            # A history is told whole or not at all.
            with transaction.atomic():
                new.append(_project(entry, people))
    return new


def _account(person: DemoAccount) -> User:
    user = User.objects.filter(email=person.email).first()
    if user is None:
        is_administrator = person.staff_role == StaffRole.ADMINISTRATOR
        user = User.objects.create_user(
            person.email,
            PASSWORD if person.what else None,
            name=person.name,
            staff_role=person.staff_role,
            is_staff=is_administrator,
            is_superuser=is_administrator,
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _project(entry: dict[str, Any], people: dict[str, User]) -> Project:
    """One project with its team and everything that happened in it."""
    part, history, today = entry["project"], entry.get("history", []), timezone.localdate()
    project = Project.objects.create(
        name=part["name"],
        summary=part["summary"],
        organisation=Organisation.objects.get(key=part["organisation"]),
        phase=part["phase"],
        is_fictional=True,
        starts_on=_month(today, part.get("starts")),
        ends_on=_month(today, part.get("ends"), is_end=True),
    )
    project.perspectives.set(Perspective.objects.filter(key__in=part["perspectives"]))
    for key, role in entry["members"].items():
        Membership.objects.create(project=project, user=people[key], role=role)
    began = moment_of(today, min((step["day"] for step in history), default=-10) - 3)
    Project.objects.filter(pk=project.pk).update(created_at=began)
    project.memberships.update(created_at=began)
    Teller(project, people, today).tell(history)
    return project


def _month(today: date, days: int | None, *, is_end: bool = False) -> date | None:
    """The first or the last of the month that is so many days away."""
    if days is None:
        return None
    wanted = today + timedelta(days=days)
    return wanted.replace(day=monthrange(wanted.year, wanted.month)[1] if is_end else 1)
