"""What is imported at the start: whoever asks for help or catches an error waits for no database and no web
server."""

import subprocess
import sys
from pathlib import Path

import pytest

import rmos_migration
from builders import environment
from rmos_migration.cli.verbs import SUMMARIES, command_of

HEAVY = {
    "alembic",
    "fastapi",
    "jinja2",
    "pydantic",
    "pydantic_settings",
    "rich",
    "sqlalchemy",
    "starlette",
    "uvicorn",
}
WEB = {"fastapi", "starlette", "uvicorn"}


def imported(program: str) -> set[str]:
    """The packages that a fresh process has imported when it is done with a program."""
    told = f"import sys\ntry:\n    {program}\nfinally:\n    print('\\n', *sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_only_the_command_line(option: str) -> None:
    program = f"sys.argv[1:] = [{option!r}]; import rmos_migration.__main__ as rmos; rmos.main()"
    assert imported(program) & HEAVY == set()


@pytest.mark.parametrize("module", ["rmos_migration", "rmos_migration.errors"])
def test_an_import_of_the_package_imports_nothing_else(module: str) -> None:
    assert imported(f"import {module}") & (HEAVY | {"typer", "click", "json"}) == set()


def test_no_verb_imports_the_web_server_before_it_is_called() -> None:
    program = (
        "from rmos_migration.cli.verbs import SUMMARIES, command_of; [command_of(verb) for verb in SUMMARIES]"
    )
    assert imported(program) & WEB == set()


def test_functions_keep_their_names_beside_folders_of_the_same_name() -> None:
    program = (
        "import rmos_migration.migrate.outcome, rmos_migration.verify.model;"
        " from rmos_migration import migrate, verify; assert callable(migrate) and callable(verify)"
    )
    imported(program)


def test_everything_that_is_offered_is_there() -> None:
    assert rmos_migration.__all__ == sorted(rmos_migration.__all__)
    assert set(rmos_migration.__all__) <= set(dir(rmos_migration))
    assert all(getattr(rmos_migration, name) for name in rmos_migration.__all__)
    with pytest.raises(AttributeError):
        rmos_migration.nothing_of_that_name  # noqa: B018


@pytest.mark.parametrize("verb", sorted(SUMMARIES))
def test_every_verb_begins_its_help_with_its_summary(verb: str) -> None:
    help_of_verb = command_of(verb).help
    assert help_of_verb is not None
    assert help_of_verb.partition("\n\n")[0] == SUMMARIES[verb]


def test_every_module_with_a_function_of_its_own_name_is_a_verb() -> None:
    folder = Path(rmos_migration.__file__).parent / "cli"
    named = {
        file.stem for file in folder.glob("*.py") if f"\ndef {file.stem}(" in file.read_text(encoding="utf-8")
    }
    assert named == set(SUMMARIES)
