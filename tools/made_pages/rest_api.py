"""``docs/rest-api.md``: every operation of the dashboard's REST API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from rmos_migration.api.app import create_app
from rmos_migration.api.server_settings import ServerSettings
from rmos_migration.store.sqlite.database import SqliteDatabase

Described = dict[str, Any]

_EXAMPLE = (
    '"name": "Maple", "width_mm": 2.5, "thickness_mm": 0.6, "material_type": "wood", '
    '"strips": [{"species": "maple"}]'
)


def page() -> Iterator[str]:
    """Yield the page's lines, from the OpenAPI document."""
    document = described()
    yield from (
        "# REST API",
        "",
        "What `rmos serve` answers to programs. The server's own `/docs` says the same, `/openapi.json` says",
        "it for tools",
        f"(OpenAPI {document['openapi']}). Reading is free on this machine, unless others are served;",
        "changes need the header `Authorization: Bearer TOKEN`. Errors are problems (RFC 9457): `type`,",
        "`title`, `status`, `detail`, `hint`, and for a record `errors`, each with its place. [The",
        "dashboard](dashboard.md) tells how records, runs and tokens work. This page is made from the",
        "OpenAPI document by `make docs`.",
        "",
        "```sh",
        "curl http://127.0.0.1:8000/api/rmos/stores/patterns?limit=2",
        'curl -X POST -H "Authorization: Bearer $(cat rmos.db.token)" -H "Content-Type: application/json" \\',
        "     -d '{" + _EXAMPLE + "}' \\",
        "     http://127.0.0.1:8000/api/rmos/stores/strip-families",
        "```",
        "",
        "What the fields of a record hold stands in the [data dictionary](data-dictionary.md), under the",
        "columns' names without `_json`.",
    )
    group = ""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation["tags"][0] != group:
                group = operation["tags"][0]
                yield from ("", f"## {group.capitalize().replace('-', ' ')}")
            yield from _operation(f"{method.upper()} {path}", operation)


def described() -> Described:
    """Return the OpenAPI document of a server, whatever it serves."""
    server: Any = create_app(ServerSettings(SqliteDatabase(Path("rmos.db")), Path("data/rmos_legacy"), None))
    while not isinstance(server, FastAPI):
        server = server.app
    return server.openapi()


def _operation(name: str, operation: Described) -> Iterator[str]:
    about = (operation.get("description") or operation["summary"]).replace("``", "`").rstrip(".")
    needs_token = " Needs the token." if "security" in operation else ""
    yield from ("", f"### {name}", "", f"{about}.{needs_token}")
    if operation.get("parameters"):
        yield from ("", "| parameter | holds | meaning |", "|---|---|---|")
        yield from (_parameter(one) for one in operation["parameters"])
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        names = ", ".join(f"`{name}`" for name in body["schema"].get("properties", {}))
        yield from ("", f"Body, `{kind}`: {names}")
    yield from ("", f"Answers {_answers(operation['responses'])}; anything else is a problem.")


def _parameter(one: Described) -> str:
    schema = one["schema"].get("anyOf", [one["schema"]])[0]
    meaning = one.get("description") or one["schema"].get("description", "")
    if one.get("required"):
        meaning += ", needed" if meaning else "needed"
    name = f"`{one['name']}`" + (" (header)" if one["in"] == "header" else "")
    return f"| {name} | {_holds(schema, one['schema'].get('default'))} | {meaning.replace('``', '`')} |"


def _holds(schema: Described, default: object) -> str:
    if "enum" in schema:
        words = " or ".join(f"`{word}`" for word in schema["enum"])
    else:
        words = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
            schema.get("type", "string"), "text"
        )
    if "minimum" in schema and "maximum" in schema:
        words += f", {schema['minimum']} to {schema['maximum']}"
    return words if default is None else f"{words}; else `{default}`"


def _answers(responses: Described) -> str:
    told = []
    for status, answer in responses.items():
        kinds = " or ".join(f"`{kind}`" for kind in answer.get("content", {}))
        if status != "default":
            told.append(f"{status} with {kinds}" if kinds else status)
    return ", ".join(told)
