"""What a person is told to do about a value depends on the value, not only on the code."""

from typing import Any

import pytest

from builders import family, joblog, pattern
from rmos_migration.catalogue import CATALOGUE
from rmos_migration.diagnostics import Diagnostic
from rmos_migration.entities import BY_NAME
from rmos_migration.generations import recognise
from rmos_migration.migrate.prepare import prepare_document
from rmos_migration.sources.document import Document
from rmos_migration.sources.read import Reading


def told(entity: str, document: dict[str, Any], key: str) -> Diagnostic:
    form = recognise(BY_NAME[entity], document)
    prepared = prepare_document(
        BY_NAME[entity], Reading(f"{entity}/a.json", b"", "0"), Document("", document, form)
    )
    (found,) = (one for one in prepared.diagnostics if one.location.pointer == f"/{key}")
    return found


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("3", "write 3 without quotes"),
        (" 3 ", "write 3 without quotes"),
        ("03", "write 3 without quotes"),
        ("3.0", "write 3, without quotes"),
        ("3,0", "write 3, without quotes"),
        ("+3", "write 3 without quotes"),
        ("3 rings", "write 3 without rings and without quotes"),
        ("1,000", "write 1000 or 1, whichever is meant, without quotes"),
        ("12.000", "write 12000 or 12, whichever is meant, without quotes"),
        ("1,250", "write 1250 without quotes"),
        ("3.5", "write how many rings there are, at least 1, without a fraction and without quotes"),
        ("-3", "write how many rings there are, at least 1, without quotes"),
        ("three", "write how many rings there are, at least 1, without quotes"),
        (3.5, "write how many rings there are, at least 1, without a fraction"),
        (True, "write how many rings there are, at least 1; true is not a number"),
        (-3, "write how many rings there are, at least 1"),
        (0, "write how many rings there are, at least 1"),
        ([3], "write how many rings there are, at least 1"),
        ({"count": 3}, "write how many rings there are, at least 1"),
    ],
)
def test_hint_on_a_number_of_rings_says_what_to_write(value: Any, hint: str) -> None:
    found = told("patterns", pattern(ring_count=value), "ring_count")
    assert (found.code, found.hint) == ("field-invalid", hint)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("2,0", "write 2.0 with a point, without quotes"),
        ("2.0", "write 2.0 without quotes"),
        ("2", "write 2 without quotes"),
        ("02,50", "write 2.50 with a point, without quotes"),
        (".5", "write 0.5 without quotes"),
        (",5", "write 0.5 with a point, without quotes"),
        ("34 mm", "write 34 without mm and without quotes"),
        ("2,5mm", "write 2.5 with a point, without mm and without quotes"),
        ("2.5 Millimeters", "write 2.5 without Millimeters and without quotes"),
        ("1,250", "write 1250 or 1.250, whichever is meant, without quotes"),
        ("3 in", "write it in millimetres, as a number without in and without quotes"),
        ('0.1"', 'write it in millimetres, as a number without " and without quotes'),
        ("unknown", "write the millimetres as a number, above 0, without quotes"),
        (True, "write the millimetres as a number, above 0; true is not a number"),
        (-2, "write the millimetres as a number, above 0"),
        ("-2", "write the millimetres as a number, above 0, without quotes"),
        ("1e3", "write the millimetres as a number, above 0, without quotes"),
        ("٣", "write the millimetres as a number, above 0, without quotes"),
    ],
)
def test_hint_on_millimetres_says_what_to_write(value: Any, hint: str) -> None:
    found = told("strip_families", family(strip_width_mm=value), "strip_width_mm")
    assert (found.code, found.hint) == ("field-invalid", hint)


@pytest.mark.parametrize(
    ("entity", "document", "key"),
    [
        (
            "patterns",
            {"id": "p", "name": 5, "pattern_name": "x", "ring_count": 1, "geometry": {"a": 1}},
            "name",
        ),
        ("patterns", pattern(geometry="{x") | {"geometry_json": '{"a": 1}'}, "geometry"),
        ("joblogs", joblog(start_time="yesterday", started_at="2025-01-31T17:05:00"), "start_time"),
        ("joblogs", joblog(pattern_id=[1], plan_pattern_id="p"), "pattern_id"),
    ],
)
def test_hint_on_a_value_that_gave_way_also_says_how_a_mended_document_arrives(
    entity: str, document: dict[str, Any], key: str
) -> None:
    found = told(entity, document, key)
    assert found.code == "field-unusable"
    assert f"or remove {key} if" in found.hint
    assert found.hint.endswith("then migrate with --on-conflict replace")


