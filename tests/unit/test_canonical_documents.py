"""A canonical document is a record spelled out: it is read exactly as it stands, or not at all."""

import json
from typing import Any

import pytest

from rebuilding import is_equal_json
from rmos_migration.entities import BY_NAME, ENTITIES
from rmos_migration.generations.rebuilding import rebuild
from samples import SAMPLES

DOCUMENTS = dict(SAMPLES["rmos export"])
FOLDERS = sorted(DOCUMENTS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_row_holds_every_field_as_it_stands(folder: str, stored_of: Any) -> None:
    row, derived = stored_of(folder, DOCUMENTS[folder])
    values = {
        column.removesuffix("_json"): json.loads(value) if column.endswith("_json") and value else value
        for column, value in row.items()
    }
    assert derived == DOCUMENTS[folder]["derived"]
    assert {key: DOCUMENTS[folder][key] for key in values} == values


@pytest.mark.parametrize("folder", FOLDERS)
def test_document_is_rebuilt_as_a_canonical_one(folder: str, stored_of: Any) -> None:
    row, derived = stored_of(folder, DOCUMENTS[folder])
    assert is_equal_json(rebuild(BY_NAME[folder], row, derived, "rmos export", {}), DOCUMENTS[folder])


@pytest.mark.parametrize(
    ("folder", "key"),
    [(folder, key) for folder in FOLDERS for key in DOCUMENTS[folder] if key[:5] != "rmos_"],
)
def test_no_key_may_be_missing(folder: str, key: str, outcome_of: Any) -> None:
    outcome = outcome_of(folder, {name: value for name, value in DOCUMENTS[folder].items() if name != key})
    assert outcome.errors == [("field-missing", "")]
    assert key in outcome.messages[0]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"lane": "safe"}, "field-invalid", "/lane"),
        ({"width_mm": 3}, "field-invalid", "/width_mm"),
        ({"rmos_joblog": 2}, "field-invalid", "/rmos_joblog"),
        ({"rmos_joblog": True}, "field-invalid", "/rmos_joblog"),
        ({"rmos_joblog": None}, "field-invalid", "/rmos_joblog"),
        ({"id": ""}, "id-invalid", "/id"),
        ({"id": 7}, "id-invalid", "/id"),
        ({"job_type": None}, "field-missing", "/job_type"),
        ({"job_type": " "}, "field-missing", "/job_type"),
        ({"status": "ok"}, "field-invalid", "/status"),
        ({"pattern_id": 7}, "field-invalid", "/pattern_id"),
        ({"duration_seconds": -1}, "field-invalid", "/duration_seconds"),
        ({"duration_seconds": "4"}, "field-invalid", "/duration_seconds"),
        ({"parameters": []}, "field-invalid", "/parameters"),
        ({"parameters": None}, "field-missing", "/parameters"),
        ({"created_at": "2025-01-15"}, "field-invalid", "/created_at"),
        ({"created_at": "soon"}, "field-invalid", "/created_at"),
        ({"start_time": 1732896000}, "field-invalid", "/start_time"),
        ({"derived": None}, "field-invalid", "/derived"),
        ({"derived": "status"}, "field-invalid", "/derived"),
        ({"derived": ["parameters"]}, "field-invalid", "/derived"),
        ({"derived": [["status"]]}, "field-invalid", "/derived"),
        ({"derived": ["status", "status"]}, "field-invalid", "/derived"),
        ({"derived": ["category"]}, "field-invalid", "/derived"),
        ({"results_json": '{"a":1}'}, "field-invalid", "/results_json"),
    ],
)
def test_what_cannot_be_kept_exactly_keeps_the_document_out(
    change: dict[str, Any], code: str, pointer: str, outcome_of: Any
) -> None:
    assert (code, pointer) in outcome_of("joblogs", DOCUMENTS["joblogs"] | change).errors


@pytest.mark.parametrize("text", ['{"a":1}', "{", 3, None, '{"a":"System.Object[]" }', '{"a":NaN}'])
def test_json_stands_as_text_only_where_it_could_not_stand_as_it_is(text: Any, outcome_of: Any) -> None:
    document = {key: value for key, value in DOCUMENTS["joblogs"].items() if key != "parameters"}
    outcome = outcome_of("joblogs", document | {"parameters_json": text})
    assert ("field-invalid", "/parameters_json") in outcome.errors
    stump = '{"a":"System.Object[]"}'
    outcome = outcome_of("joblogs", document | {"parameters_json": stump})
    assert outcome.errors == []
    assert outcome.row["parameters_json"] == {"a": "System.Object[]"}


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_catalogue_adds_no_category_to_a_document_that_says_everything(entity: Any, outcomes_of: Any) -> None:
    held = {"categories": {"torres": [DOCUMENTS[entity.name], DOCUMENTS[entity.name] | {"id": "other"}]}}
    for outcome in outcomes_of(entity.name, held, "document.json", None):
        assert (outcome.errors, outcome.row["extra_json"]) == ([], DOCUMENTS[entity.name]["extra"])
