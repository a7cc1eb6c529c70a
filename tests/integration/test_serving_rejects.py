"""What the server says of documents that are kept out: where the fault is, at a cost that does not grow with the page."""

from pathlib import Path

import pytest

from builders import joblog, write
from rmos_migration import migrate
from rmos_migration.reports import documents
from rmos_migration.sources.read import read_files
from serving import MIGRATION, client


def test_a_file_of_many_rejects_is_read_once_for_a_page(
    tree: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tree, "joblogs/many.json", [joblog(f"j{number}", parameters=[]) for number in range(20)])
    write(tree, "joblogs/other.json", [joblog("a"), joblog("b", parameters=[])])
    migrate(tree, database)
    read: list[str] = []

    def noting(files: list[documents.SourceFile]) -> object:
        read.extend(file.path for file in files)
        return read_files(files)

    monkeypatch.setattr(documents, "read_files", noting)
    with client(database, tree) as calling:
        rejects = calling.get(f"{MIGRATION}/rejects").json()["rejects"]
    assert read == ["joblogs/many.json", "joblogs/other.json"]
    assert [reject["pointer"] for reject in rejects[:3]] == ["/0", "/1", "/10"]
    assert all(reject["notices"][0]["line"] == 1 for reject in rejects)
    assert len({reject["notices"][0]["column"] for reject in rejects[:20]}) == 20
