"""Strip family: the material stock that rosette tiles are cut from (docs/domain.md, Entities)."""

from typing import Annotated

from pydantic import Field

from ..rosette import slips_in
from .base import Doubted, Entity, Found, Identifier, JsonArray, JsonObject, Kind, Millimetres, Record, Text


class StripFamily(Record):
    """One strip family."""

    id: Annotated[Identifier, Found(Kind.IDENTIFIER, ("id", "family_id"))]
    name: Annotated[
        Text | None, Found(Kind.TEXT, ("name",), required=True), Field(description="what the shop calls it")
    ] = None
    width_mm: Annotated[
        Millimetres | None,
        Found(Kind.NUMBER, ("strip_width_mm", "width_mm", "default_width_mm", "width_ui"), required=True),
        Field(description="strip width in mm; NULL if never recorded"),
    ] = None
    thickness_mm: Annotated[
        Millimetres | None,
        Found(Kind.NUMBER, ("strip_thickness_mm", "thickness_mm"), required=True, made_of="materials"),
        Field(description="strip thickness in mm; NULL if never recorded"),
    ] = None
    material_type: Annotated[
        Text | None,
        Found(Kind.TEXT, ("material_type", "material_family"), required=True, made_of="materials"),
        Field(description="wood, shell or metal, as written"),
    ] = None
    strips: Annotated[
        JsonArray,
        Found(Kind.JSON, ("strips", "strips_json"), required=True, made_of="materials"),
        Doubted(slips_in),
        Field(default_factory=list, description="the strips; the materials of a mixed-material family"),
    ]
    metadata: Annotated[
        JsonObject | None,
        Found(Kind.JSON, ("metadata", "metadata_json")),
        Field(description="what programs noted beside the record, such as the supplier"),
    ] = None
    extra: Annotated[JsonObject | None, Field(description="every key that no column carries verbatim")] = None
    created_at: Annotated[
        str | None,
        Found(Kind.INSTANT, ("created_at", "created_at_utc", "ts", "timestamp")),
        Field(description="UTC, YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    ] = None
    updated_at: Annotated[
        str | None, Found(Kind.INSTANT, ("updated_at",)), Field(description="UTC, as created_at")
    ] = None


STRIP_FAMILY = Entity("strip_families", "strip_family", StripFamily, ("strip_families",))
