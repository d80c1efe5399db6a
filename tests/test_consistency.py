"""The project keeps its own rules: layers, templates, migrations, requirements, papers."""

import ast
import re
import sys
import tomllib
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import crispy_forms
import pytest
from django.core.management import call_command
from django.template.utils import get_app_template_dirs

from tests.personal_data import classes, classes_of, columns
from tests.sources import APPS, ROOT, TEMPLATES, imports, module_name, python_files, template_files

MAX_LINES = 400

# -- Layers (design: architecture) ------------------------------------------------------------------------------------

PURE, MODELS, DOMAIN, FORMS, VIEWS = range(5)
LAYERS = {
    "enums": PURE,
    "scoring": PURE,
    "next_steps": PURE,
    "rating_spread": PURE,
    "charts": PURE,
    "bars": PURE,
    "models": MODELS,
    "forms": FORMS,
    "views": VIEWS,
    "management": VIEWS,
    "benchmark": VIEWS,
    "admin": VIEWS,
    # Formats of figures alone, never a query.
    "templatetags": DOMAIN,
    "urls": VIEWS,
    "apps": VIEWS,
    "accounts": VIEWS,
}
"""Everything else is the domain."""


def layer_of(module: str) -> int:
    """The layer of a module of one of the two apps."""
    parts = module.split(".")
    return LAYERS.get(parts[1], DOMAIN) if len(parts) > 1 else PURE


def test_imports_point_one_way():
    faults = [
        f"{module_name(path)} imports {imported}"
        for path in python_files()
        for imported in imports(path)
        if imported.startswith(("principles.", "assessments."))
        and module_name(path).startswith(("principles.", "assessments."))
        and layer_of(imported) > layer_of(module_name(path))
    ]
    assert not faults


def test_the_book_does_not_know_the_work():
    faults = [
        f"{module_name(path)} imports {imported}"
        for path in python_files(with_migrations=True)
        for imported in imports(path)
        if module_name(path).startswith("principles") and imported.split(".")[0] == "assessments"
    ]
    assert not faults


def test_the_pure_layer_needs_the_standard_library_alone():
    """… and what it takes to say a figure in the reader's language."""
    allowed = ("django.utils.translation", "django.utils.formats")
    faults = [
        f"{module_name(path)} imports {imported}"
        for path in python_files()
        if layer_of(module_name(path)) == PURE and module_name(path).startswith("assessments.")
        for imported in imports(path)
        if imported.split(".")[0] not in {*sys.stdlib_module_names, "assessments"}
        and not imported.startswith(allowed)
        and not (path.name == "enums.py" and imported.startswith("django.db.models"))
    ]
    assert not faults


def test_transactions_are_opened_in_the_domain_alone():
    faults = [
        module_name(path)
        for path in python_files()
        if "django.db.transaction" in set(imports(path)) and layer_of(module_name(path)) != DOMAIN
    ]
    assert not faults


@pytest.mark.parametrize("path", python_files(), ids=module_name)
def test_no_file_is_too_long(path: Path):
    lines = path.read_text("utf-8").count("\n")

    assert lines <= MAX_LINES


def test_no_module_collects_what_has_no_other_place():
    assert not [path for path in python_files() if path.stem in ("utils", "helpers", "misc", "common")]


# -- Templates --------------------------------------------------------------------------------------------------------


def exists_elsewhere(name: str) -> bool:
    """Whether our template takes the place of one in another package."""
    own = {ROOT / app for app in APPS}
    return any((folder / name).is_file() for folder in get_app_template_dirs("templates") if folder.parent not in own)


def test_every_template_is_used():
    texts = [path.read_text("utf-8") for path in (*python_files(), *template_files())]
    crispy = [path.read_text("utf-8") for path in Path(crispy_forms.__file__).parent.rglob("*.py")]
    error_pages = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html", "429.html"}
    unused = []
    for path in template_files():
        name = path.relative_to(TEMPLATES).as_posix()
        # A template is named in quotes; crispy-forms puts the name of the pack before the rest.
        called = name if path.suffix == ".html" else path.name
        if name.startswith("account/email/"):
            # allauth adds „_subject.txt“ and „_message.txt“ to the name of a mail.
            called = re.sub(r"_(subject|message)\.txt$", "", name)
        is_named = any(re.search(rf"""["'/]{re.escape(called)}["']""", text) for text in texts)
        is_of_pack = name.startswith("kern/") and any(name.removeprefix("kern/") in text for text in crispy)
        if not (is_named or is_of_pack or name in error_pages or exists_elsewhere(name)):
            unused.append(name)
    assert not unused


