"""How a report reads, in all three formats, held word for word for one small workshop.

To accept a change: RMOS_ACCEPT=1 python -m pytest tests/integration/test_report_snapshots.py, and read the
difference.
"""

import json
import os
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from builders import EXAMPLES, execute, family, joblog, pattern, write
from rmos_migration import Report, build_report, migrate
from rmos_migration.presentation.environment import TEMPLATES
from rmos_migration.reports.formats import RENDERERS, Format, json_schema

SNAPSHOTS = Path(__file__).parents[1] / "data/reports"
ROSETTE = {
    "rings": [
        {"radius_mm": 45, "width_mm": 2, "segments": 90},
        {"radius_mm": 48.5, "width_mm": 5, "segments": 60, "color_hint": "#123456"},
    ]
}


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report of the second of two runs over a small workshop, at fixed times."""
    monkeypatch.chdir(tmp_path)
    tree = Path("legacy")
    write(
        tree,
        "strip_families/ebony.json",
        family("ebony", strips=[{"species": "ebony"}, {"species": "holly"}]),
    )
    write(
        tree,
        "patterns/rope.json",
        pattern("rope", name="Rope <& wave>", geometry=ROSETTE, ring_count=2, strip_family_id="ebony"),
    )
    write(tree, "patterns/flat.json", pattern("flat", geometry={"rows": 5, "columns": 7}))
    write(tree, "patterns/none.json", pattern("none", ring_count=0))
    write(tree, "patterns/twin.json", pattern("flat", name="another"))
    write(tree, "joblogs/jobs.jsonl", f'{json.dumps(joblog("j1"))}\n{{"id": "j2", "job_type": NaN}}\n')
    write(tree, "joblogs/late.json", joblog("j3", status="gluing", pattern_id="lost"))
    migrate(tree, "rmos.db")
    write(tree, "patterns/new.json", pattern("new"))
    migrate(tree, "rmos.db")
    execute(
        Path("rmos.db"),
        """
        UPDATE migration_runs SET
            started_at = '2026-01-05T10:00:0' || id || '.000000Z', tool_version = '1.2.3',
            finished_at = '2026-01-05T10:00:0' || id || '.500000Z', duration_seconds = 0.5;
        UPDATE schema_version SET applied_at = '2026-01-05T10:00:00.000000Z';
        """,
    )
    made = build_report("rmos.db", with_audit=True)
    assert made.database is not None
    fixed = {"made_at": "2026-01-05T10:01:00.000000Z", "tool_version": "1.2.3"}
    return made.model_copy(
        update=fixed | {"database": made.database.model_copy(update={"size_bytes": 123_456})}
    )


@pytest.mark.parametrize("form", list(Format))
def test_the_report_reads_as_it_did(form: Format, report: Report) -> None:
    snapshot = SNAPSHOTS / f"report.{form}"
    text = RENDERERS[form](report)
    for ours in ("report.css", "report.js"):  # they are in the repository already
        text = text.replace((TEMPLATES / ours).read_text(encoding="utf-8"), "")
    text = re.sub(r"sha256-[\w+/=]+", "sha256-", text)
    if os.environ.get("RMOS_ACCEPT"):
        snapshot.write_text(text, encoding="utf-8")
    assert text == snapshot.read_text(encoding="utf-8")


def test_the_published_schema_is_that_of_the_report() -> None:
    published = json.loads((EXAMPLES.parent / "docs/report.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema()
    Draft202012Validator.check_schema(published)


def test_reports_are_valid_against_the_published_schema(report: Report, tmp_path: Path) -> None:
    validator = Draft202012Validator(json_schema())
    database = tmp_path / "messy.db"
    summary = migrate(EXAMPLES / "messy_legacy", database)
    (tmp_path / "stats.json").write_text(json.dumps(summary.as_json()))
    for made in (report, build_report(database), build_report(statistics=tmp_path / "stats.json")):
        assert list(validator.iter_errors(json.loads(RENDERERS[Format.JSON](made)))) == []


def test_the_schema_refuses_what_is_no_report(report: Report) -> None:
    validator = Draft202012Validator(json_schema())
    value = json.loads(RENDERERS[Format.JSON](report))
    for wrong in ({"schema": "other"}, {"balanced": 7}, {"surprise": 1}, {"kept_out": [{}]}):
        assert not validator.is_valid(value | wrong)
    assert not validator.is_valid({key: part for key, part in value.items() if key != "gallery"})
