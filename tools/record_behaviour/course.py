"""What is done with a workshop, in order: every verb, before and after migrations and edits."""

import shutil
from contextlib import closing
from pathlib import Path

from .database import change_behind_its_back, ids, opened, record_database
from .questions import record_answers, record_once
from .recorder import Recorder
from .workshops import Workshop, edit, plant

VERBS = (
    *("migrate", "inspect", "audit", "verify", "report", "serve", "status", "history"),
    *("rejects", "draw", "export", "backup", "token", "schema", "init", "doctor"),
)
ENTITIES = ("strip_families", "patterns", "joblogs")


def record_workshop(recorder: Recorder, name: str) -> None:
    """Record everything about one workshop."""
    (recorder.work / "outside.json").write_text('{"name": "outside"}', encoding="utf-8")
    workshop = plant(name, recorder.work / "legacy")
    _look(recorder)
    _migrate(recorder)
    _ask(recorder, "2-asked")
    _again(recorder)
    edit(workshop)
    _edited(recorder)
    _elsewhere(recorder, workshop)
    record_answers(recorder, "6-api")
    _after_changes(recorder.after_changes())
    _meddled_with(recorder)


def record_program(recorder: Recorder) -> None:
    """Record help, schemas, and what goes wrong without a database and with wrong calls."""
    recorder.rmos("help/rmos", "--help")
    recorder.rmos("help/version", "--version")
    for verb in VERBS:
        recorder.rmos(f"help/{verb}", f"{verb} --help")
    recorder.rmos("help/rules", "audit --explain all")
    recorder.rmos("help/rule", "audit --explain job-unfinished")
    for entity in ENTITIES:
        recorder.rmos(f"schema/{entity}", f"schema {entity}")
    recorder.rmos("schema/all", "schema")
    for verb in ("audit", "status", "history", "rejects", "report", "doctor", "token"):
        recorder.rmos(f"no-database/{verb}", verb)
    for verb, argument in (("draw", "x"), ("export", "out"), ("backup", "out.db"), ("verify", ".")):
        recorder.rmos(f"no-database/{verb}", f"{verb} {argument}")
    recorder.rmos("no-database/migrate", "migrate")
    recorder.rmos("new/init", "init --database new.db")
    recorder.rmos("new/init-again", "init --database new.db")
    for verb in ("status", "audit", "doctor", "history", "rejects", "report", "export exported"):
        recorder.rmos(f"new/{verb.split()[0]}", f"{verb} --database new.db")
    _called_wrongly(recorder)
    record_once(recorder, "serve")


def _called_wrongly(recorder: Recorder) -> None:
    (recorder.work / "text.db").write_text("no database\n" * 200, encoding="utf-8")
    (recorder.work / "folder.db").mkdir()
    (recorder.work / "empty").mkdir()
    calls = {
        "unknown-verb": "migrat",
        "unknown-option": "migrate --dry-rum",
        "no-argument": "export",
        "no-such-folder": "migrate nowhere",
        "empty-folder": "migrate empty",
        "policy": "migrate empty --on-conflict win",
        "limit": "migrate empty --max-rejects many",
        "encoding": "migrate empty --encoding klingon",
        "text-as-database": "status --database text.db",
        "migrate-into-text": "migrate empty --database text.db",
        "folder-as-database": "status --database folder.db",
        "other-database": "status --database postgresql://localhost/rmos",
        "rule": "audit --explain no-such-rule --database new.db",
        "run": "report 99 --database new.db",
        "entity": "schema guitars",
        "verify-nothing": "verify nowhere --database new.db",
        "log": "--log-level debug --log-json status --database new.db",
    }
    for name, command in calls.items():
        recorder.rmos(f"called-wrongly/{name}", command)


def _look(recorder: Recorder) -> None:
    recorder.rmos("0-look/inspect", "inspect legacy")
    recorder.rmos("0-look/inspect-json", "inspect legacy --json")
    recorder.rmos("0-look/inspect-cp1252", "inspect legacy --kept-out --encoding cp1252")
    recorder.rmos("0-look/dry-run", "migrate legacy --dry-run")
    recorder.rmos("0-look/dry-run-json", "migrate legacy --dry-run --json --encoding cp1252")


