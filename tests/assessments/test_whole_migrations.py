"""A migration and the note that it ran are one: killed in between, it can be run again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from assessments.whole_migrations import WholeMigrations

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "ground_stone"


class Killed(BaseException):
    """The process ends here."""


class Stone(migrations.Migration):
    """A migration that leaves an index for its end."""

    operations = [
        migrations.CreateModel(
            "Stone",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=9, db_index=True)),
            ],
        )
    ]


def stone() -> migrations.Migration:
    return Stone("0001_stone", "ground")


def tables() -> list[str]:
    return connection.introspection.table_names()


@pytest.fixture
def clean() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def kill_before_recording(executor: MigrationExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(migration: migrations.Migration) -> None:
        raise Killed

    monkeypatch.setattr(executor, "record_migration", die)
    with pytest.raises(Killed):
        executor.apply_migration(ProjectState(), stone())


def test_what_was_not_recorded_was_not_done(clean, monkeypatch):
    kill_before_recording(WholeMigrations(connection), monkeypatch)
    assert TABLE not in tables()


def test_control_django_alone_leaves_the_table(clean, monkeypatch):
    kill_before_recording(MigrationExecutor(connection), monkeypatch)
    assert TABLE in tables()


def test_afterwards_foreign_keys_are_enforced_again(clean, monkeypatch):
    executor = WholeMigrations(connection)
    monkeypatch.setattr(executor, "record_migration", lambda migration: None)
    executor.apply_migration(ProjectState(), stone())
    assert TABLE in tables()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_the_command_migrates_so(monkeypatch):
    used = []

    class Seen(WholeMigrations):
        def migration_plan(self, *args: Any, **named: Any) -> Any:
            used.append(True)
            return super().migration_plan(*args, **named)

    monkeypatch.setattr("assessments.management.commands.migrate.WholeMigrations", Seen)
    command = load_command_class(get_commands()["migrate"], "migrate")
    command.run_from_argv(["manage.py", "migrate", "--verbosity=0", "--plan"])
    assert used
