"""rmos inspect: what each document is taken for and would become; writes nothing."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from ..diagnostics import Diagnostic, printable, shown
from ..entities import ENTITIES, Entity
from ..errors import ExitCode, UsageError
from ..migrate.inspection import Inspection, inspect_file
from ..migrate.opening import source_at
from ..migrate.stray_files import stray_file_warnings
from ..migrate.summary import folders_among, were_not_looked_at
from ..settings import named_folder
from ..sources.decode import is_codec
from ..sources.discover import Source, json_files
from ..sources.legacy_folder import NoRecordsError, refuse_incomplete
from ..sources.read import SourceFile, read_files
from . import console
from .options import JsonOption, load_settings

HELP = """For each document: how the file holds it, its encoding, the generation of RMOS that wrote it and the
keys that show that, the record it becomes, and everything there is to say about it. Whether an id is taken or
a reference leads nowhere only a migration can tell: rmos migrate --dry-run.

\b
Examples:
  rmos inspect data/rmos_legacy/joblogs/old.json     one file
  rmos inspect data/rmos_legacy --kept-out           what would not be loaded of a whole folder, and why
  rmos inspect old.json --json                       for a script
"""


def inspect(
    named: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or folders.")],
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar="E", help="For files that are not UTF-8 and not marked, e.g. cp1252."
        ),
    ] = None,
    kept_out: Annotated[
        bool, typer.Option("--kept-out", help="Only documents that would not be loaded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print the documents; exit 1 if any would not be loaded."""
    encoding = _encoding(encoding)
    paths = [named_folder(name) for name in named]
    refusals: list[UsageError] = []
    sources = [_source(path, encoding, refusals) for path in paths]
    pairs = [pair for path, source in zip(paths, sources, strict=True) for pair in _files(path, source)]
    readings = read_files(file for _, file in pairs)
    found: list[Inspection] = []
    verdicts: Counter[bool] = Counter()
    for (entity, _), reading in zip(pairs, readings, strict=True):
        for inspection in inspect_file(reading, entity, encoding):
            is_kept_out = inspection.record is None
            verdicts[is_kept_out] += 1
            if kept_out and not is_kept_out:
                continue
            if as_json:
                found.append(inspection)
            else:
                _print(inspection)
    strays = [one for source in sources if source is not None for one in _strays(source, encoding)]
    if as_json:
        console.print_json(
            {
                "schema": "rmos-migration/inspection/1",
                "files": len(pairs),
                "would_migrate": verdicts[False],
                "would_be_kept_out": verdicts[True],
                "not_looked_at": [one.as_json() for one in strays],
                "refusals": [{"message": one.message, "hint": one.hint} for one in refusals],
                "documents": [inspection.as_json() for inspection in found],
            }
        )
    else:
        for diagnostic in strays:
            console.out.print(console.diagnostic_text(diagnostic))
        folders = folders_among(one.code for one in strays)
        not_read = f"; {were_not_looked_at(len(strays), folders)}" if strays else ""
        console.say(
            f"{console.counted(verdicts.total(), 'document')} in {console.counted(len(pairs), 'file')}: "
            f"{verdicts[False]:,} would migrate, "
            f"{verdicts[True]:,} would not be loaded{not_read}."
        )
        for refusal in refusals:
            console.say(f"rmos migrate would not take this folder: {refusal.message}", on=console.err)
            console.say(f"  → {refusal.hint}", on=console.err)
    raise typer.Exit(ExitCode.FINDINGS if verdicts[True] or strays or refusals else ExitCode.OK)


def _encoding(named: str | None) -> str | None:
    """Return the encoding to read with; report settings that cannot be used, and go on without them."""
    try:
        chosen = load_settings(encoding=named).encoding
    except UsageError as error:
        console.print_error(error)
        chosen = named
    if chosen is not None and not is_codec(chosen):
        raise UsageError(f"there is no encoding {chosen}", "use a name such as cp1252 or latin-1")
    return chosen


def _source(path: Path, encoding: str | None, refusals: list[UsageError]) -> Source | None:
    """Return the legacy folder at a path, if it is one; note a refusal if its records are in other places."""
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name the system cannot look up
        return None
    refuse_incomplete(path)
    try:
        return source_at(path, encoding)
    except NoRecordsError as refused:
        refusals += [refused] if refused.names_records else []
    except UsageError:  # a folder inside or above a legacy one, which may be looked at as well
        pass
    return None


def _strays(source: Source, encoding: str | None) -> Iterator[Diagnostic]:
    """Yield what is to be said of files that a migration would not look at, with their full paths."""
    for diagnostic in stray_file_warnings(source, encoding):
        location = diagnostic.location
        yield diagnostic._replace(location=location._replace(path=str(source.root / location.path)))


def _files(path: Path, source: Source | None) -> Iterator[tuple[Entity | None, SourceFile]]:
    """Yield the files to look at: those of a legacy folder, the JSON files below another folder, or one file.

    With each goes the entity of its records, where it is a legacy folder that says so.
    """
    if not os.path.lexists(path):
        raise UsageError(f"there is no file or folder {path}", "check the name, and that you may read it")
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for a name the system cannot look up
        yield None, SourceFile(str(path), os.path.realpath(path))
    elif source is not None:
        for entity in ENTITIES:
            for file in source.files(entity):
                yield entity, file._replace(path=str(path / file.path))
    else:
        for file in json_files(path):
            yield None, file


def _print(inspection: Inspection) -> None:
    place = f"{inspection.path} {inspection.pointer}".strip()
    console.say(place, style="bold")
    _print_line("is", f"{inspection.entity.label} · {inspection.shape}")
    _print_line("encoding", inspection.encoding or "unknown")
    evidence = f", shown by {', '.join(inspection.evidence)}" if inspection.evidence else ""
    _print_line("generation", inspection.generation + evidence)
    if inspection.record is None:
        _print_line("becomes", "nothing: it would not be loaded")
    else:
        _print_record(inspection.record, inspection.derived)
    for diagnostic in inspection.diagnostics:
        console.out.print(console.diagnostic_text(diagnostic))
    console.say("")


def _print_record(record: dict[str, Any], derived: list[str]) -> None:
    filled = {column: value for column, value in record.items() if value is not None}
    for number, (column, value) in enumerate(filled.items()):
        origin = "  (derived)" if column in derived else ""
        _print_line("" if number else "becomes", f"{column:17} {_preview(value)}{origin}")
    empty = ", ".join(column for column in record if column not in filled)
    _print_line("", f"{'empty':17} {empty}" if empty else "no column is empty")


def _preview(value: Any) -> str:
    """Return a value on one line: an object by its keys, a list by its length."""
    if not isinstance(value, dict) or not value:
        return shown(value)
    keys = ", ".join(value)
    return f"{shown(value)}: {keys[:60]}{'…' if len(keys) > 60 else ''}"


def _print_line(heading: str, text: str) -> None:
    console.say(f"  {heading:11} {printable(text)}")
