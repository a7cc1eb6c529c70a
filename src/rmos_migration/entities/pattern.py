"""Pattern: the design of one rosette (docs/domain.md, Entities)."""

from typing import Annotated

from pydantic import Field

from ..rosette import count_rings, families_of, slips_in
from .base import (
    Count,
    CountOf,
    EmbeddedReferences,
    Entity,
    FieldKind,
    FieldSource,
    Identifier,
    JsonObject,
    Record,
    Reference,
    SlipCheck,
    Text,
)


class Pattern(Record):
    """One rosette pattern. The geometry is stored as written and never interpreted here."""

    id: Annotated[Identifier, FieldSource(FieldKind.IDENTIFIER, ("id", "pattern_id", "preset_id"))]
    name: Annotated[
        Text | None,
        FieldSource(FieldKind.TEXT, ("name", "pattern_name"), required=True),
        Field(description="what the shop calls it"),
    ] = None
    pattern_type: Annotated[
        Text,
        FieldSource(FieldKind.PATTERN_TYPE, ("pattern_type",)),
        Field(description="generic unless the document says otherwise"),
    ] = "generic"
    ring_count: Annotated[
        Count | None,
        FieldSource(FieldKind.COUNT, ("ring_count",), required=True),
        CountOf("geometry", count_rings),
        Field(description="number of rings as stated by the document"),
    ] = None
    geometry: Annotated[
        JsonObject,
        FieldSource(
            FieldKind.JSON,
            ("geometry", "geometry_json", "rosette_geometry"),
            required=True,
            empty_is_absent=True,
        ),
        SlipCheck(slips_in),
        Field(description="the geometry under its own key names, lengths in mm"),
    ]
    strip_family_id: Annotated[
        Identifier | None,
        FieldSource(FieldKind.IDENTIFIER, ("strip_family_id",)),
        Reference("strip_families"),
        EmbeddedReferences("geometry", families_of),
        Field(description="the family the tiles are cut from; from the rings where all of them agree"),
    ] = None
    metadata: Annotated[
        JsonObject | None,
        FieldSource(FieldKind.JSON, ("metadata", "metadata_json")),
        Field(description="what programs noted beside the record"),
    ] = None
    extra: Annotated[JsonObject | None, Field(description="every key that no column carries verbatim")] = None
    created_at: Annotated[
        str | None,
        FieldSource(FieldKind.INSTANT, ("created_at", "created_at_utc", "ts", "timestamp")),
        Field(description="UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    ] = None
    updated_at: Annotated[
        str | None, FieldSource(FieldKind.INSTANT, ("updated_at",)), Field(description="UTC, as created_at")
    ] = None


PATTERN = Entity("patterns", "pattern", Pattern, ("patterns",))
