"""A key of another program in a document changes none of the columns that the document states by itself.

Every key of every generation is added to a document of every other one (docs/domain.md, Generations).
"""

from collections.abc import Iterator
from typing import Any

import pytest

from rmos_migration.entities import BY_NAME, Entity
from rmos_migration.generations import GENERATIONS, Normalized, normalise, recognise
from samples import SAMPLES

OWN = [
    pytest.param(folder, document, id=f"{name}-{number}")
    for name, samples in SAMPLES.items()
    for number, (folder, document) in enumerate(samples)
    if name != "rmos export"  # read as it stands: one more key rejects it
]

GEOMETRY = ("geometry", "geometry_json", "rosette_geometry")
SAYING = {
    "ring_count": GEOMETRY,
    "pattern_type": ("rosette_geometry",),
    "strip_family_id": GEOMETRY,
    "job_type": ("meta", "op_type"),
    "created_at": ("start_time", "started_at"),
    "id": ("session_id", "snapshot_id", "artifact_id", "created_at", "created_at_utc", "ts", "timestamp"),
}
"""Keys beside a field's own that say it: adding one of them is no stray key."""


def draft(entity: Entity, document: dict[str, Any]) -> Normalized:
    form = recognise(entity, document)
    assert form is not None
    made = normalise(form, document, "the-file")
    assert made.errors == []
    return made


def plausible(key: str) -> Any:
    """A value for a key that no sample has."""
    if key.startswith("rmos_"):
        return 1
    return '{"rings": [{"radius_mm": 40}]}' if key.endswith("_json") else {"a": 1}


def strays(folder: str) -> Iterator[tuple[str, Any]]:
    """Every key that any generation's documents have, with each of its values; of other entities' each
    once."""
    seen: dict[str, list[Any]] = {}
    for samples in SAMPLES.values():
        for where, document in samples:
            for key, value in document.items():
                if value not in seen.setdefault(key, []) and (where == folder or not seen[key]):
                    seen[key].append(value)
    for module in GENERATIONS:
        for form in module.FORMATS:
            for key in {key for sign in form.markers for key in sign.keys} | form.marks:
                seen.setdefault(key, [plausible(key)])
    return ((key, value) for key, values in seen.items() for value in values)


def says(entity: Entity, key: str, field: str) -> bool:
    rule = next(rule for rule in entity.fields if rule.name == field)
    inside = rule.source.nested_in or ("",)
    return key in (*rule.source.keys, rule.source.soft, inside[0], *SAYING.get(field, ()))


def stated(entity: Entity, document: dict[str, Any], made: Normalized) -> dict[str, Any]:
    """The columns whose value stands in the document, by field."""
    defaults = {rule.name: default for rule, default in entity.defaults}
    return {
        rule.name: made.values[rule.name]
        for rule in entity.fields
        if made.values[rule.name] is not None and made.values[rule.name] != defaults.get(rule.name)
    }


@pytest.mark.parametrize(("folder", "document"), OWN)
def test_stray_key_changes_no_column_that_the_document_states(folder: str, document: dict[str, Any]) -> None:
    entity = BY_NAME[folder]
    before = stated(entity, document, draft(entity, document))
    changed = []
    for key, value in strays(folder):
        if key in document or (folder == "joblogs" and key == "data"):
            continue
        after = draft(entity, document | {key: value}).values
        changed += [
            (field, key, before[field], after[field])
            for field in before
            if after[field] != before[field]
            and not says(entity, key, field)
            and (field, key) not in UNDECIDED
        ]
    assert changed == []


UNDECIDED = {
    ("pattern_type", "design"),  # rosette_geometry makes it a rosette, but a design says its type itself
    ("geometry", "inner_radius_mm"),  # the generation's own key, which its second sample lacks
    ("geometry", "rosette_params"),
    ("pattern_type", "rosette_params"),
    ("ring_count", "rosette_params"),  # of a snapshot of a design; the newer programs wrote rosette_params
    ("duration_seconds", "metrics"),
    ("job_type", "post_preset"),  # of a stored job without a type: both words are the generation's own
}
"""The same keys with the same values may be a document of either program."""


@pytest.mark.parametrize(("folder", "document"), [one for one in OWN if one.values[0] == "joblogs"])
def test_status_hangs_on_the_required_fields_and_not_on_a_stray_key(
    folder: str, document: dict[str, Any]
) -> None:
    entity = BY_NAME[folder]
    before = draft(entity, document).values["status"]
    for key, value in strays(folder):
        if key in document or key in ("status", "parameters", "parameters_json", "data"):
            continue
        after = draft(entity, document | {key: value}).values["status"]
        if document.keys() != {"id", "created_at", "job_type", "extra"}:  # which proves no program at all
            assert (key, after) == (key, before)


