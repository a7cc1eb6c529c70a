"""A legacy folder that is changed at random, migrated after each change, and counted independently of the
program.

Run as a script, because a process of its own can be put under the permissions of an ordinary user. Everything
that tells of the documents (migrate, status, rejects, report, verify, audit, the API) must tell the same
numbers, and they must be those of the count, which knows only what was written into the folder and what
SQLite says of the rows.
"""

import json
import os
import random
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from builders import family, joblog, pattern, query, write
from rmos_migration import audit, build_report, migrate, verify
from rmos_migration.cli.app import app
from serving import MIGRATION, STORES, client

NAMES = {
    "strip_families": ["strip_families", "Strip Families", "strip-family 2"],
    "patterns": ["patterns", "Pattern", "PATTERNS 2"],
    "joblogs": ["joblogs", "Job Logs", "joblog"],
}
MAKERS = {"strip_families": family, "patterns": pattern, "joblogs": joblog}
TOLD_BY = {"strip_families": "name", "patterns": "name", "joblogs": "job_type"}
"""The column that says which of several contents a row was made from."""

BROKEN = ["{", '{"id": "x", "ring_count": 0}', "", '{"a": 1, "a": 2}', "[1, 2]"]


@dataclass
class Folder:
    """The folder as it was written: good documents with their content by path, and what else lies there."""

    root: Path
    chance: random.Random
    good: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    strays: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    made: int = 0

    # changes

    def change(self) -> None:
        """Do one thing to the folder."""
        kinds = [
            self.add,
            self.add,
            self.add_several,
            self.edit,
            self.rename,
            self.delete,
            self.spoil,
            self.lay_aside,
        ]
        self.chance.choice([*kinds, self.close, self.open, self.tidy_up])()

    def add(self) -> None:
        entity = self.chance.choice(list(NAMES))
        self.put(self.new_path(entity), entity, [self.new_document(entity)])

    def add_several(self) -> None:
        entity = self.chance.choice(list(NAMES))
        documents = [self.new_document(entity) for _ in range(self.chance.randint(2, 4))]
        self.put(self.new_path(entity), entity, documents)

    def edit(self) -> None:
        path = self.any_of(set(self.good) - self.unseen())
        if path is not None:
            entity = self.good[path][0][0]
            kept = [(one_id, self.new_content()) for _, one_id, _ in self.good[path]]
            self.put(path, entity, kept)

    def rename(self) -> None:
        path = self.any_of(set(self.good) - self.unseen())
        if path is not None:
            entity = self.good[path][0][0]
            to = self.new_path(entity)
            (self.root / to).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).rename(self.root / to)
            self.good[to] = self.good.pop(path)

    def delete(self) -> None:
        path = self.any_of((set(self.good) | self.broken) - self.unseen())
        if path is not None:
            (self.root / path).unlink()
            self.good.pop(path, None)
            self.broken.discard(path)

    def spoil(self) -> None:
        path = self.new_path(self.chance.choice(list(NAMES)))
        write(self.root, path, self.chance.choice(BROKEN))
        self.broken.add(path)

    def lay_aside(self) -> None:
        entity = self.chance.choice(list(NAMES))
        self.made += 1
        path = self.chance.choice(
            [
                f"rosettes/{self.made}.json",
                f"{entity}/{self.made}.json.txt",
                f"{self.made}.zip",
                f"export-{self.made}.json",
            ]
        )
        write(self.root, path, json.dumps(MAKERS[entity](f"aside{self.made}")))
        self.strays.add(path)

    def tidy_up(self) -> None:
        path = self.any_of(self.strays)
        if path is not None:
            (self.root / path).unlink()
            self.strays.remove(path)

    def close(self) -> None:
        """Take away the right to read a file, or to list a folder of documents that nothing speaks
        against."""
        if self.chance.random() < 0.5:
            path = self.any_of(set(self.good) - self.unseen())
        else:
            self.made += 1
            path = f"joblogs/closed-{self.made}"
            self.put(f"{path}/a.json", "joblogs", [(f"own{self.made}", self.new_content())])
        if path is not None:
            self.made += 1
            os.utime(self.root / path, (self.made, self.made))  # else it need not be opened to be known
            (self.root / path).chmod(0)
            self.closed.add(path)

    def open(self) -> None:
        path = self.any_of(self.closed)
        if path is not None:
            (self.root / path).chmod(0o755)
            self.closed.remove(path)

    # parts of changes

    def new_path(self, entity: str) -> str:
        self.made += 1
        folder = self.chance.choice(NAMES[entity])
        below = self.chance.choice(["", "2019/", "old ones/"])
        return f"{folder}/{below}{self.made}.json"

    def new_document(self, entity: str) -> tuple[str, str]:
        return f"{entity[0]}{self.chance.randint(1, 12)}", self.new_content()

    def new_content(self) -> str:
        self.made += 1
        return f"content {self.chance.randint(1, 3)}"

    def put(self, path: str, entity: str, documents: list[tuple[str, str]]) -> None:
        values = [MAKERS[entity](one_id, **{TOLD_BY[entity]: content}) for one_id, content in documents]
        write(self.root, path, values[0] if len(values) == 1 else values)
        self.good[path] = [(entity, one_id, content) for one_id, content in documents]

    def any_of(self, paths: set[str]) -> str | None:
        return self.chance.choice(sorted(paths)) if paths else None

    def closed_folders(self) -> set[str]:
        """The folders that cannot be listed: nobody may say how many documents they hold."""
        return self.closed - set(self.good)

    def unseen(self) -> set[str]:
        """The files that cannot be read, or whose folder cannot be listed."""
        return {path for path in self.good if path in self.closed or path.rpartition("/")[0] in self.closed}


