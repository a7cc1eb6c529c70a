"""Reading a statistics file: the run summary that ``rmos migrate --stats`` writes."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import EnvironmentFailure, UsageError
from ..sources.decode import to_text
from ..sources.read import SIZE_LIMIT

_Count = Annotated[int, Field(ge=0)]


class _Tally(BaseModel):
    found: _Count
    migrated: _Count
    unchanged: _Count
    conflicts: _Count
    rejected: _Count


class _Files(BaseModel):
    found: _Count
    read: _Count
    unread: _Count
    ignored: dict[str, _Count]


class Statistics(BaseModel):
    """A run summary, schema ``rmos-migration/run-summary/1``, as far as a report needs it."""

    model_config = ConfigDict(strict=True)

    format: Literal["rmos-migration/run-summary/1"] = Field(alias="schema")
    run_id: int | None
    status: Literal["completed", "completed_with_rejects", "failed", "interrupted", "rolled_back"]
    dry_run: bool
    source: str
    database: str
    started_at: str
    finished_at: str
    duration_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    documents_per_second: _Count
    entities: dict[str, _Tally]
    files: _Files
    generations: dict[str, _Count]
    codes: dict[str, _Count]
    stopped_by: str

    def as_json(self) -> dict[str, Any]:
        """The summary again, its totals counted anew."""
        entities = [tally.model_dump() for tally in self.entities.values()]
        totals = {name: sum(tally[name] for tally in entities) for name in _Tally.model_fields}
        return {**self.model_dump(), "totals": totals}


def read_statistics(file: Path) -> Statistics:
    """The summary in a statistics file.

    Raises:
        UsageError: if it is none.
        EnvironmentFailure: if the file cannot be read.
    """
    hint = "name a file that rmos migrate --stats FILE wrote"
    try:
        with file.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
    except (FileNotFoundError, IsADirectoryError, ValueError) as error:
        raise UsageError(f"there is no file {file}", hint) from error
    except OSError as error:
        raise EnvironmentFailure(
            f"{file} cannot be read: {error.strerror}", "check the permissions"
        ) from error
    if len(raw) > SIZE_LIMIT:
        raise UsageError(f"{file} is too large to be the statistics of a run", hint)
    try:
        return Statistics.model_validate_json(to_text(raw))  # PowerShell may have written it as UTF-16
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        what = f"{place}: {first['msg']}" if place else first["msg"]
        raise UsageError(f"{file} is not the statistics of a run: {what}", hint) from None
