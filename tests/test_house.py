"""The house rules that a linter does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "trimtab"
LONGEST = 500
MAY_TOUCH_ROWS = {"models", "queries", "services", "operations", "ledger", "tests", "migrations"}


def python_files() -> Iterator[Path]:
    for folder in (SOURCE, ROOT / "tests", ROOT / "bench", ROOT / "e2e", ROOT / "scripts"):
        yield from sorted(folder.rglob("*.py"))


def client_files() -> Iterator[Path]:
    for ending in ("*.ts", "*.tsx"):
        yield from (p for p in sorted((ROOT / "web" / "src").rglob(ending)) if p.name != "schema.d.ts")


@pytest.mark.parametrize("path", [*python_files(), *client_files()], ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_fits_in_a_head(path: Path) -> None:
    if "migrations" in path.parts:
        return
    lines = path.read_text().count("\n")

    assert lines <= LONGEST, f"{path} has {lines} lines; split it."


def test_rows_are_read_and_written_in_models_queries_and_services_alone() -> None:
    strays = []
    for path in SOURCE.rglob("*.py"):
        relative = path.relative_to(SOURCE)
        if MAY_TOUCH_ROWS & ({*relative.parts[:-1], path.stem}):
            continue
        strays += [
            f"{relative}:{node.lineno}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr == "objects"
        ]

    assert strays == []


def test_migrations_import_nothing_of_the_product() -> None:
    strays = []
    for path in SOURCE.rglob("migrations/*.py"):
        if path.name == "0001_initial.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trimtab"):
                strays.append(f"{path.relative_to(SOURCE)}:{node.lineno}")

    assert strays == []


def test_every_tracked_file_speaks_of_the_product_alone() -> None:
    forbidden = ("/work/", "shared/design", "issue #", "helper-")
    strays = []
    for folder in ("src", "docs", "bench", "e2e", "scripts", "web/src"):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix not in {".py", ".md", ".ts", ".tsx", ".sql", ".toml", ".css"}
                or "node_modules" in path.parts
            ):
                continue
            text = path.read_text()
            strays += [f"{path.relative_to(ROOT)}: {word}" for word in forbidden if word in text]

    assert strays == []
