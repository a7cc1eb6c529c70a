"""Only the store speaks SQL, modules stay small, names stay plain (docs/architecture.md).

That arrows point down is held by import-linter (pyproject.toml, ``make lint``).
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import rmos_migration

PACKAGE = Path(rmos_migration.__file__).parent
NAME = rmos_migration.__name__
MODULES = sorted(PACKAGE.rglob("*.py"))
LINES = 300


class Import(NamedTuple):
    """One name that a module imports: from which module (dotted), and the name, empty for a plain import."""

    module: str
    name: str = ""


def imports_of(file: Path) -> Iterator[Import]:
    """Everything a module imports, wherever in it; imports of our own begin with the package's name."""
    here = [NAME, *file.relative_to(PACKAGE).with_suffix("").parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here[: -node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(module, alias.name) for alias in node.names)


def foreign_imported(file: Path) -> set[str]:
    """The first steps of what a module imports from outside the package."""
    return {module.split(".")[0] for module, _ in imports_of(file)} - {NAME}


def name_of(file: Path) -> str:
    return file.relative_to(PACKAGE).as_posix()


def modules_of(*parts: str) -> list[Path]:
    return [file for file in MODULES if name_of(file).partition("/")[0].removesuffix(".py") in parts]


@pytest.mark.parametrize("part", ["errors", "files", "catalogue", "diagnostics", "rosette"])
def test_centre_needs_nothing_but_the_standard_library(part: str) -> None:
    files = modules_of(part)
    assert files
    assert {name for file in files for name in foreign_imported(file)} <= sys.stdlib_module_names


def test_terminal_libraries_stay_in_the_command_line() -> None:
    elsewhere = {
        name_of(file): foreign_imported(file) & {"typer", "click", "rich"}
        for file in MODULES
        if file not in modules_of("cli", "__main__")
    }
    assert {name: libraries for name, libraries in elsewhere.items() if libraries} == {}


SQL = {"sqlalchemy", "sqlite3", "alembic"}
ALLOWED_SQL = {
    "audit/repair.py": {Import("sqlalchemy", "Connection")},  # whoever writes hands the connection on
    "editing": {Import("sqlalchemy", "Connection")},
    "migrate": {
        Import("sqlalchemy", "Connection"),
        Import("sqlalchemy", "Transaction"),
        Import("sqlalchemy.exc", "SQLAlchemyError"),
        Import("sqlalchemy.exc", "DBAPIError"),
    },  # also to know a failure of the database; no SQL is made there
}


@pytest.mark.parametrize("file", [f for f in MODULES if f not in modules_of("store")], ids=name_of)
def test_only_the_store_speaks_sql(file: Path) -> None:
    used = {found for found in imports_of(file) if found.module.split(".")[0] in SQL}
    name = name_of(file)
    allowed = ALLOWED_SQL.get(name, set()) | ALLOWED_SQL.get(name.partition("/")[0], set())
    assert used - allowed == set()


OF_A_FILE = {"is_locked", "lock_path", "write_lock", "real_path", "size_of"}
"""What only a database in a file has; others ask ``DatabasePort``."""


@pytest.mark.parametrize("file", [f for f in MODULES if f not in modules_of("store")], ids=name_of)
def test_only_the_store_knows_where_a_database_is(file: Path) -> None:
    found = list(imports_of(file))
    assert not [one for one in found if one.module.startswith(f"{NAME}.store.sqlite")]
    assert not {one.name for one in found if one.module.startswith(f"{NAME}.store")} & OF_A_FILE
    tree = ast.parse(file.read_text(encoding="utf-8"))
    paths = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "path"]
    owners = {ast.unparse(node.value).rpartition(".")[2] for node in paths}
    assert not owners & {"database", "SqliteDatabase"}
    words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert not [word for word in words if isinstance(word, str) and word.startswith("PRAGMA")]


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_module_is_no_longer_than_one_can_take_in(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").count("\n")
    assert lines <= LINES


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_module_is_not_named_for_being_useful(file: Path) -> None:
    assert file.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handlers"}


def test_import_of_the_package_opens_and_starts_nothing() -> None:
    work = (ast.Expr, ast.For, ast.While, ast.With)
    doing = {
        name_of(file)
        for file in modules_of("entities", "sources", "generations", "migrate", "store")
        if "migrations" not in file.parts
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, work)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    }
    assert doing == set()


def test_pages_import_no_routes_of_the_api() -> None:
    known = {
        name_of(file): {found.module for found in imports_of(file) if ".api.routes" in found.module}
        for file in modules_of("web")
    }
    assert known
    assert {name: modules for name, modules in known.items() if modules} == {}


def test_each_class_has_a_name_of_its_own() -> None:
    defined = defaultdict(list)
    for file in MODULES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                defined[node.name].append(name_of(file))
    assert {name: files for name, files in defined.items() if len(files) > 1} == {}
