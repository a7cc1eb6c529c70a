"""Write the pages that are made from the code: ``python tools/make_docs.py [--check]``.

With ``--check`` nothing is written; the exit code is 1 if a page is not what the code says.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from made_pages import audit, commands, diagnostics, dictionary, generations, packages, rest_api
from rmos_migration.reports.formats import json_schema

PAGES = Path(__file__).parent.parent / "docs"


def main() -> int:
    """Write the pages, or compare them."""
    stale = []
    pages: dict[str, Iterable[str]] = {
        "diagnostics.md": diagnostics.page(),
        "data-dictionary.md": dictionary.page(),
        "generations.md": generations.page(),
        "audit.md": audit.page(),
        "commands.md": commands.page(),
        "rest-api.md": rest_api.page(),
        "pictures/packages.svg": packages.picture(),
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
