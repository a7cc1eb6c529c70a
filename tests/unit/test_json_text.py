"""JSON text under a key ``*_json`` is read as strictly as a file."""

from typing import Any

import pytest


def test_json_text_is_parsed_and_the_text_stays_in_extra(outcome_of: Any, native: Any) -> None:
    text = '{"rings": [{"radius_mm": 45.50}]}'
    outcome = outcome_of("patterns", native("patterns", {"geometry_json": text}, without=["geometry"]))
    assert outcome.row["geometry_json"] == {"rings": [{"radius_mm": 45.5}]}
    assert outcome.extra == {"geometry_json": text}
    assert "geometry_json" in outcome.derived


@pytest.mark.parametrize(
    ("folder", "key", "column"),
    [
        ("joblogs", "parameters_json", "parameters_json"),
        ("joblogs", "results_json", "results_json"),
        ("joblogs", "metadata_json", "metadata_json"),
        ("patterns", "metadata_json", "metadata_json"),
        ("strip_families", "metadata_json", "metadata_json"),
    ],
)
def test_every_column_of_json_may_be_written_as_text(
    folder: str, key: str, column: str, outcome_of: Any, native: Any
) -> None:
    document = native(folder, {key: ' {"a": [1]}\n'})
    document.pop("parameters", None)
    if folder == "joblogs":
        document.setdefault("parameters_json", {})
    assert outcome_of(folder, document).row[column] == {"a": [1]}


UNREADABLE = ["", " ", "{", "{'a': 1}", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": 1e999}',
              '{"a": 0.1234567890123456789}', '{"a": "\\ud800"}', '{"a":' * 65 + "1" + "}" * 65, "[]", "3",
              '"{}"', "null x"]  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: text[:20])
def test_optional_text_that_is_no_strict_json_object_costs_only_its_column(
    text: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of("patterns", native("patterns", {"metadata_json": text}))
    assert outcome.row["metadata_json"] is None
    assert outcome.extra == {"metadata_json": text}
    assert outcome.warnings == [("field-unusable", "/metadata_json")]


@pytest.mark.parametrize("text", UNREADABLE[2:], ids=lambda text: text[:20])
def test_required_text_that_is_no_strict_json_object_is_one_fault(
    text: str, outcome_of: Any, native: Any
) -> None:
    document = native("patterns", {"geometry_json": text}, without=["geometry"])
    assert outcome_of("patterns", document).errors == [("field-invalid", "/geometry_json")]


@pytest.mark.parametrize("text", ["{}", "null", " { } "])
def test_geometry_text_that_holds_nothing_counts_as_absent(text: str, outcome_of: Any, native: Any) -> None:
    document = native("patterns", {"geometry_json": text}, without=["geometry"])
    assert outcome_of("patterns", document).errors == [("field-missing", "/geometry_json")]


def test_text_under_a_key_that_promises_an_object_is_not_parsed(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("patterns", native("patterns", {"geometry": '{"rings": []}'}))
    assert outcome.errors == [("field-invalid", "/geometry")]


def test_object_under_a_key_for_text_is_taken_as_it_is(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"results_json": {"a": 1}}))
    assert (outcome.row["results_json"], outcome.extra) == ({"a": 1}, {"results_json": {"a": 1}})
