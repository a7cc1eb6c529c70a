"""The verbs of the command line: their names and summaries; the rest is imported when a verb is called.

A verb ``NAME`` is the function ``NAME`` in the module ``NAME`` beside this one. What its help says after the summary is
that module's ``HELP``, if there is more to say.
"""

import gc
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

SUMMARIES = {
    "migrate": "Migrate a legacy folder into the database.",
    "inspect": "Show what documents are taken for, and what would become of them. Writes nothing, needs no database.",
    "audit": "Check that the database is sound; exit 0 if it is, 1 if not. Nothing is changed.",
    "verify": "Read the legacy folder again and compare every document with the database; exit 0 if they are equal, 6 if not.",
    "report": "Report what happened in a run: what arrived, what did not and why, what the data look like.",
    "serve": "Show the database in a browser, and serve it to programs (REST API, described at /docs).",
    "status": "Show what is in the database and how the last run ended.",
    "history": "Show the runs, newest first. Dry runs leave no trace, so they are not among them.",
    "rejects": (
        "List the documents that are not loaded, rejected or in conflict, with the reason, the place and what to do."
    ),
    "draw": (
        "Draw a pattern as SVG, as large as the rosette itself: printed at 100 % it can be laid on\nthe guitar."
    ),
    "export": "Write the database back as a legacy folder of JSON files.",
    "backup": "Copy the database into one file, as it is at this moment.",
    "token": "Say where the tokens of rmos serve are, and whether they are well; never what they are.",
    "schema": "Print the JSON Schema of the canonical records, as the database holds them.",
    "init": "Make an empty database, or upgrade an older one (a backup is made first).",
    "doctor": "Look at the machine and the database; change nothing.",
}
"""In the order of the help."""


def command_of(name: str) -> TyperCommand:
    """Import a verb; return its command, with its options and its whole help."""
    module = import_module(f"{__package__}.{name}")
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    more = getattr(module, "HELP", "")
    app.command(name, help=f"{SUMMARIES[name]}\n\n{more}" if more else SUMMARIES[name])(getattr(module, name))
    return cast("TyperCommand", typer.main.get_command(app))


class _LazyVerb(TyperCommand):
    """A verb that is not imported yet: enough of it for the list of verbs; called, it makes way for the verb itself."""

    def __init__(self, name: str) -> None:
        super().__init__(name, help=SUMMARIES[name], rich_markup_mode=None)
        self.verb = name

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """Make the context of the verb itself, which runs, completes and tells its help from there on."""
        command = command_of(self.verb)
        if not gc.isenabled():  # ``__main__`` has turned it off while modules are imported
            gc.freeze()
            gc.enable()
        return command.make_context(*arguments, **named)


class VerbGroup(TyperGroup):
    """The command ``rmos``, with a stand-in for each verb."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name in SUMMARIES:
            self.add_command(_LazyVerb(name))
