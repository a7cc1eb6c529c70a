"""The commands that are disturbed: where each begins, what it is called with, and what must be there in the
end."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from two_steps import older_database

from . import oracle
from .trials import BATCH, Program
from .workshop import Workshop, build, changed

OLD_RESULT = b'{"schema": "an older result, which stays until there is a new one"}\n'
ROW = "INSERT INTO patterns (id, name, pattern_type, geometry_json) VALUES (?, ?, 'generic', '{}')"
RUN = """
    INSERT INTO migration_sources (id, location) VALUES (1, '/shop');
    INSERT INTO migration_runs (id, started_at, status, source, dry_run, options_json, tool_version)
        VALUES (1, '2026-01-05T10:00:00.000000Z', 'completed', '/shop', 0, '{}', '0');
"""
ENTRY = """
    INSERT INTO migration_ledger (source_id, path, pointer, entity, record_id, outcome, run_id)
        VALUES (1, ?, '', 'patterns', ?, 'migrated', 1)
"""
OLD_ROWS = [{"id": f"p{number}", "name": "x" * 100, "geometry_json": "{}"} for number in range(300)]
OLD_ENTRIES = [
    {"path": f"patterns/{row['id']}.json", "record_id": row["id"], "run_id": 1} for row in OLD_ROWS
]


@dataclass
class Stage:
    """The folders of a scenario: ``legacy`` is read, ``store`` is what the trials break, and ``template`` how
    it was."""

    folder: Path
    program: Program
    before: Workshop = field(default_factory=build)

    @property
    def legacy(self) -> Path:
        return self.folder / "legacy"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def template(self) -> Path:
        return self.folder / "template"

    @property
    def database(self) -> Path:
        return self.store / "rmos.db"

    def fresh(self) -> None:
        """Put the store back to where the scenario begins."""
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(self.template, self.store)

    def migrated(self) -> None:
        """Fill the database with the workshop, undisturbed."""
        done = self.program.run("migrate", self.legacy, "-d", self.database, "-q", cwd=self.folder)
        assert done.code == 1, done


Findings = Callable[[Stage, bool], list[str]]


@dataclass(frozen=True)
class Scenario:
    """A command to disturb.

    Attributes:
        name: what it is called in the table.
        arguments: the command line; ``{store}``, ``{legacy}`` and ``{db}`` stand for the places.
        prepare: brings the store to where it begins.
        findings: what is wrong with what lies there; whether the command said that it had finished.
        code: with which exit code it ends when it is not disturbed.
        again: what the same command may answer when it is given again after it was cut off, beside ``code``.
        fixture: what has to be so as long as it is disturbed.
    """

    name: str
    arguments: str
    prepare: Callable[[Stage], None]
    findings: Findings
    code: int = 0
    again: tuple[int, ...] = ()
    fixture: str = ""

    def command(self, stage: Stage) -> list[str]:
        """Return the command line for a stage."""
        places = {"store": stage.store, "legacy": stage.legacy, "db": stage.database}
        return [one.format(**places) for one in self.arguments.split()]


def _nothing(stage: Stage) -> None:
    (stage.store / "stats.json").write_bytes(OLD_RESULT)


def _hold(stage: Stage, workshop: Workshop) -> None:
    shutil.rmtree(stage.legacy)
    workshop.write(stage.legacy)
    stage.before = workshop


def _good(stage: Stage) -> None:
    _hold(stage, build(taken=False, bad=False))


def _changed(stage: Stage) -> None:
    _hold(stage, build(taken=False))
    stage.migrated()
    shutil.rmtree(stage.legacy)
    changed(stage.before).write(stage.legacy)


def _older(stage: Stage) -> None:
    older_database(stage.database)
    with closing(sqlite3.connect(stage.database)) as connection, connection:
        connection.executescript(RUN)
        connection.executemany(ROW, [(row["id"], row["name"]) for row in OLD_ROWS])
        connection.executemany(ENTRY, [(entry["path"], entry["record_id"]) for entry in OLD_ENTRIES])


def _index_lost(stage: Stage) -> None:
    stage.migrated()
    with closing(sqlite3.connect(stage.database)) as connection:
        connection.execute("DROP INDEX idx_patterns_strip_family")


def _with_old_result(stage: Stage) -> None:
    stage.migrated()
    (stage.store / "result.json").write_bytes(OLD_RESULT)


def _reports(folder: Path, count: int, *, finished: bool) -> list[str]:
    files = [file for file in folder.glob("*") if not file.name.startswith(".")] if folder.exists() else []
    found = [one for file in files for one in oracle.result_findings(file, finished=finished)]
    if finished and len(files) < count:
        found.append(f"{len(files)} of {count} files of the report are there")
    return found


def _of_migrate(stage: Stage, finished: bool) -> list[str]:
    return [
        *oracle.database_findings(stage.database, stage.before, finished=finished, batch=BATCH),
        *oracle.result_findings(stage.store / "stats.json", finished=finished, old=OLD_RESULT),
        *_reports(stage.store / "reports", 3, finished=finished),
    ]


def _of_replace(stage: Stage, finished: bool) -> list[str]:
    after = changed(stage.before)
    return oracle.database_findings(stage.database, after, stage.before, finished=finished, batch=BATCH)


def _unharmed(stage: Stage) -> list[str]:
    return oracle.database_findings(stage.database, stage.before, finished=True, batch=BATCH)


def _rows_of_older(database: Path) -> list[str]:
    return [
        *oracle.table_findings(database, {"patterns": OLD_ROWS}, what=database.name),
        *oracle.table_findings(database, {"migration_ledger": OLD_ENTRIES}, key="path", what=database.name),
    ]


def _of_upgrade(stage: Stage, finished: bool) -> list[str]:
    found = _rows_of_older(stage.database)
    copies = list(stage.store.glob("rmos.db.before-upgrade*"))
    copies = [file for file in copies if not file.name.endswith(("-wal", "-shm", ".unfinished", "-journal"))]
    for copy in copies:
        found += _rows_of_older(copy)
    if len(copies) > 1:
        found.append(f"{len(copies)} copies were made before the upgrade")
    if finished and not copies:
        found.append("no copy was made before the upgrade")
    return found


def _of_backup(stage: Stage, finished: bool) -> list[str]:
    saved = stage.store / "saved.db"
    found = _unharmed(stage)
    if saved.exists():
        found += [
            f"the backup: {one}" for one in oracle.database_findings(saved, stage.before, finished=True)
        ]
    elif finished:
        found.append("there is no backup")
    return found


def _of_export(stage: Stage, finished: bool) -> list[str]:
    exported = oracle.export_findings(stage.store / "saved", stage.before, finished=finished)
    return _unharmed(stage) + exported


def _of_source(stage: Stage, finished: bool) -> list[str]:
    saved = stage.store / "saved"
    found = _unharmed(stage)
    if not finished and oracle.is_marked(saved):
        return found
    documents = [one for one in stage.before.documents if one.fate != "conflict"]
    there = [one for one in documents if (saved / one.path).exists()]
    found += [f"{one.path} is not whole" for one in there if not _same_text(saved / one.path, one.text)]
    if finished and len(there) < len(documents):
        found.append(f"{len(documents) - len(there)} documents were not exported")
    if not finished and 0 < len(there) < len(documents):
        found.append("the export is not whole, and nothing tells so")
    return found


def _same_text(file: Path, text: bytes) -> bool:
    import json

    raw = file.read_bytes()
    try:
        return raw == text or bool(json.loads(raw) == json.loads(text))
    except ValueError:
        return False


def _of_report(stage: Stage, finished: bool) -> list[str]:
    return _unharmed(stage) + _reports(stage.store / "reports", 3, finished=finished)


def _of_repair(stage: Stage, finished: bool) -> list[str]:
    found = _unharmed(stage)
    for copy in stage.store.glob("rmos.db.before-repair*"):
        if not copy.name.endswith(("-wal", "-shm", ".unfinished", "-journal")):
            found += [
                f"{copy.name}: {one}" for one in oracle.database_findings(copy, stage.before, finished=True)
            ]
    with closing(sqlite3.connect(stage.database)) as connection:
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'idx_patterns_strip_family'"
        if finished and connection.execute(query).fetchone() == (0,):
            found.append("the index was not made again")
    return found


def _of_result(stage: Stage, finished: bool) -> list[str]:
    return _unharmed(stage) + oracle.result_findings(
        stage.store / "result.json", finished=finished, old=OLD_RESULT
    )


def _of_rejects(stage: Stage, finished: bool) -> list[str]:
    rejected = {one.path: one.text for one in stage.before.documents if one.fate == "rejected"}
    saved = stage.store / "saved"
    found = _unharmed(stage)
    for path, text in rejected.items():
        if (saved / path).exists() and (saved / path).read_bytes() != text:
            found.append(f"{path} was not saved whole")
        if finished and not (saved / path).exists():
            found.append(f"{path} was not saved")
    return found


def _of_all_or_nothing(stage: Stage, finished: bool) -> list[str]:
    found = oracle.database_findings(stage.database, stage.before, finished=finished, batch=BATCH)
    if not finished and stage.database.exists() and not oracle.holds_nothing(stage.database):
        found += oracle.database_findings(stage.database, stage.before, finished=True)
    return found


def _of_dry_run(stage: Stage, finished: bool) -> list[str]:
    before, after = (folder / "rmos.db" for folder in (stage.template, stage.store))
    same = before.read_bytes() == after.read_bytes()
    return [] if same else ["the dry run changed the database"]


def _of_init(stage: Stage, finished: bool) -> list[str]:
    return oracle.database_findings(stage.database, Workshop(()), finished=False)


SCENARIOS = [
    Scenario(
        "migrate, report, stats",
        "migrate {legacy} -d {db} --report {store}/reports --stats {store}/stats.json -q",
        _nothing,
        _of_migrate,
        1,
    ),
    Scenario("replace", "migrate {legacy} -d {db} --on-conflict replace -q", _changed, _of_replace, 1),
    Scenario("all or nothing", "migrate {legacy} -d {db} --all-or-nothing -q", _good, _of_all_or_nothing),
    Scenario("dry run", "migrate {legacy} -d {db} --dry-run -q", _changed, _of_dry_run, 1),
    Scenario("init", "init -d {db}", lambda stage: None, _of_init),
    Scenario("upgrade", "init -d {db}", _older, _of_upgrade, fixture="two_steps"),
    Scenario("backup", "backup {store}/saved.db -d {db}", Stage.migrated, _of_backup, again=(2,)),
    Scenario("export", "export {store}/saved -d {db}", Stage.migrated, _of_export, again=(2,)),
    Scenario(
        "export of sources",
        "export {store}/saved -f source -d {db}",
        Stage.migrated,
        _of_source,
        1,
        again=(2,),
    ),
    Scenario("report", "report --output {store}/reports -d {db}", Stage.migrated, _of_report),
    Scenario("repair", "audit --repair -d {db}", _index_lost, _of_repair),
    Scenario(
        "audit's result", "audit --json --output {store}/result.json -d {db}", _with_old_result, _of_result
    ),
    Scenario(
        "certificate",
        "verify {legacy} --certificate {store}/result.json -d {db}",
        _with_old_result,
        _of_result,
    ),
    Scenario("rejects saved", "rejects --save {store}/saved -d {db}", Stage.migrated, _of_rejects),
]


def stage_for(scenario: Scenario, folder: Path, program: Program) -> Stage:
    """Bring a scenario to where it begins, and keep that."""
    stage = Stage(folder / scenario.name.replace(" ", "-"), program)
    stage.store.mkdir(parents=True)
    stage.before.write(stage.legacy)
    scenario.prepare(stage)
    for companion in stage.store.glob("rmos.db*.lock"):
        companion.unlink()
    shutil.rmtree(stage.template, ignore_errors=True)
    shutil.copytree(stage.store, stage.template)
    return stage


def finishes(scenario: Scenario, stage: Stage) -> list[str]:
    """What is wrong after the same command was given again, undisturbed."""
    done = stage.program.run(*scenario.command(stage), cwd=stage.folder)
    if done.crashed or done.code not in (scenario.code, *scenario.again):
        return [f"the next run ended with {done.code}: {done.err[-300:]}"]
    found = [f"in the end: {one}" for one in scenario.findings(stage, done.code == scenario.code)]
    if done.code == scenario.code:
        found += [f"in the end {name} is left" for name in oracle.leftovers(stage.store)]
    return found
