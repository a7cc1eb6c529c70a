"""Opening databases: the one place that knows how, and that turns a driver's errors into ours."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ..errors import DatabaseUnusable
from . import schema
from .backup import back_up, copy_whole, last_copy, refuse_companions, refuse_taken
from .clocks import never
from .computing import refuse_computed
from .engines import connected, file_engine, memory_engine, tolerate_broken_text
from .file_state import (
    DatabaseState,
    FileCondition,
    examine,
    has_log,
    is_read_unnoticed,
    patience,
    refuse_absent,
    refuse_unusable,
)
from .lock import write_lock
from .places import path_of
from .safety import fault_in, kept_sound, refuse_foreign, refuse_uncertain
from .soundness import file_damage


@dataclass(frozen=True)
class SqliteDatabase:
    """A database by its place. Nothing is opened until one of the methods is called."""

    path: Path

    @classmethod
    def at(cls, place: str | Path) -> "SqliteDatabase":
        """The database named by a SQLAlchemy URL (``sqlite:///rmos.db``) or a plain path.

        Raises:
            DatabaseUnusable: if the URL names another kind of database.
            UsageError: if it names no file, or has a query.
        """
        return cls(path_of(place))

    @property
    def url(self) -> str:
        """The SQLAlchemy URL."""
        return f"sqlite:///{self.path.as_posix()}"

    def examine(self) -> DatabaseState:
        """Look at the file without changing it or anything beside it."""
        return examine(self.path)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A read-only connection to a current database.

        Raises:
            DatabaseUnusable: if there is none, or its schema is not the current one.
        """
        self._refuse_unless_current(self.examine())
        with self._reading() as connection:
            yield connection

    @contextmanager
    def certain_reader(self) -> Iterator[Connection]:
        """As ``reader``, in a transaction, of a database that is sound: what it holds can be certified.

        Raises:
            DatabaseUnusable: also if it is not sound.
        """
        with self.reader() as connection, connection.begin():
            refuse_uncertain(self.path, connection)
            yield connection

    def _refuse_unless_current(self, found: DatabaseState) -> None:
        if found.condition is FileCondition.OLDER:
            raise DatabaseUnusable(
                f"{self.path} has schema {found.version}, this program needs {schema.CURRENT_VERSION}",
                "run: rmos init (a backup is made first)",
            )
        refuse_absent(self.path, found)
        refuse_unusable(found)

    def fault(self) -> str:
        """What makes it unsafe to write into the database, in words; empty for nothing."""
        return fault_in(self.path)

    @contextmanager
    def under_audit(self, *, is_stopped: Callable[[], bool] = never) -> Iterator[Connection]:
        """A read-only connection to a database that may be unsound: of an older schema, unmarked, or damaged inside.

        It is in a transaction, so that everything read is of one moment. Text that is no UTF-8 comes with its bytes as
        half characters (``surrogateescape``).

        Args:
            is_stopped: ends the questions, as if their time were over.

        Raises:
            DatabaseUnusable: if there is none, or it cannot be opened, or a newer or another program made it.
        """
        found = self.examine()
        refuse_absent(self.path, found)
        if found.condition not in (FileCondition.UNMARKED, FileCondition.CHANGED):
            refuse_unusable(found)
        with self._reading(is_stopped=is_stopped) as connection, connection.begin():
            tolerate_broken_text(connection, tolerant=True)
            refuse_computed(self.path, connection)
            yield connection

    @contextmanager
    def standing_reader(self) -> Iterator[Connection]:
        """As ``reader``, for a connection that stays open and goes from thread to thread, one at a time."""
        self._refuse_unless_current(examine(self.path, is_hasty=True))
        with self._reading(handed_round=True) as connection:
            yield connection

    @contextmanager
    def _reading(
        self, *, handed_round: bool = False, is_stopped: Callable[[], bool] = never
    ) -> Iterator[Connection]:
        """A read-only connection; what damage makes of its queries is DatabaseUnusable."""
        engine = file_engine(
            self.path, read_only=True, immutable=self.is_read_unnoticed(), handed_round=handed_round
        )
        seconds = None if handed_round else patience(self.path)
        with connected(engine, seconds=seconds, is_stopped=is_stopped) as connection:
            yield connection

    def is_read_unnoticed(self) -> bool:
        """Return whether a reader has to take the file for one that nobody writes."""
        return is_read_unnoticed(self.path)

    @contextmanager
    def mender(self, purpose: str) -> Iterator[tuple[Connection, Path]]:
        """The writing connection for repairs, in a transaction, and the backup that was made first.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if the file is absent, damaged, of another schema, or another program's.
            EnvironmentFailure: if the backup cannot be made; then nothing was changed.
        """
        found = self.examine()
        refuse_absent(self.path, found)
        if found.condition not in (FileCondition.CURRENT, FileCondition.UNMARKED):
            refuse_unusable(found)
            raise DatabaseUnusable(f"{self.path} has schema {found.version}, an older one", "run: rmos init")
        with write_lock(self.path, purpose):
            if damage := _damage(self.path):
                raise DatabaseUnusable(
                    f"{self.path} is damaged inside, and nothing was repaired: {damage}",
                    "restore it from a backup, or make it anew: rmos migrate into another file",
                )
            backup = back_up(self.path, "before-repair")
            with connected(file_engine(self.path)) as connection:
                with connection.begin():
                    yield connection, backup
                _checkpoint(connection)

    @contextmanager
    def writer(self, purpose: str) -> Iterator[Connection]:
        """The one writing connection, under the write lock; the database is made or upgraded first.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if the file is damaged, newer, or another program's, or not sound; it is left untouched.
        """
        refuse_unusable(self.examine())  # before the lock file is made beside a file that is not ours
        with write_lock(self.path, purpose) as held, kept_sound(self.path, held) as watch:
            found = self.examine()
            refuse_unusable(found)
            if found.condition is FileCondition.OLDER:
                back_up(self.path, _before_upgrade(found.version))
            with connected(file_engine(self.path)) as connection:
                watch.begin(connection)
                if found.condition is not FileCondition.CURRENT:
                    with connection.begin():
                        schema.upgrade(connection)
                yield connection
                _checkpoint(connection)
                watch.end(connection)

    @contextmanager
    def editor(self, purpose: str) -> Iterator[Connection]:
        """The writing connection for single records, in a transaction; the database must be current.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if there is none, its schema is not the current one, or it is not sound.
        """
        self._refuse_unless_current(self.examine())
        with (
            write_lock(self.path, purpose) as held,
            kept_sound(self.path, held, with_rows=False) as watch,
            connected(file_engine(self.path)) as connection,
        ):
            watch.begin(connection)
            with connection.begin():
                refuse_foreign(connection)
                yield connection
            _checkpoint(connection)
            watch.end(connection)

    @contextmanager
    def rehearsal(self) -> Iterator[Connection]:
        """A connection for a dry run: to memory where there is no database, else to the file under the lock.

        Nothing is committed by opening it; an older schema is upgraded inside the transaction the caller rolls back.
        """
        found = self.examine()
        refuse_unusable(found)
        if found.condition in (FileCondition.ABSENT, FileCondition.EMPTY):
            with connected(memory_engine()) as connection:
                with connection.begin():
                    schema.upgrade(connection)
                yield connection
            return
        with (
            write_lock(self.path, "a dry run") as held,
            kept_sound(self.path, held),
            self._log_kept(),
            connected(file_engine(self.path, keep_mode=True)) as connection,
        ):
            yield connection

    @contextmanager
    def _log_kept(self) -> Iterator[None]:
        """Keep the last writer from folding a killed run's log into the file, so the file's bytes stay."""
        if not has_log(self.path):
            yield
            return
        with file_engine(self.path, read_only=True).connect() as keeper:
            keeper.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            yield

    def back_up_to(self, target: Path) -> None:
        """Copy the database as it is at this moment, whoever reads or writes it; the copy is whole and sound, or not there.

        Raises:
            UsageError: if ``target`` is taken, has no folder, is named like a log of SQLite, or has one beside it.
            DatabaseUnusable: if there is no database, it is not this program's, or it is damaged.
            EnvironmentFailure: if the copy cannot be written.
        """
        self.check_backup(target)
        copy_whole(self.path, target, self._refuse_damage)

    def check_backup(self, target: Path) -> None:
        """Raise what ``back_up_to`` would raise before it copies anything."""
        found = self.examine()
        refuse_absent(self.path, found)
        if found.condition is not FileCondition.UNMARKED:
            refuse_unusable(found)
        refuse_taken(target)
        refuse_companions(target)

    def _refuse_damage(self, copy: Path) -> None:
        if damage := _damage(copy):
            raise DatabaseUnusable(
                f"{self.path} is damaged, so no backup was made: {damage}",
                "see rmos audit; keep the older backups, and go back to one of them",
            )

    def last_backup(self, version: int) -> Path | None:
        """The copy that was made last before the database was upgraded from schema ``version``."""
        return last_copy(self.path, _before_upgrade(version))


def _damage(path: Path) -> str:
    """What is wrong with the pages of a file that nobody writes; empty for nothing."""
    try:
        engine = file_engine(path, read_only=True, immutable=not has_log(path))
        with connected(engine) as connection:
            return next(iter(file_damage(connection)), "")
    except DatabaseUnusable as error:
        return error.message


def _before_upgrade(version: int) -> str:
    return f"before-upgrade-from-{version}"


def _checkpoint(connection: Connection) -> None:
    """Fold the log into the file, so that a copy of the one file is the whole database."""
    connection.rollback()
    connection.connection.execute(
        "PRAGMA busy_timeout = 200"
    )  # ms; somebody's open read must not hold the run up
    connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
