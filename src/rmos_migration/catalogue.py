"""The catalogue of diagnostics: every code once, with what it means and what a person can do.

``docs/diagnostics.md`` is made from it. The letter and first digit of a number name the stage: F1 files, D2 decoding,
V3 validation, R4 resolving against the database, S5 the database itself.
"""

from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a diagnostic matters: an error keeps the document out, a warning and an info do not."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Code(NamedTuple):
    """One kind of diagnostic: its number and name are stable, its wording is not."""

    number: str
    name: str
    severity: Severity
    explanation: str
    hint: str


_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

CATALOGUE: dict[str, Code] = {
    code.name: code
    for code in (
        # files
        Code(
            "F101",
            "file-empty",
            _E,
            "The file holds no text at all, which is what a crash or a full disk leaves behind.",
            "restore the file from a backup, or delete it",
        ),
        Code(
            "F102",
            "file-too-large",
            _E,
            "The file is larger than 16 MiB. No RMOS program wrote a single file of that size.",
            "split the file, or check whether it is a legacy file at all",
        ),
        Code(
            "F103",
            "file-changed",
            _E,
            "The file changed while it was being read, so its content cannot be trusted.",
            "close the program that writes it, then run the migration again",
        ),
        Code(
            "F104",
            "file-not-regular",
            _E,
            "A pipe, socket or device is in the place of a file. It is never opened.",
            "remove it, or replace it by an ordinary file",
        ),
        Code(
            "F105",
            "file-outside",
            _E,
            "A link leads out of the source folder. Links that leave it are not followed.",
            "copy the target into the source folder in place of the link",
        ),
        Code(
            "F106",
            "file-unreadable",
            _E,
            "The system would not let the file or folder be read.",
            "check that it exists and that you may read it, then run the migration again",
        ),
        Code(
            "F107",
            "link-not-followed",
            _I,
            "A link leads to something that is read under its own name, so it is not read a second time.",
            "nothing to do",
        ),
        Code(
            "F108",
            "no-documents",
            _I,
            "The file holds an empty list or an empty object: there is nothing to migrate in it.",
            "nothing to do",
        ),
        # decoding
        Code(
            "D201",
            "encoding-unknown",
            _E,
            "The bytes are not UTF-8 and there is no byte order mark that names another encoding.",
            "if an old Windows program wrote the file, run again with --encoding cp1252",
        ),
        Code(
            "D202",
            "json-syntax",
            _E,
            "The text is not JSON: a comma too many, a missing quote, a comment, text after the end.",
            "mend the file at the place shown",
        ),
        Code(
            "D203",
            "json-duplicate-key",
            _E,
            "One object has the same key twice. JSON readers silently keep one of the two; this one does not choose.",
            "delete the one that is wrong",
        ),
        Code(
            "D204",
            "json-not-a-number",
            _E,
            "NaN or Infinity stands where a number must be. Python programs write them; JSON does not know them.",
            "replace it by the right number, or by null if it was never known",
        ),
        Code(
            "D205",
            "json-number-range",
            _E,
            "The number is too large for any database column: an integer beyond 64 bits, or beyond a double's range.",
            "correct the number, or write it as text in quotes",
        ),
        Code(
            "D206",
            "json-number-precision",
            _E,
            "The number has more digits than a computer's double can hold, so storing it would change it.",
            "shorten the number to 15 significant digits, or write it as text in quotes",
        ),
        Code(
            "D207",
            "json-surrogate",
            _E,
            "Half of a character: a \\uD800-\\uDFFF escape without its other half.",
            "replace the broken character by the right one",
        ),
        Code(
            "D208",
            "json-depth",
            _E,
            "Lists and objects are nested deeper than 64 levels.",
            "check the file: no RMOS program writes such depth",
        ),
        Code(
            "D209",
            "powershell-truncated",
            _E,
            "ConvertTo-Json was called without enough -Depth and wrote a type name where the data should be. The data is gone.",
            "export again with ConvertTo-Json -Depth 20",
        ),
        # validation
        Code(
            "V301",
            "not-a-record",
            _E,
            "The document is of another kind: a request, a preset, a report, a list where one record is expected.",
            "move it out of the legacy folder if it does not belong there",
        ),
        Code(
            "V302",
            "partial-record",
            _E,
            "The document has keys of its kind, but not all that a record needs, such as the body of an update.",
            "add the missing keys, or remove the file if the whole record stands elsewhere",
        ),
        Code(
            "V303",
            "wrong-folder",
            _E,
            "The document is plainly of another kind than the folder it lies in.",
            "move the file to the folder named",
        ),
        Code(
            "V304",
            "field-missing",
            _E,
            "A required key is there, but it is null, blank or empty.",
            "fill in the value",
        ),
        Code(
            "V305",
            "field-invalid",
            _E,
            "A required key has a value of the wrong type or out of range.",
            "correct the value",
        ),
        Code(
            "V306",
            "id-invalid",
            _E,
            "The id is not text of 1 to 200 characters without control characters.",
            "give the document a plain id, or remove the key so that the file name serves",
        ),
        Code(
            "V310",
            "field-unusable",
            _W,
            "An optional value cannot be used, so its column is empty. The original is kept in extra.",
            "correct the value if it matters, then migrate with --on-conflict replace",
        ),
        Code(
            "V311",
            "status-unknown",
            _W,
            "The status is no word RMOS knows. The row says unknown; the word is kept in extra.",
            "use planned, pending, running, completed, failed or cancelled",
        ),
        Code(
            "V312",
            "status-partial",
            _W,
            "The job was only partly done. The row says completed; the word is kept in extra.",
            "nothing to do, if that is what you would call it",
        ),
        Code(
            "V313",
            "job-type-unknown",
            _W,
            "No RMOS program wrote this job type. It is kept as it is.",
            "check the spelling",
        ),
        Code(
            "V314",
            "end-before-start",
            _W,
            "The job ends before it starts. Both times are kept as they are.",
            "check the clock of the machine that wrote it",
        ),
        Code(
            "V320",
            "id-from-integer",
            _I,
            "The id or reference was a number; its decimal digits are used as text.",
            "nothing to do",
        ),
        Code(
            "V321",
            "time-without-zone",
            _I,
            "The time has no zone. RMOS wrote UTC there, so it is taken as UTC.",
            "nothing to do",
        ),
        Code(
            "V322",
            "time-date-only",
            _I,
            "Only a date was recorded; it is stored as midnight UTC.",
            "nothing to do",
        ),
        # resolving
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
            "add the missing document and run again, or ignore this if it is lost",
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
        # the database
        Code(
            "S501",
            "refused-by-database",
            _E,
            "The database itself would not take the row.",
            "see the database's own reason in the message",
        ),
    )
}
