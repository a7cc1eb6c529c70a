"""What says whether anything is lost, half, doubled or falsely told. It shares no code with the program, and
trusts none of it.

Each function returns what is wrong, in words; an empty list for nothing.
"""

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from .workshop import ENTITIES, Document, Workshop

BOOKS = {
    "schema_version",
    "migration_runs",
    "migration_sources",
    "migration_diagnostics",
    "migration_rejects",
    "migration_pending_references",
    "migration_ledger",
}
FINISHED = {"completed", "completed_with_rejects"}
STATUSES = {"running", "interrupted", "failed", *FINISHED}
VERSION_KEYS = {"strip_families": "rmos_strip_family", "patterns": "rmos_pattern", "joblogs": "rmos_joblog"}

Row = dict[str, Any]


def database_findings(
    database: Path, after: Workshop, before: Workshop | None = None, *, finished: bool, batch: int = 1
) -> list[str]:
    """What is wrong with a database into which a workshop was being migrated.

    Args:
        database: its file; it may be absent or empty as long as nothing was finished.
        after: what has to be in it in the end.
        before: what was in it when the run began.
        finished: whether the run said that it had finished.
        batch: how many documents are committed at once.
    """
    if not database.exists() or (database.stat().st_size == 0 and not _log(database).exists()):
        return ["there is no database"] if finished or before else []
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            if found := list(_file_findings(connection)):
                return found
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            if not tables:
                return ["the database is empty"] if finished or before else []
            if missing := {*ENTITIES, *BOOKS} - tables:
                return [f"half a schema: {', '.join(sorted(missing))} missing"]
            return list(_findings(Contents(connection), after, before, finished, batch))
    except (sqlite3.Error, ValueError, KeyError) as error:
        return [f"the database cannot be read: {error!r}"]


class Contents:
    """Everything a database holds that counts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.rows = {entity: _by_id(connection, entity) for entity in ENTITIES}
        self.entries = [dict(row) for row in connection.execute("SELECT * FROM migration_ledger")]
        self.runs = [dict(row) for row in connection.execute("SELECT * FROM migration_runs ORDER BY id")]
        self.kept = {
            row["path"]: row["body"] for row in connection.execute("SELECT path, body FROM migration_rejects")
        }
        self.told = {row[0] for row in connection.execute("SELECT DISTINCT path FROM migration_diagnostics")}
        self.waiting = connection.execute("SELECT count(*) FROM migration_pending_references").fetchone()[0]


def _file_findings(connection: sqlite3.Connection) -> Iterator[str]:
    said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    yield from (f"integrity: {line}" for line in said if line != "ok")
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    yield from (f"a reference of {row[0]} leads nowhere" for row in broken)


def _findings(
    found: Contents, after: Workshop, before: Workshop | None, finished: bool, batch: int
) -> Iterator[str]:
    states = [after] if before is None or finished else [after, before]
    yield from _entry_findings(found, states)
    yield from _row_findings(found, states)
    yield from _batch_findings(found, after, before, batch)
    yield from _run_findings(found, after, before)
    if found.waiting:
        yield f"{found.waiting} references wait for what is there"
    if finished:
        here = {entry["path"] for entry in found.entries}
        yield from (f"lost: {path} is not in the ledger" for path in after.by_path() if path not in here)
        if not found.runs or found.runs[-1]["status"] not in FINISHED:
            yield "the last run is not on record as finished"
    elif before is not None:
        here = {entry["path"] for entry in found.entries}
        yield from (f"lost: {path} was in the ledger" for path in before.by_path() if path not in here)


def _entry_findings(found: Contents, states: list[Workshop]) -> Iterator[str]:
    """Each entry tells of a document that is there, with its fate, its bytes and its row."""
    known = [state.by_path() for state in states]
    for path, times in Counter(entry["path"] for entry in found.entries).items():
        if times > 1:
            yield f"doubled: {path} stands {times} times in the ledger"
    for entry in found.entries:
        path = entry["path"]
        documents = [state[path] for state in known if path in state]
        document = next((one for one in documents if one.sha256 == entry["file_sha256"]), None)
        if document is None:
            yield f"falsely told: the ledger has {path} with bytes that no file had"
            continue
        if entry["outcome"] not in _fates(document):
            yield f"falsely told: {path} is {entry['outcome']}, not {document.fate}"
        if entry["entity"] != document.entity:
            yield f"falsely told: {path} is filed under {entry['entity']}"
        if document.row is not None and entry["record_id"] != document.row["id"]:
            yield f"falsely told: {path} is record {entry['record_id']}"
        if document.fate == "rejected" and found.kept.get(path) != document.text:
            yield f"lost: the bytes of {path}, which was rejected, were not kept"
        if document.fate != "migrated" and path not in found.told:
            yield f"nothing tells why {path} was not loaded"
    rejected = {entry["path"] for entry in found.entries if entry["outcome"] == "rejected"}
    yield from (
        f"falsely told: bytes of {path} are kept as rejected" for path in found.kept.keys() - rejected
    )


def _fates(document: Document) -> set[str]:
    return {document.fate, "unchanged"} if document.fate == "migrated" else {document.fate}


def _row_findings(found: Contents, states: list[Workshop]) -> Iterator[str]:
    """Each row is what the document says that the ledger names for it, and the other way round."""
    texts = {(one.path, one.sha256): one for state in states for one in state.documents}
    for entity in ENTITIES:
        rows = found.rows[entity]
        arrived: dict[str, Document | None] = {}
        for entry in found.entries:
            if entry["entity"] == entity and entry["outcome"] in ("migrated", "unchanged"):
                id_ = str(entry["record_id"])
                if id_ in arrived:
                    yield f"doubled: two documents are on record for the row {entity} {id_}"
                arrived[id_] = texts.get((entry["path"], entry["file_sha256"]))
        yield from (f"lost: the ledger says that {entity} {id_} is there" for id_ in arrived.keys() - rows)
        yield from (f"the row {entity} {id_} has no entry" for id_ in rows.keys() - arrived.keys())
        for id_ in rows.keys() & arrived.keys():
            document = arrived[id_]
            if document is not None and document.row is not None:
                yield from (f"{entity} {id_}: {wrong}" for wrong in row_faults(rows[id_], document.row))


def row_faults(row: Row, expected: Row) -> Iterator[str]:
    """Columns that do not hold what a document says; what it says nothing of is NULL."""
    for name, value in row.items():
        wanted = expected.get(name)
        if name.endswith("_json") and value is not None:
            value = json.loads(value)
        if not _same(value, wanted):
            yield f"{name} is {str(value)[:60]!r}, not {str(wanted)[:60]!r}"


def _same(value: Any, wanted: Any) -> bool:
    """Equal also in type: ``1`` is neither ``True`` nor ``"1"``; numbers are equal by value."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return value == wanted
    if type(value) is not type(wanted):
        return False
    if isinstance(value, dict):
        return value.keys() == wanted.keys() and all(_same(value[key], wanted[key]) for key in value)
    if isinstance(value, list):
        return len(value) == len(wanted) and all(map(_same, value, wanted))
    return bool(value == wanted)


