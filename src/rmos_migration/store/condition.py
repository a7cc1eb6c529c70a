"""In what condition a database file is, found out without changing it or anything beside it."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ..errors import DatabaseUnusable, EnvironmentFailure
from . import schema
from .engines import file_engine
from .failures import reason

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
    UNMARKED = "the file holds this program's tables, but not its mark"
    FOREIGN = "the file belongs to another program"
    DAMAGED = "the file is damaged or no SQLite database"


@dataclass(frozen=True)
class Examination:
    """The condition of a database file, its schema version where it has one, and the details in words."""

    condition: Condition
    version: int = 0
    detail: str = ""


def examine(path: Path) -> Examination:
    """Look at the file without changing it or anything beside it."""
    try:
        if not path.exists():
            return Examination(Condition.ABSENT)
        if not path.is_file():
            return Examination(Condition.DAMAGED, detail=f"{path} is not a file")
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as error:
        raise EnvironmentFailure(f"cannot read {path}: {error.strerror}", "check its permissions") from error
    if not header:
        return Examination(Condition.EMPTY)
    if not header.startswith(_HEADER):
        return Examination(Condition.DAMAGED, detail=f"{path} is not a SQLite database")
    mark = int.from_bytes(header[_ID_AT], "big")
    if mark not in (0, schema.APPLICATION_ID):
        return Examination(Condition.FOREIGN, detail=f"{path} is marked as another program's (id {mark:#x})")
    return _examine_inside(path)


def _examine_inside(path: Path) -> Examination:
    try:
        engine = file_engine(path, read_only=True, immutable=not has_log(path))
        with engine.connect() as connection:
            mark = connection.exec_driver_sql("PRAGMA application_id").scalar()
            tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
            is_ours = mark == schema.APPLICATION_ID or schema.has_our_tables(connection)
            version = schema.version_of(connection) if is_ours else 0
        engine.dispose()
    except (SQLAlchemyError, UnicodeDecodeError) as error:
        return Examination(Condition.DAMAGED, detail=f"{path} is damaged: {reason(error)}")
    if not is_ours:
        if not tables:
            return Examination(Condition.EMPTY)
        return Examination(Condition.FOREIGN, detail=f"{path} holds tables this program did not make")
    if version > schema.CURRENT_VERSION:
        detail = f"{path} has schema {version}, this program knows {schema.CURRENT_VERSION}"
        return Examination(Condition.NEWER, version, detail)
    if mark != schema.APPLICATION_ID:
        detail = f"{path} holds this program's tables, but not its mark (application_id)"
        return Examination(Condition.UNMARKED, version, detail)
    return Examination(Condition.CURRENT if version == schema.CURRENT_VERSION else Condition.OLDER, version)


def has_log(path: Path) -> bool:
    """Whether a killed run, or one that goes on, has left its write-ahead log beside the file."""
    log = path.with_name(path.name + _WRITE_AHEAD_LOG)
    return log.exists() and log.stat().st_size > 0


def refuse_absent(path: Path, found: Examination) -> None:
    """Raise DatabaseUnusable where there is no database."""
    if found.condition in (Condition.ABSENT, Condition.EMPTY):
        raise DatabaseUnusable(f"there is no database at {path}", "run: rmos migrate")


def refuse_unusable(found: Examination) -> None:
    """Raise DatabaseUnusable for a file that this program must not touch."""
    hints = {
        Condition.NEWER: "install the newer rmos-migration that made it",
        Condition.UNMARKED: "see what is wrong with it: rmos audit; then: rmos audit --repair",
        Condition.FOREIGN: "name another file with --database; this one was not touched",
        Condition.DAMAGED: "restore it from a backup, or name another file; this one was not touched",
    }
    if found.condition in hints:
        raise DatabaseUnusable(found.detail, hints[found.condition])
