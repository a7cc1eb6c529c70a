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
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", show_default="data/rmos_legacy", help="The legacy folder."),
]
"""As text: of a path, an empty name could not be told from the current folder."""

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
