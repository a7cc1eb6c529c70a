"""Write the pages that are made from the code: ``python tools/make_docs.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 if a page is not what the code says.
"""

import sys
from pathlib import Path

from rmos_migration.diagnostics import CATALOGUE

PAGES = Path(__file__).parent.parent / "docs"

_STAGES = {
    "F1": "Files",
    "D2": "Decoding",
    "V3": "Validation",
    "R4": "Resolving against the database",
    "S5": "The database",
}


def diagnostics_page() -> str:
    """``docs/diagnostics.md``, from the catalogue."""
    lines = [
        "# Diagnostics",
        "",
        "What the migration may say of a document, and what you can do. An *error* keeps the document out; a",
        "*warning* and an *info* do not. This page is made from the catalogue in `diagnostics.py` by `make docs`.",
    ]
    stage = ""
    for code in CATALOGUE.values():
        if code.number[:2] != stage:
            stage = code.number[:2]
            lines += ["", f"## {_STAGES[stage]}"]
        lines += [
            "",
            f"### {code.number} {code.name}",
            "",
            f"*{code.severity}* · {code.explanation}",
            "",
            f"→ {code.hint}",
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the pages, or compare them."""
    stale = []
    for name, text in {"diagnostics.md": diagnostics_page()}.items():
        page = PAGES / name
        if "--check" not in sys.argv[1:]:
            page.write_text(text, encoding="utf-8")
        elif not page.exists() or page.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        sys.stderr.write(f"not what the code says: {', '.join(stale)}; run make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
