"""``import_assessment`` and ``export_assessment`` as a script sees them."""

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from assessments.exchange import document_text
from assessments.models import Assessment, Project, User
from tests.assessments.documents import sound_document

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "bewertung.json"
    path.write_text(document_text(sound_document()), encoding="utf-8")
    return path


def run(command: str, *arguments: Any) -> str:
    output = StringIO()
    call_command(command, *map(str, arguments), stdout=output)
    return output.getvalue()


def test_import_prints_the_id_and_nothing_else(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = run("import_assessment", file)

    assert output == f"{Assessment.objects.get().pk}\n"
    assert capsys.readouterr() == ("", "")


def test_import_for_an_owner_in_any_case(file: Path, owner: User) -> None:
    run("import_assessment", file, "--owner", owner.email.upper())
    assert Assessment.objects.get().created_by == owner
    assert owner.projects.count() == 1


def test_import_into_a_project(file: Path, project: Project) -> None:
    run("import_assessment", file, "--project", project.pk)
    assert Assessment.objects.get().project == project


def test_import_from_standard_input(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(file.read_bytes())))
    assert run("import_assessment", "-") == f"{Assessment.objects.get().pk}\n"


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]", b'{"format": NaN}', b'{"a": 1, "a": 2}', b"null"])
def test_import_refuses_what_is_no_document(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(CommandError, match="nothing was stored"):
        run("import_assessment", file)
    assert not Project.objects.exists()


def test_import_names_every_fault_on_standard_error(file: Path) -> None:
    document = sound_document(scope="half")
    document["answers"]["4.1.a1"]["level"] = 7
    file.write_text(json.dumps(document), encoding="utf-8")
    errors, output = StringIO(), StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("import_assessment", str(file), stdout=output, stderr=errors)

    assert refused.value.returncode == 1
    assert output.getvalue() == ""
    assert errors.getvalue().splitlines() == [
        'scope: "half" is not one of: quick, full.',
        'answers."4.1.a1".level: 7 is not a number from 0 to 4.',
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--owner", "nobody@example.org"], "There is no active account nobody@example.org."),
        (["--project", "999999"], "There is no project with the id 999999."),
        (["--project", str(10**30)], "There is no project with the id"),
        (["--project", "0"], "There is no project with the id 0."),
    ],
)
def test_import_needs_an_owner_and_project_that_exist(file: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("import_assessment", file, *arguments)
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("name", ["missing.json", ".", "nul\0.json"])
def test_import_tells_when_the_file_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("import_assessment", tmp_path / name)


def test_export_writes_the_document_that_import_reads(file: Path, tmp_path: Path) -> None:
    pk = run("import_assessment", file).strip()
    first = run("export_assessment", pk)
    (tmp_path / "again.json").write_text(first, encoding="utf-8")

    again = run("import_assessment", tmp_path / "again.json").strip()

    assert again != pk
    assert run("export_assessment", again) == first
    assert "Straßenfest" in first


def test_export_into_a_file_replaces_it_whole(draft: Assessment, tmp_path: Path) -> None:
    target = tmp_path / "export.json"
    target.write_text("old", encoding="utf-8")

    assert run("export_assessment", draft.pk, "--output", target) == ""

    assert target.read_text(encoding="utf-8") == run("export_assessment", draft.pk)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("pk", [999999, 10**30, -1])
def test_export_tells_when_there_is_no_such_assessment(pk: int) -> None:
    with pytest.raises(CommandError, match="There is no assessment with the id"):
        run("export_assessment", "--", pk)


@pytest.mark.parametrize("name", ["missing/export.json", "."])
def test_export_tells_when_the_file_cannot_be_written(draft: Assessment, tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        run("export_assessment", draft.pk, "--output", tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_export_tells_what_the_format_has_no_place_for(draft: Assessment) -> None:
    draft.answers.filter(question_key="4.1.a1").update(level=None, is_not_applicable=True, reason="so")
    with pytest.raises(CommandError, match=r'answers\."4\.1\.a1"\.not_applicable'):
        run("export_assessment", draft.pk)
