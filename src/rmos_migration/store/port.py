"""What every kind of database does for the rest of the program.

``database.database_at`` opens one by its URL.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from ..files.permissions import Permissions
from .snapshot import Snapshot


class FileCondition(Enum):
    """What stands where the database should be."""

    ABSENT = "there is no database yet"
    EMPTY = "the file is empty"
    CURRENT = "the schema is current"
    OLDER = "the schema is older than this program"
    NEWER = "the schema is newer than this program"
    UNMARKED = "the file holds this program's tables, but not its mark"
    FOREIGN = "the file belongs to another program"
    CHANGED = "the file is not as this program made it"
    COMPUTING = "the file works out what it shows"
    DAMAGED = "the file is damaged or no SQLite database"


@dataclass(frozen=True)
class DatabaseState:
    """The condition of a database, its schema version where it has one, and the details in words."""

    condition: FileCondition
    version: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Engine:
    """The program that keeps the database: its name and version, and what is known against that version."""

    name: str
    version: str
    remark: str = ""
    hint: str = ""


def never() -> bool:
    """Return that nobody stops a question."""
    return False


class DatabasePort(Protocol):
    """A database by its place. Nothing is opened until one of the methods is called.

    What a kind of database cannot do it says with an ``errors.RmosError``; so does a database that fails.
    """

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, without a password."""

    @property
    def place(self) -> str:
        """The place as the user named it, to say in messages."""

    @property
    def name(self) -> str:
        """A short name, to show on pages."""

    @property
    def folder(self) -> Path:
        """The absolute folder of the files that are kept beside the database."""

    @property
    def private_folders(self) -> tuple[Path, ...]:
        """Folders that tell where the database is, and are not for those who call a server."""

    def inspect(self) -> DatabaseState:
        """Look at the database without changing it or anything beside it."""

    def check(self) -> str:
        """Return what makes it unsafe to write into the database, in words; empty for nothing."""

    def engine(self) -> Engine:
        """Return which program keeps the database."""

    def size_bytes(self) -> int:
        """Return how many bytes the database takes; 0 where it is gone."""

    def is_running(self) -> bool | None:
        """Return whether some process writes now; None where that cannot be found out.

        A run that goes on must not be taken for one that was cut off then.
        """

    def holder(self) -> str:
        """Return who writes, in words, as that process signed it."""

    @property
    def lock_place(self) -> str:
        """Where the write lock is, to say in messages."""

    def read(self) -> AbstractContextManager[Snapshot]:
        """Read a current database in one transaction.

        Raises:
            DatabaseUnusable: if there is none, or its schema is not the current one.
        """

    def connect_pooled(self) -> AbstractContextManager[Connection]:
        """Open a reading connection that stays open and goes from thread to thread, one at a time.

        Raises:
            DatabaseUnusable: as ``read``.
        """

    def identity(self) -> tuple[int, ...]:
        """Return which database it is at this moment: another one may have been put in its place."""

    def read_sound(self) -> AbstractContextManager[Snapshot]:
        """Read as ``read``, once the database was found sound: what it holds can be certified.

        Raises:
            DatabaseUnusable: also if it is not sound.
        """

    def open_unchecked(self, *, is_stopped: Callable[[], bool] = never) -> AbstractContextManager[Snapshot]:
        """Read a database that may be unsound: of an older schema, unmarked, or damaged inside.

        Text that is not UTF-8 comes with its bytes as half characters (``surrogateescape``).

        Args:
            is_stopped: ends the questions, as if their time were over.

        Raises:
            DatabaseUnusable: if there is none, or it cannot be opened, or a newer or another program made it.
        """

    def write(self, purpose: str) -> AbstractContextManager[Connection]:
        """Open the one writing connection, under the write lock; the database is made or upgraded first.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if it is damaged, newer, another program's, or not sound; it is left untouched.
        """

    def dry_run(self) -> AbstractContextManager[Connection]:
        """Open a connection to what ``write`` would write to, or to memory where there is no database.

        Nothing is committed by opening it; an older schema is upgraded inside the transaction the caller
        rolls back.
        """

    def edit(self, purpose: str) -> AbstractContextManager[Connection]:
        """Open the writing connection for single records, in a transaction; the database must be current.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if there is none, its schema is not the current one, or it is not sound.
        """

    def repair(self, purpose: str) -> AbstractContextManager[tuple[Connection, Path]]:
        """Open the writing connection for repairs, in a transaction, after making a backup.

        Yields both.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if it is absent, damaged, of another schema, or another program's.
            EnvironmentFailure: if the backup cannot be made; then nothing was changed.
        """

    def check_backup(self, target: Path) -> None:
        """Raise what ``back_up`` would raise before it copies anything."""

    def back_up(self, target: Path) -> None:
        """Copy the database as it is at this moment; the copy is whole and sound, or not there.

        Raises:
            UsageError: if ``target`` is taken, has no folder, or would be taken for something else.
            DatabaseUnusable: if there is no database, it is not this program's, or it is damaged.
            EnvironmentFailure: if the copy cannot be written.
        """

    def backup_name(self, time: str) -> str:
        """Return the name of a backup in a folder, such as ``rmos-20251231-235959.db``."""

    def last_backup(self, version: int) -> Path | None:
        """Return the copy that was made last before the database was upgraded from schema ``version``."""

    def permissions(self) -> Permissions:
        """Return the permissions of files made from the database: who reads them may read it."""

    def beside(self, ending: str) -> Path:
        """Return where a file that belongs to the database has its place, e.g. for ``.token``."""

    def logs_left(self, found: DatabaseState) -> list[str]:
        """Return the logs beside it that are not its own, or that it needs to be put back."""
