"""Write the pages that are made from the code: ``python tools/make_docs.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 if a page is not what the code says.
"""

import inspect
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rmos_migration.audit.rules import FAMILIES
from rmos_migration.diagnostics import CATALOGUE
from rmos_migration.entities import ENTITIES, Entity
from rmos_migration.entities.schema import schema_of
from rmos_migration.generations import GENERATIONS, Form
from rmos_migration.generations.refusal import STRANGERS
from rmos_migration.reports.as_json import json_schema

PAGES = Path(__file__).parent.parent / "docs"

_STAGES = {
    "F1": "Files",
    "D2": "Decoding",
    "V3": "Validation",
    "R4": "Resolving against the database",
    "S5": "The database",
}


def diagnostics_page() -> Iterator[str]:
    """``docs/diagnostics.md``, from the catalogue."""
    yield from (
        "# Diagnostics",
        "",
        "What the migration may say of a document, and what you can do. An *error* keeps the document out; a",
        "*warning* and an *info* do not. This page is made from the package `catalogue` by `make docs`.",
    )
    stage = ""
    for code in CATALOGUE.values():
        if code.number[:2] != stage:
            stage = code.number[:2]
            yield from ("", f"## {_STAGES[stage]}")
        yield from ("", f"### {code.number} {code.name}", "", f"*{code.severity}* · {code.explanation}")
        yield from ("", f"→ {code.hint}")


def dictionary_page() -> Iterator[str]:
    """``docs/data-dictionary.md``, from the records' models."""
    yield from (
        "# Data dictionary",
        "",
        "What the database holds, column by column, and under which keys documents hold it; the native key, which the",
        "newest programs write, comes first. NULL means: never recorded. Columns ending in `_json` hold JSON text, and",
        "`extra_json` every key of the document that no column carries as it is. `rmos schema` prints the same as JSON",
        "Schema. This page is made from the models in `entities/` by `make docs`.",
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
        keys = ", ".join(f"`{key}`" for key in rule.found.keys) if rule is not None else ""
        meaning = about.get("description", "the record's id; the file's name where the document has none")
        if rule is not None and rule.reference is not None:
            meaning += f"; refers to `{rule.reference}`"
        if name in required:
            meaning += "; native documents must have it"
        yield f"| `{column}` | {_holds(about)} | {keys} | {meaning} |"


_KINDS = {"string": "text", "object": "object", "array": "list", "null": "NULL"}


def _holds(about: dict[str, Any]) -> str:
    """What a column may hold, in words, from its JSON Schema."""
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


def generations_page() -> Iterator[str]:
    """``docs/generations.md``, from the modules of the package ``generations``."""
    yield from (
        "# Generations",
        "",
        "Which programs wrote a document is found out from the document alone, never from its path. The forms are tried",
        "in this order, the first that fits counts. `rmos inspect FILE` says which one that is, and which keys show it.",
        "This page is made from the modules in `generations/` by `make docs`; CONTRIBUTING.md shows how to add one.",
    )
    for module in GENERATIONS:
        yield from ("", f"## {module.NAME}", "", inspect.getdoc(module) or "", "")
        yield from (f"- {_told(form)}" for form in module.FORMS)
    yield from (
        "",
        "## What is no record",
        "",
        "Documents that no generation wrote are kept out. Where one of these keys is there, the message says what the",
        "document looks like:",
        "",
    )
    for stranger in STRANGERS:
        signs = " and ".join(f"`{sign}`" for sign in stranger.signs)
        yield f"- {stranger.looks_like}: {signs}"


def _told(form: Form) -> str:
    signs = " and ".join(f"`{sign}`" for sign in form.signs)
    against = f", unless there are {' or '.join(f'`{sign}`' for sign in form.unless)}" if form.unless else ""
    return f"a {form.entity.singular.replace('_', ' ')} has {signs}{against}"


def audit_page() -> Iterator[str]:
    """``docs/audit.md``, from the rules of the audit."""
    yield from (
        "# Audit: is the database sound?",
        "",
        "`rmos audit` checks the rules below and changes nothing. Exit code 0: passed; 1: failed; beside these 2 for a wrong",
        "call, 3 where another program holds the database, 4 where it cannot be opened, 5 where the machine fails. Errors",
        "fail the audit; with `--fail-on warning` warnings do too. `rmos audit --explain CODE` says what a rule means.",
        "",
        "- `--rules schema,references` checks some rules or families only, `--skip` leaves some out.",
        "- `--format json`, `junit` or `sarif` write the result for programs, with every finding; the text shows the first 20",
        "  of each rule. `--output FILE` writes it to a file.",
        "- A JSON result is a baseline: `rmos audit --baseline known.json` tells only what was not known then. A finding is",
        "  known by its rule and its place (table, record, column), whatever it says.",
        "- `--repair` makes missing indexes again, sets the file's mark, and lets SQLite count anew what it plans queries by.",
        "  It touches no row, and makes a copy of the database first.",
        "",
        "A rule whose table is missing or cannot be read is *not run*; that fails the audit, too.",
        "",
        'From Python: `audit("rmos.db").passed`. This page is made from `audit/rules/` by `make docs`; CONTRIBUTING.md shows',
        "how to add a rule.",
    )
    for family in FAMILIES:
        yield from ("", f"## {family.title.capitalize()} (`{family.name}`)".replace("Json", "JSON"))
        for rule in family.rules:
            yield from ("", f"### {rule.code}", "", f"*{rule.severity}* · {rule.title}. {rule.explanation}")
            yield from ("", f"→ {rule.hint}")


def main() -> int:
    """Write the pages, or compare them."""
    stale = []
    pages: dict[str, Iterable[str]] = {
        "diagnostics.md": diagnostics_page(),
        "data-dictionary.md": dictionary_page(),
        "generations.md": generations_page(),
        "audit.md": audit_page(),
        "report.schema.json": [json.dumps(json_schema(), indent=2, ensure_ascii=False)],
    }
    for name, lines in pages.items():
        page, text = PAGES / name, "\n".join(lines) + "\n"
        if "--check" not in sys.argv[1:]:
            page.write_text(text, encoding="utf-8")
        elif not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.stderr.write(f"not what the code says: {', '.join(stale)}; run make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
