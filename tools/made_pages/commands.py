"""``docs/commands.md``: every verb of the command line, its options and examples."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from rmos_migration.cli.verbs import SUMMARIES, command_of
from rmos_migration.errors import EXIT_MEANINGS

_EXAMPLE = re.compile(r"  (?P<command>rmos \S.*?)(?: {2,}(?P<remark>\S.*))?")
"""A line of a verb's examples: the command, and behind two blanks or more what it does."""


def page() -> Iterator[str]:
    """Yield the page's lines, from what ``rmos --help`` and ``rmos VERB --help`` say."""
    yield from (
        "# Commands",
        "",
        "`rmos --help` and `rmos migrate --help` say the same in the terminal. Results go to stdout,",
        "progress and warnings to stderr. `--log-level info` in front of the verb says more of what goes on,",
        "`--log-json` says it for programs; `NO_COLOR` takes the colours away. This page is made from the",
        "command line by `make docs`.",
        "",
        "| exit code | meaning |",
        "|---|---|",
    )
    yield from (f"| {int(code)} | {meaning} |" for code, meaning in EXIT_MEANINGS.items())
    for name in SUMMARIES:
        yield from _verb(f"rmos {name}", command_of(name))


def _verb(name: str, verb: Any) -> Iterator[str]:
    text, _, examples = verb.help.replace("\b\n", "").partition("Examples:\n")
    context = typer.Context(verb, info_name=name)
    yield from ("", f"## {name}", "", text.strip())
    yield from _examples(examples)
    yield from ("", "| option | meaning |", "|---|---|")
    for parameter in verb.params:
        written, meaning = parameter.get_help_record(context)
        yield f"| `{_in_table(written)}` | {_in_table(meaning)} |"


def _examples(text: str) -> Iterator[str]:
    lines = [_EXAMPLE.fullmatch(line) for line in text.splitlines()]
    commands = [line for line in lines if line is not None]
    if commands:
        width = max(len(line["command"]) for line in commands)
        yield from ("", "```sh")
        for line in commands:
            yield f"{line['command']:{width}}  # {line['remark']}" if line["remark"] else line["command"]
        yield "```"


def _in_table(text: str) -> str:
    return text.replace("|", "\\|")
