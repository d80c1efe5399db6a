"""The project's own files, for tests about the project itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("principles", "assessments", "smartcity")
TEMPLATES = ROOT / "templates"


def python_files(*, with_migrations: bool = False) -> list[Path]:
    """The modules of the app."""
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if with_migrations or "migrations" not in path.parts
    ]


def template_files() -> list[Path]:
    """Every template: HTML, SVG, mail texts, the report's stylesheet."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def module_name(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """The absolute names of what a module imports, at its top, in functions and for type checks."""
    package = module_name(path).split(".") if path.name == "__init__.py" else module_name(path).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield start
            yield from (f"{start}.{alias.name}" for alias in node.names)
