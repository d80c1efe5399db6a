"""Seeding is safe to repeat, and a published version never changes."""

import shutil
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from assessments.models import Organisation
from assessments.seeding import FIXTURES, SeedError, seed
from principles.models import Catalogue, Dimension, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A copy of the fixtures that a test may change."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


def edit(path: Path, position: int, **fields: object) -> None:
    """Change fields of one object in a fixture."""
    rows = yaml.safe_load(path.read_text("utf-8"))
    rows[position]["fields"].update(fields)
    path.write_text(yaml.safe_dump(rows, allow_unicode=True), "utf-8")


def test_the_second_run_writes_nothing(django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        assert seed().is_empty


def test_a_published_version_is_not_changed(fixtures: Path):
    before = Question.objects.get(key="4.1.a1").text_de
    edit(fixtures / "dimension_4_1.yaml", 2, text_de="Eine andere Frage?", source_page=1)

    with pytest.raises(CommandError, match=r"question 4\.1\.a1: source_page, text_de differ"):
        call_command("seed", directory=fixtures)

    assert Question.objects.get(key="4.1.a1").text_de == before


def test_a_refusal_leaves_the_rest_alone_too(fixtures: Path):
    rows = [
        {
            "model": "assessments.organisation",
            "fields": {"key": "new", "kind": "other", "name_de": "Neu", "name_en": "New", "short_name": "N"},
        }
    ]
    (fixtures / "more.yaml").write_text(yaml.safe_dump(rows), "utf-8")
    edit(fixtures / "catalogue.yaml", 0, title_de="Anders")

    with pytest.raises(SeedError, match=r"catalogue 2021\.1: title_de differ"):
        seed(fixtures)

    assert not Organisation.objects.filter(key="new").exists()


def test_a_part_that_is_missing_from_the_fixtures_is_a_difference(fixtures: Path):
    (fixtures / "dimension_4_1.yaml").unlink()

    with pytest.raises(SeedError, match=r"dimension 4\.1: not in the fixtures"):
        seed(fixtures)

    assert Dimension.objects.filter(key="4.1").exists()


def test_a_draft_becomes_what_the_fixtures_say(fixtures: Path):
    Catalogue.objects.update(published_on=None)
    edit(fixtures / "dimension_4_1.yaml", 2, text_de="Eine andere Frage?")

    seed(fixtures)

    assert Question.objects.get(key="4.1.a1").text_de == "Eine andere Frage?"
    assert Catalogue.objects.get(version="2021.1").is_published


def test_a_new_version_is_added_beside_the_old(fixtures: Path):
    edit(fixtures / "catalogue.yaml", 0, version="2022.1")
    for path in fixtures.glob("dimension_*.yaml"):
        path.write_text(path.read_text("utf-8").replace('"2021.1"', '"2022.1"'), "utf-8")

    seed(fixtures)

    assert Catalogue.objects.count() == 2
    assert Question.objects.filter(key="4.1.a1").count() == 2
    assert seed().is_empty


def test_organisations_are_updated_by_key_and_others_stay(fixtures: Path):
    rows = [
        {
            "model": "assessments.organisation",
            "fields": {"key": "test", "kind": "other", "name_de": "Neu", "name_en": "New", "short_name": "N"},
        }
    ]
    (fixtures / "more.yaml").write_text(yaml.safe_dump(rows), "utf-8")
    Organisation.objects.create(key="test", kind="other", name_de="Alt", name_en="Old", short_name="A")
    Organisation.objects.create(key="own", kind="other", name_de="Eigene", name_en="Own", short_name="E")

    report = seed(fixtures)

    assert report.changed == {"assessments.organisation": 1}
    assert Organisation.objects.get(key="test").name_de == "Neu"
    assert Organisation.objects.filter(key="own").exists()


def test_a_faulty_row_is_named(fixtures: Path):
    Catalogue.objects.update(published_on=None)
    edit(fixtures / "dimension_4_1.yaml", 2, anchors_de=["nur einer"])

    with pytest.raises(SeedError, match=r"question 4\.1\.a1"):
        seed(fixtures)

    assert len(Question.objects.get(key="4.1.a1").anchors_de) == 5


def test_a_row_twice_and_an_unknown_model_are_named(fixtures: Path):
    shutil.copy(fixtures / "dimension_4_1.yaml", fixtures / "dimension_copy.yaml")
    (fixtures / "users.yaml").write_text("- {model: assessments.user, fields: {}}", "utf-8")

    with pytest.raises(SeedError) as error:
        seed(fixtures)

    assert "users.yaml: assessments.user is not a model that is seeded" in error.value.faults
    assert any("stands in the fixtures twice" in fault for fault in error.value.faults)


def test_the_command_says_what_it_did(fixtures: Path, capsys: pytest.CaptureFixture[str]):
    call_command("seed")
    Catalogue.objects.update(published_on=None)
    call_command("seed")

    assert capsys.readouterr().out.splitlines() == ["Fixtures: nothing to do.", "principles.catalogue: 1 changed"]