@dataclass(frozen=True)
class Count:
    """What there is to say of the folder and the database, counted without the program."""

    arrived: int
    conflicts: int
    rejected: int
    unreadable: int
    unseen_rows: int
    not_looked_at: int
    rows: dict[str, int]
    rows_without_document: int


def counted(folder: Folder, database: Path) -> Count:
    """Count what became of everything in the folder."""
    held = {
        (entity, one_id): content
        for entity, column in TOLD_BY.items()
        for one_id, content in query(database, f"SELECT id, {column} FROM {entity}")
    }
    unseen = folder.unseen()
    seen = [
        document for path, documents in folder.good.items() if path not in unseen for document in documents
    ]
    there = [held.get((entity, one_id)) == content for entity, one_id, content in seen]
    hidden = {(entity, one_id) for path in unseen for entity, one_id, _ in folder.good[path]}
    accounted = {
        (entity, one_id) for (entity, one_id, _), is_there in zip(seen, there, strict=True) if is_there
    }
    return Count(
        arrived=sum(there),
        conflicts=len(there) - sum(there),
        rejected=len(folder.broken) + len(folder.closed - folder.closed_folders()),
        unreadable=len(folder.closed - folder.closed_folders()),
        unseen_rows=len((hidden & set(held)) - accounted),
        not_looked_at=len(folder.strays | folder.closed_folders()),
        rows={entity: sum(1 for one in held if one[0] == entity) for entity in TOLD_BY},
        rows_without_document=len(set(held) - accounted),
    )


def cli(*arguments: str | Path) -> Any:
    """Return what a command prints as JSON."""
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    return json.loads(done.stdout)


def check(folder: Folder, database: Path) -> None:
    """Migrate, and compare what everything says with the count."""
    foretold = migrate(folder.root, database, dry_run=True) if database.exists() else None
    summary = migrate(folder.root, database)
    count = counted(folder, database)
    totals = summary.totals
    assert (totals.migrated + totals.unchanged, totals.conflicts, totals.rejected) == (
        count.arrived,
        count.conflicts,
        count.rejected,
    ), ("migrate", totals)
    assert summary.counts.files.not_looked_at == count.not_looked_at
    is_whole = not (count.conflicts or count.rejected or count.not_looked_at)
    assert (summary.exit_code == 0) is is_whole
    if foretold is not None:
        assert foretold.counts.as_json() == summary.counts.as_json(), "dry run"

    status = cli("status", "--database", database)
    assert status["records"] == count.rows
    assert (status["rejected"], status["conflicts"], status["not_looked_at"]) == (
        count.rejected,
        count.conflicts,
        count.not_looked_at,
    ), "status"

    rejects = cli("rejects", "--database", database)
    assert [len(rejects[name]) for name in ("rejects", "conflicts", "not_looked_at")] == [
        count.rejected,
        count.conflicts,
        count.not_looked_at,
    ], "rejects"
    assert rejects["total"] == count.rejected + count.conflicts

    report = build_report(database)
    by_outcome = [one.outcome for one in report.kept_out or []]
    assert (by_outcome.count("rejected"), by_outcome.count("conflict")) == (
        count.rejected,
        count.conflicts,
    ), "report"
    assert report.run.not_looked_at == len(report.not_looked_at or []) == count.not_looked_at
    assert report.database is not None
    assert report.database.records == count.rows

    verified = verify(folder.root, database).tallies.totals
    told = {state.value: number for state, number in verified.items() if number}
    assert told.get("equal", 0) == count.arrived, ("verify", told, count)
    assert told.get("conflict", 0) == count.conflicts, ("verify", told, count)
    assert told.get("rejected", 0) == len(folder.broken), ("verify", told, count)
    assert told.get("not-looked-at", 0) == count.not_looked_at
    is_told = told.get("unreadable", 0) > 0
    assert is_told is bool(count.unreadable or count.unseen_rows), ("verify", told, count)
    assert told.get("missing", 0) == told.get("row-changed", 0) == told.get("source-changed", 0) == 0

    audited = audit(database)
    assert audited.passed, audited.findings
    warned = sum(finding.code == "document-kept-out" for finding in audited.findings)
    assert warned == count.rejected + count.conflicts, "audit"

    with client(database, folder.root) as api:
        answer = api.get(f"{MIGRATION}/status").json()
        assert answer["entity_counts"] == {**count.rows, "total": sum(count.rows.values())}
        kept_out = api.get(f"{STORES}/migration/rejects").json()
        assert (kept_out["total"], kept_out["not_looked_at_total"]) == (
            rejects["total"],
            count.not_looked_at,
        ), "API"


def main(place: str, seed: int, steps: int) -> None:
    """Go through one history."""
    root = Path(place) / f"legacy-{seed}"
    folder = Folder(root, random.Random(seed))
    database = Path(place) / f"rmos-{seed}.db"
    for entity in NAMES:
        folder.put(f"{entity}/first.json", entity, [folder.new_document(entity)])
    for step in range(steps):
        for _ in range(folder.chance.randint(1, 3)):
            folder.change()
        try:
            check(folder, database)
        except BaseException:
            sys.stderr.write(f"seed {seed}, step {step}\n{folder}\n{counted(folder, database)}\n")
            raise
    for path in folder.closed:
        with suppress(OSError):
            (root / path).chmod(0o755)
    shutil.rmtree(root)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
