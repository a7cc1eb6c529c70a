"""What the terminal shows: words, tables, diagnostics, JSON. Whatever comes from files is made printable."""

import json
import sys
from contextlib import suppress
from typing import IO, Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..diagnostics import CATALOGUE, Diagnostic, Severity, printable, printable_json
from ..errors import RmosError
from . import streams

out = Console(
    file=cast("IO[str]", streams.output), highlight=False, markup=False, emoji=False, soft_wrap=True
)
err = Console(
    file=cast("IO[str]", streams.errors), highlight=False, markup=False, emoji=False, soft_wrap=True
)

SHOWN = 20
"""Items of a list that are shown; how many more there are is always said."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "dim"}


def say(text: str, *, style: str = "", on: Console = out) -> None:
    """One line of words; names in it may come from files and folders, so it is made printable."""
    on.print(Text(printable(text), style=style))


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print_for_programs(printable_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def print_for_programs(text: str) -> None:
    """Text in a format of its own on stdout, in UTF-8 whatever the terminal speaks."""
    if hasattr(sys.stdout, "reconfigure"):
        with suppress(OSError):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    streams.output.write(text)
    streams.output.flush()


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_error(error: RmosError) -> None:
    """What went wrong, and what to do, on stderr."""
    err.print(Text("error: ", style="bold red") + Text(printable(error.message)))
    if error.hint:
        say(f"  → {error.hint}", on=err)


def diagnostic_text(diagnostic: Diagnostic) -> Text:
    """A diagnostic on two lines: place, severity, code and message; then what to do."""
    number = CATALOGUE[diagnostic.code].number if diagnostic.code in CATALOGUE else ""
    text = Text(printable(str(diagnostic.location)), style="bold")
    text.append(f" {diagnostic.severity} ", style=_COLOURS[diagnostic.severity])
    text.append(f"{number} {diagnostic.code}: ", style="not bold")
    text.append(printable(diagnostic.message), style="not bold")
    if diagnostic.hint and diagnostic.severity is not Severity.INFO:
        text.append(f"\n    → {printable(diagnostic.hint)}", style="not bold dim")
    return text


def table(*headings: str) -> Table:
    """A plain table; the first column is text, the others are numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for position, heading in enumerate(headings):
        made.add_column(heading, justify="right" if position else "left")
    return made
