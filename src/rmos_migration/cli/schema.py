"""rmos schema: the canonical records as JSON Schema."""

from typing import Annotated

import typer

from ..entities import ENTITIES
from ..entities.schema import DIALECT, schema_of
from ..errors import UsageError
from . import console

HELP = """\b
Examples:
  rmos schema                 all of them, by name
  rmos schema patterns        one of them
"""

_NAMES = ", ".join(entity.name for entity in ENTITIES)


def schema(
    entity: Annotated[
        str | None, typer.Argument(help=f"Which record: {_NAMES}; all, if none is named.")
    ] = None,
) -> None:
    """Print one schema, or one that defines them all."""
    schemas = {one.name: schema_of(one) for one in ENTITIES}
    if entity is not None:
        named = next((one for one in ENTITIES if entity in (one.name, one.singular)), None)
        if named is None:
            raise UsageError(f"there is no record {entity}", f"choose one of {_NAMES}")
        console.print_json(schemas[named.name])
        return
    definitions = {
        name: {key: value for key, value in one.items() if key != "$schema"} for name, one in schemas.items()
    }
    console.print_json(
        {
            "$schema": DIALECT,
            "anyOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
            "$defs": definitions,
        }
    )
