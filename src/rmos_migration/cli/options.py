"""Options that several verbs share."""

from typing import Annotated

import typer

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        metavar="URL",
        help="The database: sqlite:///rmos.db or a path. Also RMOS_DATABASE_URL, DATABASE_URL, or rmos.toml.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
