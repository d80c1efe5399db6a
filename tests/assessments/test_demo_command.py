"""``manage.py demo`` is refused on a real instance unless it is wanted."""

import re
import shutil
from functools import partial
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.demo import ACCOUNTS, DEMO_FIXTURES, make_demo
from assessments.models import Project


@pytest.fixture
def short_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the command tell two projects, not all."""
    (tmp_path / "projects").mkdir()
    for number in ("06", "17"):
        shutil.copy(next(DEMO_FIXTURES.glob(f"projects/{number}_*.yaml")), tmp_path / "projects")
    monkeypatch.setattr("assessments.management.commands.demo.make_demo", partial(make_demo, tmp_path))


@pytest.mark.django_db
@pytest.mark.usefixtures("short_demo")
def test_a_real_instance_is_not_touched(settings, capsys: pytest.CaptureFixture[str]):
    settings.DEMO = False

    with pytest.raises(CommandError, match="This is not a demo"):
        call_command("demo")
    assert not Project.objects.exists()

    call_command("demo", yes=True)
    assert Project.objects.count() == 2
    out = capsys.readouterr().out
    assert "Demo: 2 fictional projects added" in out
    assert re.findall(r"^  (\S+@example\.org)", out, re.MULTILINE) == [a.email for a in ACCOUNTS]

    call_command("demo", yes=True)
    assert "Demo: nothing to do." in capsys.readouterr().out
