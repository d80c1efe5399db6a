"""The app as a real instance: prepared, served by gunicorn, with processes that can be killed."""

from __future__ import annotations

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import django
from django.core.management import call_command

from .database import Kind, Postgres, own_database

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 60


class Instance:
    """One instance with its database, its files and, once started, its web server."""

    def __init__(self, folder: Path, database: Kind, postgres: Postgres | None) -> None:
        self.folder = folder
        self.database = database
        self.postgres = postgres
        self.port = free_port()
        self.log = folder / "app.log"
        self.server: subprocess.Popen[bytes] | None = None
        self._logger: subprocess.Popen[bytes] | None = None

    @property
    def files(self) -> Path:
        """Where the app keeps its files."""
        return self.folder / "files"

    def serve(self, *, workers: int = 2, threads: int = 4, app: str = "smartcity.wsgi") -> None:
        """Start gunicorn with the project's configuration and wait until it answers.

        The app is loaded before the fork, so that a new worker is there at once and each kill strikes one at work.
        """
        # Through a pipe: a limit on the size of files that a run sets must not strike the log.
        self._logger = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, stdout=self.log.open("ab"))
        self.server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--preload"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", str(workers), "--threads", str(threads)),
                *("--access-logfile", "/dev/null", "--log-level", "warning", app),
            ],
            cwd=ROOT,
            stdout=self._logger.stdin,
            stderr=subprocess.STDOUT,
        )
        self.wait_until_healthy()

    def wait_until_healthy(self) -> float:
        """Seconds until the app answers and reaches its database."""
        started = time.monotonic()
        while time.monotonic() - started < SECONDS_TO_START:
            if self.server and self.server.poll() is not None:
                break
            with suppress(OSError, HTTPException):
                connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return time.monotonic() - started
            time.sleep(0.05)
        raise RuntimeError(f"The app does not answer:\n{self.log.read_text()[-3000:]}")

    def workers(self) -> list[int]:
        """The process numbers of gunicorn's workers."""
        assert self.server
        return children_of(self.server.pid)

    def kill_a_worker(self) -> bool:
        """SIGKILL a random worker; false if there was none at the moment."""
        workers = self.workers()
        return bool(workers) and kill(random.choice(workers))

    def stop(self) -> None:
        """End the web server."""
        for process in (self.server, self._logger):
            if process is not None:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.server = self._logger = None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The process numbers of a process's children."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid: int) -> bool:
    """SIGKILL; false if it was gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def manage(*words: str) -> subprocess.Popen[str]:
    """Start ``manage.py`` in a process of its own; what it prints can be read line by line."""
    command = [sys.executable, "-u", str(ROOT / "manage.py"), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def set_environment(address: str, folder: Path, port: int) -> None:
    """Configure this process and all it starts as one instance, whatever the caller's environment says."""
    for name in ("DEMO", "DEBUG", "BEHIND_PROXY", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"):
        os.environ.pop(name, None)
    static = folder / "static"
    static.mkdir()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "DATABASE_URL": address,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "SITE_BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "MEDIA_ROOT": str(folder / "files"),
        "STATIC_ROOT": str(static),
        "EMAIL_URL": "dummymail://",
    }


@contextmanager
def own_instance(kind: Kind, *, is_prepared: bool = True) -> Iterator[Instance]:
    """An instance with tables and catalogue, and this process connected to its database. Gone afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="selbstbewertung-instance-") as name,
        own_database(kind) as (address, postgres),
    ):
        instance = Instance(Path(name), kind, postgres)
        set_environment(address, instance.folder, instance.port)
        django.setup()
        if is_prepared:
            for command in ("migrate", "createcachetable", "seed"):
                call_command(command, verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
        try:
            yield instance
        finally:
            instance.stop()
