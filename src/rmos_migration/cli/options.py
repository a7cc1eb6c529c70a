"""Options that several verbs share, and the settings that come of them."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from ..settings import SETTINGS_FILE, InForce, Settings, settings_in_force
from . import console

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        metavar="URL",
        help="The database: sqlite:///rmos.db or a path. Also RMOS_DATABASE_URL, DATABASE_URL, or rmos.toml.",
    ),
]
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", show_default="data/rmos_legacy", help="The legacy folder."),
]
"""As text: of a path, an empty name could not be told from the current folder."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def load_settings(*, quiet: bool = False, **flags: object) -> Settings:
    """Return the settings with the flags that were given on top, and say on stderr what ``rmos.toml`` sets, unless ``quiet``.

    Raises:
        UsageError: if one of them cannot be used.
    """
    chosen = settings_in_force(**flags)
    if chosen.from_file and not quiet:
        console.say(told_by_file(chosen), on=console.err)
    return chosen.settings


def told_by_file(chosen: InForce) -> str:
    """Return which file sets what."""
    told = (f"{name} = {_shown(value)}" for name, value in chosen.from_file.items())
    return f"{Path(SETTINGS_FILE).absolute()} sets {', '.join(told)}"


def _shown(value: object) -> str:
    """A value as it stands in the file, without the password that a database's address may hold."""
    return re.sub(r"(://[^/@:]*):[^/]*@", r"\1:…@", json.dumps(value, default=str, ensure_ascii=False))
