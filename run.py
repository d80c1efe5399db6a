#!/usr/bin/env python3
"""Set up, start and test the app with nothing but Python's standard library.

    python3 run.py [--port 8000]      set up everything, load demo data, serve on http://127.0.0.1:8000
    python3 run.py test               set up everything and run every check and test
    python3 run.py test ARGUMENTS     run pytest alone, on SQLite and on PostgreSQL, with these arguments
    python3 run.py faults [NAME …]    kill, restart and fill up what the app stands on, and see that nothing is lost
    python3 run.py mutants [NAME …]   change the rules here and there, and see that a test notices each change
    python3 run.py manage ARGUMENTS   run manage.py in the environment
    python3 run.py setup              set up only

Everything can be repeated; what is there already is left alone.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
DEFAULT_PORT = 8000
SECONDS_TO_START = 60
SHARE_COVERED = 95
"""Percentage of lines and branches that the suite must go through."""


# -- Talking to the person in front of the screen --------------------------------------------------------------------


def say(text: str) -> None:
    """Print one line at once, also into a log file."""
    print(text, flush=True)


def stop(text: str) -> NoReturn:
    """Say what is wrong and what to do, then end with an error."""
    print(f"\n{text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


# -- System packages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SystemPackage:
    """A Debian package, how to see that it is there, and what it is for."""

    name: str
    is_there: Callable[[], bool]
    purpose: str
    is_required: bool = False


def has_library(name: str) -> Callable[[], bool]:
    """Whether the dynamic linker finds a library."""

    def look() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return look


def has_command(*names: str) -> Callable[[], bool]:
    """Whether one of these programs can be run."""
    return lambda: any(shutil.which(name) for name in names)


def has_venv() -> bool:
    """Whether this Python can make environments with pip in them; Debian has both in a package of its own."""
    return PYTHON.exists() or importlib.util.find_spec("ensurepip") is not None


TO_RUN = (
    SystemPackage("python3-venv", has_venv, "makes the Python environment", is_required=True),
    SystemPackage("libpangoft2-1.0-0", has_library("libpangoft2-1.0.so.0"), "sets the text of the PDF report"),
    SystemPackage("libharfbuzz-subset0", has_library("libharfbuzz-subset.so.0"), "cuts the fonts of the PDF report"),
)
TO_TEST = (
    SystemPackage("chromium", has_command("chromium", "chromium-browser", "google-chrome"), "runs the browser tests"),
    SystemPackage("libatomic1", has_library("libatomic.so.1"), "drives the browser"),
    SystemPackage("poppler-utils", has_command("pdftotext"), "reads PDF reports in tests"),
    SystemPackage("qpdf", has_command("qpdf"), "checks PDF reports in tests"),
)


def install_system_packages(packages: Sequence[SystemPackage]) -> None:
    """Install what is missing if we are root on Debian or Ubuntu, otherwise say which command does it."""
    missing = [package for package in packages if not package.is_there()]
    if not missing:
        return
    names = [package.name for package in missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installing system packages: {', '.join(names)} …")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *names]):
            found = subprocess.run(
                ["apt-get", *words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if found.returncode:
                stop(f"{found.stdout}\napt-get {' '.join(words)} failed; its message stands above.")
        return
    command = f"sudo apt-get install -y --no-install-recommends {' '.join(names)}"
    reasons = "\n".join(f"  {package.name}: {package.purpose}" for package in missing)
    if any(package.is_required for package in missing):
        stop(f"System packages are missing:\n{reasons}\nPlease run this, then try again:\n\n  {command}\n")
    say(f"System packages are missing:\n{reasons}\nGoing on without. To install them:\n\n  {command}\n")


# -- The Python environment ------------------------------------------------------------------------------------------


def prepare_environment(requirements: str) -> None:
    """Make ``.venv`` and install exactly the packages of a requirements file, unless that was done already."""
    wanted = (ROOT / requirements).read_bytes() + repr(sys.version_info[:2]).encode()
    fingerprint = hashlib.sha256(wanted).hexdigest()
    stamp = VENV / f".installed-{requirements}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return
    if not PYTHON.exists():
        say("Making the Python environment in .venv …")
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode:
            stop("The environment could not be made. On Debian and Ubuntu: sudo apt-get install -y python3-venv")
    say(f"Installing the packages of {requirements}, checked by hash …")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    if subprocess.run([str(PYTHON), *install, "-r", str(ROOT / requirements)], check=False).returncode:
        stop("The packages could not be installed; pip's message stands above. What is installed stays; try again.")
    stamp.write_text(fingerprint)


def demo_environment(**more: str) -> dict[str, str]:
    """Environment variables of the demo; settings of a real instance (SECRET_KEY) switch the demo off."""
    environment = {**os.environ, **more}
    if "SECRET_KEY" not in environment:
        environment.setdefault("DEMO", "1")
    return environment


def manage(*arguments: str, environment: dict[str, str] | None = None) -> int:
    """Run ``manage.py`` in the environment and return its exit code."""
    command = [str(PYTHON), str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment or demo_environment(), check=False).returncode


def set_up() -> None:
    """Everything the app needs to run, except its data."""
    install_system_packages(TO_RUN)
    prepare_environment("requirements.txt")


# -- python3 run.py --------------------------------------------------------------------------------------------------


def serve(port: int) -> int:
    """Prepare the database with demo data and serve the app until Ctrl+C."""
    address = f"http://127.0.0.1:{port}"
    refuse_busy_port(port)
    set_up()
    environment = demo_environment(SITE_BASE_URL=address)
    is_demo = environment.get("DEMO") == "1"
    if manage("prepare", *(["--demo"] if is_demo else []), environment=environment):
        stop("The database could not be prepared; the message stands above. The server was not started.")
    gunicorn = str(VENV / "bin" / "gunicorn")
    server = [gunicorn, "--config", str(ROOT / "gunicorn.conf.py"), "--bind", f"127.0.0.1:{port}"]
    quiet = ["--workers", "1", "--threads", "8", "--access-logfile", "/dev/null", "--log-level", "warning"]
    child = subprocess.Popen([*server, *quiet, "smartcity.wsgi"], env=environment, cwd=ROOT)
    # Mails and exports are done beside the server.
    worker = subprocess.Popen([str(PYTHON), "manage.py", "db_worker", "--verbosity", "0"], env=environment, cwd=ROOT)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        wait_until_it_answers(f"{address}/healthz", child)
        say(f"\nDie App läuft: {address}   (The app is running.)\nBeenden mit Strg+C. (Stop with Ctrl+C.)")
        return child.wait()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        say("\nBeendet. (Stopped.)")
        return 0
    finally:
        end(worker)


def end(worker: subprocess.Popen[bytes]) -> None:
    """Ask the worker to end after what it does, and to drop it when that takes long; its work goes on next time."""
    worker.terminate()
    try:
        worker.wait(timeout=3)
    except subprocess.TimeoutExpired:
        worker.terminate()
        worker.wait()


def refuse_busy_port(port: int) -> None:
    """Say so at once when another program serves on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            stop(f"Port {port} is in use by another program. Take another one: python3 run.py --port {port + 1}")


