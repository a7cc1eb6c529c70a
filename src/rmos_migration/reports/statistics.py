"""Reading a statistics file: the run summary that ``rmos migrate --stats`` writes."""

import errno
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import EnvironmentFailure, UsageError
from ..sources.decode import decode_bytes
from ..sources.read import SIZE_LIMIT

_Count = Annotated[int, Field(ge=0, le=2**53)]
_NO_SUCH_FILE = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP}
_HINT = "name a file that rmos migrate --stats FILE wrote"


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class _TallyRead(_Strict):
    found: _Count
    migrated: _Count
    unchanged: _Count
    conflicts: _Count
    rejected: _Count

    @model_validator(mode="after")
    def _does_not_exceed(self) -> Self:
        if self.migrated + self.unchanged + self.conflicts + self.rejected > self.found:
            raise ValueError("more documents have an outcome than were found")
        return self


class _FileCountsRead(_Strict):
    found: _Count
    read: _Count
    unread: _Count
    ignored: dict[str, _Count]
    not_looked_at: _Count = 0
    ignored_paths: dict[str, list[str]] = {}


class Statistics(_Strict):
    """A run summary, schema ``rmos-migration/run-summary/1``, as far as a report needs it."""

    format: Literal["rmos-migration/run-summary/1"] = Field(alias="schema")
    run_id: _Count | None
    status: Literal["completed", "completed_with_rejects", "failed", "interrupted", "rolled_back"]
    dry_run: bool
    source: str
    database: str
    options: dict[str, Any] = {}
    started_at: str
    finished_at: str
    duration_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    documents_per_second: _Count
    entities: dict[str, _TallyRead]
    files: _FileCountsRead
    generations: dict[str, _Count]
    codes: dict[str, _Count]
    overridden: _Count = 0
    stopped_by: str

    def as_json(self) -> dict[str, Any]:
        """Return the summary with its totals, which are counted again."""
        entities = [tally.model_dump() for tally in self.entities.values()]
        totals = {name: sum(tally[name] for tally in entities) for name in _TallyRead.model_fields}
        return {**self.model_dump(), "totals": totals}


def read_statistics(file: Path) -> Statistics:
    """Return the summary in a statistics file; PowerShell may have written it as UTF-16.

    Raises:
        UsageError: if it is not a run summary.
        EnvironmentFailure: if the file cannot be read.
    """
    try:
        if file.is_dir():
            raise UsageError(f"{file} is a folder", _HINT)
        with file.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
    except ValueError as error:  # a name that no system call takes
        raise UsageError(f"there is no file {file}", _HINT) from error
    except OSError as error:
        if error.errno in _NO_SUCH_FILE:
            raise UsageError(f"there is no file {file}", _HINT) from error
        raise EnvironmentFailure(
            f"{file} cannot be read: {error.strerror}", "check the permissions"
        ) from error
    if len(raw) > SIZE_LIMIT:
        raise UsageError(f"{file} is too large to be the statistics of a run", _HINT)
    text, _, fault = decode_bytes(raw, None)
    if fault is not None:
        raise UsageError(f"{file} is not the statistics of a run: {fault.message}", _HINT)
    try:
        return Statistics.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        what = f"{place}: {first['msg']}" if place else first["msg"]
        raise UsageError(f"{file} is not the statistics of a run: {what}", _HINT) from None
