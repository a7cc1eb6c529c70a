"""What goes wrong is told in one shape on every route, and a database that cannot be read does not stop the
server."""

import json
import os
import shutil
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from builders import EXAMPLES, execute, migrate_messy, rmos
from rmos_migration.api.app import create_app
from rmos_migration.api.problems import TITLES, TYPE, ProblemBody
from serving import MIGRATION, STORES, TOKEN, TestClient, bearing, client, serving
from two_steps import older_database

pytestmark = pytest.mark.usefixtures("two_steps_throughout")

METHODS = ("get", "post", "put", "delete")
PROGRESS = f"{MIGRATION}/progress"
ALWAYS_ANSWERED = ("/healthz", "/metrics", PROGRESS)
KEY = urlsafe_b64encode(b'[1,"joblogs/integer-25-digits.json",""]').decode().rstrip("=")


def described() -> dict[str, Any]:
    """The OpenAPI document, which does not depend on what is served."""
    with client(Path("no.db")) as caller:
        document: dict[str, Any] = caller.get("/openapi.json").json()
        return document


DESCRIBED = described()
IDS = {"strip-families": "brass-05", "patterns": "p-bubinga", "joblogs": "j-020"}
PLACES = {
    template: template.format(run_id="1", key=KEY, record_id=IDS.get(f"{template}////".split("/")[4]))
    for template in DESCRIBED["paths"]
}
OPERATIONS = [
    (method.upper(), PLACES[template])
    for template, operations in DESCRIBED["paths"].items()
    for method in operations
]
READS = [place for method, place in OPERATIONS if method == "GET" and place not in ALWAYS_ANSWERED]
WRITES = [(method, place) for method, place in OPERATIONS if method != "GET"]
SHAPE = Draft202012Validator(
    DESCRIBED["components"]["schemas"]["Problem"] | {"components": DESCRIBED["components"]}
)


