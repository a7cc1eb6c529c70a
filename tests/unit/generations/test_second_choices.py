"""No column hangs on which key comes first: where its value cannot be used, the next key of the same meaning
counts."""

from typing import Any

import pytest

from rmos_migration.entities import BY_NAME, ENTITIES, Entity, FieldKind, FieldRule
from rmos_migration.generations import normalise, recognise
from samples import SAMPLES

GOOD: dict[FieldKind, Any] = {
    FieldKind.IDENTIFIER: "good-id",
    FieldKind.TEXT: "Good",
    FieldKind.NUMBER: 4.5,
    FieldKind.JSON: {"good": 1},
    FieldKind.INSTANT: "2025-01-31T17:05:00.000000Z",
    FieldKind.CLOCK: "2025-01-31T17:05:00",
    FieldKind.JOB_TYPE: "slice",
}
UNUSABLE = ["", " ", [], [1], True, -1, "text", {"a": 1}, 3, None, "\0", 1e300]

PAIRS = [
    pytest.param(entity, rule, first, second, id=f"{first}-{second}")
    for entity in ENTITIES
    for rule in entity.fields
    if rule.name != "id"
    for at, first in enumerate(rule.source.keys)
    for second in rule.source.keys[at + 1 :]
]
"""Two keys of one meaning, the one that goes first first. Whose id it is, is not guessed."""

OWN = [
    (folder, document)
    for name, samples in SAMPLES.items()
    for folder, document in samples
    if name != "rmos export"
]


def good_for(rule: FieldRule) -> Any:
    if rule.name == "geometry":
        return {"rings": [{"radius_mm": 3}]}
    return [{"good": 1}] if rule.name == "strips" else GOOD[rule.source.kind]


@pytest.mark.parametrize(("entity", "rule", "first", "second"), PAIRS)
@pytest.mark.parametrize("unusable", UNUSABLE, ids=repr)
def test_value_under_the_second_key_counts_where_that_under_the_first_is_unusable(
    entity: Entity, rule: FieldRule, first: str, second: str, unusable: Any
) -> None:
    good = good_for(rule)
    for folder, sample in OWN:
        if folder != entity.name:
            continue
        document = {key: value for key, value in sample.items() if key not in rule.source.keys}
        document |= {second: good, first: unusable}
        form = recognise(entity, document)
        if form is None or (first == "type" and "data" in document):
            continue
        if rule.name == "job_type" and any(key in document for key in ("op_type", "meta", "kind")):
            continue  # what was done stands there, and goes before
        made = normalise(form, document, "file")
        assert made.values[rule.name] == good or is_taken_as_it_stands(made.values[rule.name], unusable)
        assert [fault for fault in made.errors if fault[2] == first] == []
        if made.values[rule.name] == good and unusable not in (None, "", " ", [], {}):
            assert any(note[0] in ("field-unusable", "id-blank") and note[2] == first for note in made.notes)


@pytest.mark.parametrize(("folder", "sample"), OWN)
def test_no_sample_names_a_column_as_derived_twice(folder: str, sample: dict[str, Any]) -> None:
    for key in BY_NAME[folder].fields:
        for name in key.source.keys:
            for value in ({}, [], "[]", "{}"):
                document = sample | {name: value}
                form = recognise(BY_NAME[folder], document)
                if form is not None:
                    derived = normalise(form, document, "file").derived
                    assert derived == list(dict.fromkeys(derived)), (name, value)


def is_taken_as_it_stands(held: Any, written: Any) -> bool:
    """Whether the value of the first key was usable after all."""
    return held is not None and (held == written or (type(written) is int and held == str(written)))


@pytest.mark.parametrize(
    ("folder", "changes", "column", "held", "warned"),
    [
        ("joblogs", {"duration_s": "90 s", "cut_time_s": 90}, "duration_seconds", 90.0, "/duration_s"),
        ("joblogs", {"duration_s": "90 s", "stats": {"duration_s": 91}}, "duration_seconds", 91.0,
         "/duration_s"),
        ("joblogs", {"created_at": "never", "ts": 1767589161}, "created_at", "2026-01-05T04:59:21.000000Z",
         "/created_at"),
        ("joblogs", {"start_time": " ", "started_at": "2026-01-05"}, "start_time", "2026-01-05",
         "/start_time"),
        ("joblogs", {"results": "none", "results_json": '{"a": 1}'}, "results_json", {"a": 1}, "/results"),
        ("patterns", {"metadata": "none", "metadata_json": '{"a": 1}'}, "metadata_json", {"a": 1},
         "/metadata"),
        ("patterns", {"name": " ", "pattern_name": "Rope"}, "name", "Rope", "/name"),
        ("patterns", {"geometry": "see drawing", "rosette_geometry": {"rings": []}}, "geometry_json",
         {"rings": []}, "/geometry"),
        ("strip_families", {"strip_width_mm": "3 mm", "width_mm": 3}, "width_mm", 3.0, "/strip_width_mm"),
        ("strip_families", {"strip_width_mm": "3 mm", "width_mm": 0, "width_ui": 3}, "width_mm", 3.0,
         "/strip_width_mm"),
        ("strip_families", {"strips": "two", "strips_json": "[1]"}, "strips_json", [1], "/strips"),
    ],
)  # fmt: skip
def test_good_value_is_taken_and_the_other_one_kept_and_told_of(
    folder: str, changes: Any, column: str, held: Any, warned: str, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, changes))
    assert outcome.errors == []
    assert outcome.row[column] == held
    assert ("field-unusable", warned) in outcome.warnings
    assert {key: outcome.extra[key] for key in changes if key in outcome.extra}.items() >= {
        warned[1:]: changes[warned[1:]]
    }.items()


