"""``docs/data-dictionary.md``: what each column holds."""

import inspect
from collections.abc import Iterator
from typing import Any

from rmos_migration.entities import ENTITIES, Entity
from rmos_migration.entities.schema import schema_of


def page() -> Iterator[str]:
    """Yield the page's lines, from the records' models."""
    yield from (
        "# Data dictionary",
        "",
        "What the database holds, column by column, and under which keys documents hold it; the native key,",
        "which the newest programs write, comes first. NULL means: never recorded. Columns ending in `_json`",
        "hold JSON text, and `extra_json` every key of the document that no column carries as it is. `rmos",
        "schema` prints the same as JSON Schema. This page is made from the models in `entities/` by `make",
        "docs`.",
    )
    for entity in ENTITIES:
        yield from ("", f"## {entity.name}", "", inspect.getdoc(entity.record) or "", "")
        yield from ("| column | holds | found under | meaning |", "|---|---|---|---|")
        yield from _columns(entity)


def _columns(entity: Entity) -> Iterator[str]:
    rules = {rule.name: rule for rule in entity.fields}
    required = {rule.name for rule in entity.required}
    for (name, about), column in zip(schema_of(entity)["properties"].items(), entity.columns, strict=True):
        rule = rules.get(name)
        keys = ", ".join(f"`{key}`" for key in rule.source.keys) if rule is not None else ""
        meaning = about.get("description", "the record's id; the file's name where the document has none")
        if rule is not None and rule.reference is not None:
            meaning += f"; refers to `{rule.reference}`"
            if rule.source.soft:
                meaning += f"; `{rule.source.soft}` counts if there is a row of that id,"
                meaning += " in the promotion lanes always"
        if name in required:
            meaning += "; native documents must have it"
        yield f"| `{column}` | {_holds(about)} | {keys} | {meaning} |"


_KINDS = {"string": "text", "object": "object", "array": "list", "null": "NULL"}


def _holds(about: dict[str, Any]) -> str:
    """Return what a column may hold, in words, from its JSON Schema."""
    return " or ".join(_kind(option) for option in about.get("anyOf", [about]))


def _kind(option: dict[str, Any]) -> str:
    if "enum" in option:
        return ", ".join(f"`{word}`" for word in option["enum"])
    kind = option["type"]
    if kind in ("number", "integer"):
        word = "whole number" if kind == "integer" else "number"
        if "exclusiveMinimum" in option:
            return f"{word} > {option['exclusiveMinimum']}"
        return f"{word} ≥ {option['minimum']}"
    return _KINDS[str(kind)] + (" of 1 to 200 characters" if option.get("maxLength") == 200 else "")