def wait_until_it_answers(address: str, child: subprocess.Popen[bytes]) -> None:
    """Return when the app answers at all; stop when it ended or takes too long."""
    for _ in range(SECONDS_TO_START * 10):
        if child.poll() is not None:
            stop("The server ended; its message stands above.")
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    child.terminate()
    stop(f"The server did not answer within {SECONDS_TO_START} seconds.")


# -- python3 run.py test ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One check: a name, a command, and what it needs in its environment."""

    name: str
    command: Sequence[str | Path]
    environment: dict[str, str]
    also_passes: tuple[int, ...] = ()
    """Exit codes besides 0 that are no failure."""

    def run(self) -> bool:
        """Run it, show what it prints, tell whether it passed."""
        say(f"\n── {self.name}")
        started = time.monotonic()
        code = subprocess.run(self.command, env=self.environment, cwd=ROOT, check=False).returncode
        passed = code == 0 or code in self.also_passes
        say(f"── {self.name}: {'ok' if passed else f'FAILED (exit code {code})'}, {time.monotonic() - started:.0f} s")
        return passed


def checks() -> list[Step]:
    """Linters, types, and Django's and the containers' own checks."""
    demo = {**os.environ, "DEMO": "1"}
    tools = VENV / "bin"
    manage_py: list[str | Path] = [PYTHON, "manage.py"]
    deployed = {name: value for name, value in os.environ.items() if name not in ("DEMO", "DEBUG")}
    deployed |= {"SECRET_KEY": secrets.token_urlsafe(60), "SITE_BASE_URL": "https://selbstbewertung.example.org"}
    deployed |= {"ALLOWED_HOSTS": "selbstbewertung.example.org", "HSTS_PRELOAD": "true", "BEHIND_PROXY": "true"}
    composed = {**os.environ, "SECRET_KEY": "x" * 60, "POSTGRES_PASSWORD": "x", "DOMAIN": "selbstbewertung.example.org"}
    # The wrapper in bin/ always exits with 0; the program inside the package tells.
    compose = next(VENV.glob("lib/python3*/site-packages/compose/docker-compose"), Path("docker-compose"))
    return [
        Step("ruff: lint", [tools / "ruff", "check", "."], demo),
        Step("ruff: format", [tools / "ruff", "format", "--check", "."], demo),
        Step("djlint: templates", [tools / "djlint", "--check", "--quiet", "templates"], demo),
        Step("mypy: types", [tools / "mypy"], demo),
        Step("Django: check", [*manage_py, "check", "--fail-level", "WARNING"], demo),
        Step("Django: check --deploy", [*manage_py, "check", "--deploy", "--fail-level", "WARNING"], deployed),
        Step("Django: migrations", [*manage_py, "makemigrations", "--check", "--dry-run"], demo),
        Step("Docker Compose: syntax", [compose, "--file", "docker-compose.yml", "config", "--quiet"], composed),
        Step("hadolint: Dockerfile", [tools / "hadolint", "Dockerfile"], demo),
    ]


