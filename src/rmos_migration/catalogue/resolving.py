"""Diagnostics of what a document meets in the database."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

RESOLVING = (
    Code(
        "R401",
        "id-conflict",
        _W,
        "Another document with the same id and other content came first and stays, or the document was edited since it was "
        "migrated. With --on-conflict reject: an error.",
        "delete the one that is wrong and run again: the one that stays has the row then; or run again with --on-conflict "
        "replace, so that this one wins",
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
        "R407",
        "record-taken-over",
        _W,
        "The document that the row was made from is gone, or has another id now, so this one of the same id and other content "
        "has the row. The row keeps its created_at; one that is gone as well is made again.",
        "nothing to do, if the other one was deleted on purpose",
    ),
    Code(
        "R408",
        "document-superseded",
        _W,
        "The document's row holds the content of another one, which replaced it (--on-conflict replace). It is in conflict "
        "(record-replaced) until it is edited or the other one is deleted.",
        "delete it if the other document is right; if this one is, delete the other and run again",
    ),
    Code(
        "R409",
        "document-renamed",
        _I,
        "The document has no id but its file's name, and is what another file held that is gone. So it is the same record, "
        "which keeps its id.",
        "nothing to do",
    ),
    Code(
        "R410",
        "edits-lost",
        _W,
        "The record was changed in the dashboard, and its row was deleted by something else since. It was made again from the "
        "document, without those changes.",
        "make the changes again, or restore a backup; find out who deleted the row, if you did not",
    ),
    Code(
        "S501",
        "refused-by-database",
        _E,
        "The database itself would not take the row.",
        "see the database's own reason in the message",
    ),
)