def _batch_findings(found: Contents, after: Workshop, before: Workshop | None, batch: int) -> Iterator[str]:
    """What has arrived of the workshop is a number of whole batches, in the order of the migration."""
    entries = {entry["path"]: entry["file_sha256"] for entry in found.entries}
    old = before.by_path() if before else {}
    is_whole = True
    for entity in ENTITIES:
        documents = after.of(entity)
        for start in range(0, len(documents), batch):
            new = [
                one
                for one in documents[start : start + batch]
                if old.get(one.path) is None or old[one.path].sha256 != one.sha256
            ]
            there = sum(entries.get(one.path) == one.sha256 for one in new)
            if 0 < there < len(new):
                yield f"half a batch: {there} of {len(new)} documents of {entity} from number {start} on"
            if there and not is_whole:
                yield f"a batch of {entity} from number {start} on is there, and one before it is not"
            is_whole = is_whole and there == len(new)


def _run_findings(found: Contents, after: Workshop, before: Workshop | None) -> Iterator[str]:
    """What the runs say of themselves is true."""
    migrated = 0
    for run in found.runs:
        if run["status"] not in STATUSES:
            yield f"run {run['id']} is {run['status']}"
        totals = json.loads(run["counts_json"])["totals"] if run["counts_json"] else {}
        migrated += totals.get("migrated", 0)
        if (
            run["status"] in FINISHED
            and run is found.runs[-1]
            and totals.get("found") not in _sizes(after, before)
        ):
            yield f"falsely told: run {run['id']} says that it finished {totals.get('found')} documents"
    if before is None:
        arrived = sum(entry["outcome"] == "migrated" for entry in found.entries)
        if migrated != arrived:
            yield f"falsely told: the runs say that {migrated} documents were migrated, the ledger {arrived}"
    last = found.runs[-1] if found.runs else None
    if last is not None and last["status"] in FINISHED and before is None:
        missing = len(after.documents) - len({entry["path"] for entry in found.entries})
        if missing > 0:
            yield f"falsely told: the last run finished, and {missing} documents are not in the ledger"


def _sizes(after: Workshop, before: Workshop | None) -> set[int]:
    return {len(one.documents) for one in (after, before) if one is not None}


