"""What a document looks like that no generation wrote, and what it lacks (docs/domain.md, Not a record)."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..diagnostics import shown
from ..entities import ENTITIES, JOBLOG, Entity
from . import nearest, newest, recognise
from .shop_artifacts import is_kind_of_job
from .source_format import Marker, a_list, an_object, key


class Stranger(NamedTuple):
    """A kind of document that is not a record, though programs left it among the records.

    It has all the ``markers``, and none of the keys it is ``without``.
    """

    looks_like: str
    markers: tuple[Marker, ...]
    without: tuple[str, ...] = ()


def _is_other_artifact(value: Any) -> bool:
    return isinstance(value, str) and not is_kind_of_job(value)


STRANGERS = (
    Stranger("advice on a run", (key("advisory_id"),)),
    Stranger("an entry in an index of runs", (key("partition"), key("run_id"))),
    Stranger(
        "an artifact of another kind than a job's",
        (
            key("kind", holds=_is_other_artifact, label="kind of another artifact"),
            key("artifact_id", "index_meta", "created_utc"),
        ),
    ),
    Stranger(
        "a request to work out a rosette project",
        (
            key("pattern", holds=an_object, label="pattern"),
            key("guitars", "scrap_factor", "include_cam", "cam_overrides", "include_modern_preview"),
        ),
    ),
    Stranger("a preset of a job", (key("segments"), key("inner_radius"), key("outer_radius"))),
    Stranger(
        "the rows of a matrix without its totals",
        (key("rows"), key("columns", "column_sequence", "materials", "strip_width_mm")),
        without=("totals",),
    ),
    Stranger("a program's answer", (key("success"),)),
    Stranger("a request to make a design", (key("design", holds=an_object),)),
    Stranger("a request to make a design", (key("outer_diameter_mm", "inner_diameter_mm", "ring_params"),)),
    Stranger("a log of compared runs", (key("added_paths", "removed_paths", "unchanged_paths"),)),
    Stranger("a risk report", (key("issues", holds=a_list), key("analytics", "job_id", "pipeline_id"))),
    Stranger(
        "a profile or preset of feeds and speeds", (key("spindle_rpm", "feed_rate_mm_min", "stepdown_mm"),)
    ),
    Stranger(
        "a profile or preset of feeds and speeds",
        (key("params", holds=lambda value: isinstance(value, dict)),),
        without=("generator_key",),
    ),
    Stranger("a request to hand a job over", (key("batch_op", "manufacturing_plan"),)),
    Stranger("a request to run an operation", (key("op_type"),)),
    Stranger("a row of a planner", (key("strip_plans", "sticks_needed", "tiles_per_meter", "tiles_needed"),)),
    Stranger("a program's answer, step by step", (key("steps", holds=a_list),)),
    Stranger("a history of changes", (key("revisions", holds=a_list),)),
    Stranger("an operator's notes", (key("notes", holds=a_list),)),
    Stranger("a feasibility report", (key("overall_score", "risk_bucket"),)),
    Stranger("a machine's telemetry", (key("samples", "metrics"),), without=("kind",)),
    Stranger("a change of learned settings", (key("lane_key"),)),
)
"""Kinds of documents that are not records; the first match counts. Searched only if no generation fits."""

_STRANGE_FILES = (
    (re.compile(r"_index", re.IGNORECASE), "an index of the runs beside it"),
    (re.compile(r".*_advisory_.*", re.IGNORECASE | re.DOTALL), "advice on the runs beside it"),
)
"""Files that RMOS kept beside its runs, by the stem of their names (docs/domain.md, Not a record)."""

_COMMON_KEYS = {"metadata", "metadata_json", "created_at", "created_at_utc", "ts", "timestamp", "updated_at"}
_OF_A_JOB_DONE = ("status", "results", "parameters", "metadata", "end_time", "duration_seconds")


def strange_file(entity: Entity, stem: str) -> str | None:
    """Return what a file without records that RMOS kept beside its runs is, by its name; None for others."""
    if entity is not JOBLOG:
        return None
    return next((said for name, said in _STRANGE_FILES if name.fullmatch(stem)), None)


def rejection(entity: Entity, document: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return why a document that no generation wrote is rejected: catalogue code, message and hint."""
    code, sentence = _reason(entity, document)
    respelt = _respelt(entity, document) if code in ("not-a-record", "partial-record") else {}
    if not respelt:
        return code, sentence, ""
    written = ", ".join(f"{shown(key, 30)} for {known}" for key, known in respelt.items())
    return code, f"{sentence}; it has {written}", _hint_on_respelt(respelt)


