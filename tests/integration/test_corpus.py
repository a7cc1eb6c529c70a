"""Real documents of RMOS programs become what their list says, and can be rebuilt; where the corpus is at
hand."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from builders import entries, records
from rebuilding import is_equal_json, rebuilt, source_document
from rmos_migration import RunSummary, migrate
from rmos_migration.entities import BY_NAME

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
FOLDERS = {"family": "strip_families", "pattern": "patterns", "job": "joblogs"}


def expected() -> list[dict[str, str]]:
    """The rows of the corpus's list: path, class, migrated, rejected, generation, reason."""
    if not (CORPUS / "EXPECT.tsv").exists():
        return []
    with (CORPUS / "EXPECT.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def placed(path: str) -> str:
    """Where a document of the corpus lies in a legacy folder; those of ``encodings`` belong to three
    folders."""
    folder, name = path.split("/")
    return f"{FOLDERS[name.split('-')[0]]}/{name}" if folder == "encodings" else path


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """An empty legacy folder."""
    return tmp_path / "legacy"


def migrated_alone(path: str, legacy: Path, database: Path) -> RunSummary:
    target = legacy / placed(path)
    target.parent.mkdir(parents=True)
    shutil.copyfile(CORPUS / path, target)
    return migrate(legacy, database)


ROWS = expected()
if ROWS:  # without the corpus there is nothing to test, and nothing is skipped

    @pytest.mark.parametrize("row", ROWS, ids=[row["path"] for row in ROWS])
    def test_document_becomes_what_the_corpus_expects(
        row: dict[str, str], alone: Path, database: Path
    ) -> None:
        summary = migrated_alone(row["path"], alone, database)
        assert summary.totals.migrated == int(row["migrated"])
        assert summary.totals.rejected == int(row["rejected"])
        found = entries(database)
        if row["class"] == "migrate":
            assert {entry["generation"] for entry in found} <= {row["generation"]}
        else:
            allowed = set(row["reason"].split(":")[0].split("|"))
            assert {entry["code"] for entry in found} <= allowed

    @pytest.mark.parametrize(
        "row", [row for row in ROWS if row["class"] == "migrate"], ids=lambda row: row["path"]
    )
    def test_document_of_the_corpus_can_be_rebuilt(row: dict[str, str], alone: Path, database: Path) -> None:
        migrated_alone(row["path"], alone, database)
        found = entries(database)
        assert len(found) == int(row["migrated"])
        for entry in found:
            stored = records(database, entry["entity"])[entry["record_id"]]
            document = rebuilt(BY_NAME[entry["entity"]], stored, json.loads(entry["derived"] or "[]"))
            assert is_equal_json(document, source_document(alone, entry["path"], entry["pointer"]))

    def test_whole_corpus_balances_and_the_second_run_finds_it_there(tmp_path: Path, database: Path) -> None:
        legacy = tmp_path / "legacy"
        for row in ROWS:
            (legacy / placed(row["path"])).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CORPUS / row["path"], legacy / placed(row["path"]))
        first = migrate(legacy, database)
        second = migrate(legacy, database)
        assert first.counts.balanced
        assert second.counts.balanced
        documents = sum(int(row["migrated"]) + int(row["rejected"]) for row in ROWS)
        assert first.totals.found == second.totals.found == documents
        assert second.totals.migrated == 0
        assert second.totals.unchanged == first.totals.migrated + first.totals.unchanged
        assert second.counts.generations == first.counts.generations