@pytest.mark.parametrize(
    "code", ["field-unusable", "status-unknown", "job-type-unknown", "powershell-list", "number-in-quotes"]
)
def test_hint_to_edit_a_document_that_arrived_says_how_the_edit_arrives(code: str) -> None:
    assert CATALOGUE[code].hint.endswith("then migrate with --on-conflict replace")


def test_blank_value_keeps_the_hint_to_fill_it_in() -> None:
    for value in ("", "  "):
        found = told("patterns", pattern(ring_count=value), "ring_count")
        assert (found.code, found.hint) == ("field-missing", "fill in the value")


@pytest.mark.parametrize(
    ("entity", "document", "key", "beginning"),
    [
        (
            "patterns",
            pattern(geometry='{"rings": []}'),
            "geometry",
            "write the value itself, without the quotes",
        ),
        ("patterns", pattern(geometry=[1]), "geometry", "write an object, { … }, in place of a list"),
        ("strip_families", family(strips={"a": 1}), "strips", "put the object into a list"),
        ("strip_families", family(strips="[1]"), "strips", "write the value itself, without the quotes"),
        ("patterns", pattern(name=3), "name", 'write it as text: "3"'),
        ("joblogs", joblog(parameters=3), "parameters", "write an object, { … }, in place of 3"),
    ],
)
def test_hint_on_other_kinds_says_what_is_wanted(
    entity: str, document: dict[str, Any], key: str, beginning: str
) -> None:
    assert told(entity, document, key).hint.startswith(beginning)


@pytest.mark.parametrize(
    ("document", "key", "beginning"),
    [
        (joblog(duration_seconds="12,5"), "duration_seconds", "write 12.5 with a point, without quotes"),
        (joblog(duration_seconds="90 s"), "duration_seconds", "write 90 without s and without quotes"),
        (joblog(duration_seconds=-1), "duration_seconds", "write the seconds as a number, 0 or more"),
        (joblog(start_time="yesterday"), "start_time", "write it as 2025-01-31T17:05:00"),
        (joblog(results_json="{broken"), "results_json", "correct the JSON between the quotes"),
    ],
)
def test_hint_on_an_optional_value_also_says_how_it_arrives(
    document: dict[str, Any], key: str, beginning: str
) -> None:
    found = told("joblogs", document, key)
    assert found.code == "field-unusable"
    assert found.hint.startswith(beginning)
    assert found.hint.endswith("--on-conflict replace")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("1 000", "write 1000 without quotes"),
        ("1'000.5", "write 1000.5 without quotes"),
        ("1.250,5", "write 1250.5 without quotes"),
        ("1,250.5", "write 1250.5 without quotes"),
        ("1.000,00", "write 1000.00 without quotes"),
        ("½", "write 0.5 without quotes; or 25.4 times that if it is in inches"),
        ("2 1/2", "write 2.5 without quotes; or 25.4 times that if it is in inches"),
        ("1/16", "write 0.0625 without quotes; or 25.4 times that if it is in inches"),
        (
            "0.1234567890123456789",
            "write the millimetres as a number, rounded to what was measured, without quotes",
        ),
        ("12345678901234567.5", "write the millimetres as a number, above 0, without quotes"),
        ("1/2 mm", "write 0.5 without mm and without quotes"),
        ("1 000\xa0mm", "write 1000 without mm and without quotes"),
        ('1/16"', 'write it in millimetres, as a number without " and without quotes'),
        ("0", "write the millimetres as a number, above 0, without quotes"),
        ("0.00 mm", "write the millimetres as a number, above 0, without mm and without quotes"),
        ("1" * 30, "write the millimetres as a number, above 0, without quotes"),
        ([2.5], "write the millimetres as a number, above 0"),
        ([2, 3], "write the millimetres as a number, above 0"),
    ],
)
def test_hint_on_millimetres_reads_them_as_a_person_does(value: Any, hint: str) -> None:
    assert told("strip_families", family(strip_width_mm=value), "strip_width_mm").hint == hint


