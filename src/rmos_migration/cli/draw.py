"""rmos draw: a pattern as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ExitCode, UsageError
from ..presentation.rosettes import as_drawn, drawing, stock
from ..store import records
from ..store.database import database_at
from . import console
from .options import DatabaseOption, load_settings
from .result_files import beginning, check_file, keep_out_of_legacy_folders, write_file

HELP = """Rings, tiles and strip colours are drawn as far as the geometry and the strip families say them; what they leave open is
said. A pattern that describes no ring cannot be drawn: exit code 1.

\b
Examples:
  rmos draw rosette-0001 --output rosette.svg
"""


def draw(
    pattern_id: Annotated[str, typer.Argument(metavar="PATTERN_ID", help="The pattern's id.")],
    database: DatabaseOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE.svg", help="Write there instead of stdout.", readable=False
        ),
    ] = None,
) -> None:
    """Write the picture; what could not be read is said on stderr."""
    settings = load_settings(database=database)
    place = database_at(settings.database)
    if output is not None:
        _refuse_other(output)
        keep_out_of_legacy_folders(output, settings)
    with place.read() as snapshot:
        is_text = not any("\ud800" <= character <= "\udfff" for character in pattern_id)
        row = records.pattern(snapshot, pattern_id) if is_text else None
        if row is None:
            raise UsageError(
                f"there is no pattern {pattern_id}", "rmos report lists the patterns with their ids"
            )
        one = as_drawn(row, stock(snapshot))
        is_broken = records.is_geometry_broken(snapshot, row.id)
    remarks = ["its geometry is no JSON object: see rmos audit"] if is_broken else one.remarks
    for remark in remarks:
        console.say(f"{pattern_id}: {remark}", on=console.err)
    picture = drawing(one, scale_bar=True)
    if not picture:
        console.say(f"{pattern_id} cannot be drawn", on=console.err)
        raise typer.Exit(ExitCode.FINDINGS)
    if output is None:
        console.print_for_programs(f"{picture}\n")
    else:
        write_file(
            output,
            f"{picture}\n",
            "the drawing",
            "name another file with --output",
            permissions=place.permissions(),
        )


def _refuse_other(output: Path) -> None:
    """Raise UsageError where something is that is no drawing; a drawing may be made anew."""
    check_file(output)
    if beginning(output, 4) not in (b"", b"<svg"):
        raise UsageError(f"{output} is no drawing and was left as it is", "name another file")
