"""The tokens: one for changes, which also allows reading, and one for reading alone.

Each comes from the environment, from a file that the environment names, or from a file next to the database
that is made on the first start and that only its owner may read.
"""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from secrets import token_urlsafe
from shlex import quote

from pydantic import SecretStr

from ..errors import EnvironmentFailure, UsageError
from ..files.atomic import unfinished
from ..files.leftovers import sweep
from ..files.permissions import OWNERS
from ..settings import Settings

SHORTEST = 16
"""Characters of a token. A generated one has 43, which hold 256 random bits."""

FEWEST_DIFFERENT = 8
"""Different characters of a token, regardless of case."""

_LONGEST_FILE = 1000
_NO_PLAIN_FILE = {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EISDIR}
"""The errors of opening a link, a socket or a folder as a plain file."""

_OPENING = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True)
class TokenPlace:
    """Where a token comes from.

    ``purpose`` says what it allows; ``given`` is its text and ``named`` its file, if ``variable`` or the
    variable with ``_FILE`` at its end is set; otherwise it is in ``own``, the file next to the database;
    None: there is no token.
    """

    purpose: str
    variable: str
    given: SecretStr | None
    named: Path | None
    own: Path | None

    def __str__(self) -> str:
        if self.given is not None:
            return self.variable
        return str(self.named or self.own)

    @property
    def is_own(self) -> bool:
        """Tell whether the token is in the file next to the database."""
        return self.given is None and self.named is None and self.own is not None

    def token(self, *, make: bool = True) -> str | None:
        """Return the token; None where there is none, or it does not exist and ``make`` is False.

        Raises:
            UsageError: if it could be guessed, or others could have read or made its file.
            EnvironmentFailure: if the file can be neither read nor made.
        """
        if self.given is not None and self.named is not None:
            raise UsageError(f"{self.variable} and {self.variable}_FILE are both set", "keep one of them")
        if self.given is not None:
            return _checked(self.given.get_secret_value().strip(), self.variable)
        if self.named is not None:
            return _checked(self._read(self.named), str(self.named))
        if self.own is None:
            return None
        if make and not os.path.lexists(self.own):
            with suppress(FileExistsError):  # the first one makes it, so that two servers share a token
                self._make(self.own, replace=False)
        if not make and not os.path.lexists(self.own):
            return None
        return _checked(self._read(self.own), str(self.own))

    def renew(self) -> None:
        """Write a new token to the file next to the database, whatever is there.

        Raises:
            UsageError: if the token is not in that file.
            EnvironmentFailure: if the file cannot be made.
        """
        if self.own is None or not self.is_own:
            raise UsageError(f"the token for {self.purpose} is in {self}", "set another one there")
        self._make(self.own, replace=True)

    def _read(self, file: Path) -> str:
        try:
            handle = os.open(file, _OPENING | (0 if file == self.named else _NO_LINK))
        except OSError as error:
            if error.errno in _NO_PLAIN_FILE:
                raise self._no_plain_file(file) from error
            raise self._cannot_be_read(file, error) from error
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or (os.name != "posix" and file.is_symlink()):
                raise self._no_plain_file(file)
            if file == self.own and os.name == "posix":
                self._check_owner(found)
            return os.read(handle, _LONGEST_FILE).decode("utf-8", "replace").strip()
        finally:
            os.close(handle)

    def _check_owner(self, found: os.stat_result) -> None:
        """Refuse a file that somebody else could have read, or could have put there in a shared folder."""
        if found.st_uid != os.geteuid():
            hint = f"take it away to have a new one made, or {self._own_file_hint()}"
            raise UsageError(f"{self.own} belongs to another user", hint)
        if found.st_mode & 0o077:
            hint = (
                f"make it yours alone: chmod 600 {quote(str(self.own))}; where that changes nothing (FAT,"
                f" some network folders), delete it and set {self.variable}"
            )
            raise UsageError(f"{self.own} may be read by others", hint)

    def _make(self, file: Path, *, replace: bool) -> None:
        sweep(file.parent)
        try:
            with unfinished(file.parent, OWNERS) as new:
                if os.name == "posix" and os.fstat(new.handle).st_mode & 0o077:
                    raise self._cannot_be_kept("this file system keeps no permissions")
                new.write(f"{token_urlsafe(32)}\n".encode())
                new.rename(file, replace=replace)
        except FileExistsError:
            raise
        except OSError as error:
            if file.is_dir() and not file.is_symlink():
                raise self._no_plain_file(file) from error
            if isinstance(error, PermissionError) and _is_of_another(file):
                raise self._cannot_be_read(file, error) from error
            raise self._cannot_be_kept(error.strerror or "") from error

    def _cannot_be_read(self, file: Path, error: OSError) -> EnvironmentFailure:
        why = error.strerror or ""
        if file == self.named:
            hint = f"see {self.variable}_FILE, which names it"
        elif isinstance(error, PermissionError) and _is_of_another(file):
            why, hint = "it belongs to another user", self._own_file_hint()
        else:
            hint = f"make it yours alone: chmod 600 {quote(str(file))}; or set {self.variable}"
        return EnvironmentFailure(f"the token cannot be read from {file}: {why}", hint)

    def _own_file_hint(self) -> str:
        return f"set {self.variable}_FILE to a file of your own"

    def _no_plain_file(self, file: Path) -> UsageError:
        is_named = file == self.named
        hint = (
            f"see {self.variable}_FILE, which names it" if is_named else "take it away to have a new one made"
        )
        return UsageError(f"{file} is not a plain file", hint)

    def _cannot_be_kept(self, why: str) -> EnvironmentFailure:
        hint = f"let the folder be written to, or set {self.variable}"
        return EnvironmentFailure(f"the token cannot be kept in {self.own}: {why}", hint)