# Blocks of JSON are data: nothing in them runs.
INLINE = re.compile(
    r"""<style|\sstyle=|<script(?![^>]*\s(?:src=|type="application/json"))|\son[a-z]+=|javascript:""", re.IGNORECASE
)
FOREIGN = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def test_the_templates_have_nothing_inline():
    """The Content-Security-Policy would stop it. Reports and mails are no web pages: their styles travel with them."""
    faults = [
        f"{path.relative_to(TEMPLATES)}: {found.group()}"
        for path in template_files()
        if path.suffix in (".html", ".svg") and not {"reports", "mails"} & {*path.parts}
        for found in INLINE.finditer(path.read_text("utf-8"))
    ]
    assert not faults


def test_the_templates_load_nothing_from_other_hosts():
    faults = [
        f"{path.relative_to(TEMPLATES)}: {found.group()}"
        for path in template_files()
        for found in re.finditer(r"""<(?:link|script|img|iframe|form)[^>]*""", path.read_text("utf-8"))
        if FOREIGN.search(found.group())
    ]
    assert not faults


# -- Database ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_column_has_a_class_for_data_protection():
    """Whoever adds a column decides whether it is personal, and what becomes of it: ``docs/personal-data.md``."""
    wrong = {
        f"{model._meta.label}.{field.name}": found
        for model, field in columns()
        if len(found := classes_of(model, field.name)) != 1
    }
    assert not wrong


def test_no_class_is_left_of_a_column_that_has_gone():
    existing: dict[str, set[str]] = {}
    for model, field in columns():
        existing.setdefault(model._meta.label, set()).add(field.name)
    left = [
        f"{label}.{pattern}"
        for label, row in classes().items()
        for patterns in row.values()
        for pattern in patterns
        if not any(fnmatchcase(name, pattern) for name in existing.get(label, ()))
    ]
    assert not left


# -- Requirements and papers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_requirements_are_pinned_by_hash_and_name_no_host(name: str):
    text = (ROOT / name).read_text("utf-8")
    pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==\S+.*\\$", text, re.MULTILINE | re.IGNORECASE)
    packages = re.findall(r"^[a-z0-9].*", text, re.MULTILINE | re.IGNORECASE)

    assert "://" not in text
    assert len(pins) == len(packages) > 20
    assert text.count("--hash=sha256:") >= len(packages)


def test_what_runs_is_pinned_alike_for_tests():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_every_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, dependencies in (
        ("requirements.txt", project["dependencies"]),
        ("requirements-dev.txt", project["optional-dependencies"]["dev"]),
    ):
        pinned = {re.split(r"[=\[]", line)[0].lower() for line in (ROOT / name).read_text("utf-8").splitlines()}
        wanted = {re.split(r"[<>=\[ ]", dependency)[0].lower() for dependency in dependencies}
        assert wanted <= pinned


def test_every_dependency_says_why():
    lines = (ROOT / "pyproject.toml").read_text("utf-8").split("[tool.", 1)[0].splitlines()
    faults = [
        line.strip()
        for above, line in pairwise(lines)
        if re.match(r'\s+"[\w.-]+(\[[\w,-]+\])?[^"]*",$', line) and not above.strip().startswith("#")
    ]
    assert not faults


def settings_variables() -> set[str]:
    """Every environment variable that the settings read."""
    tree = ast.parse((ROOT / "smartcity" / "settings.py").read_text("utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_the_readme_lists_every_environment_variable():
    listed = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))

    assert len(settings_variables()) > 15
    assert listed == settings_variables()


def test_the_readme_names_every_command():
    commands = ROOT / "assessments" / "management" / "commands"
    listed = (ROOT / "README.md").read_text("utf-8")
    internal = {"compile_translations"}

    missing = [path.stem for path in commands.glob("[a-z]*.py") if f"`{path.stem}" not in listed]
    assert set(missing) <= internal


def test_no_committed_file_names_a_package_index():
    names = (
        "run.py",
        "Dockerfile",
        "docker-compose.yml",
        "pyproject.toml",
        "requirements.txt",
        ".pre-commit-config.yaml",
    )
    for name in names:
        assert not re.search(r"index-url\s*[=:]|/simple/|registry\.", (ROOT / name).read_text("utf-8")), name


def test_every_test_that_holds_a_promise_exists():
    """The tests named in ``docs/assurance.md``, for each promise at least two."""
    text = (ROOT / "docs" / "assurance.md").read_text("utf-8")
    promises = re.findall(r"^\| (I\d+) \|.*\| (.*) \|$", text, re.MULTILINE)
    assert [number for number, _ in promises] == [f"I{number}" for number in range(1, 11)]
    for number, tests in promises:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", tests)
        assert len(named) >= 2, number
        for path, name in named:
            assert re.search(rf"^\s*def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), name
