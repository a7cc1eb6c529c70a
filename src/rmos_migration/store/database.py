"""Opening databases: the one place that knows how, and that turns a driver's errors into ours."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import Enum
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure
from . import schema
from .failures import driver_errors_as_ours, reason
from .lock import write_lock

log = logging.getLogger(__name__)

_HEADER = b"SQLite format 3\0"
_ID_AT = slice(68, 72)
_WRITE_AHEAD_LOG = "-wal"


class Condition(Enum):
    """What stands where the database should be."""

    ABSENT = "there is no database yet"
    EMPTY = "the file is empty"
    CURRENT = "the schema is current"
    OLDER = "the schema is older than this program"
    NEWER = "the schema is newer than this program"
    FOREIGN = "the file belongs to another program"
    DAMAGED = "the file is damaged or no SQLite database"


@dataclass(frozen=True)
class Finding:
    """The condition of a database file, its schema version where it has one, and the details in words."""

    condition: Condition
    version: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Database:
    """A database by its place. Nothing is opened until one of the methods is called."""

    path: Path

    @classmethod
    def at(cls, place: str | Path) -> "Database":
        """The database named by a SQLAlchemy URL (``sqlite:///rmos.db``) or a plain path.

        Raises:
            DatabaseUnusable: if the URL names another kind of database.
        """
        text = str(place)
        if "://" not in text:
            return cls(Path(text))
        kind, _, rest = text.partition("://")
        if kind not in ("sqlite", "sqlite+pysqlite") or not rest.startswith("/") or rest == "/":
            raise DatabaseUnusable(
                f"the database {kind}://… cannot be used; this version speaks SQLite only",
                "use --database sqlite:///rmos.db, with the path of a file",
            )
        return cls(Path(rest[1:]))

    @property
    def url(self) -> str:
        """The SQLAlchemy URL."""
        return f"sqlite:///{self.path.as_posix()}"

    def examine(self) -> Finding:
        """Look at the file without changing it or anything beside it."""
        try:
            if not self.path.exists():
                return Finding(Condition.ABSENT)
            if not self.path.is_file():
                return Finding(Condition.DAMAGED, detail=f"{self.path} is not a file")
            with self.path.open("rb") as file:
                header = file.read(100)
        except OSError as error:
            raise EnvironmentFailure(
                f"cannot read {self.path}: {error.strerror}", "check its permissions"
            ) from error
        if not header:
            return Finding(Condition.EMPTY)
        if not header.startswith(_HEADER):
            return Finding(Condition.DAMAGED, detail=f"{self.path} is not a SQLite database")
        mark = int.from_bytes(header[_ID_AT], "big")
        if mark not in (0, schema.APPLICATION_ID):
            return Finding(
                Condition.FOREIGN, detail=f"{self.path} is marked as another program's (id {mark:#x})"
            )
        return self._examine_inside()

    def _examine_inside(self) -> Finding:
        try:
            engine = self._engine(read_only=True, immutable=not self._has_log())
            with engine.connect() as connection:
                mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
                tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
                version = schema.version_of(connection) if mark == schema.APPLICATION_ID else 0
            engine.dispose()
        except (SQLAlchemyError, UnicodeDecodeError) as error:
            return Finding(Condition.DAMAGED, detail=f"{self.path} is damaged: {reason(error)}")
        if mark != schema.APPLICATION_ID:
            if not tables:
                return Finding(Condition.EMPTY)
            return Finding(Condition.FOREIGN, detail=f"{self.path} holds tables this program did not make")
        if version > schema.CURRENT_VERSION:
            detail = f"{self.path} has schema {version}, this program knows {schema.CURRENT_VERSION}"
            return Finding(Condition.NEWER, version, detail)
        return Finding(Condition.CURRENT if version == schema.CURRENT_VERSION else Condition.OLDER, version)

    def _has_log(self) -> bool:
        log = self.path.with_name(self.path.name + _WRITE_AHEAD_LOG)
        return log.exists() and log.stat().st_size > 0

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A read-only connection to a current database.

        Raises:
            DatabaseUnusable: if there is none, or its schema is not the current one.
        """
        found = self.examine()
        if found.condition is Condition.OLDER:
            raise DatabaseUnusable(
                f"{self.path} has schema {found.version}, this program needs {schema.CURRENT_VERSION}",
                "run: rmos init (a backup is made first)",
            )
        if found.condition in (Condition.ABSENT, Condition.EMPTY):
            raise DatabaseUnusable(f"there is no database at {self.path}", "run: rmos migrate")
        _refuse_unusable(found)
        engine = self._engine(read_only=True)
        try:
            with driver_errors_as_ours(), engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def writer(self, purpose: str) -> Iterator[Connection]:
        """The one writing connection, under the write lock; the database is made or upgraded first.

        Raises:
            LockedError: if another process writes.
            DatabaseUnusable: if the file is damaged, newer, or another program's; it is left untouched.
        """
        _refuse_unusable(self.examine())  # before the lock file is made beside a file that is not ours
        with write_lock(self.path, purpose):
            found = self.examine()
            _refuse_unusable(found)
            if found.condition is Condition.OLDER:
                self._back_up(found.version)
            engine = self._engine()
            try:
                with driver_errors_as_ours(), engine.connect() as connection:
                    if found.condition is not Condition.CURRENT:
                        with connection.begin():
                            schema.upgrade(connection)
                    yield connection
                    _checkpoint(connection)
            finally:
                engine.dispose()

    @contextmanager
    def rehearsal(self) -> Iterator[Connection]:
        """A connection for a dry run: to memory where there is no database, else to the file under the lock.

        Nothing is committed by opening it; an older schema is upgraded inside the transaction the caller rolls back.
        """
        found = self.examine()
        _refuse_unusable(found)
        if found.condition in (Condition.ABSENT, Condition.EMPTY):
            engine = _memory_engine()
            with driver_errors_as_ours(), engine.connect() as connection:
                with connection.begin():
                    schema.upgrade(connection)
                yield connection
            engine.dispose()
            return
        with write_lock(self.path, "a dry run"), self._log_kept():
            engine = self._engine(keep_mode=True)
            try:
                with driver_errors_as_ours(), engine.connect() as connection:
                    yield connection
            finally:
                engine.dispose()

    @contextmanager
    def _log_kept(self) -> Iterator[None]:
        """Keep the last writer from folding a killed run's log into the file, so the file's bytes stay."""
        if not self._has_log():
            yield
            return
        with self._engine(read_only=True).connect() as keeper:
            keeper.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            yield

    def next_backup(self, version: int) -> Path:
        """Where the copy will go that is made before a database of schema ``version`` is upgraded."""
        stem = f"{self.path.name}.before-upgrade-from-{version}"
        names = chain([stem], (f"{stem}-{number}" for number in count(2)))
        return next(path for name in names if not (path := self.path.with_name(name)).exists())

    def _back_up(self, version: int) -> None:
        target = self.next_backup(version)
        unfinished = target.with_name(target.name + ".unfinished")
        try:
            unfinished.unlink(missing_ok=True)
            with (
                closing(sqlite3.connect(_uri(self.path, "mode=ro"), uri=True)) as source,
                closing(sqlite3.connect(unfinished)) as copy,
            ):
                source.backup(copy)
            unfinished.replace(target)
        except (sqlite3.Error, OSError) as error:
            raise EnvironmentFailure(
                f"the backup {target} could not be made: {error}", "nothing was changed; free some disk space"
            ) from error
        log.info("the database was backed up to %s", target)

    def _engine(self, *, read_only: bool = False, immutable: bool = False, keep_mode: bool = False) -> Engine:
        mode = ("mode=ro" + "&immutable=1" * immutable) if read_only else "mode=rwc"

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(_uri(self.path, mode), uri=True, isolation_level=None, timeout=5)
            if not read_only and not keep_mode:
                connection.execute(
                    "PRAGMA journal_mode = WAL"
                )  # written into the file, which a dry run must not do
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA cache_size = -16384")  # KiB
            connection.execute("PRAGMA wal_autocheckpoint = 4000")  # pages, 16 MB
            return connection

        return _begin_at_once(create_engine("sqlite://", creator=connect, poolclass=StaticPool), read_only)


def _memory_engine() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"isolation_level": None})
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return _begin_at_once(engine, read_only=False)


def _begin_at_once(engine: Engine, read_only: bool) -> Engine:
    """Make SQLAlchemy's transactions SQLite's: the driver's own implicit BEGIN would come too late."""
    statement = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(statement))
    return engine


def _uri(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?{mode}"


def _checkpoint(connection: Connection) -> None:
    """Fold the log into the file, so that a copy of the one file is the whole database."""
    connection.rollback()
    connection.connection.execute(
        "PRAGMA busy_timeout = 200"
    )  # ms; somebody's open read must not hold the run up
    connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _refuse_unusable(found: Finding) -> None:
    hints = {
        Condition.NEWER: "install the newer rmos-migration that made it",
        Condition.FOREIGN: "name another file with --database; this one was not touched",
        Condition.DAMAGED: "restore it from a backup, or name another file; this one was not touched",
    }
    if found.condition in hints:
        raise DatabaseUnusable(found.detail, hints[found.condition])
