"""``docs/audit.md``: every rule of the audit."""

from collections.abc import Iterator

from rmos_migration.audit.rules import FAMILIES


def page() -> Iterator[str]:
    """The page's lines, from the rules."""
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
        "  It forgets waiting references of records that are gone, and documents of which neither the file nor the record is",
        "  there; it names them. A folder that is out of reach, or has nothing of its own in it (a disk that is not connected),",
        "  is no proof of that. It touches no record, and makes a copy of the database first.",
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
