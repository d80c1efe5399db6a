"""What a first visit costs, with static files collected as production does."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from smartcity.staticfiles import SUBSET_FONTS, subset_font


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("static")
    storage = {"BACKEND": "smartcity.staticfiles.SubsetFontsStorage"}
    default = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    with override_settings(STATIC_ROOT=str(root), STORAGES={"default": default, "staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0)
    return root


def files_loaded(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="/static/([^"]+)"', html)


@pytest.mark.django_db
def test_first_view_is_small(client: Client, collected: Path) -> None:
    files = files_loaded(client.get(reverse("start")).content.decode())
    fonts = sorted(SUBSET_FONTS)
    assert len(files) + len(fonts) <= 5
    assert sum(len(gzip.compress((collected / name).read_bytes(), 9)) for name in files) <= 60_000
    assert sum((collected / name).stat().st_size for name in fonts) <= 80_000


def test_hashed_fonts_are_the_cut_ones(collected: Path) -> None:
    (css,) = (collected / "css").glob("app.????????????.css")
    named = re.findall(r'url\("\.\./([^"]+woff2)"\)', css.read_text())
    assert len(named) == len(SUBSET_FONTS)
    for name in named:
        assert (collected / name).stat().st_size < 40_000


def test_cut_font_keeps_the_letters_of_both_languages() -> None:
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - slow to import

    path = finders.find("kern/fonts/fira-sans/FiraSans-Regular.woff2")
    assert isinstance(path, str)
    cut = Path(path).with_suffix(".cut").name
    target = Path(pytest.importorskip("tempfile").mkdtemp()) / cut
    target.write_bytes(subset_font(Path(path).read_bytes()))
    with TTFont(target) as font:
        have = set(font.getBestCmap())
    assert {ord(letter) for letter in "AZazÄÖÜäöüßẞéŁł0123456789„“‚‘’”–—…·€§%©½⅔⅚→←≤≥−"} <= have


@pytest.mark.django_db
def test_plain_pages_load_no_script(client: Client) -> None:
    assert "<script" not in client.get(reverse("methodology")).content.decode()
