"""rmos verify: is everything that was in my files in the database?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..diagnostics import printable
from ..errors import all_tried
from ..migrate.options import Limit
from ..migrate.summary import overridden_records, were_not_looked_at
from ..store.database import database_at
from ..verify.model import NO_DIFFERENCES, ComparedItem, DocumentState, Verification
from ..verify.verifier import verify_source
from . import console
from .options import DatabaseOption, JsonOption, SourceArgument, load_settings
from .result_files import check_file, keep_out_of_legacy_folders, write_file

HELP = """Nothing is changed. Documents that the migration did not load are not in the database, but they are
accounted for: while their files are the same they make no difference, unless --max-rejected or --max-conflict
says so. One whose id is taken is accounted for only while the row that has its id is there.

\b
Examples:
  rmos verify                                   data/rmos_legacy against rmos.db
  rmos verify D:\\RMOS\\legacy --certificate proof.json
  rmos verify --max-rejected 1% --json          for a script
"""

SHOWN = 20
"""Differences shown; how many more there are is always said, and the certificate has them all."""

_MEANINGS = {
    DocumentState.MISSING: "in the source, not in the database: run rmos migrate",
    DocumentState.SOURCE_CHANGED: "the document has changed since it was migrated: run rmos migrate",
    DocumentState.ROW_CHANGED: "the row was changed in the database since",
    DocumentState.REJECTED: "not loaded by the migration, accounted for: see rmos rejects",
    DocumentState.CONFLICT: "its id is taken by other content, accounted for: see rmos rejects",
    DocumentState.UNREADABLE: "the file could not be read now, so nothing is known of it",
    DocumentState.ONLY_IN_DATABASE: "in the database, no longer in the source",
    DocumentState.NOT_LOOKED_AT: (
        "may hold records, but is not read where it is, or under its name, or cannot be opened"
    ),
}


def _limit(state: DocumentState) -> typer.models.OptionInfo:
    allowed = "none" if state.is_difference else "any"
    option: typer.models.OptionInfo = typer.Option(
        f"--max-{state}", metavar="N|P%", show_default=allowed, help=f"How many {state} are allowed."
    )
    return option


LimitOf = {state: _limit(state) for state in DocumentState if state is not DocumentState.EQUAL}


def verify(
    source: SourceArgument = None,
    database: DatabaseOption = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="E", help="As for rmos migrate; what was named there is known."),
    ] = None,
    max_missing: Annotated[str | None, LimitOf[DocumentState.MISSING]] = None,
    max_source_changed: Annotated[str | None, LimitOf[DocumentState.SOURCE_CHANGED]] = None,
    max_row_changed: Annotated[str | None, LimitOf[DocumentState.ROW_CHANGED]] = None,
    max_rejected: Annotated[str | None, LimitOf[DocumentState.REJECTED]] = None,
    max_conflict: Annotated[str | None, LimitOf[DocumentState.CONFLICT]] = None,
    max_unreadable: Annotated[str | None, LimitOf[DocumentState.UNREADABLE]] = None,
    max_only_in_database: Annotated[str | None, LimitOf[DocumentState.ONLY_IN_DATABASE]] = None,
    max_not_looked_at: Annotated[str | None, LimitOf[DocumentState.NOT_LOOKED_AT]] = None,
    certificate: Annotated[
        Path | None,
        typer.Option("--certificate", metavar="FILE", help="Write the certificate as JSON.", readable=False),
    ] = None,
    as_json: JsonOption = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print the state of every document, on stderr.")
    ] = False,
) -> None:
    """Compare, and print the certificate."""
    given = {
        DocumentState.MISSING: max_missing,
        DocumentState.SOURCE_CHANGED: max_source_changed,
        DocumentState.ROW_CHANGED: max_row_changed,
        DocumentState.REJECTED: max_rejected,
        DocumentState.CONFLICT: max_conflict,
        DocumentState.UNREADABLE: max_unreadable,
        DocumentState.ONLY_IN_DATABASE: max_only_in_database,
        DocumentState.NOT_LOOKED_AT: max_not_looked_at,
    }
    limits = {state: Limit.parse(text, f"--max-{state}") for state, text in given.items() if text is not None}
    settings = load_settings(source=source, database=database, encoding=encoding)
    if certificate is not None:
        check_file(certificate)
        keep_out_of_legacy_folders(certificate, settings)
    result = verify_source(
        settings.source,
        database_at(settings.database),
        limits={**NO_DIFFERENCES, **limits},
        encoding=settings.encoding,
        told=_tell if verbose else None,
    )
    saved = None
    with all_tried() as tried:
        if certificate is not None:
            with tried():
                text = json.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n"
                hint = "name another file with --certificate"
                permissions = database_at(settings.database).permissions()
                write_file(certificate, text, "the certificate", hint, permissions=permissions)
                saved = certificate
        if as_json:
            console.print_json(result.as_json())
        else:
            _print(result, saved)
    raise typer.Exit(result.exit_code)


def _tell(comparison: ComparedItem) -> None:
    console.say(f"{comparison.place} {comparison.state}", on=console.err)


def _print(result: Verification, certificate: Path | None) -> None:
    totals = result.tallies.totals
    states = [state for state in DocumentState if state is DocumentState.EQUAL or totals[state]]
    table = console.table("", *(state.value for state in states), "rows")
    for name, counted in result.tallies.states.items():
        table.add_row(
            console.in_words(name),
            *(f"{counted[state]:,}" for state in states),
            f"{result.tallies.rows[name]:,}",
        )
    table.add_row(
        "total",
        *(f"{totals[state]:,}" for state in states),
        f"{sum(result.tallies.rows.values()):,}",
        style="bold",
    )
    console.out.print(table)
    console.say("")
    for line in _differences(result):
        console.out.print(line)
    for said in _certificate(result, certificate):
        console.say(said)
    console.say(_verdict(result), style="bold green" if result.holds else "bold red")


def _differences(result: Verification) -> Iterator[Text]:
    """Yield what differs, state by state, with what it means."""
    for state, meaning in _MEANINGS.items():
        found = [comparison for comparison in result.differing if comparison.state is state]
        if not found:
            continue
        line = Text(f"{state.value}: ", style="yellow" if state in result.exceeded else "bold")
        line.append(meaning, style="default")
        yield line
        for comparison in found[:SHOWN]:
            details = "; ".join(comparison.details)
            yield Text(printable(f"  {comparison.place}{': ' if details else ''}{details}"))
        if len(found) > SHOWN:
            yield Text(f"  … and {len(found) - SHOWN:,} more; --certificate FILE has them all")
        yield Text("")


def _certificate(result: Verification, saved: Path | None) -> Iterator[str]:
    moved = result.migrated_from is not None and Path(result.migrated_from) != Path(result.source).resolve()
    files = console.counted(result.tallies.files, "file")
    documents = console.counted(result.tallies.documents, "document")
    yield f"source     {result.source}: {files}, {documents}"
    if moved:
        yield f"           it was migrated from {result.migrated_from}"
    if result.source_fingerprint is None:
        yield "           no fingerprint, because a folder could not be listed, or a link leads nowhere"
    else:
        yield f"           SHA-256 {result.source_fingerprint}"
    rows = console.counted(sum(result.tallies.rows.values()), "row")
    yield f"database   {result.database}: {rows}, schema {result.schema_version}"
    yield f"           SHA-256 {result.database_fingerprint}"
    tool = f"rmos-migration {result.tool_version}"
    yield f"compared   {result.started_at} by {tool}, in {result.duration_seconds:.1f} s"
    if saved is not None:
        yield f"           the certificate is {saved}"


def _counts(result: Verification) -> Iterator[str]:
    """Yield how many there are of each state that is not allowed."""
    totals = result.tallies.totals
    for state in result.exceeded:
        if state is DocumentState.NOT_LOOKED_AT:
            yield were_not_looked_at(totals[state], result.tallies.folders_not_looked_at)
        else:
            yield f"{totals[state]:,} {state}"


def _verdict(result: Verification) -> str:
    totals = result.tallies.totals
    equal, documents = totals[DocumentState.EQUAL], result.tallies.documents
    arrived = f"{equal:,} of {documents:,} documents are in the database, value for value"
    overridden = result.overridden
    kept_out = totals[DocumentState.REJECTED] + totals[DocumentState.CONFLICT] - overridden
    accounted = f"; {kept_out:,} not loaded and accounted for" if kept_out else ""
    accounted += f"; {overridden_records(overridden)}" if overridden else ""
    if result.holds:
        return f"EQUAL: {arrived}{accounted}."
    return f"DIFFERENT: {', '.join(_counts(result))}. {arrived}{accounted}."
