"""The report for consoles and mail: 80 columns of plain characters."""

from collections import Counter
from collections.abc import Iterator

from ..migrate.summary import amount_not_looked_at, folders_among
from ..presentation.model import Excerpt, KeptOut, Kind, Notice, Run
from ..presentation.plain_text import aligned, columns, heading, labelled, wrapped
from ..presentation.text import (
    ENDED,
    about,
    amount,
    are,
    brief,
    entity_name,
    listed,
    millimetres,
    name_of,
    passed_over,
    place,
    seconds,
    size,
    success,
    when,
)
from .model import Audit, Comparison, Gallery, Report, Workshop
from .text import before, changes, findings, run_name

SHOWN = 10
"""Documents shown of each code, and findings of an audit; how many more there are is always said."""


def as_text(report: Report) -> str:
    """The report as plain text."""
    return "\n".join(line for part in _parts(report) for line in part) + "\n"


def _parts(report: Report) -> Iterator[Iterator[str]]:
    yield _title(report)
    yield _facts(report)
    if report.entities:
        yield _documents(report)
    if report.previous is not None:
        yield _compared(report.previous)
    if report.kept_out is None:
        yield _unknown(report)
    elif report.kept_out:
        yield _kept_out(report.kept_out)
    if report.not_looked_at:
        yield _not_looked_at(report.not_looked_at)
    yield _noticed(report.noticed)
    if report.generations:
        yield _counts("Documents by the generation that wrote them", report.generations, "not recognised")
    if report.workshop is not None and report.database is not None:
        yield _workshop(report, report.workshop)
    if report.gallery is not None and report.gallery.total:
        yield _gallery(report.gallery)
    if report.audit is not None:
        yield _audit(report.audit)
    if len(report.history) > 1:
        yield _history(report.history)


def _title(report: Report) -> Iterator[str]:
    title = "RMOS migration report"
    yield from (title, "=" * len(title), "")
    yield from wrapped(report.verdict)
    yield ""
    for sentence in report.advice:
        yield from wrapped(sentence)


def _facts(report: Report) -> Iterator[str]:
    run, database = report.run, report.database
    yield ""
    facts = [
        ("Run", run_name(run)),
        ("Started", when(run.started_at)),
        ("Finished", when(run.finished_at)),
        ("Took", seconds(run.duration_seconds)),
        (
            "Speed",
            "-"
            if run.documents_per_second is None
            else f"{amount(run.documents_per_second, 'document')} a second",
        ),
        ("Source", run.source),
        ("Files", _files(report)),
        ("Database", report.database_url),
    ]
    if database is not None:
        facts.append(
            (
                "",
                f"{size(database.size_bytes)}, schema {database.schema_version} of {when(database.schema_applied_at)}",
            )
        )
    if run.options:
        facts.append(("Options", ", ".join(f"{name}={value}" for name, value in run.options.items())))
    program = f"rmos-migration {run.tool_version or '(version not recorded)'}"
    facts.append(("Program", program))
    facts.append(
        (
            "Report made",
            f"{when(report.made_at)} from the {report.made_from}, by version {report.tool_version}",
        )
    )
    yield from labelled(facts)


def _files(report: Report) -> str:
    files = report.files
    said = f"{files.found:,} found, {files.read:,} read, {files.unread:,} not read (unchanged, or not to be opened)"
    return said + passed_over(files)


def _documents(report: Report) -> Iterator[str]:
    yield from heading("Documents")
    rows: list[tuple[str, ...]] = [("", "found", "migrated", "unchanged", "conflicts", "rejected", "success")]
    for name, counted in [*report.entities.items(), ("total", report.run.totals)]:
        numbers = (counted.found, counted.migrated, counted.unchanged, counted.conflicts, counted.rejected)
        rows.append((entity_name(name), *(f"{number:,}" for number in numbers), success(counted)))
    yield from aligned(rows)


def _compared(comparison: Comparison) -> Iterator[str]:
    then = comparison.run
    yield from heading(f"Compared with run {then.id} of {when(then.started_at)}")
    yield from wrapped(before(comparison))
    for sentence in changes(comparison):
        yield from wrapped(sentence)


def _unknown(report: Report) -> Iterator[str]:
    yield from heading("Not loaded")
    if report.run.totals.kept_out:
        yield from wrapped(
            "The statistics do not say which documents. A report from the database does, if it was a real run."
        )
    else:
        yield "Nothing."


def _kept_out(documents: list[KeptOut]) -> Iterator[str]:
    yield from heading(f"Not loaded: {amount(len(documents), 'document')}")
    totals = Counter(document.notices[0].code for document in documents)
    seen: Counter[str] = Counter()
    for document in documents:
        code = document.notices[0].code
        seen[code] += 1
        if seen[code] <= SHOWN:
            yield from _document(document)
    for code, total in totals.items():
        if total > SHOWN:
            yield ""
            yield from wrapped(f"{total - SHOWN:,} more with {code}; the JSON report has them all.")


def _not_looked_at(files: list[Notice]) -> Iterator[str]:
    folders = folders_among(one.code for one in files)
    yield from heading(f"Not looked at: {amount_not_looked_at(len(files), folders)}")
    for notice in files[:SHOWN]:
        yield ""
        yield from wrapped(f"{place(notice)}: {brief(notice.message)}", hanging="    ")
        yield from wrapped(f"-> {notice.hint}", "  ", "     ")
    if len(files) > SHOWN:
        yield ""
        yield from wrapped(f"{len(files) - SHOWN:,} more; the JSON report has them all.")


