"""The records as JSON Schema, for programs that read the rows or write documents."""

from typing import Any

from .base import Entity

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(entity: Entity) -> dict[str, Any]:
    """Return the JSON Schema of an entity's canonical record.

    Beside what JSON Schema knows, ``x-found-under`` lists the keys under which documents hold a field, the
    native key first, ``x-column`` its column, and ``x-references`` the table it refers to.
    """
    schema = entity.record.model_json_schema()
    for about, column in zip(schema["properties"].values(), entity.columns, strict=True):
        about["x-column"] = column
    for rule in entity.fields:
        about = schema["properties"][rule.name]
        about["x-found-under"] = list(rule.source.keys)
        if rule.reference is not None:
            about["x-references"] = rule.reference
    return {"$schema": DIALECT, **schema}
