"""The token that changes need: from the environment, or in a file beside the database that only its owner may read."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from shlex import quote

from ..atomic import sweep, write_whole
from ..errors import EnvironmentFailure, UsageError

SHORTEST = 16
"""Characters of a token. A made one has 43, which hold 256 random bits."""


def token_file(database: Path) -> Path:
    """Where the token of a database is kept."""
    return database.with_name(f"{database.name}.token")


def token_of(database: Path, given: str | None) -> str:
    """The token: ``given``, or the one in the file, which is made where there is none.

    Raises:
        UsageError: if it is too short to be one, or others could have read or made its file.
        EnvironmentFailure: if the file can be neither read nor made.
    """
    if given is not None:
        return _checked(given.strip(), "RMOS_TOKEN")
    file = token_file(database)
    try:
        _make(file)
        _check_file(file)
        with file.open("rb") as opened:
            return _checked(opened.read(1000).decode("utf-8", "replace").strip(), str(file))
    except OSError as error:
        raise EnvironmentFailure(
            f"the token cannot be kept in {file}: {error.strerror}",
            "let the folder be written to, or set RMOS_TOKEN",
        ) from error


def _check_file(file: Path) -> None:
    """Refuse what somebody else could have read, or put there in a folder that is not ours alone."""
    found = file.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{file} is no plain file", "take it away to have a new one made")
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid():
        raise UsageError(f"{file} belongs to another user", "take it away to have a new one made")
    if found.st_mode & 0o077:
        raise UsageError(
            f"{file} may be read by others", f"make it yours alone: chmod 600 {quote(str(file))}"
        )


def _make(file: Path) -> None:
    """Make the file with a new token, unless it is there; it never has another content or other rights."""
    if file.exists():
        return
    sweep(file.parent)
    with suppress(
        FileExistsError
    ):  # whoever comes first makes it; replacing would give two servers two tokens
        write_whole(file, f"{token_urlsafe(32)}\n".encode("ascii"), mode=0o600, replace=False)


def _checked(token: str, where: str) -> str:
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"the token in {where} is none: at least {SHORTEST} plain characters without blanks",
            "take it away to have a new one made",
        )
    return token
