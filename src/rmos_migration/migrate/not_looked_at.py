"""What was not looked at, in words."""

from collections.abc import Iterable

from ..diagnostics import FOLDER_NOT_LOOKED_AT


def were_not_looked_at(number: int, folders: int = 0) -> str:
    """Return how many files and folders were not looked at, in words.

    Args:
        number: how many of both there are.
        folders: how many of them are folders; what a folder holds that cannot be listed, nobody knows.
    """
    return f"{amount_not_looked_at(number, folders)} {'was' if number == 1 else 'were'} not looked at"


def amount_not_looked_at(number: int, folders: int = 0) -> str:
    """Return a number of files and folders in words, of which so many are folders."""
    kinds = [(number - folders, "file"), (folders, "folder")]
    said = [f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in kinds if count]
    return " and ".join(said) or "0 files"


def folders_among(codes: Iterable[str]) -> int:
    """Return how many folders there are among what was not looked at, by the codes of what is said of it."""
    return sum(code == FOLDER_NOT_LOOKED_AT for code in codes)
