"""Opening a legacy folder; if it is not one, saying what in it may be meant, and where that belongs."""

from itertools import islice
from pathlib import Path

from ..errors import EnvironmentFailure
from ..sources.discover import Source
from ..sources.legacy_folder import NoRecordsError
from ..sources.skipped_files import SkippedFiles
from .stray_files import StrayFile, seen_in, with_suggested_paths

_LOOKED_AT = 1000
_NAMED = 5


def source_at(root: Path, encoding: str | None = None) -> Source:
    """Return the legacy folder at ``root``.

    Args:
        root: the folder.
        encoding: what the user says of files in no known one.

    Raises:
        UsageError: if it is not a legacy folder, with what was probably meant.
        EnvironmentFailure: if it may not be listed.
    """
    try:
        return Source(root)
    except NoRecordsError as refused:
        found = _records_in(root, encoding)
        if not found:
            raise
        message = f"{refused.message}; but {_listed(found)}"
        raise NoRecordsError(message, _hint(root, found), names_records=True) from None


def _records_in(root: Path, encoding: str | None) -> list[StrayFile]:
    try:
        some = islice(SkippedFiles().elsewhere(str(root), ()), _LOOKED_AT)
        files = sorted(some, key=lambda file: file.path.split("/"))
        strays = (seen_in(file, encoding) for file in files if file.problem is None)
        return list(islice(filter(None, strays), _NAMED + 1))
    except EnvironmentFailure:  # what is wrong is said without them
        return []


def _listed(found: list[StrayFile]) -> str:
    named = ", ".join(f"{one.path} {one.looks}" for one in found[:_NAMED])
    return f"{named}, and there is more" if len(found) > _NAMED else named


def _hint(root: Path, found: list[StrayFile]) -> str:
    places = (place for _, several in with_suggested_paths(root, found) for place in several)
    wanted = [str(root / place.path) for place in islice(places, _NAMED)]
    if not wanted:
        return "unpack it, then name the folder that came out of it"
    these = "it" if len(wanted) == 1 else "them"
    split = (
        ", a file of several kinds split into several," if any(len(one.kinds) > 1 for one in found) else ""
    )
    return f"did you mean {', '.join(wanted)}? Move {these} there{split or ','} then run the command again"
