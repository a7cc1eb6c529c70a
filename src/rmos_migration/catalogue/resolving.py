"""Diagnostics of comparing documents with the database."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

RESOLVING = (
    Code(
        "R401",
        "id-conflict",
        _W,
        "Another document with the same id and other content came first and stays, or the document was "
        "edited since it was migrated. With --on-conflict reject this is an error.",
        "delete the wrong one and run again: the other one then has the row; or run again with "
        "--on-conflict replace, so that this one wins",
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
        "The document refers to a record that does not exist. The reference is kept in extra and attached "
        "when the record arrives. With --missing-references reject this is an error.",
        "add the missing document and run again, correct the id if a similar one exists, or ignore this if "
        "the document is lost",
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
        "The ledger has this document as migrated, but its row was gone. It was migrated again.",
        "find out who deleted the row, if it was not you",
    ),
    Code(
        "R406",
        "ring-family-missing",
        _W,
        "Single rings of the pattern name a strip family that does not exist. The geometry keeps the name "
        "as it is.",
        "add the missing strip family, or ignore this if it never had a document of its own",
    ),
    Code(
        "R407",
        "record-taken-over",
        _W,
        "The document that the row was made from is gone, or has another id now, so this one with the same "
        "id and other content has the row. The row keeps its created_at; if it was gone as well, it is made "
        "again.",
        "nothing to do, if the other document was deleted on purpose",
    ),
    Code(
        "R408",
        "document-superseded",
        _W,
        "The document's row holds the content of another one that replaced it (--on-conflict replace). It "
        "is in conflict (record-replaced) until it is edited or the other one is deleted.",
        "delete it if the other document is right; if this one is right, delete the other one and run again",
    ),
    Code(
        "R409",
        "document-renamed",
        _I,
        "The document has no id except its file's name, and its content is that of a file that is gone. So "
        "it is the same record and keeps its id.",
        "nothing to do",
    ),
    Code(
        "R410",
        "edits-lost",
        _W,
        "The record was changed in the dashboard, and something else deleted its row since. The row was "
        "made again from the document, without those changes.",
        "make the changes again, or restore a backup; find out who deleted the row, if it was not you",
    ),
    Code(
        "S501",
        "refused-by-database",
        _E,
        "The database itself rejected the row.",
        "see the database's own reason in the message",
    ),
)
