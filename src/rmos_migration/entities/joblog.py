"""Joblog: the record of one job at the saw or the CNC (docs/domain.md, Entities)."""

from typing import Annotated, Literal

from pydantic import Field

from .base import Entity, FieldKind, FieldSource, Identifier, JsonObject, Record, Reference, Seconds, Text

Status = Literal["planned", "pending", "running", "completed", "failed", "cancelled", "unknown"]


class JobLog(Record):
    """One job. A duration is never computed from start and end."""

    id: Annotated[Identifier, FieldSource(FieldKind.IDENTIFIER, ("id", "job_id", "run_id", "log_id"))]
    job_type: Annotated[
        Text,
        FieldSource(FieldKind.JOB_TYPE, ("job_type", "type", "event_type", "cut_type"), required=True),
        Field(description="what was done, as written"),
    ]
    status: Annotated[
        Status,
        FieldSource(FieldKind.STATUS, ("status",)),
        Field(description="unknown where never recorded; native jobs without one are pending"),
    ] = "unknown"
    pattern_id: Annotated[
        Identifier | None,
        FieldSource(FieldKind.IDENTIFIER, ("pattern_id", "plan_pattern_id"), soft="preset_id"),
        Reference("patterns"),
        Field(description="the pattern that was made"),
    ] = None
    strip_family_id: Annotated[
        Identifier | None,
        FieldSource(FieldKind.IDENTIFIER, ("strip_family_id",)),
        Reference("strip_families"),
        Field(description="the family that was cut"),
    ] = None
    start_time: Annotated[
        str | None,
        FieldSource(FieldKind.CLOCK, ("start_time", "started_at", "queued_at")),
        Field(description="workshop clock, ISO 8601 with the offset it came with"),
    ] = None
    end_time: Annotated[
        str | None,
        FieldSource(FieldKind.CLOCK, ("end_time", "completed_at", "ended_at")),
        Field(description="workshop clock, as start_time"),
    ] = None
    duration_seconds: Annotated[
        Seconds | None,
        FieldSource(
            FieldKind.NUMBER,
            ("duration_seconds", "duration_s", "runtime_sec", "actual_time_s", "cut_time_s", "cycle_time_s"),
            nested_in=("stats", "duration_s"),
        ),
        Field(description="seconds as recorded, at least 0"),
    ] = None
    parameters: Annotated[
        JsonObject,
        FieldSource(
            FieldKind.JSON,
            (
                "parameters",
                "parameters_json",
                "op_data",
                "batch_op",
                "plan_request",
                "job_params",
                "meta",
            ),
            required=True,
        ),
        Field(default_factory=dict, description="what the machine was told"),
    ]
    results: Annotated[
        JsonObject | None,
        FieldSource(FieldKind.JSON, ("results", "results_json", "stats")),
        Field(description="what came of it, such as waste_percentage (0 to 100)"),
    ] = None
    metadata: Annotated[
        JsonObject | None,
        FieldSource(FieldKind.JSON, ("metadata", "metadata_json")),
        Field(description="what programs noted beside the record"),
    ] = None
    extra: Annotated[JsonObject | None, Field(description="every key that no column carries verbatim")] = None
    created_at: Annotated[
        str | None,
        FieldSource(
            FieldKind.INSTANT,
            ("created_at", "created_at_utc", "ts", "timestamp"),
            fallback_field="start_time",
        ),
        Field(description="UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ; the start time where the document has none"),
    ] = None
    updated_at: Annotated[
        str | None, FieldSource(FieldKind.INSTANT, ("updated_at",)), Field(description="UTC, as created_at")
    ] = None


JOBLOG = Entity("joblogs", "joblog", JobLog, ("joblog", "joblogs"))
