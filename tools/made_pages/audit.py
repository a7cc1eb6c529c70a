"""``docs/audit.md``: every rule of the audit."""

from collections.abc import Iterator

from rmos_migration.audit.rules import FAMILIES


def page() -> Iterator[str]:
    """Yield the lines of the page."""
    yield from (
        "# Audit: is the database sound?",
        "",
        "`rmos audit` checks the rules below and changes nothing. It exits with 0 if the audit passed and 1",
        "if it failed; 2 means a wrong call, 3 that another program holds the database, 4 that it cannot be",
        "opened, 5 that the machine failed. Errors fail the audit; with `--fail-on warning` warnings do,",
        "too. `rmos audit --explain CODE` explains a rule.",
        "",
        "- `--rules schema,references` checks only some rules or families, `--skip` leaves some out.",
        "- `--format json`, `junit` or `sarif` write the result for programs, with every finding; the text",
        "  shows the first 20 of each rule. `--output FILE` writes it to a file.",
        "- A JSON result is a baseline: `rmos audit --baseline known.json` reports only what is not in it. A",
        "  finding is identified by its rule and place (table, record, column), not by its message.",
        "- `--repair` creates missing indexes, sets the file's mark, and refreshes the statistics that",
        "  SQLite plans queries by. It forgets pending references of records that are gone, and documents",
        "  whose file and record are both gone; it names them. A folder that cannot be reached, or that has",
        "  nothing in it (a disk that is not connected), is no proof of that. It touches no record, and",
        "  copies the database first.",
        "",
        "A rule whose table is missing or cannot be read is *not run*; that fails the audit, too.",
        "",
        'From Python: `audit("rmos.db").passed`. This page is made from `audit/rules/` by `make docs`;',
        "CONTRIBUTING.md shows how to add a rule.",
    )
    for family in FAMILIES:
        yield from ("", f"## {family.title.capitalize()} (`{family.name}`)".replace("Json", "JSON"))
        for rule in family.rules:
            yield from ("", f"### {rule.code}", "", f"*{rule.severity}* · {rule.title}. {rule.explanation}")
            yield from ("", f"→ {rule.hint}")
