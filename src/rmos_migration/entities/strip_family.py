"""Strip family: the material stock that rosette tiles are cut from (docs/domain.md, Entities)."""

from typing import Annotated

from pydantic import Field

from ..rosette import slips_in
from .base import (
    Entity,
    FieldKind,
    FieldSource,
    Identifier,
    JsonArray,
    JsonObject,
    Millimetres,
    Record,
    SlipCheck,
    Text,
)


class StripFamily(Record):
    """One strip family."""

    id: Annotated[Identifier, FieldSource(FieldKind.IDENTIFIER, ("id", "family_id"))]
    name: Annotated[
        Text | None,
        FieldSource(FieldKind.TEXT, ("name",), required=True),
        Field(description="what the shop calls it"),
    ] = None
    width_mm: Annotated[
        Millimetres | None,
        FieldSource(
            FieldKind.NUMBER, ("strip_width_mm", "width_mm", "default_width_mm", "width_ui"), required=True
        ),
        Field(description="strip width in mm; NULL if never recorded"),
    ] = None
    thickness_mm: Annotated[
        Millimetres | None,
        FieldSource(
            FieldKind.NUMBER, ("strip_thickness_mm", "thickness_mm"), required=True, made_of="materials"
        ),
        Field(description="strip thickness in mm; NULL if never recorded"),
    ] = None
    material_type: Annotated[
        Text | None,
        FieldSource(FieldKind.TEXT, ("material_type", "material_family"), required=True, made_of="materials"),
        Field(description="wood, shell or metal, as written"),
    ] = None
    strips: Annotated[
        JsonArray,
        FieldSource(FieldKind.JSON, ("strips", "strips_json"), required=True, made_of="materials"),
        SlipCheck(slips_in),
        Field(default_factory=list, description="the strips; the materials of a mixed-material family"),
    ]
    metadata: Annotated[
        JsonObject | None,
        FieldSource(FieldKind.JSON, ("metadata", "metadata_json")),
        Field(description="what programs noted beside the record, such as the supplier"),
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


STRIP_FAMILY = Entity("strip_families", "strip_family", StripFamily, ("strip_families",))