def _migrate(recorder: Recorder) -> None:
    recorder.rmos("1-migrate/all-or-nothing", "migrate legacy --all-or-nothing --database whole.db")
    recorder.rmos("1-migrate/verbose", "migrate legacy --verbose --database verbose.db")
    recorder.rmos("1-migrate/quiet", "migrate legacy --quiet --max-rejects 3 --database few.db")
    recorder.rmos("1-migrate/json", "migrate legacy --json --stats stats.json --report reports")
    recorder.tree("1-migrate/reports", "reports")
    record_database(recorder, "1-migrate/database")


def _ask(recorder: Recorder, name: str) -> None:
    """Ask every verb that only reads, as text and as JSON, and by its other options."""
    for verb in ("status", "history", "rejects", "doctor", "audit"):
        recorder.rmos(f"{name}/{verb}", verb)
        recorder.rmos(f"{name}/{verb}-json", f"{verb} --json")
    recorder.rmos(f"{name}/rejects-some", "rejects --code json-syntax --limit 2")
    recorder.rmos(f"{name}/rejects-save", f"rejects --gone --save {name}-saved")
    recorder.tree(f"{name}/rejects-saved", f"{name}-saved")
    for form in ("junit", "sarif"):
        recorder.rmos(f"{name}/audit-{form}", f"audit --format {form}")
    recorder.rmos(f"{name}/audit-output", f"audit --json --output {name}-known.json")
    strict = "audit --fail-on warning --skip file"
    recorder.rmos(f"{name}/audit-baseline", f"{strict} --baseline {name}-known.json")
    recorder.rmos(f"{name}/audit-strict", f"{strict} --rules geometry,references,document-kept-out")
    recorder.rmos(f"{name}/verify", "verify legacy --verbose")
    proof = f"--certificate {name}-proof.json"
    recorder.rmos(f"{name}/verify-json", f"verify legacy --json --max-rejected 1% {proof}")
    for form in ("txt", "json", "html"):
        recorder.rmos(f"{name}/report-{form}", f"report --format {form}")
    recorder.rmos(f"{name}/report-output", f"report 1 --with-audit --output {name}-reports")
    recorder.tree(f"{name}/report-of-1-with-audit", f"{name}-reports")
    recorder.rmos(f"{name}/report-from-stats", "report --from stats.json")
    _export(recorder, name)
    _draw(recorder, name)


def _export(recorder: Recorder, name: str) -> None:
    recorder.rmos(f"{name}/export", f"export {name}-canonical")
    recorder.tree(f"{name}/export-canonical", f"{name}-canonical")
    recorder.rmos(f"{name}/export-json", f"export {name}-source --format source --json")
    recorder.tree(f"{name}/export-source", f"{name}-source")