def suites(arguments: Sequence[str]) -> list[Step]:
    """The whole suite on SQLite with a browser, and all but the browser tests on PostgreSQL."""
    pytest: list[str | Path] = [PYTHON, "-m", "pytest", "-n", str(max(2, min(4, os.cpu_count() or 2)))]
    # A given DATABASE_URL points the second run at a server of one's own.
    sqlite = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    chosen = list(arguments) or ["tests"]
    nothing_left = (5,) if arguments else ()
    # Measuring takes time, so the browser is spared; and a part of the suite has no coverage to speak of.
    measured = [] if arguments else ["--cov", "--cov-report="]
    return [
        Step("pytest on SQLite, with browser", [*pytest, *chosen], sqlite),
        Step(
            "pytest on PostgreSQL",
            [*pytest, "-p", "tests.postgres", "-m", "not browser", *measured, *chosen],
            dict(os.environ),
            also_passes=nothing_left,
        ),
    ]


def coverage() -> Step:
    """Whether the run on PostgreSQL went through enough of the code; names the lines and branches left out."""
    report: list[str | Path] = [VENV / "bin" / "coverage", "report", f"--fail-under={SHARE_COVERED}"]
    return Step(f"coverage: {SHARE_COVERED} % of lines and branches", report, dict(os.environ))


def test(arguments: Sequence[str]) -> int:
    """Set up what tests need, run every step, and name those that failed."""
    install_system_packages((*TO_RUN, *TO_TEST))
    prepare_environment("requirements-dev.txt")
    if manage("compile_translations"):
        stop("The translations could not be compiled.")
    started = time.monotonic()
    steps = suites(arguments) if arguments else [*checks(), *suites(()), coverage()]
    failed = [step.name for step in steps if not step.run()]
    say(f"\n{len(steps) - len(failed)} of {len(steps)} steps ok after {time.monotonic() - started:.0f} s.")
    if failed:
        say("Failed: " + ", ".join(failed))
    return 1 if failed else 0


def program(name: str, arguments: Sequence[str]) -> int:
    """Set up what tests need and run ``tests/faults`` or ``tests/mutants.py``; without a name all of it, for hours."""
    install_system_packages(TO_RUN)
    prepare_environment("requirements-dev.txt")
    if manage("compile_translations"):
        stop("The translations could not be compiled.")
    return subprocess.run([str(PYTHON), "-m", f"tests.{name}", *arguments], cwd=ROOT, check=False).returncode


# -- The command line ------------------------------------------------------------------------------------------------


def chosen_port(arguments: Sequence[str]) -> int:
    """The port from ``--port N`` or the variable PORT."""
    match list(arguments):
        case []:
            text = os.environ.get("PORT", str(DEFAULT_PORT))
        case ["--port", text]:
            pass
        case [word] if word.startswith("--port="):
            text = word.removeprefix("--port=")
        case _:
            stop(f"Unknown words: {' '.join(arguments)}\n{__doc__}")
    if not (text.isdecimal() and 0 < int(text) < 65536):
        stop(f"{text!r} is no port; take a number from 1024 to 65535.")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    """Do what the first word says."""
    if sys.version_info < OLDEST_PYTHON:
        stop(f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed; this is {sys.version.split()[0]}.")
    match list(arguments):
        case ["-h" | "--help" | "help", *_]:
            say(__doc__ or "")
            return 0
        case ["test", *rest]:
            return test(rest)
        case ["faults" | "mutants" as name, *rest]:
            return program(name, rest)
        case ["manage", *rest]:
            set_up()
            return manage(*rest)
        case ["setup"]:
            set_up()
            return 0
        case rest:
            return serve(chosen_port(rest))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
