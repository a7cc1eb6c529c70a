"""Whether it is safe to write into a database: it is sound, and nothing changes what is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from ...errors import DatabaseUnusable
from .. import schema, structure
from ..checks.breaches import broken_links_of_books, has_breach
from ..dialect import DIALECT
from ..tables import metadata
from .computing import computed
from .engines import connected, file_engine
from .file_state import has_log, logs_of
from .files import looked_at, size_of
from .lock import HeldLock, left_at
from .seal import Seal, seal_of, stamped


def fault_in(path: Path, *, with_rows: bool = True) -> str:
    """Return what makes a database unsafe to write into, in words; empty for nothing.

    The file is only read.

    That is what SQLite finds wrong when it reads every page, row and index entry, a row that breaks its
    table's rules, one of the books that names a source or a run which is not there, and whatever is in the
    database that changes what others write (triggers) or shows what is not there (views).
    """
    before = seal_of(path)
    found = _look(path, immutable=not has_log(path), with_rows=with_rows)
    if found and before != seal_of(path):  # another program wrote meanwhile, and it was read without locks
        found = _look(path, immutable=False, with_rows=with_rows)
    return found


def damage_in(path: Path) -> str:
    """Return what is wrong with the pages of a file that nobody writes, in words; empty for nothing."""
    try:
        engine = file_engine(path, read_only=True, immutable=not has_log(path))
        with connected(engine) as connection:
            return next(iter(DIALECT.damage(connection)), "")
    except DatabaseUnusable as error:
        return error.message


def refuse_unsound(path: Path, *, with_rows: bool = True) -> None:
    """Raise DatabaseUnusable where it is not safe to write into a database."""
    if found := fault_in(path, with_rows=with_rows):
        raise DatabaseUnusable(f"{path} is not sound, and nothing was written: {found}", "see: rmos audit")


def refuse_uncertain(path: Path, connection: Connection) -> None:
    """Raise DatabaseUnusable where nothing can be certified; rows may break their table's rules.

    The file is read from end to end, in the reader's transaction, unless it is as the last writer sealed it.
    """
    seal = seal_of(path)
    if seal is not None and seal.text == left_at(path):
        return
    if found := next(_faults(connection, with_rows=False), ""):
        raise DatabaseUnusable(
            f"{path} is not sound, so nothing can be said of what it holds: {found}", "see: rmos audit"
        )


class Watch:
    """Looks whether another program writes into a database beside the one connection of its writer.

    Args:
        path: the database.
        look: how its file looked before it was found sound.
    """

    def __init__(self, path: Path, look: tuple[object, ...] | None) -> None:
        self.path = path
        self.seal: Seal | None = None
        self._look = look
        self._version: int | None = None

    def begin(self, connection: Connection) -> None:
        """Start watching, before anything is written; what was written meanwhile shows now."""
        version = DIALECT.data_version(connection)
        self._version = version if self._look in (None, _look_of(self.path)) else None

    def end(self, connection: Connection) -> None:
        """Seal the file, once its log is folded into it; not, where another program has written as well.

        Its time is set first: a write that comes before that is noticed here, and a later one gives it
        another time.
        """
        seal = stamped(self.path)
        if self._version is not None and DIALECT.data_version(connection) == self._version:
            self.seal = seal


@contextmanager
def kept_sound(path: Path, held: HeldLock, *, with_rows: bool = True) -> Iterator[Watch]:
    """Let the block use a sound database, and seal it afterwards.

    The block must leave no connection open.

    The file is read from end to end unless it is as the last writer sealed it. What the block writes is
    sealed by the watch, which it has to begin and to end.

    Args:
        path: the database, which need not be there yet.
        held: its write lock.
        with_rows: whether rows that break their table's rules count. They do not where such a row is to be
            mended; what is done then is not sealed.

    Raises:
        DatabaseUnusable: if it is not sound; then nothing was written.
    """
    before = seal_of(path)
    is_there = size_of(path) > 0
    watch = Watch(path, _look_of(path) if is_there else None)
    is_sealed = before is not None and held.left == before.text
    if not is_sealed and is_there:
        refuse_unsound(path, with_rows=with_rows)
    is_certain = before is not None and (is_sealed or before.is_settled)
    try:
        yield watch
    finally:
        seal = seal_of(path)
        if seal is None or seal != before or not is_certain:
            seal = watch.seal
        if seal is not None and (with_rows or is_sealed):
            held.leave(seal.text)


def _look_of(path: Path) -> tuple[object, ...]:
    """Return how a file and the log beside it look."""
    looks = (looked_at(path), *logs_of(path).values())
    return tuple(
        (one.st_size, one.st_ino, one.st_mtime_ns, one.st_ctime_ns) for one in looks if one is not None
    )


def _look(path: Path, *, immutable: bool, with_rows: bool) -> str:
    try:
        with connected(file_engine(path, read_only=True, immutable=immutable)) as connection:
            return next(_faults(connection, with_rows=with_rows), "")
    except DatabaseUnusable as error:
        return error.message


def _faults(connection: Connection, *, with_rows: bool) -> Iterator[str]:
    there = structure.found(connection)
    if found := computed(connection):
        yield found
    yield from structure.foreign(there)
    yield from DIALECT.first_damage(connection)
    if schema.version_of(connection) == schema.CURRENT_VERSION:
        missing = (table.name for table in metadata.sorted_tables if table.name not in there.tables)
        yield from (f"the table {name} is missing" for name in missing)
        for name, parents in broken_links_of_books(connection, there.tables):
            yield f"a row of {name} names one of {parents} that is not there"
    for name, table in there.tables.items() if with_rows else ():
        if has_breach(connection, metadata.tables[name], table.columns):
            yield f"a row of {name} breaks the table's own rules"