def _draw(recorder: Recorder, name: str) -> None:
    patterns = ids(recorder.work / "rmos.db", "patterns")
    for number, pattern in enumerate(patterns[:: max(len(patterns) // 4, 1)][:4]):
        recorder.rmos(f"{name}/draw-{number}", "draw --", pattern)
    recorder.rmos(f"{name}/draw-unknown", "draw no-such-pattern")


def _again(recorder: Recorder) -> None:
    recorder.rmos("3-again/migrate", "migrate legacy")
    recorder.rmos("3-again/rehash", "migrate legacy --rehash --json")
    recorder.rmos("3-again/export-migrated", "migrate 2-asked-canonical --database again.db --json")
    recorder.rmos("3-again/backup", "backup backup.db")
    recorder.rmos("3-again/backup-again", "backup backup.db")
    (recorder.work / "backups").mkdir()
    recorder.rmos("3-again/backup-folder", "backup backups")
    rows = {entity: _same_rows(recorder.work, entity) for entity in ENTITIES}
    recorder.json("3-again/same-rows-as-rmos.db", rows)


def _same_rows(work: Path, entity: str) -> dict[str, bool]:
    def rows(database: str) -> list[tuple[object, ...]]:
        with closing(opened(work / database)) as connection:
            return [tuple(row) for row in connection.execute(f"SELECT * FROM {entity} ORDER BY id")]  # noqa: S608

    return {
        database: rows(database) == rows("rmos.db") for database in ("backup.db", "again.db", "verbose.db")
    }


def _edited(recorder: Recorder) -> None:
    recorder.rmos("4-edited/inspect", "inspect legacy --kept-out")
    recorder.rmos("4-edited/verify-before", "verify legacy")
    for policy in ("keep", "reject"):
        options = f"--dry-run --json --on-conflict {policy} --missing-references reject"
        recorder.rmos(f"4-edited/dry-run-{policy}", f"migrate legacy {options}")
    replacing = "migrate legacy --on-conflict replace"
    recorder.rmos("4-edited/all-or-nothing", f"{replacing} --all-or-nothing")
    recorder.rmos("4-edited/max-rejects", f"{replacing} --max-rejects 0 --json")
    recorder.rmos("4-edited/replace", f"{replacing} --verbose")
    record_database(recorder, "4-edited/database")
    _ask(recorder, "4-edited")


def _elsewhere(recorder: Recorder, workshop: Workshop) -> None:
    """Migrate a part of the workshop from another folder, and the first folder from another place."""
    for entity in ENTITIES:
        for file in workshop.documents(entity)[1::3]:
            target = recorder.work / "second" / file.relative_to(workshop.tree)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    recorder.rmos("5-elsewhere/second", "migrate second --json --missing-references reject")
    recorder.rmos("5-elsewhere/verify", "verify second")
    shutil.move(recorder.work / "second", recorder.work / "moved")
    recorder.rmos("5-elsewhere/moved", "migrate moved --json")
    recorder.rmos("5-elsewhere/export", "export of-two --format source --json")
    record_database(recorder, "5-elsewhere/database")


def _after_changes(recorder: Recorder) -> None:
    record_database(recorder, "7-after/database")
    for verb in ("status", "audit", "rejects"):
        recorder.rmos(f"7-after/{verb}", f"{verb} --json")
    recorder.rmos("7-after/migrate", "migrate legacy --json --rehash")
    recorder.rmos("7-after/report", "report")
    recorder.rmos("7-after/verify", "verify legacy --json")
    recorder.rmos("7-after/export", "export 7-after-canonical")
    recorder.tree("7-after/export-canonical", "7-after-canonical")


def _meddled_with(recorder: Recorder) -> None:
    """Change a database as another program would, first soundly and then not; record what is said of it."""
    change_behind_its_back(
        recorder.work / "verbose.db",
        "DELETE FROM patterns WHERE id = (SELECT min(id) FROM patterns)",
        "UPDATE joblogs SET pattern_id = 'nowhere' WHERE id = (SELECT min(id) FROM joblogs)",
        "UPDATE strip_families SET width_mm = 77 WHERE id = (SELECT min(id) FROM strip_families)",
        "UPDATE patterns SET name = ' ', geometry_json = '[]' WHERE id = (SELECT max(id) FROM patterns)",
        "DELETE FROM migration_diagnostics WHERE id % 3 = 0",
        "DROP INDEX idx_joblogs_status",
    )
    for verb in (
        "status",
        "doctor",
        "audit",
        "rejects",
        "verify legacy",
        "report",
        "export changed --format source",
    ):
        form = "" if verb in ("report", "verify legacy") else "--json"
        recorder.rmos(f"8-meddled-with/{verb.split()[0]}", f"{verb} {form} --database verbose.db")
    recorder.rmos("8-meddled-with/repair", "audit --repair --database verbose.db")
    recorder.rmos("8-meddled-with/migrate", "migrate legacy --rehash --database verbose.db")
    change_behind_its_back(
        recorder.work / "verbose.db",
        "UPDATE joblogs SET status = 'gluing' WHERE id = (SELECT max(id) FROM joblogs)",
        "UPDATE patterns SET geometry_json = '{' WHERE id = (SELECT max(id) FROM patterns)",
        "CREATE VIEW own AS SELECT id FROM patterns",
    )
    for verb in ("status", "doctor", "audit", "verify legacy", "report", "migrate legacy"):
        recorder.rmos(f"9-damaged/{verb.split()[0]}", f"{verb} --database verbose.db")
