"""What the API tells of the migration: every number against the database, every page to its end, runs that it
starts."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from builders import (
    EXAMPLES,
    RMOS_IN_SMALL_BATCHES,
    digests,
    execute,
    family,
    joblog,
    kept,
    migrate_messy,
    pattern,
    query,
    rmos,
    started,
    status_of,
    workshop,
    write,
)
from rmos_migration import audit, migrate
from rmos_migration.diagnostics import Severity
from rmos_migration.store.sqlite.lock import write_lock
from serving import MIGRATION, TestClient, at_the_end, client, served


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The messy example, migrated twice; only looked at."""
    database = tmp_path_factory.mktemp("messy") / "rmos.db"
    migrate_messy(database)
    migrate(EXAMPLES / "messy_legacy", database, rehash=True)
    return database


@pytest.fixture
def caller(messy: Path) -> Iterator[TestClient]:
    """Somebody without the token who asks about the messy example."""
    with client(messy, token=None) as calling:
        yield calling


@pytest.fixture
def small(tree: Path) -> Path:
    """A legacy folder of three records that arrive and one document that does not."""
    write(tree, "strip_families/f.json", family())
    write(tree, "patterns/p.json", pattern(strip_family_id="f1"))
    write(tree, "joblogs/j.json", joblog(pattern_id="p1"))
    write(tree, "joblogs/bad.json", '{\n "id": "bad",\n "job_type": }')
    return tree


def answer(caller: TestClient, place: str, /, **parameters: Any) -> dict[str, Any]:
    """The JSON of an answer that succeeds."""
    response = caller.get(f"{MIGRATION}/{place}", params=parameters)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    assert told["success"] is True
    return told


def to_the_end(caller: TestClient, place: str, name: str, /, **parameters: Any) -> list[dict[str, Any]]:
    """All entries of all pages, whose total is their number."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = answer(caller, place, **parameters, **cursor)
        assert len(page[name]) <= parameters["limit"]
        found += page[name]
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        cursor = {"cursor": page["next"]}


def counted(told: dict[str, Any]) -> tuple[int, ...]:
    """What became of documents, as the API counts them."""
    assert told["found"] == sum(told[name] for name in ("migrated", "unchanged", "conflicts", "rejected"))
    return tuple(told[name] for name in ("migrated", "unchanged", "conflicts", "rejected"))


def tallied(counts: dict[str, int]) -> tuple[int, ...]:
    """The same from a run's row, where what failed was either in conflict or rejected."""
    return tuple(counts[name] for name in ("migrated", "unchanged", "conflicts", "rejected"))


def problem(response: Any) -> tuple[int, str]:
    """Status and kind of a problem."""
    return response.status_code, response.json()["type"].rpartition(":")[2]


# status
# ------------------------------------------------------------------------------------------------------


def test_the_status_is_what_stands_in_the_database(caller: TestClient, messy: Path) -> None:
    told = answer(caller, "status")
    ((run, began, ended, status, counts),) = query(
        messy,
        "SELECT id, started_at, finished_at, status, counts_json"
        " FROM migration_runs ORDER BY id DESC LIMIT 1",
    )
    (applied,) = query(messy, "SELECT applied_at FROM schema_version ORDER BY version DESC LIMIT 1")[0]
    counts_told = told["migration_status"]["last_run"].pop("counts")
    assert counted(counts_told) == tallied(json.loads(counts)["totals"])
    assert told["migration_status"] == {
        "last_migration": ended,
        "database_location": "rmos.db",
        "database_size_mb": round(messy.stat().st_size / 1_000_000, 3),
        "schema_version": query(messy, "SELECT max(version) FROM schema_version")[0][0],
        "schema_applied_at": applied,
        "last_run": {
            "id": run,
            "status": status,
            "started_at": began,
            "finished_at": ended,
        },
    }
    rows = {
        table: query(messy, f"SELECT count(*) FROM {table}")[0][0]
        for table in ("strip_families", "patterns", "joblogs")
    }
    assert told["entity_counts"] == rows | {"total": sum(rows.values())}


RECENT = {
    "strip_families": ("id", "name", "created_at"),
    "patterns": ("id", "name", "created_at"),
    "joblogs": ("id", "job_type", "status", "created_at"),
}