def test_warning_says_which_key_counts(outcome_of: Any, native: Any) -> None:
    outcome = outcome_of("joblogs", native("joblogs", {"duration_s": "90 s", "cut_time_s": 90}))
    (message,) = outcome.messages
    assert "cut_time_s counts" in message
    assert "stays empty" not in message


def test_reference_that_is_none_gives_way_to_what_the_rings_agree_on(outcome_of: Any, native: Any) -> None:
    rings = [{"radius_mm": 45, "strip_family_id": "bw"}]
    for unusable in ([], "", "a\0b"):
        document = native("patterns", {"strip_family_id": unusable, "geometry": {"rings": rings}})
        assert outcome_of("patterns", document).row["strip_family_id"] == "bw"


def test_reference_that_is_none_gives_way_to_the_preset(outcome_of: Any) -> None:
    job = {"id": "mm", "job_type": "pipeline_run", "preset_id": "preset_7", "risk_grade": "GREEN"}
    for unusable in ([], " ", {"id": "p"}, "a\0b"):
        assert outcome_of("joblogs", {**job, "pattern_id": unusable}).row["pattern_id"] == "preset_7"


def test_all_unusable_values_leave_the_fault_with_the_first(outcome_of: Any, native: Any) -> None:
    family = native("strip_families", {"strip_width_mm": "3 mm", "width_mm": 0, "width_ui": "wide"})
    assert outcome_of("strip_families", family).errors == [("field-invalid", "/strip_width_mm")]
    job = native("joblogs", {"duration_s": "90 s", "cut_time_s": "90 s"})
    assert outcome_of("joblogs", job).warnings == [("field-unusable", "/duration_s")]
    job = {"id": "e", "job_type": "slice", "risk_summary": {}, "meta": "x", "op_data": "text"}
    outcome = outcome_of("joblogs", job)
    assert (outcome.row["parameters_json"], outcome.warnings) == ({}, [("field-unusable", "/op_data")])


def test_whose_record_it_is_is_not_guessed(outcome_of: Any, native: Any) -> None:
    for unusable in ([], True, "a\0b", "a" * 201):
        job = native("joblogs", {"id": unusable, "job_id": "j-2"})
        assert outcome_of("joblogs", job).errors == [("id-invalid", "/id")]


@pytest.mark.parametrize(
    ("folder", "changes", "column", "held"),
    [
        ("joblogs", {"parameters": {}, "op_data": {"num_rings": 5}}, "parameters_json", {}),
        ("joblogs", {"parameters": {}, "parameters_json": '{"a": 1}'}, "parameters_json", {}),
        ("joblogs", {"parameters": {}, "meta": {"b": 2}}, "parameters_json", {}),
        ("joblogs", {"results": {}, "stats": {"passes": 3}}, "results_json", {}),
        ("joblogs", {"metadata": {}, "metadata_json": '{"a": 1}'}, "metadata_json", {}),
        ("strip_families", {"strips": [], "strips_json": "[1]"}, "strips_json", []),
        ("strip_families", {"strips": [], "materials": [{"type": "wood"}]}, "strips_json", []),
    ],
)
def test_empty_value_is_what_the_document_states(
    folder: str, changes: Any, column: str, held: Any, outcome_of: Any, native: Any
) -> None:
    outcome = outcome_of(folder, native(folder, changes))
    assert (outcome.errors, outcome.warnings) == ([], [])
    assert outcome.row[column] == held
    (other,) = list(changes)[1:]
    assert outcome.extra[other] == changes[other]


def test_empty_parameters_beside_fuller_ones_leave_a_native_job_pending(outcome_of: Any) -> None:
    job = {"id": "j", "job_type": "slice", "parameters": {}, "meta": {"a": 1}}
    assert outcome_of("joblogs", job).row["status"] == "pending"


@pytest.mark.parametrize("unusable", ["", " ", "never", [], 3, None])
def test_run_of_a_cam_program_is_told_from_others_by_any_time_that_can_be_read(
    unusable: Any, outcome_of: Any
) -> None:
    _, sample = SAMPLES["CAM job intelligence"][0]
    run = {
        key: value
        for key, value in sample.items()
        if key not in ("created_at", "timestamp", "ts", "id", "job_id")
    }
    run |= {"run_id": "r", "created_at": unusable, "timestamp": "2026-01-05T04:59:21Z"}
    row = outcome_of("joblogs", run).row
    assert (row["id"], row["created_at"]) == ("r@2026-01-05T04:59:21.000000Z", "2026-01-05T04:59:21.000000Z")


def test_metrics_of_an_artifact_that_are_none_give_way_to_those_of_its_payload(outcome_of: Any) -> None:
    for unusable in ("90 s", [], {}, True):
        artifact = {"artifact_id": "a", "kind": "saw_batch_job_log", "metrics": {"cut_time_s": unusable},
                    "payload": {"metrics": {"cut_time_s": 90}}}  # fmt: skip
        assert outcome_of("joblogs", artifact).row["duration_seconds"] == 90


def test_entities_have_pairs() -> None:
    assert {entity.name for entity, *_ in (pair.values for pair in PAIRS)} == set(BY_NAME)