@pytest.mark.parametrize(
    ("entity", "document", "key", "hint"),
    [
        ("patterns", pattern(name=["Rope"]), "name", 'write "Rope" without the brackets around it'),
        ("patterns", pattern(geometry=[{"rings": []}]), "geometry",
         "write the object without the brackets around it"),
        ("joblogs", joblog(parameters=[{"a": 1}]), "parameters",
         "write the object without the brackets around it"),
        ("strip_families", family(strips=None), "strips", "write a list, [ … ], or [] if there are none"),
        ("strip_families", family(strips=""), "strips", "write a list, [ … ], or [] if there are none"),
        ("joblogs", joblog(parameters=None), "parameters", "write an object, { … }, or {} if there are none"),
        ("joblogs", joblog(parameters=" "), "parameters", "write an object, { … }, or {} if there are none"),
        ("patterns", pattern(geometry=None), "geometry", "fill in the value"),
    ],
)  # fmt: skip
def test_hint_on_brackets_and_on_nothing_says_what_to_write(
    entity: str, document: dict[str, Any], key: str, hint: str
) -> None:
    assert told(entity, document, key).hint == hint


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("31.01.2025 17:05", "2025-01-31T17:05:00"), ("1.2.2025, 7:05:09", "2025-02-01T07:05:09"),
        ("31.01.2025", "2025-01-31"), ("31. 1. 2025", "2025-01-31"),
        ("01/31/2025 5:05 PM", "2025-01-31T17:05:00"), ("31/01/2025 12:05 am", "2025-01-31T00:05:00"),
        ("05/05/2025", "2025-05-05"), ("2025/01/31", "2025-01-31"), ("20250131", "2025-01-31"),
        ("2025-1-3 7:05", "2025-01-03T07:05:00"), (1700000000123, "2023-11-14T22:13:20.123Z"),
        (" 1700000000000 ", "2023-11-14T22:13:20Z"), ("202501311705", "2025-01-31T17:05:00"),
        (20250131170509, "2025-01-31T17:05:09"), ("20250131170509", "2025-01-31T17:05:09"),
        (20250131, "2025-01-31"), ("20250131 17:05", "2025-01-31T17:05:00"),
        ("20250131T170509", "2025-01-31T17:05:09"), ("2025.1.3", "2025-01-03"),
    ],
)  # fmt: skip
def test_hint_on_a_time_is_the_time_itself(value: Any, time: str) -> None:
    found = told("joblogs", joblog(start_time=value), "start_time")
    assert found.hint.startswith(f"write it as {time}")
    assert not found.hint.startswith(f"write it as {time}T")
    form = recognise(BY_NAME["joblogs"], joblog(start_time=time))
    prepared = prepare_document(
        BY_NAME["joblogs"], Reading("joblogs/a.json", b"", "0"), Document("", joblog(start_time=time), form)
    )
    assert prepared.diagnostics == []


@pytest.mark.parametrize(
    "value",
    ["01/02/2025", "yesterday", "30.02.2025", "31/31/2025", "1.2.25", "2025-01-31 17:05:00 PM",
     "2025-01-31T24:00:00", "17:05", 20250, True, [], {}, 1.5, "31.01.2025 25:00", "0000-01-01",
     "31.01.2025 Z", "99999999999999", "202511", "202513", "2025111", "2025-111", "202513311705",
     "202501312405", "202501311760", "201112131415", "20110203040", "31012025", "01022025", "12111211",
     "123456789012", 946684800000, "20250131170", "202501311705091", "20250131T17"],
)  # fmt: skip
def test_time_that_may_mean_several_or_none_is_not_guessed(value: Any) -> None:
    found = told("joblogs", joblog(start_time=value), "start_time")
    assert found.hint.startswith("write it as 2025-01-31T17:05:00, with Z")


def test_time_that_an_older_program_offers_gets_the_hint_too() -> None:
    artifact = {"artifact_id": "a", "kind": "saw_batch_job_log", "created_utc": "31.01.2025"}
    assert told("joblogs", artifact, "created_utc").hint.startswith("write it as 2025-01-31,")