def test_the_three_newest_of_each_kind_are_named(caller: TestClient, messy: Path) -> None:
    told = answer(caller, "status")["recent_entities"]
    assert set(told) == set(RECENT)
    for table, columns in RECENT.items():
        newest = query(
            messy, f"SELECT {', '.join(columns)} FROM {table} ORDER BY created_at DESC, id DESC LIMIT 3"
        )
        assert told[table] == [dict(zip(columns, row, strict=True)) for row in newest]


def test_only_callers_with_the_token_are_told_where_the_database_lies(messy: Path) -> None:
    with client(messy) as trusted:
        assert answer(trusted, "status")["migration_status"]["database_location"] == str(messy)


def test_the_validation_is_the_quick_audit_and_follows_the_data(small: Path, database: Path) -> None:
    migrate(small, database)
    with client(database) as caller:
        before = answer(caller, "status")["validation"]
        assert before["status"] == "warnings"
        assert before["errors"] == 0
        assert answer(caller, "status")["validation"] == before
        execute(database, "INSERT INTO strip_families (id, strips_json) VALUES ('smuggled', '[]')")
        after = answer(caller, "status")["validation"]
        assert (after["status"], after["errors"]) == ("errors_detected", 1)
        assert after["checked_at"] > before["checked_at"]
        execute(database, "DELETE FROM strip_families WHERE id = 'smuggled'")
        assert answer(caller, "status")["validation"]["status"] == "warnings"
    whole = [one.severity for one in audit(database).findings]
    assert whole.count(Severity.ERROR) == 0


def test_a_database_that_was_only_made_has_nothing_in_it(tree: Path, database: Path) -> None:
    assert rmos("init", "--database", database).returncode == 0
    with client(database) as caller:
        told = answer(caller, "status")
        assert told["migration_status"]["last_migration"] is None
        assert told["migration_status"]["last_run"] is None
        assert told["entity_counts"] == {"strip_families": 0, "patterns": 0, "joblogs": 0, "total": 0}
        assert told["recent_entities"] == {"strip_families": [], "patterns": [], "joblogs": []}
        assert told["validation"]["status"] == "healthy"
        assert answer(caller, "history") == {"success": True, "history": [], "total_migration_dates": 0}
        assert answer(caller, "runs") == {"success": True, "runs": [], "total": 0, "next": None}
        assert answer(caller, "rejects") == {
            "success": True,
            "rejects": [],
            "codes": {},
            "total": 0,
            "gone_total": 0,
            "next": None,
            "not_looked_at": [],
            "not_looked_at_total": 0,
        }


# history and runs
# --------------------------------------------------------------------------------------------


@pytest.fixture
def over_days(small: Path, database: Path) -> Path:
    """Four runs on three days: the first brought three records, the second on that day one, the others
    none."""
    migrate(small, database)
    write(small, "joblogs/second.json", joblog("j2"))
    for _ in range(3):
        migrate(small, database)
    for run, day in ((1, "2026-01-05"), (2, "2026-01-05"), (3, "2026-02-01"), (4, "2026-03-31")):
        for column in ("started_at", "finished_at"):
            execute(
                database,
                f"UPDATE migration_runs SET {column} = '{day}' || substr({column}, 11) WHERE id = {run}",
            )
    return database


def test_the_history_is_grouped_by_the_day_of_the_runs_the_latest_first(over_days: Path) -> None:
    with client(over_days) as caller:
        told = answer(caller, "history")
    assert told["total_migration_dates"] == 3
    assert [(day["date"], [run["id"] for run in day["runs"]]) for day in told["history"]] == [
        ("2026-03-31", [4]),
        ("2026-02-01", [3]),
        ("2026-01-05", [2, 1]),
    ]
    assert [(day["entities"], day["total"]) for day in told["history"]] == [
        ({"strip_families": 0, "patterns": 0, "joblogs": 0}, 0),
        ({"strip_families": 0, "patterns": 0, "joblogs": 0}, 0),
        ({"strip_families": 1, "patterns": 1, "joblogs": 2}, 4),
    ]


def test_the_runs_of_a_day_are_as_the_database_has_them(over_days: Path) -> None:
    with client(over_days) as caller:
        runs = [run for day in answer(caller, "history")["history"] for run in day["runs"]]
    for run in runs:
        ((status, began, seconds, counts),) = query(
            over_days,
            "SELECT status, started_at, duration_seconds, counts_json FROM migration_runs WHERE id = ?",
            run["id"],
        )
        assert (run["status"], run["started_at"], run["duration_seconds"]) == (status, began, seconds)
        assert counted(run["counts"]) == tallied(json.loads(counts)["totals"])


