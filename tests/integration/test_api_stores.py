"""The records over the API, the same for every entity: paging, filters, one, and changes that leave the books
true."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from builders import entries, execute, family, joblog, pattern, query, records, write
from rmos_migration import audit, migrate, verify
from rmos_migration.diagnostics import Severity
from rmos_migration.entities import ENTITIES, Entity
from serving import STORES, TestClient, client, served

BUILT = {"strip_families": family, "patterns": pattern, "joblogs": joblog}
BY_ENTITY = pytest.mark.parametrize("entity", ENTITIES, ids=[entity.name for entity in ENTITIES])
ODD_IDS = [
    "a/b",
    "a b",
    "a%2Fb",
    "Ångström ₂",
    "漢字",
    "👍",
    "?limit=1",
    "#1",
    "a+b&c=d",
    'say "hi"',
    "~",
    "a/drawing",
    "statistics",
    "by-id",
    ".",
    "..",
    "a/..",
    "drawing.svg",
    "a/drawing.svg",
    "a/drawing.svg/drawing.svg",
    "a/statistics",
    "漢" * 200,
]
RECORDS = 40


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty records of each entity, some of one time, some of none, and one document that is not loaded."""
    tree = tmp_path_factory.mktemp("stores") / "legacy"
    for number in range(RECORDS):
        when = {} if number % 5 == 0 else {"created_at": f"2025-01-{number % 7 + 1:02}T10:00:00Z"}
        name = f"{'Rope' if number % 3 else 'ROPE 100%_é'} {number}"
        kind = ("wood", "shell", "fibre")[number % 3]
        write(
            tree,
            f"strip_families/{number}.json",
            family(f"f{number}", name=name, material_type=kind, **when),
        )
        write(
            tree,
            f"patterns/{number}.json",
            pattern(
                f"p{number}",
                name=name,
                ring_count=number % 4 + 1,
                strip_family_id=f"f{number % 5}",
                **when,
            ),
        )
        write(
            tree,
            f"joblogs/{number}.json",
            joblog(
                f"j{number}",
                job_type="slice" if number % 2 else "saw",
                status=("completed", "failed")[number % 2],
                pattern_id=f"p{number % 3}",
                strip_family_id="f7",
                duration_seconds=number * 1.5,
                **when,
            ),
        )
    write(tree, "joblogs/bad.json", "{")
    return tree


@pytest.fixture(scope="module")
def looked_at(legacy: Path) -> Path:
    """Their database; only looked at."""
    database = legacy.with_name("rmos.db")
    migrate(legacy, database)
    return database


@pytest.fixture
def caller(looked_at: Path) -> Iterator[TestClient]:
    """Somebody without the token who looks at them."""
    with client(looked_at, token=None) as calling:
        yield calling


@pytest.fixture
def changed(legacy: Path, database: Path) -> Iterator[TestClient]:
    """Somebody with the token; whatever was changed in the end, the books are true."""
    migrate(legacy, database)
    with client(database) as calling:
        yield calling
    assert [one for one in audit(database).findings if one.severity is Severity.ERROR] == []
    assert verify(legacy, database).holds


def place(entity: Entity, record_id: str | None = None) -> str:
    """Where the records of an entity are, or one of them."""
    here = f"{STORES}/{entity.name.replace('_', '-')}"
    return here if record_id is None else f"{here}/{quote(record_id, safe='')}"


def column_of(entity: Entity, name: str) -> str:
    return next(rule.column for rule in entity.fields if rule.name == name)


def first_of(entity: Entity) -> str:
    """The id of a record that is there from the beginning."""
    return {"strip_families": "f1", "patterns": "p1", "joblogs": "j1"}[entity.name]


def fields_of(entity: Entity, **more: Any) -> dict[str, Any]:
    """A new record's fields, as a program sends them."""
    return {
        "strip_families": {
            "name": "New",
            "width_mm": 2,
            "thickness_mm": 0.5,
            "material_type": "wood",
            "strips": [],
        },
        "patterns": {
            "name": "New",
            "ring_count": 1,
            "geometry": {"rings": [{"radius_mm": 40, "segments": 9}]},
        },
        "joblogs": {"job_type": "slice", "parameters": {"blade_mm": 0.5}},
    }[entity.name] | more


