"""Writing reports into a folder: each file whole or not at all, and none over another."""

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from ..errors import EnvironmentFailure, UsageError
from .as_html import as_html
from .as_json import as_json
from .as_text import as_text
from .report import Report


class Format(StrEnum):
    """What a report can be written as."""

    JSON = "json"
    HTML = "html"
    TXT = "txt"


VIEWS: dict[Format, Callable[[Report], str]] = {
    Format.JSON: as_json,
    Format.HTML: as_html,
    Format.TXT: as_text,
}
"""The text of a report in each format."""


def check_folder(folder: Path) -> None:
    """Raise UsageError where reports can never be written to: it is there, and no folder."""
    if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises for some names
        raise UsageError(f"{folder} is no folder", "name a folder for the reports")


def write_reports(report: Report, folder: Path, formats: Iterable[Format] = tuple(Format)) -> list[Path]:
    """Write a report into a folder, which is made if it is not there; returns the files.

    They are named by run and time, all with one stem. A file that is there is never written over: the stem gets a number.

    Raises:
        UsageError: if the folder is a file.
        EnvironmentFailure: if a file cannot be written; those before it stay.
    """
    check_folder(folder)
    texts = {form: VIEWS[form](report).encode("utf-8", "backslashreplace") for form in formats}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stem = _free_stem(folder, _stem(report), texts)
        return [_write_new(folder / f"{stem}.{form}", content) for form, content in texts.items()]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EnvironmentFailure(
            f"the report could not be written to {folder}: {reason}",
            "the migration itself is kept; free some space or name another folder, then: rmos report --output DIR",
        ) from error


def _stem(report: Report) -> str:
    run = "dry-run" if report.run.id is None else f"run-{report.run.id}"
    made = report.made_at[:19].replace(":", "").replace("T", "-")
    return f"rmos-report-{run}-{made}"


def _free_stem(folder: Path, stem: str, formats: Iterable[Format]) -> str:
    """The stem, with a number if a file of it is there."""
    wanted = list(formats)
    for number in range(1, 10_000):
        numbered = stem if number == 1 else f"{stem}-{number}"
        if not any(os.path.lexists(folder / f"{numbered}.{form}") for form in wanted):
            return numbered
    return f"{stem}-{os.urandom(8).hex()}"


def _write_new(target: Path, content: bytes) -> Path:
    handle, unfinished = tempfile.mkstemp(prefix=".rmos-report-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o666 & ~_umask())  # noqa: PTH101 - mkstemp keeps others from reading it
        return _publish(unfinished, target)
    finally:
        with suppress(OSError):
            os.unlink(unfinished)  # noqa: PTH108


def _publish(unfinished: str, target: Path) -> Path:
    """Give a finished file its name; another one, where somebody took that in the meantime."""
    try:
        os.link(unfinished, target)
    except FileExistsError:
        return _publish(unfinished, target.with_stem(f"{target.stem}-{os.urandom(4).hex()}"))
    except OSError:  # a file system without links, such as a memory stick's
        if os.path.lexists(target):
            raise
        os.rename(unfinished, target)  # noqa: PTH104
    return target


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
