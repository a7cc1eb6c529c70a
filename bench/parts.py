"""``python -m bench.parts [DOCUMENTS]``: the cost of just the library calls that every document needs.

Listing, reading, hashing, parsing, writing back, validating and inserting are calls into C and Rust. Each is
timed here on a whole tree at once, in the tightest loop Python has, with its input ready. Their sum is what
this design would take in one thread if Python itself cost nothing.
"""

import gc
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Table

from rmos_migration import migrate
from rmos_migration.entities import ENTITIES, Entity
from rmos_migration.generations import newest, recognise
from rmos_migration.sources.discover import Source
from rmos_migration.store import runs
from rmos_migration.store.database import database_at
from rmos_migration.store.dialect import DIALECT
from rmos_migration.store.ledger import source_id
from rmos_migration.store.model import now
from rmos_migration.store.tables import ENTITY_TABLES, ledger

from .contenders import Safety, floor
from .tree import plant

ROUNDS, SEED, BATCH = 5, 20, 1000
WHITE_SPACE = b" \t\r\n"


def main(documents: int = 20_000) -> int:
    """Measure every part and print what a document costs, in microseconds."""
    with TemporaryDirectory(prefix="rmos-parts-") as folder:
        tree = Path(folder) / "tree"
        plant(tree, documents, SEED)
        parts = _parts(tree, Path(folder))
        names = (Path(folder) / f"floor-{number}.db" for number in count())
        parsed = list(_parsed(tree))
        beside = [
            ("floor", lambda: [floor(tree, next(names), Safety.FASTEST)]),
            ("recognise", lambda: (recognise(entity, value) for entity, value in parsed)),
        ]
        gc.disable()  # nothing here has cycles, so the search for them is not counted
        best = _best([*parts, *beside], documents)
    whole = sum(best[name] for name, _ in parts)
    for name, _ in parts:
        print(f"{name:52}{best[name]:8.2f}")
    print(f"{'together, µs a document':52}{whole:8.2f}")
    print(f"{'the floor, µs a document':52}{best['floor']:8.2f}")
    print(f"{'recognising the generation, µs a document':52}{best['recognise']:8.2f}")
    print(f"speed against the floor at the very best{best['floor'] / whole:20.2f}")
    return 0


def _best(parts: list[tuple[str, Callable[[], Iterable[Any]]]], documents: int) -> dict[str, float]:
    """Return the fastest of some rounds for each part, in microseconds a document."""
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name, call in parts:
            if hasattr(os, "sync"):
                os.sync()
            began = time.perf_counter()
            deque(call(), maxlen=0)
            took = (time.perf_counter() - began) / documents * 1e6
            best[name] = min(took, best.get(name, took))
    return best


def _parts(tree: Path, folder: Path) -> list[tuple[str, Callable[[], Iterable[Any]]]]:
    files = list(_files(tree))
    raws = [_read(full) for _, full in files]
    values = [orjson.loads(raw) for raw in raws]
    drafts = [
        newest(entity).normalise(value, "x").values for (entity, _), value in zip(files, values, strict=True)
    ]
    records = [(entity, draft) for (entity, _), draft in zip(files, drafts, strict=True)]
    nested = [
        field
        for draft in drafts
        for field in draft.values()
        if isinstance(field, dict) or type(field) is list
    ]
    migrate(tree, folder / "finished.db")
    finished = list(_finished(folder / "finished.db"))
    databases = (folder / f"rows-{number}.db" for number in count())
    return [
        ("list the folders", lambda: (file for entity in ENTITIES for file in Source(tree).files(entity))),
        ("open, look twice, read, close", lambda: (_read(full) for _, full in files)),
        ("SHA-256 of the bytes", lambda: (sha256(raw).hexdigest() for raw in raws)),
        ("parse (orjson)", lambda: (orjson.loads(raw) for raw in raws)),
        (
            "prove: write back, compare without white space",
            lambda: (
                orjson.dumps(value).translate(None, WHITE_SPACE) == raw.translate(None, WHITE_SPACE)
                for value, raw in zip(values, raws, strict=True)
            ),
        ),
        (
            "SHA-256 of the content, keys in order",
            lambda: (sha256(orjson.dumps(v, option=orjson.OPT_SORT_KEYS)).hexdigest() for v in values),
        ),
        ("validate (Pydantic)", lambda: (entity.validate(draft) for entity, draft in records)),
        ("nested values as JSON text", lambda: (orjson.dumps(value).decode() for value in nested)),
        ("insert finished rows and ledger entries, commit", lambda: _insert(finished, next(databases))),
    ]


def _files(tree: Path) -> Iterator[tuple[Entity, str]]:
    return ((entity, file.full) for entity in ENTITIES for file in Source(tree).files(entity))


def _parsed(tree: Path) -> Iterator[tuple[Entity, dict[str, Any]]]:
    return ((entity, orjson.loads(_read(full))) for entity, full in _files(tree))


def _read(full: str) -> bytes:
    handle = os.open(full, os.O_RDONLY)
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_WILLNEED)
    size = os.fstat(handle).st_size
    raw = os.read(handle, size + 1)
    os.fstat(handle)
    os.close(handle)
    return raw


class Batch(NamedTuple):
    """Rows of one table and their ledger entries, finished."""

    table: Table
    rows: list[tuple[Any, ...]]
    entries: list[tuple[Any, ...]]


def _finished(path: Path) -> Iterator[Batch]:
    """Return a migrated database's rows and ledger entries in the batches of the run that wrote them."""
    with database_at(path).read() as snapshot:
        connection = snapshot.connection
        for entity in ENTITIES:
            table = ENTITY_TABLES[entity.name]
            joined = table.join(ledger, ledger.c.record_id == table.c.id)
            here = ledger.c.entity == entity.name
            rows = table.select().select_from(joined).where(here).order_by(ledger.c.path)
            entries = ledger.select().where(here).order_by(ledger.c.path)
            both = [[tuple(row) for row in connection.execute(query)] for query in (rows, entries)]
            for start in range(0, len(both[0]), BATCH):
                yield Batch(table, *(all_of[start : start + BATCH] for all_of in both))


def _insert(batches: list[Batch], path: Path) -> Iterator[int]:
    with database_at(path).write("a benchmark") as connection:
        with connection.begin():
            source_id(connection, "finished rows")
            runs.begin_run(
                connection, source="", location="", dry_run=False, options={}, tool_version="", at=now()
            )
        for table, rows, entries in batches:
            with connection.begin():
                DIALECT.insert_rows(connection, table, table.columns.keys(), rows)
                DIALECT.insert_rows(connection, ledger, ledger.columns.keys(), entries)
            yield len(rows)
    path.unlink()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
