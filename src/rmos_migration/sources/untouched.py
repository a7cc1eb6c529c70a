"""Legacy folders are only read: nothing that the program makes is put into one."""

import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import UsageError


def refuse_inside(target: Path, folders: Iterable[str | Path]) -> None:
    """Raise UsageError for a place in a legacy folder: it may be a document's, and the next migration would read it."""
    real = Path(os.path.realpath(target))
    for folder in folders:
        if real.is_relative_to(os.path.realpath(folder)):
            raise UsageError(
                f"{target} lies in the legacy folder {folder}, which is never written to",
                "name a place somewhere else",
            )
