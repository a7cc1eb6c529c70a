"""``docs/diagnostics.md``: what each diagnostic means."""

from collections.abc import Iterator

from rmos_migration.diagnostics import CATALOGUE

_STAGES = {
    "F1": "Files",
    "D2": "Decoding",
    "V3": "Validation",
    "R4": "Resolving against the database",
    "S5": "The database",
}


def page() -> Iterator[str]:
    """Yield the page's lines, from the catalogue."""
    yield from (
        "# Diagnostics",
        "",
        "What the migration may say of a document, and what you can do. An *error* means that the document",
        "is not loaded, and so does a conflict (R401); another *warning* and an *info* do not. This page is",
        "made from the package `catalogue` by `make docs`.",
    )
    stage = ""
    for code in CATALOGUE.values():
        if code.number[:2] != stage:
            stage = code.number[:2]
            yield from ("", f"## {_STAGES[stage]}")
        yield from ("", f"### {code.number} {code.name}", "", f"*{code.severity}* · {code.explanation}")
        yield from ("", f"→ {code.hint}")
