"""Writing reports to a folder: each file completely or not at all, and never over another."""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from ..errors import EnvironmentFailure, UsageError, all_tried, remedy
from ..files.atomic import unfinished, write_whole
from ..files.folders import make_folder
from ..files.leftovers import sweep
from ..files.permissions import ANYBODYS, Permissions
from ..sources.legacy_folder import refuse_inside
from .formats import RENDERERS, Format
from .model import Report


def check_folder(folder: Path, source: Path) -> None:
    """Raise UsageError if reports must not be in ``folder``: not a folder, or part of the legacy folder."""
    if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir may raise
        raise UsageError(f"{folder} is not a folder", "name a folder for the reports")
    if os.path.isdir(source):  # noqa: PTH112 - Path.is_dir raises for some names
        refuse_inside(folder, [source])


def write_reports(
    report: Report,
    folder: Path,
    formats: Iterable[Format] = tuple(Format),
    *,
    permissions: Permissions = ANYBODYS,
) -> list[Path]:
    """Write a report to a folder, which is created if necessary; return the files.

    They are named by run and time, all with one stem. An existing file is never overwritten: the stem gets a
    number. ``permissions`` are those of the files. Unfinished files that killed runs left there are removed.

    Raises:
        UsageError: if the folder is a file, or is in the legacy folder.
        EnvironmentFailure: if a file cannot be written; the other files are.
    """
    check_folder(folder, Path(report.run.source))
    texts = {form: RENDERERS[form](report).encode("utf-8", "backslashreplace") for form in formats}
    written = []
    with _failures_as_ours(folder):
        make_folder(folder, permissions)
        sweep(folder)
        with _reserved(folder, _stem(report)) as stem, all_tried() as tried:
            for form, content in texts.items():
                with tried(), _failures_as_ours(folder):
                    written.append(_write(folder / f"{stem}.{form}", content, permissions))
    return written


@contextmanager
def _failures_as_ours(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise EnvironmentFailure(
            f"the report could not be written to {folder}: {reason}",
            remedy(getattr(error, "errno", None), "name another folder"),
        ) from error


def _stem(report: Report) -> str:
    run = "dry-run" if report.run.id is None else f"run-{report.run.id}"
    made = report.made_at[:19].replace(":", "").replace("T", "-")
    return f"rmos-report-{run}-{made}"


@contextmanager
def _reserved(folder: Path, stem: str) -> Iterator[str]:
    """Yield a stem of which no file exists and which no other process can take meanwhile."""
    for number in count(1):
        numbered = stem if number == 1 else f"{stem}-{number}"
        with ExitStack() as held:
            try:
                held.enter_context(unfinished(folder, name=numbered))
            except FileExistsError:  # another process is writing with this stem
                continue
            except PermissionError:
                if not os.access(folder, os.W_OK):
                    raise
                continue  # what Windows says of a file that is being deleted
            if not any(os.path.lexists(folder / f"{numbered}.{form}") for form in Format):
                yield numbered
                return


def _write(target: Path, content: bytes, permissions: Permissions) -> Path:
    write_whole(target, content, permissions=permissions, replace=False)
    return target
