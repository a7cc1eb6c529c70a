"""What callers without the token are not told: the folders of this machine, and lines of files."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import printable
from ..presentation.model import Run
from ..reports.model import Report
from ..store.port import DatabasePort

_FOLDERS = re.compile(r"""(?<![\w.~/\\])(?:[A-Za-z]:)?[/\\](?=\S)(?:[^/\\:"'\n]*[/\\])+""")
"""From the root to the last step; steps may contain blanks."""


@dataclass(frozen=True)
class Redactor:
    """Removes the folders of this machine from texts, runs and reports; the last step of each path stays."""

    database: DatabasePort
    source: Path

    def text(self, text: str) -> str:
        """Return a text without folders.

        Those of the database and the source are known; a run may have had another source, whose path is
        recognised by its form.
        """
        for folder in sorted(set(self._folders()), key=len, reverse=True):
            text = text.replace(folder, "")
        return _FOLDERS.sub("", text)

    def run(self, run: Run) -> Run:
        """Return a run without folders."""
        return run.model_copy(
            update={"source": _last_step(run.source), "stopped_by": self.text(run.stopped_by)}
        )

    def report(self, report: Report, limit: int | None = None) -> Report:
        """Return a report without folders and lines of files.

        Of the documents not loaded, the first ``limit`` stay.
        """
        listed = report.kept_out and report.kept_out[:limit]
        public = {
            "run": self.run(report.run),
            "database_url": printable(self.database.name),
            "advice": [self.text(one) for one in report.advice],
            "history": [self.run(one) for one in report.history],
            "kept_out": listed and [one.model_copy(update={"excerpt": None}) for one in listed],
        }
        if report.previous is not None:
            run = self.run(report.previous.run)
            public["previous"] = report.previous.model_copy(update={"run": run})
        return report.model_copy(update=public)

    def _folders(self) -> Iterator[str]:
        source = (self.source, self.source.absolute(), Path(os.path.realpath(self.source)))
        for folder in (*self.database.private_folders, *(known.parent for known in source)):
            if folder.is_absolute():
                yield from (f"{folder}/", f"{folder}\\", f"{folder.as_posix()}/")


def _last_step(path: str) -> str:
    """Return the last step of an absolute path; a relative one stays as it is."""
    steps = path.replace("\\", "/").rstrip("/")
    is_absolute = steps.startswith("/") or steps[1:2] == ":"
    return steps.rpartition("/")[2] if is_absolute else path
