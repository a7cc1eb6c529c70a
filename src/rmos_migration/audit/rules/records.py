"""The values in the rows of records: present, of the right type, in range, and not easily confused."""

from collections.abc import Iterator

from ...diagnostics import Severity, shown, shown_apart
from ...entities import ENTITIES, Entity, FieldKind
from ...generations import GENERATIONS
from ...store import checks
from ..rule import (
    DatabaseCheck,
    Family,
    InvalidReason,
    Row,
    RowCheck,
    RowTest,
    RowViolations,
    Rule,
    Subject,
    Violation,
    invalid,
)

_TABLES = tuple(entity.name for entity in ENTITIES)
_STRICT = {
    form.generation for module in GENERATIONS for form in module.FORMATS if form.strict and not form.reading
}
"""The generations whose documents had to have all their required fields to be loaded."""


def _incomplete(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for record_id, *columns in checks.incomplete(subject.snapshot, entity, _STRICT):
            for column in columns:
                if column not in _never_null(entity):
                    message = f"{column} is NULL, but the program that wrote the document always recorded it"
                    yield Violation(message, entity.name, str(record_id), column)


def _never_null(entity: Entity) -> set[str]:
    """Return the columns that have a value in every row, whichever program wrote its document."""
    filled = {rule.column for rule, _ in entity.defaults}
    return filled | {rule.column for rule in entity.always_required}


def _blanks_around_ids(entity: Entity, _: Subject) -> RowTest:
    columns = [(rule.name, rule.column) for rule in entity.fields if rule.source.kind is FieldKind.IDENTIFIER]

    def find(row: Row) -> RowViolations:
        return [
            (column, f"{column} {shown(row[name])} has blanks around it")
            for name, column in columns
            if row[name] is not None and row[name] != row[name].strip()
        ]

    return find


def _look_alikes(subject: Subject) -> Iterator[Violation]:
    for entity in ENTITIES:
        for group in checks.look_alikes(subject.snapshot, entity, "id"):
            first, *others = shown_apart(group)
            yield Violation(f"{first} looks like {', '.join(others)}", entity.name, group[0], "id")


def _material_variants(subject: Subject) -> Iterator[Violation]:
    for group in checks.look_alikes(subject.snapshot, _material_entity(), "material_type", trimmed=True):
        words = ", ".join(shown_apart(group))
        yield Violation(
            f"one material is spelled in several ways: {words}",
            _material_entity().name,
            group[0],
            "material_type",
        )


def _material_entity() -> Entity:
    return next(entity for entity in ENTITIES if "material_type" in entity.columns)


FAMILY = Family(
    "records",
    "data integrity",
    (
        Rule(
            "value-missing",
            Severity.ERROR,
            "Every required column has a value",
            "A column that every record must have is NULL. The migration never writes such a row.",
            "find its document with rmos verify; delete the row, and the next rmos migrate creates it again",
            invalid(InvalidReason.MISSING),
        ),
        Rule(
            "value-lost",
            Severity.ERROR,
            "Records of the newest programs are complete",
            "The programs that wrote these documents always recorded this value, and the migration required"
            " it. Somebody has deleted it since.",
            "find its document with rmos verify; delete the row, and the next rmos migrate creates it again",
            DatabaseCheck(_incomplete, (*_TABLES, "migration_ledger")),
        ),
        Rule(
            "value-type",
            Severity.ERROR,
            "Every value has its column's type",
            "There is a number instead of text, or text instead of a number. Programs that read the rows may"
            " fail.",
            "correct the value, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.TYPE),
        ),
        Rule(
            "value-range",
            Severity.ERROR,
            "Counts, widths and durations are possible",
            "Widths and thicknesses are above 0 mm, durations at least 0 s, ring counts at least 1, and all"
            " are finite.",
            "correct the value, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.RANGE),
        ),
        Rule(
            "value-word",
            Severity.ERROR,
            "Every status is one of the known words",
            "A status is planned, pending, running, completed, failed, cancelled or unknown.",
            "correct the word, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.WORD),
        ),
        Rule(
            "text-blank",
            Severity.ERROR,
            "Names and other texts are not blank",
            "Recorded text is never empty, blank or with a NUL in it; what was never recorded is NULL.",
            "fill in the text, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.BLANK),
        ),
        Rule(
            "text-not-unicode",
            Severity.ERROR,
            "Every text is UTF-8",
            "Some bytes of a text are not UTF-8. Most programs fail on them.",
            "write the text again, or delete the row; the next rmos migrate creates it again",
            invalid(InvalidReason.UNICODE),
        ),
        Rule(
            "id-invalid",
            Severity.ERROR,
            "Every id can be used",
            "An id is text of 1 to 200 characters without control characters.",
            "delete the row; the next rmos migrate creates it again, if its document has a plain id",
            invalid(InvalidReason.ID),
        ),
        Rule(
            "id-blanks",
            Severity.WARNING,
            "No id has blanks around it",
            "Such an id looks like the one without blanks, but belongs to another record.",
            "check whether it is the same record as the one without blanks",
            RowCheck(_blanks_around_ids),
        ),
        Rule(
            "id-look-alike",
            Severity.WARNING,
            "No two ids differ only in case or in how an accent is written",
            "Two records with almost the same id are often one record written by two programs.",
            "check whether they are the same record; if so, delete one of them",
            DatabaseCheck(_look_alikes, _TABLES),
        ),
        Rule(
            "material-variants",
            Severity.WARNING,
            "Every material type is spelled in one way",
            "Statistics by material count 'Wood' and 'wood' as two materials.",
            "choose one spelling, correct the other documents, then migrate them with --on-conflict replace",
            DatabaseCheck(_material_variants, _TABLES),
        ),
    ),
)
