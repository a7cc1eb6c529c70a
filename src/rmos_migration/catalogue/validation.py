"""Diagnostics of making records from documents."""

from .code import Code, Severity

_I, _W, _E = Severity.INFO, Severity.WARNING, Severity.ERROR

VALIDATION = (
    Code(
        "V301",
        "not-a-record",
        _E,
        "The document is of another kind: a request, a preset, a report, a list where one record is "
        "expected.",
        "move it out of the legacy folder if it does not belong there",
    ),
    Code(
        "V302",
        "partial-record",
        _E,
        "The document has keys of its kind, but not all that a record needs; it may be the body of an "
        "update.",
        "add the missing keys, or remove the file if the whole record is somewhere else",
    ),
    Code(
        "V303",
        "wrong-folder",
        _E,
        "The document is clearly of another kind than the folder it is in.",
        "move the file to the folder named; if the file holds other documents as well, move only this one "
        "to a file there",
    ),
    Code(
        "V304",
        "field-missing",
        _E,
        "A required key is present, but its value is null, blank or empty.",
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
        "A value cannot be used. The original is kept in extra; the column holds the value of another key "
        "with the same meaning, or nothing if the field is optional.",
        "correct the value if it matters, then migrate with --on-conflict replace",
    ),
    Code(
        "V311",
        "status-unknown",
        _W,
        "The status is not a known one. The row says unknown; the original word is kept in extra.",
        "use planned, pending, running, completed, failed or cancelled, then migrate with --on-conflict "
        "replace",
    ),
    Code(
        "V312",
        "status-partial",
        _W,
        "The job was only partly done. The row says completed; the original word is kept in extra.",
        "nothing to do, if you would call it that as well",
    ),
    Code(
        "V313",
        "job-type-unknown",
        _W,
        "No RMOS program wrote this job type. It is kept as it is.",
        "check the spelling; if you correct it, then migrate with --on-conflict replace",
    ),
    Code(
        "V314",
        "end-before-start",
        _W,
        "The job ends before it starts. Both times are kept as they are.",
        "check the clock of the machine that wrote it",
    ),
    Code(
        "V315",
        "rings-empty",
        _W,
        "The pattern's list of rings is empty, so it does not say how many there are; ring_count is empty.",
        "draw the rings, or remove the pattern if it was never finished",
    ),
    Code(
        "V316",
        "keys-around",
        _W,
        "The file holds documents in a list or dictionary, and beside it keys that records have. They are "
        "not part of any document, so they stay in the file and nowhere else.",
        "if they are a record of their own, put it into a file of its own",
    ),
    Code(
        "V317",
        "answer-failed",
        _W,
        "The record is in a program's answer that says that the program failed. It is taken as it is.",
        "check whether the record is complete; the program may not have finished it",
    ),
    Code(
        "V318",
        "powershell-list",
        _W,
        "ConvertTo-Json of Windows PowerShell 5.1 wrote a list as an object with value and Count. It is "
        "kept as it is, but programs that look for a list of rings or strips do not find it.",
        "replace the object with what is under value, or export again with PowerShell 7, then migrate with "
        "--on-conflict replace",
    ),
    Code(
        "V319",
        "number-in-quotes",
        _W,
        "A measure is in quotes, so it is text. It is kept as it is, but a ring without its numbers is not "
        "drawn, and not checked.",
        "remove the quotes, and write a point in place of a decimal comma, then migrate with --on-conflict "
        "replace",
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
    Code(
        "V323",
        "job-type-derived",
        _I,
        "The programs of this generation wrote only one kind of job and did not name it; a fixed word is "
        "stored.",
        "nothing to do",
    ),
    Code(
        "V324",
        "not-recorded",
        _I,
        "The programs of this generation did not record everything that newer ones do; nothing is guessed.",
        "nothing to do; fill in the columns later if you know the values",
    ),
    Code(
        "V325",
        "id-blank",
        _I,
        "An id or reference is present but blank, beside another key with the same meaning that is not. The "
        "other one counts.",
        "nothing to do",
    ),
)
