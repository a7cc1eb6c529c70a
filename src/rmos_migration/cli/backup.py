"""rmos backup: a copy of the database."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ..store.database import database_at
from . import console
from .options import DatabaseOption, load_settings
from .result_files import keep_out_of_legacy_folders

HELP = """Others may use it meanwhile; what they are just changing is either in the copy as a whole or not at all. The copy is
checked before this says that it is there, and nothing is ever overwritten. To go back to a copy, give it the
database's name again, where no file of that name is left, nor one ending in -wal or -shm.

\b
Examples:
  rmos backup saved.db
  rmos backup backups                      a folder: the file is named by the time
"""


def backup(
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET", help="A new file, or a folder for a file named by the time.", readable=False
        ),
    ],
    database: DatabaseOption = None,
) -> None:
    """Write the copy, and say how large it is."""
    settings = load_settings(database=database)
    place = database_at(settings.database)
    is_folder = os.path.isdir(target)  # noqa: PTH112 - Path.is_dir raises for some names
    now = f"{datetime.now().astimezone():%Y%m%d-%H%M%S}"  # by this machine's clock
    file = target / place.backup_name(now) if is_folder else target
    place.check_backup(file)
    keep_out_of_legacy_folders(file, settings)
    place.back_up(file)
    console.say(f"{file}: {file.stat().st_size:,} bytes, a whole copy of {place.place}.")