def kind_of(response: Any) -> str:
    """The kind of a problem, which has the one shape."""
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    SHAPE.validate(told)
    assert set(told) <= set(ProblemBody.model_fields)
    assert told["type"].startswith(TYPE)
    kind = str(told["type"].removeprefix(TYPE))
    assert (response.status_code, told["title"]) == TITLES[kind]
    assert told["status"] == response.status_code
    assert told["detail"]
    return kind


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a bit of everything, which no test changes."""
    database = tmp_path_factory.mktemp("filled") / "rmos.db"
    migrate_messy(database)
    return database


@pytest.fixture
def good(filled: Path, database: Path) -> Path:
    """Where a good database is."""
    shutil.copy(filled, database)
    return database


# one shape
# ---------------------------------------------------------------------------------------------------


def test_every_operation_says_that_it_may_answer_with_a_problem() -> None:
    assert len(OPERATIONS) > 25
    for template, operations in DESCRIBED["paths"].items():
        for method, operation in operations.items():
            content = operation["responses"]["default"]["content"]
            assert list(content) == ["application/problem+json"], (method, template)
            assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert "422" not in operation["responses"]
            assert ("security" in operation) is (method != "get")


def test_every_error_of_every_route_has_the_one_shape(good: Path) -> None:
    many = {f"x-{number}": "1" for number in range(70)}
    with (
        client(good) as caller,
        client(good, token=None) as stranger,
    ):
        for method, place in OPERATIONS:
            where = (method, place)
            headers = {"If-Match": "*"}
            evil = {"Host": "evil.example"}
            assert kind_of(caller.request(method, place, headers=evil)) == "host-refused", where
            assert kind_of(caller.request(method, place, headers=many)) == "headers-too-large", where
            assert kind_of(caller.request(method, f"{place}?{'x' * 5000}")) == "address-too-long", where
            assert kind_of(caller.request(method, f"{place}?no=1", headers=headers)) == "invalid", where
            assert kind_of(caller.request("PATCH", place)) == "method-not-allowed", where
            if method != "GET":
                cross = {"Origin": "http://evil.example"}
                assert kind_of(caller.request(method, place, headers=cross)) == "origin-refused", where
                assert kind_of(stranger.request(method, place)) == "token-needed", where
            if method in ("POST", "PUT"):
                as_text = headers | {"Content-Type": "text/plain"}
                large = b'"' + b"x" * (1024 * 1024) + b'"'
                as_json = headers | {"Content-Type": "application/json"}
                for content, kind_headers, kind in (
                    (b"{}", as_text, "not-json"),
                    (b"{", as_json, "invalid"),
                    (large, as_json, "too-large"),
                ):
                    refused = caller.request(method, place, headers=kind_headers, content=content)
                    assert kind_of(refused) == kind, where


def test_a_server_without_a_token_changes_nothing(good: Path) -> None:
    app = create_app(serving(good, token=None))
    with TestClient(app, "http://127.0.0.1") as caller:
        for method, place in WRITES:
            for headers in ({}, bearing(TOKEN)):
                refused = caller.request(method, place, headers=headers)
                assert kind_of(refused) == "changes-off", (method, place)
        assert caller.get(f"{MIGRATION}/status").status_code == 200


@pytest.mark.parametrize(
    "place",
    ["/nothing", "/api", STORES, MIGRATION, f"{MIGRATION}/runs/", f"{MIGRATION}/runs/1/nothing", "/healthz/",
     f"{STORES}/patterns/no-such", f"{STORES}/Patterns", f"{MIGRATION}/runs/77", "/%00", "/%FF",
     "/nothing%0A"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(good: Path, place: str) -> None:
    with client(good) as caller:
        assert kind_of(caller.get(place)) == "not-found"


def test_what_is_wrong_with_a_request_is_all_named(good: Path) -> None:
    with client(good) as caller:
        told = caller.get(f"{STORES}/patterns?limit=0&sort=x&ring_count=-1").json()
    assert {one["pointer"] for one in told["errors"]} == {"limit", "sort", "ring_count"}
    assert {one["code"] for one in told["errors"]} == {"field-invalid"}


# databases that cannot be read
# -------------------------------------------------------------------------------


def missing(database: Path) -> None:
    pass


def empty(database: Path) -> None:
    database.touch()


def older(database: Path) -> None:
    older_database(database)


def newer(database: Path) -> None:
    migrate_messy(database)
    execute(database, "INSERT INTO schema_version VALUES (99, '2099-01-01T00:00:00.000000Z', 'the future')")


def another_program(database: Path) -> None:
    execute(database, "CREATE TABLE customers (id INTEGER)")


def no_database(database: Path) -> None:
    database.write_text("Maple, walnut and a note on glue.\n" * 50)


def cut_off(database: Path) -> None:
    migrate_messy(database)
    os.truncate(database, 1000)


def overwritten(database: Path) -> None:
    migrate_messy(database)
    content = bytearray(database.read_bytes())
    content[100:3000] = bytes(byte ^ 0xFF for byte in content[100:3000])
    database.write_bytes(content)


def folder(database: Path) -> None:
    database.mkdir()


UNUSABLE: dict[str, tuple[Callable[[Path], None], str]] = {
    "missing": (missing, "database-missing"),
    "empty": (empty, "database-missing"),
    "older": (older, "database-older"),
    "newer": (newer, "database-newer"),
    "another program's": (another_program, "database-unusable"),
    "no database": (no_database, "database-unusable"),
    "cut off": (cut_off, "database-unusable"),
    "overwritten": (overwritten, "database-unusable"),
    "a folder": (folder, "database-unusable"),
}
IN_EVERY_STATE = pytest.mark.parametrize(("make", "kind"), UNUSABLE.values(), ids=UNUSABLE)


def put_in_place(database: Path, other: Path) -> None:
    """Replace what is there by another database, as a restored backup does."""
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    if database.is_dir():
        database.rmdir()
    copy = database.with_name("copy.db")
    shutil.copy(other, copy)
    copy.replace(database)


def all_is_well(caller: TestClient) -> bool:
    """Whether every operation that only reads succeeds."""
    return all(caller.get(place).status_code == 200 for place in [*READS, *ALWAYS_ANSWERED])


@IN_EVERY_STATE
def test_each_read_says_what_is_wrong_and_works_when_a_good_database_is_there(
    make: Callable[[Path], None], kind: str, filled: Path, database: Path
) -> None:
    make(database)
    with client(database) as caller:
        for _ in range(2):
            for place in READS:
                assert kind_of(caller.get(place)) == kind, place
        assert caller.get("/healthz").json() == {"status": "ok"}
        assert "rmos_database_readable 0.0" in caller.get("/metrics").text
        told = caller.get(PROGRESS)
        assert "event: idle" in told.text if kind == "database-missing" else kind_of(told) == kind
        put_in_place(database, filled)
        assert all_is_well(caller)
        assert "rmos_database_readable 1.0" in caller.get("/metrics").text
        assert caller.get("/readyz").json()["status"] == "ready"


NEW: dict[str, dict[str, Any]] = {
    "strip-families": {
        "id": "new",
        "name": "New",
        "width_mm": 2,
        "thickness_mm": 1,
        "material_type": "wood",
        "strips": [],
    },
    "patterns": {"name": "New", "ring_count": 1, "geometry": {"rings": [{"radius_mm": 40}]}},
    "joblogs": {"job_type": "slice", "parameters": {}},
}


@IN_EVERY_STATE
def test_nothing_is_written_into_it_or_beside_it(
    make: Callable[[Path], None], kind: str, database: Path
) -> None:
    make(database)
    before = {file.name for file in database.parent.iterdir()}
    content = database.read_bytes() if database.is_file() else b""
    with client(database, EXAMPLES / "rmos_legacy") as caller:
        for method, place in WRITES:
            (body,) = [fields for slug, fields in NEW.items() if f"/{slug}" in place] or [None]
            if body is not None:
                sent = None if method == "DELETE" else body
                response = caller.request(method, place, json=sent, headers={"If-Match": "*"})
                assert kind_of(response) == kind, (method, place)
        if kind in ("database-newer", "database-unusable"):
            assert kind_of(caller.post(f"{MIGRATION}/runs", json={})) == kind
    assert {file.name for file in database.parent.iterdir()} - {"rmos.db-wal", "rmos.db-shm"} == before
    assert not database.is_file() or database.read_bytes() == content


@IN_EVERY_STATE
def test_a_database_that_becomes_unusable_while_the_server_runs_is_noticed(
    make: Callable[[Path], None], kind: str, good: Path
) -> None:
    bad = good.with_name("bad") / "rmos.db"
    bad.parent.mkdir()
    make(bad)
    with client(good) as caller:
        assert all_is_well(caller)
        good.rename(good.with_name("good.db"))
        for beside in ("-wal", "-shm"):
            good.with_name(good.name + beside).unlink(missing_ok=True)
        if bad.exists():
            bad.rename(good)
        for place in READS:
            assert kind_of(caller.get(place)) == kind, place
        put_in_place(good, good.with_name("good.db"))
        assert all_is_well(caller)


def test_another_database_in_the_place_of_the_first_is_what_is_told_of(good: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert rmos("init", "--database", other).returncode == 0
    with client(good) as caller:
        status = f"{MIGRATION}/status"
        assert caller.get(status).json()["entity_counts"]["total"] == 44
        first = good.with_name("first.db")
        shutil.copy(good, first)
        put_in_place(good, other)
        assert caller.get(status).json()["entity_counts"]["total"] == 0
        assert caller.get(f"{STORES}/patterns").json()["total"] == 0
        assert kind_of(caller.get(f"{STORES}/patterns/p-bubinga")) == "not-found"
        assert kind_of(caller.get(f"{MIGRATION}/runs/1")) == "not-found"
        put_in_place(good, first)
        assert caller.get(status).json()["entity_counts"]["total"] == 44


def test_a_change_goes_into_the_database_that_is_there_now(good: Path, filled: Path) -> None:
    with client(good) as caller:
        assert all_is_well(caller)
        put_in_place(good, filled)
        assert caller.delete(f"{STORES}/joblogs/j-020").status_code == 200
        assert caller.get(f"{MIGRATION}/status").json()["entity_counts"]["joblogs"] == 23


def test_a_database_upgraded_beside_the_server_is_served_at_once(database: Path) -> None:
    older_database(database)
    with client(database) as caller:
        assert kind_of(caller.get("/readyz")) == "database-older"
        assert rmos("init", "--database", database).returncode == 0
        assert caller.get("/readyz").status_code == 200
        assert caller.get(f"{MIGRATION}/status").json()["entity_counts"]["total"] == 0


def test_a_table_taken_out_by_other_hands_is_damage_and_not_a_failure(good: Path) -> None:
    with client(good) as caller:
        assert all_is_well(caller)
        with closing(sqlite3.connect(good)) as connection:
            connection.executescript("PRAGMA foreign_keys = 0; DROP TABLE joblogs")
        assert kind_of(caller.get(f"{STORES}/joblogs")) == "database-unusable"
        assert kind_of(caller.get(f"{STORES}/joblogs/statistics")) == "database-unusable"
        assert caller.get("/metrics").status_code == 200
        assert caller.get(f"{STORES}/patterns").status_code == 200


@IN_EVERY_STATE
def test_callers_without_the_token_are_told_no_place(
    make: Callable[[Path], None], kind: str, database: Path
) -> None:
    make(database)
    folders = {str(database.parent), str(database.parent.resolve())}
    with client(database, token=None) as stranger, client(database) as trusted:
        for place in READS:
            told = stranger.get(place).text
            assert not any(one in told for one in folders), place
            assert TOKEN not in trusted.get(place).text
            assert json.loads(told)["type"] == trusted.get(place).json()["type"]


@pytest.mark.parametrize(
    "value", ["started_at = 'yesterday'", "counts_json = '[1]'", "counts_json = '{\"totals\": 5}'"]
)
def test_books_that_cannot_be_read_are_not_told_as_a_run_that_does_not_go_on(
    value: str, database: Path
) -> None:
    migrate_messy(database)
    execute(database, f"UPDATE migration_runs SET {value}")
    with client(database) as caller:
        told = caller.get(PROGRESS)
        assert (told.status_code, kind_of(told)) == (503, "database-unusable")