def test_a_run_that_was_undone_brought_nothing(small: Path, database: Path) -> None:
    assert migrate(small, database, all_or_nothing=True).status == "rolled_back"
    with client(database) as caller:
        (day,) = answer(caller, "history")["history"]
    assert (day["total"], day["runs"][0]["status"]) == (0, "rolled_back")


@pytest.mark.parametrize(("limit", "days"), [(1, 1), (2, 2), (500, 3)])
def test_the_limit_of_the_history_is_days_not_runs(over_days: Path, limit: int, days: int) -> None:
    with client(over_days) as caller:
        told = answer(caller, "history", limit=limit)
    assert (len(told["history"]), told["total_migration_dates"]) == (days, 3)


@pytest.mark.parametrize("limit", ["0", "501", "-1", "9" * 30, "1.5", "ten", "", "NaN"])
def test_other_limits_are_refused(caller: TestClient, limit: str) -> None:
    for path in ("history", "runs", "rejects", "runs/1/diagnostics"):
        refused = caller.get(f"{MIGRATION}/{path}", params={"limit": limit})
        assert problem(refused) == (422, "invalid")
        assert [one["pointer"] for one in refused.json()["errors"]] == ["limit"]


def test_all_runs_are_found_page_by_page_the_latest_first(over_days: Path) -> None:
    with client(over_days) as caller:
        for limit in (1, 3, 4, 500):
            found = to_the_end(caller, "runs", "runs", limit=limit)
            assert [run["id"] for run in found] == [4, 3, 2, 1]


def test_one_run_tells_all_that_it_counted(caller: TestClient, messy: Path) -> None:
    told = answer(caller, "runs/1")["run"]
    ((status, began, ended, seconds, text),) = query(
        messy,
        "SELECT status, started_at, finished_at, duration_seconds, counts_json"
        " FROM migration_runs WHERE id = 1",
    )
    counts = json.loads(text)
    assert (told["id"], told["status"], told["dry_run"]) == (1, status, False)
    assert (told["started_at"], told["finished_at"], told["duration_seconds"]) == (began, ended, seconds)
    assert counted(told["totals"]) == tallied(counts["totals"])
    assert told["generations"] == counts["generations"]
    assert told["diagnostics"] == counts["diagnostics"]
    for entity, tally in counts["entities"].items():
        assert counted(told["entities"][entity]) == tallied(tally)
    noticed = query(messy, "SELECT severity, count(*) FROM migration_diagnostics WHERE run_id = 1 GROUP BY 1")
    assert {severity: count for severity, count in told["diagnostics"].items() if count} == dict(noticed)
    assert told in answer(caller, "runs")["runs"]


@pytest.mark.parametrize("run", ["99", "999999999999999999", "dry-1"])
@pytest.mark.parametrize("of", ["", "/diagnostics", "/report"])
def test_a_run_that_is_not_there_is_not_found(caller: TestClient, run: str, of: str) -> None:
    assert problem(caller.get(f"{MIGRATION}/runs/{run}{of}")) == (404, "not-found")


@pytest.mark.parametrize(
    "run", ["0", "-1", "1.0", "x", "9" * 30, "dry-", "dry-0", "1%0A", "%D9%A1", "%00", "%FF"]
)
@pytest.mark.parametrize("of", ["", "/diagnostics", "/report"])
def test_what_is_no_number_of_a_run_is_refused(caller: TestClient, run: str, of: str) -> None:
    assert problem(caller.get(f"{MIGRATION}/runs/{run}{of}")) == (422, "invalid")


# diagnostics and report
# --------------------------------------------------------------------------------------

COLUMNS = ("code", "severity", "message", "path", "pointer", "line", "column")