@dataclass(frozen=True)
class Tokens:
    """The tokens as they were read, and whether they still are those of their files."""

    writing: str | None
    reading: str | None
    are_current: Callable[[], bool]


def places(database: Path, settings: Settings) -> tuple[TokenPlace, TokenPlace]:
    """Return where the token for changes and the one for reading come from.

    If the one for changes comes from the environment, so must the one for reading: no file is made then.
    """
    own = database.with_name(f"{database.name}.token")
    writing = TokenPlace("changes", "RMOS_TOKEN", settings.token, settings.token_file, own)
    own_for_reading = database.with_name(f"{database.name}.reading-token") if writing.is_own else None
    given = settings.reading_token, settings.reading_token_file
    return writing, TokenPlace("reading", "RMOS_READING_TOKEN", *given, own_for_reading)


def tokens_of(database: Path, settings: Settings) -> Tokens:
    """Return the tokens of a database's server; missing files next to it are made.

    Raises:
        UsageError, EnvironmentFailure: as ``TokenPlace.token`` does; also if both are the same.
    """
    both = writing, reading = places(database, settings)
    before = [_mark(one) for one in both]
    found = writing.token(), reading.token()
    check_different(both, found)
    marks = [new if old is None else old for old, new in zip(before, map(_mark, both), strict=True)]
    return Tokens(*found, lambda: [_mark(one) for one in both] == marks)


def check_different(both: Sequence[TokenPlace], found: Sequence[str | None]) -> None:
    """Refuse one token for both.

    Raises:
        UsageError: if they are the same.
    """
    writing, reading = both
    if found[0] is not None and found[0] == found[1]:
        raise UsageError(f"{writing} and {reading} hold the same token", "give reading one of its own")


def _mark(place: TokenPlace) -> tuple[int, ...] | None:
    """Return what changes when a token's file is replaced or written to; None for no file."""
    file = None if place.given is not None else place.named or place.own
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


def _is_of_another(file: Path) -> bool:
    """Tell whether an existing file belongs to another user."""
    try:
        return os.name == "posix" and file.lstat().st_uid != os.geteuid()
    except OSError:
        return False


def _checked(token: str, where: str) -> str:
    """Refuse a token that could not be sent, or could be guessed.

    This catches slips; a text that a person made up need not pass it.


    Raises:
        UsageError: if it cannot be used as a token.
    """
    fault = _fault_of(token)
    if fault:
        hint = "take it away to have a new one made, or have one drawn: openssl rand -base64 32"
        raise UsageError(f"the token in {where} cannot be used: {fault}", hint)
    return token


def _fault_of(token: str) -> str:
    different = len(set(token.casefold()))
    if len(token) < SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        return f"at least {SHORTEST} plain characters without blanks are needed"
    if different < FEWEST_DIFFERENT:
        return f"at least {FEWEST_DIFFERENT} different characters are needed, and it has {different}"
    if token.casefold() in (token.casefold() * 2)[1:-1]:
        return "it is the same piece again and again"
    steps = [ord(after) - ord(before) for before, after in pairwise(token)]
    if sum(step in (-1, 0, 1) for step in steps) > len(steps) // 2:
        return "most of its characters follow each other in the alphabet or are the same"
    return ""
