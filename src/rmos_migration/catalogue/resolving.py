"""Diagnostics of what a document meets in the database."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

RESOLVING = (
    Code(
        "R401",
        "id-conflict",
        _W,
        "Another document with the same id and other content came first and stays. With --on-conflict reject: an error.",
        "keep the right one and delete the other, or run again with --on-conflict replace",
    ),
    Code(
        "R402",
        "record-replaced",
        _W,
        "The row was replaced by this document's content, as asked with --on-conflict replace.",
        "nothing to do",
    ),
    Code(
        "R403",
        "reference-missing",
        _W,
        "The document refers to a record that is not there. The reference is kept in extra and attached when the "
        "record arrives. With --missing-references reject this is an error.",
        "add the missing document and run again, correct the id if one that looks the same is there, or ignore this if it is lost",
    ),
    Code(
        "R404",
        "reference-attached",
        _I,
        "The record that an earlier document was waiting for has arrived; the reference is now in place.",
        "nothing to do",
    ),
    Code(
        "R405",
        "record-restored",
        _I,
        "The ledger said this document was migrated, but its row was gone. It was migrated again.",
        "find out who deleted the row, if you did not",
    ),
    Code(
        "R406",
        "ring-family-missing",
        _W,
        "Single rings of the pattern name a strip family that is not there. The geometry keeps the name as it is.",
        "add the missing strip family, or ignore this if it never had a document of its own",
    ),
    Code(
        "S501",
        "refused-by-database",
        _E,
        "The database itself would not take the row.",
        "see the database's own reason in the message",
    ),
)