def noted(database: Path, condition: str, *parameters: Any) -> list[dict[str, Any]]:
    """What a run noticed, in order."""
    rows = query(
        database,
        'SELECT code, severity, message, path, pointer, line, "column" FROM migration_diagnostics'
        f" WHERE {condition} ORDER BY id",
        *parameters,
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def same(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of notices, what the database holds of them."""
    return [{name: one[name] for name in COLUMNS} for one in told]


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_all_that_a_run_noticed_is_found_page_by_page(caller: TestClient, messy: Path, limit: int) -> None:
    for run in (1, 2):
        told = to_the_end(caller, f"runs/{run}/diagnostics", "diagnostics", limit=limit)
        assert same(told) == noted(messy, "run_id = ?", run)


def test_what_a_run_noticed_is_found_by_code_severity_and_path(caller: TestClient, messy: Path) -> None:
    asked = {
        "code = 'time-without-zone'": {"code": "time-without-zone"},
        "severity = 'error'": {"severity": "error"},
        "path LIKE 'joblogs/%'": {"path": "JOBLOGS/"},
        "severity = 'warning' AND path LIKE 'patterns/%'": {"severity": "warning", "path": "patterns/"},
        "code = 'no such code'": {"code": "no such code"},
        "instr(path, '%') > 0": {"path": "%"},
        "instr(path, '_') > 0": {"path": "_"},
    }
    for condition, parameters in asked.items():
        told = to_the_end(caller, "runs/1/diagnostics", "diagnostics", limit=2, **parameters)
        assert same(told) == noted(messy, f"run_id = 1 AND {condition}")
    assert problem(caller.get(f"{MIGRATION}/runs/1/diagnostics?severity=fatal")) == (422, "invalid")


def test_the_report_comes_in_three_formats(caller: TestClient) -> None:
    kinds = {"json": "application/json", "html": "text/html", "txt": "text/plain"}
    found = {form: caller.get(f"{MIGRATION}/runs/1/report?format={form}") for form in kinds}
    assert {form: one.headers["content-type"].partition(";")[0] for form, one in found.items()} == kinds
    assert found["json"].json()["run"]["id"] == 1
    assert found["json"].json()["run"]["totals"] == answer(caller, "runs/1")["run"]["totals"]
    assert found["html"].text.startswith("<!doctype html>")
    assert "script-src 'sha256-" in found["html"].headers["content-security-policy"]
    assert "json-number-range" in found["txt"].text
    assert caller.get(f"{MIGRATION}/runs/1/report").json().keys() == found["json"].json().keys()
    assert problem(caller.get(f"{MIGRATION}/runs/1/report?format=pdf")) == (422, "invalid")


# rejects
# -----------------------------------------------------------------------------------------------------


def kept_out(database: Path, condition: str = "1") -> list[tuple[Any, ...]]:
    """What is not loaded, in order."""
    return query(
        database,
        "SELECT path, pointer, code, run_id FROM migration_ledger"
        f" WHERE outcome IN ('rejected', 'conflict') AND {condition} ORDER BY source_id, 1, 2",
    )


def places(rejects: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Of documents that are not loaded, what the database holds of them."""
    return [(one["path"], one["pointer"], one["code"], one["run_id"]) for one in rejects]


@pytest.mark.parametrize("limit", [1, 4, 15, 500])
def test_all_that_is_kept_out_is_found_page_by_page(caller: TestClient, messy: Path, limit: int) -> None:
    assert places(to_the_end(caller, "rejects", "rejects", limit=limit)) == kept_out(messy)


def test_what_is_kept_out_is_found_by_code_and_path(caller: TestClient, messy: Path) -> None:
    asked = {
        "code = 'field-invalid'": {"code": "field-invalid"},
        "path LIKE 'patterns/%'": {"path": "Patterns/"},
        "code = 'json-syntax' AND path LIKE '%joblogs%'": {"code": "json-syntax", "path": "joblogs"},
        "outcome = 'conflict'": {"outcome": "conflict"},
        "outcome = 'rejected'": {"outcome": "rejected"},
        "0": {"code": "no such code"},
    }
    for condition, parameters in asked.items():
        told = to_the_end(caller, "rejects", "rejects", limit=1, **parameters)
        assert places(told) == kept_out(messy, condition)
    kept = "outcome IN ('rejected', 'conflict')"
    codes = query(messy, f"SELECT code, count(*) FROM migration_ledger WHERE {kept} GROUP BY 1")
    assert answer(caller, "rejects", code="no such code")["codes"] == dict(codes)


def test_every_reject_says_why_and_where(caller: TestClient) -> None:
    rejects = to_the_end(caller, "rejects", "rejects", limit=50)
    for one in rejects:
        first = one["notices"][0]
        severity = "error" if one["outcome"] == "rejected" else "warning"
        assert (first["code"], first["path"], first["severity"]) == (one["code"], one["path"], severity)
        assert (one["record_id"] is not None) == (one["outcome"] == "conflict")
        assert first["line"] is not None
        assert first["column"] is not None
        assert one["gone"] is False
    (large,) = [one for one in rejects if one["code"] == "json-number-range"]
    assert (large["notices"][0]["pointer"], large["notices"][0]["line"], large["notices"][0]["column"]) == (
        "/parameters/blade_serial",
        10,
        55,
    )


def test_each_key_leads_to_its_reject_and_the_lines_need_the_token(caller: TestClient, messy: Path) -> None:
    rejects = to_the_end(caller, "rejects", "rejects", limit=50)
    assert len({one["key"] for one in rejects}) == len(rejects)
    with client(messy) as trusted:
        for one in rejects:
            assert answer(caller, f"rejects/{one['key']}")["reject"] == one | {"excerpt": None}
            told = answer(trusted, f"rejects/{one['key']}")["reject"]
            excerpt = told.pop("excerpt")
            assert told == one
            if one["size_bytes"] and one["code"] != "encoding-unknown":
                place = one["notices"][0]
                assert excerpt["line"] == place["line"]
                assert excerpt["first_line"] <= place["line"] < excerpt["first_line"] + len(excerpt["lines"])


def test_a_reject_whose_file_was_taken_out_is_gone(small: Path, database: Path) -> None:
    migrate(small, database)
    (small / "joblogs/bad.json").unlink()
    with client(database) as caller:
        (told,) = answer(caller, "rejects")["rejects"]
        assert told["gone"] is True
        assert answer(caller, f"rejects/{told['key']}")["reject"]["gone"] is True


NO_CURSORS = [
    "",
    "x",
    "AAAA",
    "W10",
    "WzFd",
    "bnVsbA",
    "e30",
    "W251bGwsbnVsbCxudWxsXQ",
    "%FF",
    "%00",
    "%C3%A9",
]


@pytest.mark.parametrize("path", ["runs", "runs/1/diagnostics", "rejects"])
def test_a_cursor_that_the_server_never_gave_is_refused(caller: TestClient, path: str) -> None:
    own = {"WzFd"} if path != "rejects" else set()  # [1]
    nulls = {"rejects": "W251bGwsbnVsbCxudWxsXQ"}.get(path, "W251bGxd")  # [null], as many as there are values
    for cursor in {*NO_CURSORS, nulls, "WzFlMzAwXQ", "W3RydWVd", "W1sxXV0", "WyIxIl0"} - own:
        refused = caller.get(f"{MIGRATION}/{path}?cursor={cursor}")
        assert problem(refused) == (422, "invalid"), cursor
        assert [one["pointer"] for one in refused.json()["errors"]] == ["cursor"]


def test_a_key_that_the_server_never_gave_is_refused(caller: TestClient) -> None:
    for key in NO_CURSORS[1:]:
        assert problem(caller.get(f"{MIGRATION}/rejects/{key}")) == (422, "invalid"), key
    assert problem(caller.get(f"{MIGRATION}/rejects/WzEsIm5vIiwiIl0")) == (404, "not-found")  # [1,"no",""]


@pytest.mark.parametrize(
    "asked",
    ["runs?limt=5", "runs?limit=1&limit=2", "status?x", "rejects?code=a&code=a", "rejects?path=a%00b"],
)
def test_a_parameter_that_would_be_passed_over_in_silence_is_refused(caller: TestClient, asked: str) -> None:
    assert problem(caller.get(f"{MIGRATION}/{asked}")) == (422, "invalid")


# starting runs
# -----------------------------------------------------------------------------------------------


def begun(caller: TestClient, **order: Any) -> str:
    """Start a run; where to ask for it."""
    response = caller.post(f"{MIGRATION}/runs", json=order)
    assert response.status_code == 202, response.text
    told = response.json()
    assert (told["success"], told["dry_run"]) == (True, order.get("dry_run", False))
    assert told["location"] == response.headers["location"] == f"{MIGRATION}/runs/{told['run']}"
    return str(told["location"])


def test_a_dry_run_says_what_would_happen_and_changes_no_byte(small: Path, database: Path) -> None:
    migrate(small, database)
    write(small, "joblogs/new.json", joblog("new"))
    write(small, "patterns/bad.json", "[")
    before = digests(database.parent)["rmos.db"]
    with client(database, small) as caller:
        place = begun(caller, dry_run=True)
        assert place.endswith("/dry-1")
        at_the_end(caller)
        run = caller.get(place).json()["run"]
        assert (run["id"], run["dry_run"], run["status"]) == ("dry-1", True, "completed_with_rejects")
        assert (run["totals"]["migrated"], run["totals"]["unchanged"], run["totals"]["rejected"]) == (1, 3, 2)
        assert run["entities"]["joblogs"]["migrated"] == 1
        assert digests(database.parent)["rmos.db"] == before
        assert answer(caller, "runs")["total"] == 1
        for form in ("json", "html", "txt"):
            assert caller.get(f"{place}/report?format={form}").status_code == 200
        assert caller.get(f"{place}/report").json()["run"]["dry_run"] is True
        second = begun(caller, dry_run=True)
        at_the_end(caller)
        assert second.endswith("/dry-2")
        assert caller.get(second).json()["run"]["totals"] == run["totals"]


def test_a_dry_run_tells_page_by_page_why_documents_would_be_kept_out(small: Path, database: Path) -> None:
    write(small, "patterns/bad.json", "[")
    with client(database, small) as caller:
        begun(caller, dry_run=True)
        at_the_end(caller)
        asked = {
            ("joblogs/bad.json", "patterns/bad.json"): {},
            ("patterns/bad.json",): {"path": "PATTERNS"},
            ("joblogs/bad.json", "patterns/bad.json", None): {"code": "json-syntax", "severity": "error"},
            (): {"severity": "warning"},
            (None,): {"code": "no-such-code"},
        }
        for paths, parameters in asked.items():
            told = to_the_end(caller, "runs/dry-1/diagnostics", "diagnostics", limit=1, **parameters)
            assert sorted(one["path"] for one in told) == [path for path in paths if path]
    assert not database.exists()


def test_a_dry_run_that_failed_says_so(tmp_path: Path, database: Path) -> None:
    with client(database, tmp_path / "nowhere") as caller:
        refused = caller.post(f"{MIGRATION}/runs", json={"dry_run": True})
        assert problem(refused) == (422, "invalid")


def test_a_run_is_started_and_does_what_the_command_does(small: Path, database: Path) -> None:
    twin = database.with_name("twin.db")
    migrate(small, twin)
    with client(database, small) as caller:
        place = begun(caller)
        at_the_end(caller)
        run = caller.get(place).json()["run"]
        assert (run["id"], run["status"], run["dry_run"]) == (1, "completed_with_rejects", False)
        assert run["totals"]["migrated"] == 3
        assert answer(caller, "status")["entity_counts"]["total"] == 3
        again = caller.get(begun(caller)).json()["run"]
        assert again["id"] == 2
        at_the_end(caller)
        assert answer(caller, "runs/2")["run"]["totals"]["unchanged"] == 3
    assert kept(database)["patterns"] == kept(twin)["patterns"]


def test_a_run_keeps_to_what_was_ordered(small: Path, database: Path) -> None:
    with client(database, small) as caller:
        place = begun(caller, all_or_nothing=True)
        at_the_end(caller)
        assert caller.get(place).json()["run"]["status"] == "rolled_back"
        place = begun(
            caller, max_rejects="0", on_conflict="replace", missing_references="reject", rehash=True
        )
        at_the_end(caller)
        run = caller.get(place).json()["run"]
    assert run["status"] == "failed"
    assert run["options"]["max_rejects"] == "0"
    assert (run["options"]["on_conflict"], run["options"]["missing_references"]) == ("replace", "reject")


ORDERS: dict[str, tuple[Any, str]] = {
    "no option": ({"dryrun": True}, "/dryrun"),
    "no yes or no": ({"dry_run": 1}, "/dry_run"),
    "no policy": ({"on_conflict": "ask"}, "/on_conflict"),
    "no text": ({"encoding": 5}, "/encoding"),
    "a long limit": ({"max_rejects": "9" * 21}, "/max_rejects"),
    "no object": ([], ""),
}


@pytest.mark.parametrize(("order", "pointer"), ORDERS.values(), ids=ORDERS)
def test_an_order_that_cannot_be_followed_is_refused(
    small: Path, database: Path, order: Any, pointer: str
) -> None:
    with client(database, small) as caller:
        refused = caller.post(f"{MIGRATION}/runs", json=order)
    assert problem(refused) == (422, "invalid")
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert not database.exists()


@pytest.mark.parametrize(
    "order",
    [
        {"max_rejects": "many"},
        {"max_rejects": "-1"},
        {"encoding": "no-such"},
        {"encoding": "rot13"},
        {"encoding": "\0"},
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_values_that_only_the_run_can_refuse_are_refused(
    small: Path, database: Path, order: dict[str, Any], dry_run: bool
) -> None:
    with client(database, small) as caller:
        assert problem(caller.post(f"{MIGRATION}/runs", json=order | {"dry_run": dry_run})) == (
            422,
            "invalid",
        )
    assert not database.exists()


def test_a_source_that_is_not_there_is_a_problem_without_its_place(tmp_path: Path, database: Path) -> None:
    with client(database, tmp_path / "nowhere") as caller:
        refused = caller.post(f"{MIGRATION}/runs", json={})
    assert problem(refused) == (422, "invalid")
    assert "nowhere" in refused.json()["detail"]
    assert not database.exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_no_run_is_started_while_another_process_writes(small: Path, database: Path, dry_run: bool) -> None:
    migrate(small, database)
    with client(database, small) as caller:
        with write_lock(database, "a test"):
            refused = caller.post(f"{MIGRATION}/runs", json={"dry_run": dry_run})
            assert problem(refused) == (409, "locked")
        assert answer(caller, "runs")["total"] == 1
        begun(caller, dry_run=dry_run)
        at_the_end(caller)


def test_two_runs_that_are_ordered_at_once_do_not_go_on_together(small: Path, database: Path) -> None:
    with client(database, small) as caller, ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda order: caller.post(f"{MIGRATION}/runs", json=order), [{}, {}]))
        began = [one for one in answers if one.status_code == 202]
        refused = [one for one in answers if one.status_code != 202]
        assert began
        assert [problem(one) for one in refused] == [(409, "locked")] * len(refused)
        at_the_end(caller)
        runs = [caller.get(one.headers["location"]).json()["run"] for one in began]
        assert sum(run["totals"]["migrated"] for run in runs) == 3
        assert all(run["status"].startswith("completed") for run in runs)
        assert answer(caller, "runs")["total"] == len(began)


MANY = 1_500
ONE_BY_ONE = [part.replace("BATCH_DOCUMENTS = 25", "BATCH_DOCUMENTS = 1") for part in RMOS_IN_SMALL_BATCHES]
"""With as many batches, their migration takes a few times as long as the half second between two events."""

# progress
# ----------------------------------------------------------------------------------------------------


def test_where_no_run_goes_on_the_progress_says_so_and_ends(caller: TestClient, database: Path) -> None:
    told = at_the_end(caller)
    assert [name for name, _ in told] == ["idle"]
    assert told[0][1]["state"] == "idle"


def test_the_progress_of_a_run_on_the_command_line_is_told_until_its_end(tree: Path, database: Path) -> None:
    workshop(tree, MANY)
    assert rmos("init", "--database", database).returncode == 0
    with served(database, "--source", tree) as server, server.client(token=None) as caller:
        command = [*ONE_BY_ONE, "migrate", tree, "--database", database, "--quiet"]
        with started(*command) as process:
            told: list[tuple[str, dict[str, Any]]] = []
            while process.poll() is None and not any(name == "running" for name, _ in told):
                told += at_the_end(caller)
                time.sleep(0.02)
            process.communicate(timeout=60)
        assert process.returncode == 0
        assert caller.get(f"{MIGRATION}/status").json()["entity_counts"]["total"] == MANY
    steps = [one for name, one in told if name == "running"]
    assert steps
    assert {(one["run"], one["dry_run"], one["status"]) for one in steps} == {("1", False, "running")}
    documents = [one["documents"] for one in steps]
    assert documents == sorted(documents)
    assert 0 < max(documents) <= MANY
    name, last = told[-1]
    assert (name, last["state"], last["status"], last["documents"]) == ("ended", "ended", "completed", MANY)
    assert status_of(database, 1) == "completed"
