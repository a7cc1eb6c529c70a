"""The command ``rmos``: what all verbs share, and errors turned into messages and exit codes."""

import logging
import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from .._version import __version__
from ..errors import EXIT_MEANINGS, EnvironmentFailure, ExitCode, RmosError, Terminated, uncaught
from ..logs import configure
from . import streams
from .verbs import VerbGroup

log = logging.getLogger(__name__)

_CODES = " · ".join(f"{int(code)} {meaning}" for code, meaning in EXIT_MEANINGS.items())

app = typer.Typer(
    name="rmos",
    cls=VerbGroup,
    help="Move a guitar workshop's legacy RMOS files into a database, and account for every document.",
    epilog=f"Exit codes: {_CODES}.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


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
    """Set up what all verbs share."""
    from ..store.requirements import refuse_old  # here, so that help and version do not wait for it

    level = logging.getLevelNamesMapping().get(log_level.upper())
    if level is None:
        raise typer.BadParameter(f"{log_level} is not a log level", param_hint="--log-level")
    configure(level, as_json=log_json)
    refuse_old()


def run() -> int:
    """Run the command line; return the exit code."""
    _open_closed_streams()
    _make_streams_blocking()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A name with letters that the console does not know must not end the run.
            stream.reconfigure(errors="backslashreplace")
    try:
        with streams.guarded():
            code = _run_verb()
    except KeyboardInterrupt as signalled:
        code = ExitCode.SIGTERM if isinstance(signalled, Terminated) else ExitCode.SIGINT
    except Exception as error:
        code = _report_uncaught(error)
    code = streams.final_exit_code(code)
    if code == ExitCode.ENVIRONMENT and (failure := streams.output_failure()):
        hint = "free some space, or write it somewhere else"
        _print_error(EnvironmentFailure(f"the result could not be written: {failure.strerror}", hint))
        streams.errors.flush()
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
        _print_error(error)
        return error.exit_code
    return ExitCode.OK


def _report_uncaught(error: Exception) -> int:
    """Report an exception that nobody has caught, with its traceback in the log; return the exit code, never 1."""
    told = uncaught(error)
    with suppress(Exception):
        log.error("%s was not caught", type(error).__name__, exc_info=error)
    _print_error(told)
    return told.exit_code


def _print_error(error: RmosError) -> None:
    from .console import print_error  # here, so that help and version do not wait for Rich

    print_error(error)


def _open_closed_streams() -> None:
    """Point stdin, stdout and stderr to nowhere where the process was started without them (``>&-``).

    Otherwise the next file that is opened would take the free number, and what is printed would go into it.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process


def _make_streams_blocking() -> None:
    """Make stdout and stderr wait for a slow reader: Python silently drops what a non-blocking pipe cannot take at once."""
    if os.name == "posix":
        for number in (1, 2):
            with suppress(OSError):
                os.set_blocking(number, True)
