"""Exports that did not finish: how they are known, so that nobody takes one for a legacy folder."""

import os
from pathlib import Path

from ..errors import UsageError

MARK = ".rmos-export-unfinished"
"""A file that lies in the folder of an export until all of it is on the disk."""

MEANING = (
    "This folder is an export of rmos that did not finish: files may be missing from it.\n"
    "If no rmos export is running, delete the folder and export again.\n"
)


def refuse_incomplete(root: Path) -> None:
    """Raise UsageError for an export that did not finish, or one of the trees in it."""
    for folder in (root, Path(os.path.realpath(root)).parent):
        if os.path.lexists(os.path.join(folder, MARK)):
            raise UsageError(
                f"{folder} is an export that did not finish, so files may be missing from it",
                "export again into another folder, or delete this one and export again",
            )