def _hint_on_respelt(respelt: Mapping[str, str]) -> str:
    """Return what to write for misspelt keys: each name once, since no two keys may be the same."""
    by_name: dict[str, list[str]] = {}
    for written, known in respelt.items():
        by_name.setdefault(known, []).append(shown(written, 30))
    hint = f"write the keys as {', '.join(by_name)}"
    shared = [
        f"{', '.join(keys[:-1])} and {keys[-1]} {'both' if len(keys) == 2 else 'all'} mean {known}"
        for known, keys in by_name.items()
        if len(keys) > 1
    ]
    return f"{hint}; {', '.join(shared)}: keep the one that is right" if shared else hint


def kind_elsewhere(entity: Entity, document: Mapping[str, Any]) -> Entity | None:
    """Return the other entity that a document is a record of; None if it is not a record at all."""
    return next((other for other in ENTITIES if other is not entity and recognise(other, document)), None)


def _respelt(entity: Entity, document: Mapping[str, Any]) -> dict[str, str]:
    """Return misspelt keys and RMOS's spelling of them, if that makes the document a record."""
    known = {_folded(key): key for rule in entity.fields for key in reversed(rule.source.keys)}
    own = {key for rule in entity.fields for key in rule.source.keys}
    found = {key: known[_folded(key)] for key in document if key not in own and _folded(key) in known}
    found = {key: name for key, name in found.items() if name not in document}
    if not found:
        return {}
    mended = {found.get(key, key): value for key, value in document.items()}
    return found if recognise(entity, mended) is not None else {}


def _folded(key: str) -> str:
    return re.sub(r"[\s_-]", "", key).casefold()


def _reason(entity: Entity, document: Mapping[str, Any]) -> tuple[str, str]:
    other = kind_elsewhere(entity, document)
    if other is not None:
        return "wrong-folder", f"this is a {other.label}; it belongs in the folder {other.name}"
    kind = _kind_of_stranger(entity, document)
    if kind is not None:
        needed = ", ".join(newest(entity).missing(document))
        return "not-a-record", f"this looks like {kind}; a {entity.label} would have {needed}"
    form = nearest(entity, document)
    known = [
        key
        for rule in entity.fields
        for key in rule.source.keys
        if key in document and key not in _COMMON_KEYS
    ]
    if not known and form.generation == "native":
        keys = ", ".join(shown(key, 30) for key in list(document)[:6])
        if not document:
            return "not-a-record", "the object is empty"
        return "not-a-record", f"it has none of the keys of a {entity.label}; its keys are {keys}"
    lacking = ", ".join(form.missing(document))
    written_by = "" if form.strict else f" as {form.generation} wrote it"
    return (
        "partial-record",
        f"this looks like part of a {entity.label}{written_by}, but it has no {lacking}",
    )


def _kind_of_stranger(entity: Entity, document: Mapping[str, Any]) -> str | None:
    for stranger in STRANGERS:
        if all(marker.found_in(document) for marker in stranger.markers) and document.keys().isdisjoint(
            stranger.without
        ):
            return stranger.looks_like
    return "a row of numbers about a job" if entity is JOBLOG and _is_counted(document) else None


def _is_counted(document: Mapping[str, Any]) -> bool:
    """Tell whether it is analytics: numbers about a job, no job type (docs/domain.md, Not a record)."""
    if "job_id" not in document or any(key in document for key in _OF_A_JOB_DONE):
        return False
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in document.values())
