"""What stands beside the known keys of a wrapping is not passed over: records in it arrive, or are told
of."""

import json
from pathlib import Path
from typing import Any

import pytest

from builders import entries, joblog, pattern, records, write
from rmos_migration import export, migrate, verify


def job(number: int) -> dict[str, Any]:
    return joblog(f"j{number}")


J1, J2, J3 = job(1), job(2), job(3)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ({"runs": [J1], "jobs": [J2, J3]}, {"/runs/0", "/jobs/0", "/jobs/1"}),
        ({"runs": [], "jobs": [J2, J3]}, {"/jobs/0", "/jobs/1"}),
        ({"runs": {}, "data": {"j1": J1}}, {"/data/j1"}),
        ({"runs": [J1], "page2": {"runs": [J2]}}, {"/runs/0", "/page2/runs/0"}),
        ({"items": [J1], "meta": {"runs": [J2, J3]}}, {"/items/0", "/meta/runs/0", "/meta/runs/1"}),
        ({"success": True, "joblog": J1, "previous": J2}, {"/joblog", "/previous"}),
        ({"type": "job:created", "data": J1, "before": J2}, {"/data", "/before"}),
        ({"value": [J1], "Count": 1, "next": [J2]}, {"/value/0", "/next/0"}),
        ({"runs": [J1], "archive": {"2019": [J2], "2020": {"deep": J3}}},
         {"/runs/0", "/archive/2019/0", "/archive/2020/deep"}),
    ],
)  # fmt: skip
def test_records_beside_a_known_key_arrive(
    content: dict[str, Any], wanted: set[str], tree: Path, database: Path, tmp_path: Path
) -> None:
    write(tree, "joblogs/a.json", content)
    summary = migrate(tree, database)
    assert {entry["pointer"] for entry in entries(database)} == wanted
    assert (summary.exit_code, summary.totals.migrated) == (0, len(wanted))
    assert set(records(database, "joblogs")) <= {"j1", "j2", "j3"}
    assert verify(tree, database).holds
    export(database, tmp_path / "back", format="source")
    assert migrate(tmp_path / "back", tmp_path / "again.db").totals.migrated == len(wanted)


def test_records_of_another_kind_beside_a_known_key_are_told_of(tree: Path, database: Path) -> None:
    write(tree, "patterns/a.json", {"patterns": [pattern("p")], "logs": [J1]})
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (1, 1)
    assert summary.counts.codes["wrong-folder"] == 1


def test_json_text_in_place_of_a_record_is_told_of(tree: Path, database: Path) -> None:
    write(tree, "joblogs/a.json", {"runs": {"a": json.dumps(J1), "b": J2, "version": "1.2", "count": 2}})
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (1, 1)


def test_a_list_of_what_is_no_record_is_noticed(tree: Path, database: Path) -> None:
    write(
        tree, "joblogs/a.json", {"runs": [J1], "errors": [{"id": "j2", "job_type": "slice"}], "tags": ["a"]}
    )
    summary = migrate(tree, database)
    assert (summary.totals.found, summary.counts.codes["keys-around"]) == (1, 1)


def test_siblings_of_a_fault_arrive_beside_a_known_key(tree: Path, database: Path) -> None:
    bad = json.dumps(J1)[:-1] + ', "x": NaN}'
    write(tree, "joblogs/a.json", f'{{"runs": [{bad}], "jobs": [{json.dumps(J2)}, {bad}]}}')
    summary = migrate(tree, database)
    assert (summary.totals.migrated, summary.totals.rejected) == (1, 2)
    assert set(records(database, "joblogs")) == {"j2"}


def test_a_wrapper_that_stands_often_costs_its_length_only(tree: Path, database: Path) -> None:
    one = json.dumps(J1)
    write(tree, "joblogs/a.json", "{" + ",".join(f'"runs": [{one}]' for _ in range(6000)) + "}")
    assert migrate(tree, database).totals.found == 6000
