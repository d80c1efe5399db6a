"""``manage.py prepare`` brings an instance up to date, again and again."""

import shutil
from functools import partial
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

from assessments.demo import DEMO_FIXTURES, make_demo
from assessments.models import Project


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [False, True])
def test_prepare_can_be_repeated(
    settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, demo: bool
):
    projects = tmp_path / "projects"
    projects.mkdir()
    shutil.copy(DEMO_FIXTURES / "projects" / "06_laborproben.yaml", projects)
    monkeypatch.setattr("assessments.management.commands.demo.make_demo", partial(make_demo, tmp_path))
    settings.LOCALE_PATHS = []
    settings.STATIC_ROOT = tmp_path / "static"
    for _ in range(2):
        call_command("prepare", demo=demo)

    assert capsys.readouterr().out.count("Fixtures: nothing to do.") == 2
    assert Project.objects.count() == (1 if demo else 0)
    assert (tmp_path / "static").is_dir()


def test_translations_are_compiled_when_they_changed(settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    settings.LOCALE_PATHS, settings.BASE_DIR = [tmp_path], tmp_path
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.append(polib.POEntry(msgid="Level", msgstr="Stufe"))
    catalogue.save(str(source))

    for _ in range(2):
        call_command("compile_translations")

    assert capsys.readouterr().out == "compiled de/LC_MESSAGES/django.mo\n"
    assert polib.mofile(str(source.with_suffix(".mo"))).find("Level").msgstr == "Stufe"
