"""The command ``rmos``: puts the verbs together and turns errors into messages and exit codes."""

import logging
import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from .. import __version__
from ..errors import EXIT_MEANINGS, EnvironmentFailure, ExitCode, RmosError, Terminated, uncaught
from ..logs import configure
from ..store.requirements import refuse_old
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
    sinks,
    status,
    token,
    verify,
)

log = logging.getLogger(__name__)

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
    *(draw, export, backup, token, schema, init, doctor),
)
for verb in _VERBS:
    verb.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"rmos {__version__}\n")
        raise typer.Exit


@app.callback()
def common(
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
    level = logging.getLevelNamesMapping().get(log_level.upper())
    if level is None:
        raise typer.BadParameter(f"{log_level} is no log level", param_hint="--log-level")
    configure(level, as_json=log_json)
    refuse_old()


def run() -> int:
    """Run the command line; return the exit code."""
    _open_what_is_closed()
    _let_output_wait()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # a name with letters the console does not know must not end the run
            stream.reconfigure(errors="backslashreplace")
    try:
        with sinks.in_place():
            code = _run_verb()
    except KeyboardInterrupt as asked:
        code = ExitCode.SIGTERM if isinstance(asked, Terminated) else ExitCode.SIGINT
    except Exception as error:
        code = _give_up(error)
    code = sinks.settled(code)
    if code == ExitCode.ENVIRONMENT and (failure := sinks.disk_failure()):
        hint = "free some space, or write it somewhere else"
        console.print_error(EnvironmentFailure(f"the result could not be written: {failure.strerror}", hint))
        sinks.errors.flush()
    return code


def _run_verb() -> int:
    """Run what the command line asks for; return its exit code.

    Raises:
        Exception: if anything went wrong that nobody has caught.
    """
    try:
        app()
    except SystemExit as leaving:
        # Typer and Rich turn these into exits of their own, some with the code that means "with rejects".
        cause = leaving.__context__
        while cause is not None and not isinstance(cause, BrokenPipeError | EOFError | Terminated):
            cause = cause.__context__
        if cause is not None:
            raise cause from None
        if leaving.code is None or isinstance(leaving.code, int):
            return leaving.code or ExitCode.OK
        raise RuntimeError(f"a verb ended with {leaving.code!r} for an exit code") from leaving
    except RmosError as error:
        console.print_error(error)
        return error.exit_code
    return ExitCode.OK


def _give_up(error: Exception) -> int:
    """Tell of an exception that nobody has caught, with its traceback in the log; return the exit code, which is never 1."""
    told = uncaught(error)
    with suppress(Exception):
        log.error("%s was not caught", type(error).__name__, exc_info=error)
    console.print_error(told)
    return told.exit_code


def _open_what_is_closed() -> None:
    """Give a process that was started without stdin, stdout or stderr (``>&-``) a place that swallows everything.

    Otherwise the next file that is opened would take the free number, and what is printed would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def _let_output_wait() -> None:
    """Have stdout and stderr wait for a slow reader: what a pipe that does not block cannot take at once, Python drops unsaid."""
    if os.name == "posix":
        for number in (1, 2):
            with suppress(OSError):
                os.set_blocking(number, True)