MM_JOB = {"id": "mm", "job_type": "pipeline_run", "preset_id": "preset_7", "risk_grade": "GREEN"}


@pytest.mark.parametrize("job", [MM_JOB, {"id": "thin", "job_type": "slice", "preset_id": "preset_7"}])
@pytest.mark.parametrize(
    "key",
    ["fragility_band", "lane_hint", "extra", "op_type", "payload", "plan_guitars", "slice_risks",
     "yield_predicted", "yield_actual", "risk_summary", "op_data", "meta", "batch_op", "post_id", "gcode",
     "stats", "event_type"],
)  # fmt: skip
def test_mm_job_keeps_its_pattern_whatever_was_added(key: str, job: dict[str, Any], outcome_of: Any) -> None:
    for value in ({"op_type": "slice", "a": 1}, 3, "text"):
        assert outcome_of("joblogs", {**job, key: value}).row["pattern_id"] == "preset_7"


CUT = [
    {"job_type": "saw_slice_batch", "op_data": {"num_rings": 5}, "risk_summary": {}, "yield_actual": 95},
    {"meta": {"op_type": "slice"}, "gcode": "M30", "stats": {"duration_s": 3}},
    {"job_type": "slice", "meta": {"op_type": "slice"}, "stats": {"duration_s": 3}},
    {"machine_id": "saw", "cut_type": "rip", "meta": {"blade": 3}, "end_time": "2026-01-01T10:00:00"},
    {"job_type": "rmos_rosette_saw_batch", "batch_op": {"id": "b"}},
]


@pytest.mark.parametrize("job", CUT)
def test_job_that_is_named_by_its_file_is_not_pending_though_it_was_cut(
    job: dict[str, Any], outcome_of: Any
) -> None:
    row = outcome_of("joblogs", job, name="SAW-9.json").row
    assert (row["id"], row["status"]) == ("SAW-9", "unknown")


@pytest.mark.parametrize(
    "key", ["lane", "preset_id", "fragility_band", "extra", "payload", "slice_risks", "meta"]
)
@pytest.mark.parametrize(
    "job", [{"parameters_json": '{"a": 1}'}, {"parameters_json": " { } "}, {"parameters": {}}]
)
def test_job_whose_parameters_are_text_is_native_all_the_same(
    job: dict[str, Any], key: str, outcome_of: Any
) -> None:
    row = outcome_of("joblogs", {"id": "j", "job_type": "slice", **job, key: {"a": 1}}).row
    assert row["status"] == "pending"


@pytest.mark.parametrize("key", ["op_data", "meta", "job_params"])
@pytest.mark.parametrize("faint", ["lane", "fragility_band", "lane_hint", "payload"])
def test_keys_that_prove_nothing_leave_a_job_native(key: str, faint: str, outcome_of: Any) -> None:
    row = outcome_of("joblogs", {"id": "j", "job_type": "slice", key: {"a": 1}, faint: "x"}).row
    assert (row["status"], row["parameters_json"]) == ("pending", {"a": 1})


@pytest.mark.parametrize("key", ["color_hex", "default_width_mm", "sequence", "materials", "lane"])
def test_complete_family_is_held_to_its_fields_whatever_was_added(key: str, outcome_of: Any) -> None:
    family = {
        "id": "f",
        "name": "F",
        "width_mm": "wide",
        "thickness_mm": 1,
        "material_type": "wood",
        "strips": [],
    }
    assert outcome_of("strip_families", {**family, key: [{"type": "wood"}]}).errors == [
        ("field-invalid", "/width_mm")
    ]


@pytest.mark.parametrize("key", ["op_type", "meta"])
@pytest.mark.parametrize("value", [3, True, [], {}, {"op_type": 3}, {"op_type": " "}, "  ", None])
@pytest.mark.parametrize("name", ["Art Studio jobs", "CAM job intelligence", "N14 CNC export"])
def test_operation_that_says_nothing_costs_no_job_its_own_type(
    name: str, key: str, value: Any, outcome_of: Any
) -> None:
    _, document = SAMPLES[name][0]
    row = outcome_of("joblogs", document | {key: value}).row
    assert row["job_type"] == outcome_of("joblogs", document).row["job_type"]
