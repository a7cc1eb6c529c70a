"""The command ``rmos``: puts the verbs together and turns errors into messages and exit codes."""

import errno
import logging
import os
import signal
import sys
from typing import Annotated

import typer

from .. import __version__
from ..errors import EXIT_MEANINGS, EnvironmentFailure, ExitCode, RmosError
from ..logs import configure
from . import (
    audit,
    backup,
    console,
    doctor,
    draw,
    export,
    history,
    init,
    inspect,
    migrate,
    rejects,
    report,
    schema,
    serve,
    status,
    verify,
)

_OUTPUT_FAILED = {errno.ENOSPC, errno.EIO, errno.EFBIG}

_OUTLIVING_A_READER = {"migrate", "serve"}
"""Verbs that go on when somebody who reads from them goes away: the terminal's pipe, or a caller of the server."""

_CODES = " · ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_MEANINGS.items())

app = typer.Typer(
    name="rmos",
    help="Move a guitar workshop's legacy RMOS files into a database, and account for every document.",
    epilog=f"Exit codes: {_CODES}.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)
_VERBS = (
    *(migrate, inspect, audit, verify, report, serve, status, history, rejects),
    *(draw, export, backup, schema, init, doctor),
)
for verb in _VERBS:
    verb.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"rmos {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - the callback does the work
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and leave."),
    ] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Write the log as JSON lines.")] = False,
    log_level: Annotated[
        str, typer.Option("--log-level", help="debug, info, warning or error.", metavar="LEVEL")
    ] = "warning",
) -> None:
    """Set up what all commands share."""
    if hasattr(signal, "SIGPIPE") and context.invoked_subcommand not in _OUTLIVING_A_READER:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # so that `rmos rejects | head` ends quietly
    level = logging.getLevelNamesMapping().get(log_level.upper())
    if level is None:
        raise typer.BadParameter(f"{log_level} is no log level", param_hint="--log-level")
    configure(level, as_json=log_json)


def run() -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # a name with letters the console does not know must not end the run
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else ExitCode.OK
    except RmosError as error:
        console.print_error(error)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output went away, as in `rmos rejects | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        if error.errno not in _OUTPUT_FAILED:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        hint = "free some space, or write it somewhere else"
        console.print_error(EnvironmentFailure(f"the result could not be written: {error.strerror}", hint))
        return ExitCode.ENVIRONMENT
    return ExitCode.OK