def table_findings(
    database: Path, expected: dict[str, list[Row]], *, key: str = "id", what: str = "the database"
) -> list[str]:
    """What is wrong with the rows of a database that must hold just these, each with its own key, whatever
    its schema is."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            found = list(_file_findings(connection))
            for table, rows in expected.items():
                there = _by_id(connection, table, key)
                wanted = {row[key]: row for row in rows}
                found += [f"lost: {table} {id_}" for id_ in wanted.keys() - there.keys()]
                found += [f"made up: {table} {id_}" for id_ in there.keys() - wanted.keys()]
                for id_ in there.keys() & wanted.keys():
                    if any(there[id_][name] != value for name, value in wanted[id_].items()):
                        found.append(f"changed: {table} {id_}")
    except sqlite3.Error as error:
        found = [f"it cannot be read: {error}"]
    return [f"{what}: {one}" for one in found]


def holds_nothing(database: Path) -> bool:
    """Whether there is no record in a database, nor a document on record."""
    with closing(sqlite3.connect(database)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        counted = tables & {*ENTITIES, "migration_ledger"}
        return not any(connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() for table in counted)


def rows_of(database: Path) -> dict[str, list[Row]]:
    """The records of a database, by table."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return {table: list(_by_id(connection, table).values()) for table in ENTITIES}


def _by_id(connection: sqlite3.Connection, table: str, key: str = "id") -> dict[str, Row]:
    return {row[key]: dict(row) for row in connection.execute(f"SELECT * FROM {table}")}


# files
# ---------------------------------------------------------------------------------------------------------


def export_findings(folder: Path, workshop: Workshop, *, finished: bool) -> list[str]:
    """What is wrong with an export of canonical records: it is whole, or marked as unfinished, and then
    nobody reads it."""
    if not folder.is_dir():
        return ["there is no export"] if finished else []
    if not finished and is_marked(folder):
        return []
    found: list[str] = []
    wanted = {(one.entity, one.row["id"]): one.row for one in workshop.documents if one.row is not None}
    there = set()
    for file in sorted(folder.rglob("*.json")):
        try:
            record = json.loads(file.read_bytes())
            key = file.parent.name, record["id"]
            there.add(key)
            row = {
                (f"{name}_json" if f"{name}_json" in wanted[key] else name): value
                for name, value in record.items()
                if name not in ("derived", VERSION_KEYS[key[0]])
            }
            for name, value in row.items():
                if not _same(value, wanted[key].get(name)):
                    found.append(f"export: {file.name}: {name} is {value!r}")
        except (ValueError, KeyError, TypeError) as error:
            found.append(f"export: {file.name} is not whole: {error!r}")
    is_whole = there == wanted.keys()
    if finished and not is_whole:
        found.append(f"export: {len(wanted.keys() - there)} records are missing")
    if not finished and not is_whole and there:
        found.append("export: it is not whole, and nothing tells so")
    if finished and is_marked(folder):
        found.append("export: it is finished, and marked as unfinished")
    return found


def is_marked(folder: Path) -> bool:
    """Whether the folder of an export says that it is not whole."""
    return (folder / ".rmos-export-unfinished").exists()


def result_findings(path: Path, *, finished: bool, old: bytes | None = None) -> list[str]:
    """What is wrong with a result by its kind: the old one whole, or a new one whole; not there before it is
    finished."""
    if not path.exists():
        return [f"{path.name} is not there"] if finished or old is not None else []
    raw = path.read_bytes()
    if old is not None and raw == old:
        return [f"{path.name} is the old one"] if finished else []
    if not is_whole(path.suffix, raw):
        return [f"{path.name} is not whole: {len(raw)} bytes"]
    return []


def is_whole(suffix: str, raw: bytes) -> bool:
    """Whether a file of a kind is all there, as far as its text tells."""
    if b"\0" in raw or not raw:
        return False
    if suffix == ".html":
        return raw.lower().startswith(b"<!doctype") and raw.rstrip().endswith(b"</html>")
    if suffix == ".json":
        try:
            return isinstance(json.loads(raw), dict)
        except ValueError:
            return False
    if suffix in (".svg", ".xml"):
        return raw.startswith(b"<") and raw.rstrip().endswith(b">")
    return raw.endswith(b"\n")


def byte_findings(found: Path, allowed: Iterable[bytes | None], name: str) -> list[str]:
    """What is wrong with a file that may only be one of these, byte for byte; None is for none."""
    raw = found.read_bytes() if found.exists() else None
    if raw in list(allowed):
        return []
    return [f"{name} is not there" if raw is None else f"{name} is not whole: {len(raw)} bytes"]


def digest(folder: Path) -> str:
    """One hash over all files below a folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes() + b"\0")
    return whole.hexdigest()


def leftovers(folder: Path) -> list[str]:
    """Files below a folder that nobody was meant to find: the beginnings of results."""
    endings = (".unfinished", ".tmp", "-journal")
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.name.endswith(endings))


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")
