"""A SQLite file as a database of this program; the driver's errors become ours here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ...errors import DatabaseUnusable
from ...files.permissions import Permissions, permissions_of
from .. import schema
from ..dialect import DIALECT
from ..port import DatabaseState, Engine, FileCondition, never
from ..snapshot import Snapshot
from ..structure import refuse_foreign
from . import lock
from .backup import back_up, copy_whole, last_copy, refuse_companions, refuse_taken
from .computing import refuse_computed
from .driver import engine
from .engines import checkpoint, connected, file_engine, memory_engine
from .file_state import (
    examine,
    has_log,
    is_read_unnoticed,
    logs_left,
    patience,
    refuse_absent,
    refuse_unusable,
)
from .files import real_path, size_of
from .lock import write_lock
from .safety import damage_in, fault_in, kept_sound, refuse_uncertain


@dataclass(frozen=True)
class SqliteDatabase:
    """A database by its file; see ``DatabasePort`` for what each method promises."""

    path: Path

    @property
    def url(self) -> str:
        """The SQLAlchemy URL."""
        return f"sqlite:///{self.path.as_posix()}"

    @property
    def place(self) -> str:
        """The path as it was named."""
        return str(self.path)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """The file's folder."""
        return self.path.absolute().parent

    @property
    def private_folders(self) -> tuple[Path, ...]:
        """The file's folder as it was named, and where it really is."""
        return self.path.parent, self.folder, real_path(self.path).parent

    def beside(self, ending: str) -> Path:
        """Return the file's path with an ending."""
        return self.path.with_name(self.name + ending)

    def permissions(self) -> Permissions:
        """Return the permissions for what is made from the file."""
        return permissions_of(self.path)

    def engine(self) -> Engine:
        """Return the version of SQLite, and what is known against it."""
        return engine()

    def size_bytes(self) -> int:
        """Return the file's size, without its log; 0 where it is gone."""
        return size_of(self.path)

    def inspect(self) -> DatabaseState:
        """Look at the file without changing it or anything beside it."""
        return examine(self.path)

    def check(self) -> str:
        """Return what makes it unsafe to write into the file, in words; empty for nothing."""
        return fault_in(self.path)

    def is_running(self) -> bool | None:
        """Return whether some process holds the write lock."""
        return lock.is_locked(self.path)

    def holder(self) -> str:
        """Return who holds the write lock."""
        return lock.holder(self.path)

    @property
    def lock_place(self) -> str:
        """The lock file."""
        return str(lock.lock_path(self.path))

    def logs_left(self, found: DatabaseState) -> list[str]:
        """Return the logs of SQLite's beside the file that are not part of what it holds now."""
        return logs_left(self.path, found)

    def identity(self) -> tuple[int, ...]:
        """Return which file it is; of one that SQLite would not notice to be written, in which state, too."""
        try:
            found = self.path.stat()
            of_state = (found.st_size, found.st_mtime_ns) if is_read_unnoticed(self.path) else ()
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino, *of_state)

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """Read a current database in one transaction."""
        self._refuse_unless_current(self.inspect())
        is_running = self.is_running()
        with self._reading() as connection:
            connection.begin()  # rolled back at the end: a COMMIT fails for damage that was told of already
            yield Snapshot(connection, is_running)

    @contextmanager
    def read_sound(self) -> Iterator[Snapshot]:
        """Read as ``read``, once the file was found sound."""
        with self.read() as snapshot:
            refuse_uncertain(self.path, snapshot.connection)
            yield snapshot

    def _refuse_unless_current(self, found: DatabaseState) -> None:
        if found.condition is FileCondition.OLDER:
            raise DatabaseUnusable(
                f"{self.path} has schema {found.version}, this program needs {schema.CURRENT_VERSION}",
                "run: rmos init (a backup is made first)",
            )
        refuse_absent(self.path, found)
        refuse_unusable(found)

    @contextmanager
    def open_unchecked(self, *, is_stopped: Callable[[], bool] = never) -> Iterator[Snapshot]:
        """Read a database that may be unsound: of an older schema, unmarked, or damaged inside."""
        found = self.inspect()
        refuse_absent(self.path, found)
        if found.condition not in (FileCondition.UNMARKED, FileCondition.CHANGED):
            refuse_unusable(found)
        is_running = self.is_running()
        with self._reading(is_stopped=is_stopped) as connection, connection.begin():
            DIALECT.tolerate_broken_text(connection, tolerant=True)
            refuse_computed(self.path, connection)
            yield Snapshot(connection, is_running)

    @contextmanager
    def connect_pooled(self) -> Iterator[Connection]:
        """Open a reading connection that stays open and goes from thread to thread, one at a time."""
        self._refuse_unless_current(examine(self.path, is_hasty=True))
        with self._reading(is_pooled=True) as connection:
            yield connection

    @contextmanager
    def _reading(
        self, *, is_pooled: bool = False, is_stopped: Callable[[], bool] = never
    ) -> Iterator[Connection]:
        """Open a read-only connection; damage that its queries meet becomes DatabaseUnusable."""
        engine = file_engine(
            self.path, read_only=True, immutable=is_read_unnoticed(self.path), is_pooled=is_pooled
        )
        seconds = None if is_pooled else patience(self.path)
        with connected(engine, seconds=seconds, is_stopped=is_stopped) as connection:
            yield connection

    @contextmanager
    def repair(self, purpose: str) -> Iterator[tuple[Connection, Path]]:
        """Open the writing connection for repairs, in a transaction, with the backup that was made first."""
        found = self.inspect()
        refuse_absent(self.path, found)
        if found.condition not in (FileCondition.CURRENT, FileCondition.UNMARKED):
            refuse_unusable(found)
            raise DatabaseUnusable(f"{self.path} has schema {found.version}, an older one", "run: rmos init")
        with write_lock(self.path, purpose):
            if damage := damage_in(self.path):
                raise DatabaseUnusable(
                    f"{self.path} is damaged inside, and nothing was repaired: {damage}",
                    "restore it from a backup, or make it anew: rmos migrate into another file",
                )
            backup = back_up(self.path, "before-repair")
            with connected(file_engine(self.path)) as connection:
                with connection.begin():
                    yield connection, backup
                checkpoint(connection)

    @contextmanager
    def write(self, purpose: str) -> Iterator[Connection]:
        """Open the one writing connection, under the write lock; the file is made or upgraded first."""
        refuse_unusable(self.inspect())  # before the lock file is made beside a file that is not ours
        with write_lock(self.path, purpose) as held, kept_sound(self.path, held) as watch:
            found = self.inspect()
            refuse_unusable(found)
            if found.condition is FileCondition.OLDER:
                back_up(self.path, _before_upgrade(found.version))
            with connected(file_engine(self.path)) as connection:
                watch.begin(connection)
                if found.condition is not FileCondition.CURRENT:
                    with connection.begin():
                        schema.upgrade(connection)
                yield connection
                checkpoint(connection)
                watch.end(connection)

    @contextmanager
    def edit(self, purpose: str) -> Iterator[Connection]:
        """Open the writing connection for single records, in a transaction; the database must be current."""
        self._refuse_unless_current(self.inspect())
        with (
            write_lock(self.path, purpose) as held,
            kept_sound(self.path, held, with_rows=False) as watch,
            connected(file_engine(self.path)) as connection,
        ):
            watch.begin(connection)
            with connection.begin():
                refuse_foreign(connection)
                yield connection
            checkpoint(connection)
            watch.end(connection)

    @contextmanager
    def dry_run(self) -> Iterator[Connection]:
        """Open a connection to memory where there is no file yet, else to the file under the write lock."""
        found = self.inspect()
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

    def back_up(self, target: Path) -> None:
        """Copy the database as it is at this moment, whoever reads or writes it."""
        self.check_backup(target)
        copy_whole(self.path, target, self._refuse_damage)

    def check_backup(self, target: Path) -> None:
        """Raise what ``back_up`` would raise before it copies anything."""
        found = self.inspect()
        refuse_absent(self.path, found)
        if found.condition is not FileCondition.UNMARKED:
            refuse_unusable(found)
        refuse_taken(target)
        refuse_companions(target)

    def _refuse_damage(self, copy: Path) -> None:
        if damage := damage_in(copy):
            raise DatabaseUnusable(
                f"{self.path} is damaged, so no backup was made: {damage}",
                "see rmos audit; keep the older backups, and go back to one of them",
            )

    def backup_name(self, time: str) -> str:
        """Return the file's name with the time before its ending."""
        return f"{self.path.stem}-{time}{self.path.suffix}"

    def last_backup(self, version: int) -> Path | None:
        """Return the copy that was made last before the database was upgraded from schema ``version``."""
        return last_copy(self.path, _before_upgrade(version))


def _before_upgrade(version: int) -> str:
    return f"before-upgrade-from-{version}"
