"""Set-up shared by all tests: the seeded catalogue and the named cast.

Olga owns the project, Emil edits, Vera views; Stefan is a stranger who owns another one. Rita reviews, Paul reads the
portfolio and Ada administrates for the Senatskanzlei.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections, models
from django.db.models.signals import post_migrate
from django.utils import translation

from assessments.enums import StaffRole
from assessments.models import Assessment, Project, User
from assessments.seeding import SEEDED, seed
from principles.models import Catalogue, load_catalogue
from principles.models import catalogue as catalogue_module
from tests.factories import answer_all, make_assessment, make_project, make_user


class SeededRows:
    """Everything ``seed`` wrote, kept to put it back quickly with the same primary keys."""

    def __init__(self) -> None:
        self.tables: list[tuple[type[models.Model], Sequence[models.Model]]] = []

    def fill(self, **kwargs: Any) -> None:
        """Seed the new test database; refill it after a flush, which announces itself as a migration too."""
        if connection.vendor == "postgresql":
            # Tests of transactions empty the tables afterwards; only the guard against that has to look away.
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE assessments_snapshot DISABLE TRIGGER snapshots_never_go")
        if Catalogue.objects.exists():
            return
        if not self.tables:
            seed()
            found = [apps.get_model(label) for label in SEEDED]
            found += [field.remote_field.through for model in found for field in model._meta.many_to_many]
            self.tables = [(model, list(model._default_manager.order_by("pk"))) for model in found]
            return
        for model, rows in self.tables:
            model._default_manager.bulk_create(rows)


SEEDED_ROWS = SeededRows()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Seed the database with its tables. SQLite gets a file: a live server writes from threads of its own."""
    for alias in connections:
        if connections[alias].vendor == "sqlite":
            name = tmp_path_factory.mktemp("database") / "test.sqlite3"
            settings.DATABASES[alias].setdefault("TEST", {})["NAME"] = str(name)
            connections[alias].settings_dict["TEST"]["NAME"] = str(name)
    sender = apps.get_app_config("assessments")
    post_migrate.connect(SEEDED_ROWS.fill, sender=sender)
    yield
    post_migrate.disconnect(SEEDED_ROWS.fill, sender=sender)


@pytest.fixture(autouse=True)
def _same_start(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test speaks German at first, finds no rate counted and, with a database, the seeded catalogue read."""
    cache.clear()
    # What a request of the test before has left behind.
    translation.deactivate()
    catalogue_module._loaded.clear()
    uses_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if uses_database or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        load_catalogue(Catalogue.objects.published()[0].pk)
    yield
    catalogue_module._loaded.clear()


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """A storage of its own; where its files lie."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path)}}}
    return tmp_path


@pytest.fixture
def owner(db: None) -> User:
    """Owns the project."""
    return make_user("Olga Owner")


@pytest.fixture
def editor(db: None) -> User:
    """Edits answers in the project."""
    return make_user("Emil Editor")


@pytest.fixture
def viewer(db: None) -> User:
    """Reads the project."""
    return make_user("Vera Viewer")


@pytest.fixture
def stranger(db: None) -> User:
    """Owns another project and must not learn of this one."""
    user = make_user("Stefan Stranger")
    make_project(name="Fremdes Projekt", owner=user)
    return user


@pytest.fixture
def reviewer(db: None) -> User:
    """Reviews for the Senatskanzlei."""
    return make_user("Rita Reviewer", staff_role=StaffRole.REVIEWER)


@pytest.fixture
def portfolio_reader(db: None) -> User:
    """Reads the portfolio for the Senatskanzlei."""
    return make_user("Paul Portfolio", staff_role=StaffRole.PORTFOLIO)


@pytest.fixture
def administrator(db: None) -> User:
    """Administrates the instance."""
    return make_user("Ada Administrator", staff_role=StaffRole.ADMINISTRATOR, is_staff=True, is_superuser=True)


@pytest.fixture
def project(owner: User, editor: User, viewer: User) -> Project:
    """The project of owner, editor and viewer."""
    return make_project(name="Kiezblocks digital", owner=owner, editor=editor, viewer=viewer)


@pytest.fixture
def draft(project: Project, owner: User) -> Assessment:
    """A full assessment of the project, all answered with „umgesetzt“, still open."""
    return answer_all(make_assessment(project, created_by=owner), 3)