def _document(document: KeptOut) -> Iterator[str]:
    first = document.notices[0]
    yield ""
    yield from wrapped(f"{place(first)} ({about(document)})", hanging="    ")
    for notice in document.notices:
        where = "" if notice is first else f"{place(notice)}: "
        yield from wrapped(f"{where}{notice.number} {notice.code}: {brief(notice.message)}", "  ", "    ")
        if notice is first and document.excerpt is not None:
            yield from _excerpt(document.excerpt)
    yield from wrapped(f"-> {first.hint}", "  ", "     ")


def _excerpt(excerpt: Excerpt) -> Iterator[str]:
    margin = len(str(excerpt.first_line + len(excerpt.lines)))
    for number, line in enumerate(excerpt.lines, excerpt.first_line):
        yield f"{number:>{margin + 4}} | {_plainly_cut(line)}".rstrip()
        if number == excerpt.line:
            before = " " * columns(line[: excerpt.column - 1])
            yield f"{'':>{margin + 4}} | {before}^"


def _plainly_cut(line: str) -> str:
    """A line of an excerpt, whose marks for what was cut off stand at its ends, with plain ones."""
    line = f"~{line[1:]}" if line.startswith("…") else line
    return f"{line[:-1]}~" if line.endswith("…") else line


def _noticed(kinds: list[Kind]) -> Iterator[str]:
    yield from heading("Noticed")
    if not kinds:
        yield "Nothing."
    for position, kind in enumerate(kinds):
        if position:
            yield ""
        yield from wrapped(f"{kind.count:,} x {kind.number} {kind.code} ({kind.severity})", hanging="    ")
        yield from wrapped(kind.explanation, "    ")
        if kind.severity != "info":
            yield from wrapped(f"-> {kind.hint}", "    ", "       ")
            for notice in kind.examples if kind.severity == "warning" else ():
                yield from wrapped(f"{place(notice)}: {brief(notice.message)}", "    e.g. ", "         ")


def _counts(title: str, counts: dict[str, int], unnamed: str) -> Iterator[str]:
    yield from heading(title)
    first, others, rest = listed(counts)
    rows = [*first, (others, rest)] if others else first
    yield from aligned([(name or unnamed, f"{number:,}") for name, number in rows])


def _workshop(report: Report, workshop: Workshop) -> Iterator[str]:
    database = report.database
    yield from heading("In the database now")
    if database is not None:
        yield from aligned([(entity_name(name), f"{number:,}") for name, number in database.records.items()])
        if database.pending_references:
            yield from wrapped(
                f"{amount(database.pending_references, 'reference')} to records that have not arrived."
            )
    if workshop.materials:
        yield from _counts("Strip families by material", workshop.materials, "not recorded")
    if workshop.ring_counts:
        yield from _counts("Patterns by number of rings", workshop.ring_counts, "no rings")
    if workshop.job_statuses:
        yield from _counts("Jobs by status", workshop.job_statuses, "")


def _gallery(gallery: Gallery) -> Iterator[str]:
    yield from heading("Patterns")
    for one in gallery.rosettes:
        size_said = "" if one.diameter_mm is None else f", {millimetres(one.diameter_mm)} across"
        rings = "no rings counted" if one.ring_count is None else amount(one.ring_count, "ring")
        name = name_of(one) if one.name else "(no name)"
        yield from wrapped(f"{name} [{one.id}]: {rings}{size_said}", hanging="    ")
        for remark in one.remarks:
            yield from wrapped(remark, "    ")
    if gallery.total > len(gallery.rosettes):
        more = gallery.total - len(gallery.rosettes)
        yield from wrapped(f"{amount(more, 'more pattern')} {are(more)} not shown; rmos draw shows any.")


def _audit(audit: Audit) -> Iterator[str]:
    yield from heading(f"Audit: {'PASSED' if audit.passed else 'FAILED'}")
    yield from wrapped(
        f"{audit.rules_held} of {audit.rules} rules hold, {audit.rules_not_run} could not be run; "
        f"{amount(audit.errors, 'error')}, {amount(audit.warnings, 'warning')}."
    )
    others, listed_above = findings(audit)
    if listed_above:
        yield from wrapped(f"{amount(listed_above, 'warning')}: documents that are not loaded.")
    for finding in others[:SHOWN]:
        where = " ".join(part for part in (finding.table, finding.record, finding.column) if part)
        yield from wrapped(
            f"{finding.severity} {finding.code} {where}: {brief(finding.message)}", hanging="    "
        )
    if len(others) > SHOWN:
        yield from wrapped(f"{amount(len(others) - SHOWN, 'more finding')}; rmos audit tells them all.")


def _history(runs: list[Run]) -> Iterator[str]:
    yield from heading("The last runs, newest first")
    rows: list[tuple[str, ...]] = [("run", "started", "ended", "found", "arrived", "conflicts", "rejected")]
    for run in runs:
        totals = run.totals
        numbers = (totals.found, run.arrived, totals.conflicts, totals.rejected)
        rows.append((f"{run.id}", when(run.started_at), ENDED[run.status], *(f"{one:,}" for one in numbers)))
    yield from aligned(rows)