def to_the_end(caller: TestClient, entity: Entity, **parameters: Any) -> list[dict[str, Any]]:
    """All records of all pages, whose total is their number."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        response = caller.get(place(entity), params=parameters | cursor)
        assert response.status_code == 200, response.text
        page = response.json()
        assert set(page) == {"success", entity.name, "total", "next"}
        assert page["success"] is True
        found += page[entity.name]
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        cursor = {"cursor": page["next"]}


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


def problem(response: Any) -> tuple[int, str]:
    """Status and kind of a problem."""
    return response.status_code, response.json()["type"].rpartition(":")[2]


def pointers(response: Any) -> set[tuple[str, str]]:
    """Code and place of everything that is wrong with a request."""
    return {(one["code"], one["pointer"]) for one in response.json()["errors"]}


# looking
# -----------------------------------------------------------------------------------------------------


@BY_ENTITY
@pytest.mark.parametrize("limit", [1, 7, RECORDS, 500])
def test_every_record_is_found_once_page_by_page(
    caller: TestClient, looked_at: Path, entity: Entity, limit: int
) -> None:
    orders = {"id": "id", "newest": "created_at DESC, id DESC"}
    for sort, order in orders.items():
        expected = [row[0] for row in query(looked_at, f"SELECT id FROM {entity.name} ORDER BY {order}")]
        assert ids(to_the_end(caller, entity, sort=sort, limit=limit)) == expected


@BY_ENTITY
def test_records_that_come_and_go_between_two_pages_shift_nothing(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    page = changed.get(place(entity), params={"limit": 20}).json()
    assert changed.post(place(entity), json=fields_of(entity, id="!first")).status_code == 201
    rest = changed.get(place(entity), params={"limit": 500, "cursor": page["next"]}).json()
    assert ids(page[entity.name] + rest[entity.name]) == [
        row[0] for row in query(database, f"SELECT id FROM {entity.name} WHERE id <> '!first' ORDER BY id")
    ]


@BY_ENTITY
def test_records_are_found_by_each_of_their_values(
    caller: TestClient, looked_at: Path, entity: Entity
) -> None:
    assert entity.filterable
    for rule in (one for one in entity.filterable if one.name != "name"):
        values = [row[0] for row in query(looked_at, f"SELECT DISTINCT {rule.column} FROM {entity.name}")]
        for value in values[:6]:
            found = to_the_end(caller, entity, **{rule.name: value}, limit=6)
            expected = query(
                looked_at, f"SELECT id FROM {entity.name} WHERE {rule.column} = ? ORDER BY id", value
            )
            assert ids(found) == [row[0] for row in expected]
        assert to_the_end(caller, entity, **{rule.name: "9" * 15}) == []


def test_names_are_found_by_a_part_of_them_in_whatever_case(caller: TestClient) -> None:
    for entity in ENTITIES[:2]:
        parts = {"rope": RECORDS, "100%": 14, "0%_": 14, "_é": 14, "É": 14, "%": 14, "": RECORDS, "\\": 0}
        for part, count in parts.items():
            assert len(to_the_end(caller, entity, name=part)) == count, part


@BY_ENTITY
def test_filters_are_taken_together(caller: TestClient, looked_at: Path, entity: Entity) -> None:
    conditions = {
        "strip_families": (
            "name LIKE '%rope%' AND material_type = 'shell'",
            {"name": "rope", "material_type": "shell"},
        ),
        "patterns": ("ring_count = 2 AND strip_family_id = 'f1'", {"ring_count": 2, "strip_family_id": "f1"}),
        "joblogs": (
            "job_type = 'saw' AND status = 'completed' AND pattern_id = 'p0' AND strip_family_id = 'f7'",
            {"job_type": "saw", "status": "completed", "pattern_id": "p0", "strip_family_id": "f7"},
        ),
    }
    condition, parameters = conditions[entity.name]
    found = ids(to_the_end(caller, entity, **parameters, sort="newest", limit=2))
    assert found
    assert found == [
        row[0]
        for row in query(
            looked_at, f"SELECT id FROM {entity.name} WHERE {condition} ORDER BY created_at DESC, id DESC"
        )
    ]


@BY_ENTITY
@pytest.mark.parametrize(
    "asked",
    ["limit=0", "limit=501", "limit=1e2", "limit=" + "9" * 40, "limit=5&limit=6", "limt=5", "sort=name",
     "sort=", "cursor=", "cursor=x", "cursor=%FF", "cursor=W251bGwsbnVsbF0", "cursor=WzEsMl0",
     "cursor=WyJhIl0", "nul=%00"],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_and_named(caller: TestClient, entity: Entity, asked: str) -> None:
    refused = caller.get(f"{place(entity)}?{asked}")
    assert problem(refused) == (422, "invalid")
    assert pointers(refused) == {("field-invalid", asked.partition("=")[0])}


@BY_ENTITY
def test_filters_that_no_value_can_meet_are_refused(caller: TestClient, entity: Entity) -> None:
    for rule in entity.filterable:
        for value in ("%00", "x" * 201):
            refused = caller.get(f"{place(entity)}?{rule.name}={value}")
            assert problem(refused) == (422, "invalid")
            assert pointers(refused) == {("field-invalid", rule.name)}


@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "9" * 30, "NaN", "1.5", "", "two"])
def test_a_number_of_rings_that_none_can_have_is_refused(caller: TestClient, number: str) -> None:
    assert problem(caller.get(f"{STORES}/patterns?ring_count={number}")) == (422, "invalid")


@BY_ENTITY
def test_one_record_is_as_in_the_list_and_has_a_tag(caller: TestClient, entity: Entity) -> None:
    for listed in to_the_end(caller, entity)[:5]:
        response = caller.get(place(entity, listed["id"]))
        assert response.json() == {"success": True, entity.singular: listed}
        tag = response.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = caller.get(place(entity, listed["id"]), headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        for unknown in ('"other"', 'W/"other", "x"', f'"x, {tag[1:]}', tag.strip('"'), f"{tag}x", ""):
            other = caller.get(place(entity, listed["id"]), headers={"If-None-Match": unknown})
            assert other.status_code == 200


@BY_ENTITY
def test_the_fields_of_a_record_are_those_of_its_row(
    caller: TestClient, looked_at: Path, entity: Entity
) -> None:
    record = caller.get(place(entity, first_of(entity))).json()[entity.singular]
    row = records(looked_at, entity.name)[first_of(entity)]
    assert list(record) == list(entity.record.model_fields)
    for rule in entity.fields:
        if not rule.column.endswith("_json"):
            assert record[rule.name] == row[rule.column]
        else:
            assert record[rule.name] is None or isinstance(record[rule.name], dict | list)


@BY_ENTITY
@pytest.mark.parametrize(
    "missing", ["nothing", "a/b", "%00", "%FF%FE", "%ED%A0%80", "%zz", "%20", "", "x" * 1000, "%2E%2E"]
)
def test_what_is_not_there_is_not_found(caller: TestClient, entity: Entity, missing: str) -> None:
    assert problem(caller.get(f"{place(entity)}/{missing}")) == (404, "not-found")


@BY_ENTITY
def test_the_statistics_are_those_of_the_table(caller: TestClient, looked_at: Path, entity: Entity) -> None:
    told = caller.get(f"{place(entity)}/statistics").json()
    (counts,) = query(looked_at, f"SELECT count(*), min(created_at), max(created_at) FROM {entity.name}")
    assert (told["total"], told["created_first"], told["created_last"]) == counts
    assert set(told["values"]) == {rule.name for rule in entity.filterable} - {"name"}
    for name, values in told["values"].items():
        column = column_of(entity, name)
        expected = query(
            looked_at,
            f"SELECT {column}, count(*) FROM {entity.name} GROUP BY 1 ORDER BY 2 DESC, 1",
        )
        assert [(one["value"], one["count"]) for one in values["first"]] == expected
        assert values["different"] == len(expected)
    assert told["numbers"]
    for name, numbers in told["numbers"].items():
        column = column_of(entity, name)
        (expected_numbers,) = query(
            looked_at,
            f"SELECT count({column}), min({column}), max({column}), avg({column}) FROM {entity.name}",
        )
        assert tuple(numbers[key] for key in ("recorded", "least", "largest", "mean")) == expected_numbers


# drawings
# ----------------------------------------------------------------------------------------------------


def test_a_pattern_is_drawn_in_its_real_size(caller: TestClient) -> None:
    response = caller.get(f"{STORES}/patterns/p1/drawing.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    drawing = etree.fromstring(response.content)
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.get("width", "").endswith("mm")


def test_a_pattern_that_cannot_be_drawn_or_is_not_there_has_no_drawing(changed: TestClient) -> None:
    bare = fields_of(ENTITIES[1], id="bare", geometry={"rings": []})
    assert changed.post(f"{STORES}/patterns", json=bare).status_code == 201
    for record_id in ("bare", "nothing"):
        assert problem(changed.get(f"{STORES}/patterns/{record_id}/drawing.svg")) == (404, "not-found")


def test_a_drawing_follows_the_record(changed: TestClient) -> None:
    here = f"{STORES}/patterns/p1"
    before = changed.get(f"{here}/drawing.svg").content
    fields = fields_of(ENTITIES[1], geometry={"rings": [{"radius_mm": 70, "segments": 30}]})
    assert changed.put(here, json=fields, headers={"If-Match": "*"}).status_code == 200
    assert changed.get(f"{here}/drawing.svg").content != before


# changing
# ----------------------------------------------------------------------------------------------------


@BY_ENTITY
def test_a_record_is_made_read_changed_and_deleted(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    made = changed.post(place(entity), json=fields_of(entity))
    assert made.status_code == 201
    record = made.json()[entity.singular]
    here = made.headers["location"]
    assert here == place(entity, record["id"])
    assert changed.get(here).json() == made.json()
    assert changed.get(here).headers["etag"] == made.headers["etag"]

    fields = {name: value for name, value in record.items() if value is not None} | {
        "extra": {"note": "mine"}
    }
    put = changed.put(here, json=fields, headers={"If-Match": made.headers["etag"]})
    assert put.status_code == 200
    after = put.json()[entity.singular]
    assert after["extra"] == {"note": "mine"}
    assert after["updated_at"] is not None
    assert {name: after[name] for name in record if name not in ("extra", "updated_at")} == {
        name: record[name] for name in record if name not in ("extra", "updated_at")
    }
    assert changed.get(here).json() == put.json()
    assert put.headers["etag"] == changed.get(here).headers["etag"] != made.headers["etag"]

    gone = changed.delete(here, headers={"If-Match": put.headers["etag"]})
    assert (gone.status_code, gone.json()) == (200, {"success": True, "deleted": record["id"]})
    assert problem(changed.get(here)) == (404, "not-found")
    (trace,) = [one for one in entries(database) if one["record_id"] == record["id"]]
    assert (trace["outcome"], trace["code"]) == ("conflict", "record-deleted")


@BY_ENTITY
def test_a_migrated_record_is_changed_and_no_later_run_undoes_it(
    changed: TestClient, legacy: Path, database: Path, entity: Entity
) -> None:
    here = place(entity, first_of(entity))
    fields = changed.get(here).json()[entity.singular] | {"extra": {"note": "mine"}}
    assert changed.put(here, json=fields, headers={"If-Match": "*"}).status_code == 200
    assert migrate(legacy, database, rehash=True).totals.migrated == 0
    assert changed.get(here).json()[entity.singular]["extra"] == {"note": "mine"}


@BY_ENTITY
def test_a_change_must_say_which_version_it_is_about(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    here = place(entity, first_of(entity))
    seen = changed.get(here)
    fields = seen.json()[entity.singular]
    before = records(database, entity.name)[first_of(entity)]
    assert problem(changed.put(here, json=fields)) == (428, "tag-needed")
    for tag in ('"0123"', "", '""', "W/", f"{seen.headers['etag']}x"):
        for response in (
            changed.put(here, json=fields, headers={"If-Match": tag}),
            changed.delete(here, headers={"If-Match": tag}),
        ):
            assert problem(response) == (412, "changed-meanwhile")
    assert records(database, entity.name)[first_of(entity)] == before
    first = changed.put(here, json=fields, headers={"If-Match": seen.headers["etag"]})
    assert first.status_code == 200
    second = changed.put(here, json=fields, headers={"If-Match": seen.headers["etag"]})
    assert problem(second) == (412, "changed-meanwhile")


@BY_ENTITY
def test_a_weak_tag_says_too_little_for_a_change_and_one_of_a_list_is_enough(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    here = place(entity, first_of(entity))
    seen = changed.get(here)
    fields, tag = seen.json()[entity.singular], seen.headers["etag"]
    before = records(database, entity.name)
    bare = tag.strip('"')
    for refused in (
        f"W/{tag}",
        f'W/{tag}, "other"',
        f'"other", "x, {bare}"',
        bare,
        f'{tag}, "unfinished',
        f"{tag}; W/{tag}",
        f"*, {tag}",
        '"*"',
        "w/*",
    ):
        told = {"If-Match": refused}
        assert problem(changed.put(here, json=fields, headers=told)) == (412, "changed-meanwhile")
        assert problem(changed.delete(here, headers=told)) == (412, "changed-meanwhile")
        assert problem(changed.get(here, headers=told)) == (412, "changed-meanwhile")
    assert records(database, entity.name) == before
    for taken in ('"other", {}', ', {} ,\t"x,y"', 'W/"other",{}', " * "):
        put = changed.put(here, json=fields, headers={"If-Match": taken.format(tag)})
        assert put.status_code == 200
        tag = put.headers["etag"]
    lines = [("If-Match", '"other"'), ("If-Match", tag)]
    assert changed.get(here, headers=lines).status_code == 200
    assert changed.put(here, json=fields, headers=lines).status_code == 200


@BY_ENTITY
def test_what_is_not_there_is_neither_changed_nor_deleted(changed: TestClient, entity: Entity) -> None:
    here = place(entity, "nothing")
    assert problem(changed.put(here, json=fields_of(entity), headers={"If-Match": "*"})) == (404, "not-found")
    assert problem(changed.delete(here)) == (404, "not-found")


@BY_ENTITY
def test_an_id_is_given_once(changed: TestClient, entity: Entity) -> None:
    refused = changed.post(place(entity), json=fields_of(entity, id=first_of(entity)))
    assert problem(refused) == (409, "id-taken")


USERS = {
    "strip_families": ("f7", [f"j{number}" for number in range(RECORDS)]),
    "patterns": ("p1", [f"j{number}" for number in range(1, RECORDS, 3)]),
}


@pytest.mark.parametrize("entity", ENTITIES[:2], ids=[entity.name for entity in ENTITIES[:2]])
def test_a_record_in_use_is_not_deleted_and_its_users_are_named(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    used, jobs = USERS[entity.name]
    refused = changed.delete(place(entity, used))
    assert problem(refused) == (409, "in-use")
    told = refused.json()
    assert told["used_by_total"] == len(jobs)
    assert told["used_by"] == [{"entity": "joblogs", "id": job} for job in sorted(jobs)[:20]]
    assert used in records(database, entity.name)


REFUSED: dict[str, tuple[dict[str, Any], set[tuple[str, str]]]] = {
    "an unknown field": ({"colour": "red"}, {("field-invalid", "/colour")}),
    "a field with a slash": ({"a/b~": 1}, {("field-invalid", "/a~1b~0")}),
    "a bad id": ({"id": "a\nb"}, {("id-invalid", "/id")}),
    "an id that is a number": ({"id": 5}, {("id-invalid", "/id")}),
    "no time": ({"created_at": "yesterday"}, {("field-invalid", "/created_at")}),
    "a time that is a list": ({"created_at": []}, {("field-invalid", "/created_at")}),
    "extra that is text": ({"extra": "x"}, {("field-invalid", "/extra")}),
}


@BY_ENTITY
@pytest.mark.parametrize(("more", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_record_that_breaks_a_rule_is_refused_with_its_faults(
    changed: TestClient, database: Path, entity: Entity, more: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    here = place(entity, first_of(entity))
    before = records(database, entity.name)
    made = changed.post(place(entity), json=fields_of(entity) | more)
    assert problem(made) == (422, "invalid")
    assert pointers(made) == expected
    put = changed.put(here, json=fields_of(entity) | more, headers={"If-Match": "*"})
    assert problem(put) == (422, "invalid")
    assert {pointer for _, pointer in pointers(put)} == {pointer for _, pointer in expected}
    assert records(database, entity.name) == before


@BY_ENTITY
def test_what_a_record_needs_is_named_all_at_once(changed: TestClient, entity: Entity) -> None:
    needed = {("field-missing", f"/{rule.name}") for rule in entity.required if rule.name != "id"}
    assert pointers(changed.post(place(entity), json={})) >= needed
    here = place(entity, first_of(entity))
    assert pointers(changed.put(here, json={}, headers={"If-Match": "*"})) >= needed


@pytest.mark.parametrize(("name", "parent"), [("patterns", "strip_family_id"), ("joblogs", "pattern_id")])
def test_a_reference_to_nothing_is_refused(changed: TestClient, name: str, parent: str) -> None:
    (entity,) = [one for one in ENTITIES if one.name == name]
    refused = changed.post(place(entity), json=fields_of(entity, **{parent: "nothing"}))
    assert problem(refused) == (422, "invalid")
    assert pointers(refused) == {("reference-missing", f"/{parent}")}


@pytest.mark.parametrize("number", [99, 100, 101, 40_000])
def test_of_what_is_wrong_with_a_body_the_first_hundred_are_named(changed: TestClient, number: int) -> None:
    bodies = {f"unknown-{one}": one for one in range(number)}
    for refused in (
        changed.post(f"{STORES}/patterns", json=bodies | fields_of(ENTITIES[1])),
        changed.put(f"{STORES}/patterns/p1", json=bodies, headers={"If-Match": "*"}),
        changed.post(f"{STORES}/migration/runs", json=bodies),
    ):
        assert problem(refused) == (422, "invalid")
        told = refused.json()
        assert len(told["errors"]) == min(number, 100) or told["errors_total"] > number
        assert len(told["errors"]) <= 100
        assert told["errors_total"] >= number
        assert len(told["detail"]) < 2000


BODIES: dict[str, tuple[bytes, str, int]] = {
    "nothing": (b"", "application/json", 422),
    "no JSON": (b"{", "application/json", 422),
    "text": (b'"x"', "application/json", 422),
    "null": (b"null", "application/json", 422),
    "a list": (b"[{}]", "application/json", 422),
    "a key twice": (b'{"id": "a", "id": "b"}', "application/json", 422),
    "30 digits": (b'{"extra": {"a": ' + b"9" * 30 + b"}}", "application/json", 422),
    "NaN": (b'{"extra": {"a": NaN}}', "application/json", 422),
    "infinity": (b'{"extra": {"a": 1e999}}', "application/json", 422),
    "half a character": (b'{"extra": {"a": "\\ud800"}}', "application/json", 422),
    "half a character in a key": (b'{"\\ud800": 1}', "application/json", 422),
    "no UTF-8": (b'{"id": "\xff"}', "application/json", 422),
    "5,000 lists": (b'{"extra": ' + b"[" * 5000 + b"]" * 5000 + b"}", "application/json", 422),
    "100,000 lists that do not end": (b"[" * 100_000, "application/json", 422),
    "another kind": (b"{}", "text/plain", 415),
    "a form": (b"a=b", "application/x-www-form-urlencoded", 415),
    "no kind": (b"{}", "", 415),
}


@BY_ENTITY
@pytest.mark.parametrize(("body", "kind", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_carried_exactly_is_refused(
    changed: TestClient, entity: Entity, body: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind, "If-Match": "*"}
    for response in (
        changed.post(place(entity), content=body, headers=headers),
        changed.put(place(entity, first_of(entity)), content=body, headers=headers),
    ):
        assert problem(response) == (status, "invalid" if status == 422 else "not-json")


@BY_ENTITY
def test_ids_of_any_kind_lead_to_their_records(legacy: Path, database: Path, entity: Entity) -> None:
    migrate(legacy, database)
    with served(database) as server, server.client() as caller:
        for record_id in ODD_IDS:
            made = caller.post(place(entity), json=fields_of(entity, id=record_id))
            assert made.status_code == 201, made.text
            here = made.headers["location"]
            assert caller.get(here).json()[entity.singular]["id"] == record_id
            put = caller.put(here, json=fields_of(entity), headers={"If-Match": made.headers["etag"]})
            assert put.json()[entity.singular]["id"] == record_id
            if entity.name == "patterns":
                path, _, asked = here.partition("?")
                assert caller.get(f"{path}/drawing.svg?{asked}".rstrip("?")).status_code == 200
        assert set(records(database, entity.name)) >= set(ODD_IDS)
        for record_id in ODD_IDS:
            by_id = caller.delete(place(entity, "by-id"), params={"id": record_id})
            assert by_id.json()["deleted"] == record_id
        assert not set(records(database, entity.name)) & set(ODD_IDS)
    assert verify(legacy, database).holds


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("%73tatistics", "statistics"),
        ("a%2Fdrawing.svg", "a/drawing.svg"),
        ("a/drawing.sv%67", "a/drawing.svg"),
        ("drawing.svg", "drawing.svg"),
        ("a/statistics", "a/statistics"),
        ("by-id?id=statistics", "statistics"),
        ("by-id", "by-id"),
    ],
)
def test_a_word_of_the_servers_own_is_one_only_where_it_is_spelled_plainly(
    changed: TestClient, spelled: str, meant: str
) -> None:
    made = fields_of(ENTITIES[1], id=meant, geometry={"rings": [{"radius_mm": 50, "segments": 30}]})
    assert changed.post(f"{STORES}/patterns", json=made).status_code == 201
    assert changed.get(f"{STORES}/patterns/{spelled}").json()["pattern"]["id"] == meant
    assert "total" in changed.get(f"{STORES}/patterns/statistics").json()


def test_a_drawing_is_told_from_the_record_whose_id_ends_like_its_address(changed: TestClient) -> None:
    for record_id in ("a", "a/drawing.svg"):
        geometry = {"rings": [{"radius_mm": 50, "segments": 30}]}
        made = fields_of(ENTITIES[1], id=record_id, geometry=geometry)
        assert changed.post(f"{STORES}/patterns", json=made).status_code == 201
    drawings = {
        changed.get(f"{STORES}/patterns/{path}").headers["content-type"]
        for path in (
            "a/drawing.svg",
            "a%2Fdrawing.svg/drawing.svg",
            "a/drawing.svg/drawing.svg",
            "by-id/drawing.svg?id=a%2Fdrawing.svg",
        )
    }
    assert drawings == {"image/svg+xml"}
    assert changed.get(f"{STORES}/patterns/a%2Fdrawing.svg").json()["pattern"]["id"] == "a/drawing.svg"


SPOILED = ["'{'", "'[1]'", "5", "''", "CAST(x'00' AS TEXT)"]


@BY_ENTITY
@pytest.mark.parametrize("column", ["extra_json", "created_at"])
@pytest.mark.parametrize("value", SPOILED)
def test_a_row_that_other_hands_spoiled_is_no_failure_and_can_be_mended(
    changed: TestClient, database: Path, entity: Entity, column: str, value: str
) -> None:
    here, other = place(entity, first_of(entity)), place(entity, first_of(entity).replace("1", "2"))
    execute(
        database,
        "PRAGMA ignore_check_constraints = 1;"
        f" UPDATE {entity.name} SET {column} = {value} WHERE id = '{first_of(entity)}'",
    )
    for path in (
        here,
        f"{place(entity)}?limit=500",
        f"{place(entity)}?sort=newest",
        f"{place(entity)}/statistics",
    ):
        response = changed.get(path)
        assert response.status_code == 200 or problem(response) == (503, "database-unusable")
    assert changed.get(other).status_code == 200
    fields = changed.get(other).json()[entity.singular] | {"id": first_of(entity)}
    mended = changed.put(here, json=fields, headers={"If-Match": "*"})
    assert mended.status_code == 200, mended.text
    assert changed.get(here).json() == mended.json()


@BY_ENTITY
def test_text_that_is_no_unicode_is_damage_of_the_database(
    changed: TestClient, database: Path, entity: Entity
) -> None:
    here = place(entity, first_of(entity))
    before = query(database, f"SELECT created_at FROM {entity.name} WHERE id = ?", first_of(entity))[0][0]
    change = f"UPDATE {entity.name} SET created_at = {{}} WHERE id = '{first_of(entity)}'"
    execute(database, "PRAGMA ignore_check_constraints = 1;" + change.format("CAST(x'ff' AS TEXT)"))
    for response in (
        changed.get(here),
        changed.get(place(entity), params={"sort": "newest"}),
        changed.put(here, json=fields_of(entity), headers={"If-Match": "*"}),
        changed.delete(here),
    ):
        assert problem(response) == (503, "database-unusable")
    execute(database, change.format(f"'{before}'"))
    assert changed.get(here).status_code == 200
