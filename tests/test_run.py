"""The start script says what is wrong and what to do, before it changes anything."""

import socket
import subprocess
from pathlib import Path

import pytest

import run
from tests.mutants import share_killed


@pytest.mark.parametrize(
    ("arguments", "port"), [([], 8000), (["--port", "8080"], 8080), (["--port=9000"], 9000)], ids=str
)
def test_the_port_can_be_chosen(monkeypatch: pytest.MonkeyPatch, arguments: list[str], port: int):
    monkeypatch.delenv("PORT", raising=False)

    assert run.chosen_port(arguments) == port


def test_the_port_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "8123")

    assert run.chosen_port([]) == 8123


@pytest.mark.parametrize("arguments", [["--port", "high"], ["--port", "0"], ["--port", "70000"], ["start"]], ids=str)
def test_a_wrong_word_is_refused(capsys: pytest.CaptureFixture[str], arguments: list[str]):
    with pytest.raises(SystemExit):
        run.main(arguments)

    assert capsys.readouterr().err


def test_a_busy_port_is_named(capsys: pytest.CaptureFixture[str]):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit):
            run.refuse_busy_port(port)

    assert f"Port {port} is in use" in capsys.readouterr().err


def missing(name: str, *, is_required: bool) -> run.SystemPackage:
    return run.SystemPackage(name, lambda: False, "is needed", is_required)


@pytest.fixture
def _not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)


@pytest.mark.usefixtures("_not_root")
def test_without_rights_the_command_is_named(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        run.install_system_packages([missing("python3-venv", is_required=True), missing("qpdf", is_required=False)])

    command = "sudo apt-get install -y --no-install-recommends python3-venv qpdf"
    assert command in capsys.readouterr().err


@pytest.mark.usefixtures("_not_root")
def test_what_is_not_required_holds_nothing_up(capsys: pytest.CaptureFixture[str]):
    run.install_system_packages([missing("qpdf", is_required=False)])

    assert "Going on without" in capsys.readouterr().out


def test_packages_are_installed_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    calls: list[list[str]] = []
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / "venv")
    monkeypatch.setattr(run, "PYTHON", tmp_path / "venv" / "python")

    def pretend(command: list[str], **kwargs: object) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        run.VENV.mkdir(exist_ok=True)
        run.PYTHON.touch()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("subprocess.run", pretend)
    (tmp_path / "requirements.txt").write_text("a==1")

    for _ in range(2):
        run.prepare_environment("requirements.txt")
    assert [call[1:3] for call in calls] == [["-m", "venv"], ["-m", "pip"]]
    assert "--require-hashes" in calls[1]

    (tmp_path / "requirements.txt").write_text("a==2")
    run.prepare_environment("requirements.txt")
    assert [call[1:3] for call in calls[2:]] == [["-m", "pip"]]


def test_a_real_instance_is_no_demo(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DEMO", raising=False)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert run.demo_environment()["DEMO"] == "1"

    monkeypatch.setenv("SECRET_KEY", "x" * 60)
    assert "DEMO" not in run.demo_environment()


def test_a_failed_step_is_told():
    assert run.Step("good", ["true"], {}).run()
    assert not run.Step("bad", ["false"], {}).run()
    assert run.Step("tolerated", ["false"], {}, also_passes=(1,)).run()


def test_the_whole_suite_is_measured_and_a_part_is_not():
    whole = [" ".join(map(str, step.command)) for step in run.suites(())]
    assert [("--cov" in command) for command in whole] == [False, True]
    assert not any("--cov" in " ".join(map(str, step.command)) for step in run.suites(["tests/test_run.py"]))


@pytest.mark.parametrize(("share", "passes"), [(50, True), (95, False)])
def test_too_little_coverage_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, share: int, passes: bool):
    monkeypatch.setattr(run, "SHARE_COVERED", share)
    monkeypatch.setenv("COVERAGE_FILE", str(tmp_path / "data"))
    monkeypatch.setattr(run, "ROOT", tmp_path)
    (tmp_path / "sample.py").write_text("def unused() -> int:\n    return 1\n\n\nprint(1)\n")
    coverage = str(run.VENV / "bin" / "coverage")
    subprocess.run([coverage, "run", "--source=.", "sample.py"], cwd=tmp_path, check=True)

    assert run.coverage().run() is passes


def test_the_share_of_mutants_noticed():
    found = {"total": 110, "not_checked": 8, "skipped": 2, "killed": 90, "timeout": 5, "survived": 3, "no_tests": 2}
    assert share_killed(found) == 95
    assert share_killed(dict.fromkeys(found, 0)) == 0
