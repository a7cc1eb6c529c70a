"""Whether an exported folder is what the database was: the same rows again, and the documents as they
were."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from builders import domain_rows, entries, query
from rebuilding import is_equal_json, source_document
from rmos_migration import migrate

SPEAKS_OF_A_ROW = ("migrated", "unchanged")


def waiting(database: Path) -> list[tuple[Any, ...]]:
    """The detached references."""
    return query(database, "SELECT * FROM migration_pending_references ORDER BY 1, 2, 3")


def by_value(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[list[Any]]]:
    """The rows with their JSON read, because the order of keys may differ."""
    return {
        table: [
            [json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value for value in row]
            for row in found
        ]
        for table, found in rows.items()
    }


def assert_the_same_rows(database: Path, other: Path) -> None:
    """Every column of every row is equal byte for byte, and so is what references wait for."""
    assert domain_rows(other) == domain_rows(database)
    assert waiting(other) == waiting(database)


def assert_equal_rows(database: Path, other: Path) -> None:
    """Every value is equal, and what references wait for."""
    here, there = by_value(domain_rows(database)), by_value(domain_rows(other))
    for table, rows in here.items():
        assert [row[0] for row in there[table]] == [row[0] for row in rows]
        assert [
            row for row, again in zip(rows, there[table], strict=True) if not is_equal_json(row, again)
        ] == []
    assert waiting(other) == waiting(database)


def assert_documents_are_back(database: Path, tree: Path, exported: Path, but: Collection[str] = ()) -> int:
    """Every document that is in a row stands in its old place with its old value; returns how many there are.

    ``but`` are paths of files that are not looked into.
    """
    placed = [
        entry
        for entry in entries(database)
        if entry["outcome"] in SPEAKS_OF_A_ROW
        and entry["content_sha256"] is not None
        and entry["code"] != "record-replaced"
        and not entry["pointer"].startswith("gone:")
    ]
    for entry in placed:
        place = entry["path"], entry["pointer"]
        if entry["path"] in but:
            continue
        original = source_document(tree, *place)
        assert is_equal_json(source_document(exported, *place), original), place
    return sum(entry["path"] not in but for entry in placed)


def migrated_again(exported: Path, database: Path) -> Path:
    """A fresh database beside ``database``, filled from an exported folder."""
    again = database.with_name(f"{database.stem}-again-{len(list(database.parent.iterdir()))}.db")
    migrate(exported, again)
    return again
