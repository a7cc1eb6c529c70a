"""How far the current run has got, whoever started it."""

from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

from ..diagnostics import shown
from ..errors import CorruptRow
from ..store import runs
from ..store.port import DatabasePort, FileCondition
from ..store.runs import RunRow
from ..views.context import ViewContext
from .jobs import Job


class Progress(BaseModel):
    """How far a run has got."""

    state: Literal["idle", "busy", "running", "ended"]
    """idle: nothing goes on; busy: something writes that tells nothing of itself; ended: the run is over."""
    run: str | None = None
    """The run's number, or ``dry-N``."""
    dry_run: bool = False
    status: str | None = None
    documents: int = 0
    """Documents looked at so far."""
    expected: int | None = None
    """As many as the last run over the same folder found; None where there was none."""
    kept_out: int = 0
    seconds: float = 0
    documents_per_second: int | None = None


class _Reached(NamedTuple):
    run: str
    status: str
    totals: dict[str, int]
    started_at: str
    expected: int | None
    dry_run: bool


EVENTS: dict[str, Any] = {
    "itemSchema": {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"enum": ["idle", "busy", "running", "ended"]},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": Progress.model_json_schema(),
            },
        },
    }
}
"""The stream as the OpenAPI document describes it, event by event."""

IDLE = Progress(state="idle")
BUSY = Progress(state="busy")


def idle_after(last: Progress) -> Progress:
    """Return that nothing is in progress.

    What ended last is named, so that a page can tell whether it knows of it.
    """
    return IDLE.model_copy(update={"run": last.run, "status": last.status})


def of_job(job: Job) -> Progress:
    """Return how far a dry run that the server started has got."""
    status = "running"
    if job.over.is_set():
        status = "failed" if job.report is None else job.report.run.status
    reached = _Reached(
        f"dry-{job.number}", status, job.counts.get("totals", {}), job.started_at, None, dry_run=True
    )
    return _progress(reached, is_over=job.over.is_set())


def of_last_run(context: ViewContext) -> Progress:
    """Return how far the last run in the database has got."""
    is_running = context.snapshot.is_running
    last = runs.newest(context.snapshot, 10)
    if not last:
        return BUSY if is_running else IDLE
    run, *earlier = last
    reached = _Reached(
        str(run.id), run.status, run.counts.get("totals", {}), run.started_at, _expected(run, earlier), False
    )
    if run.status == "running":
        return _progress(reached, is_over=False)
    return BUSY if is_running else _progress(reached, is_over=True)


def without_runs(database: DatabasePort) -> Progress | None:
    """Return the progress where there is no usable database; None where there is one.

    It does not exist yet, or is just being made or upgraded.
    """
    locked = database.is_running()
    if database.inspect().condition in (FileCondition.ABSENT, FileCondition.EMPTY):
        return BUSY if locked else IDLE
    return BUSY if locked and database.inspect().condition is FileCondition.OLDER else None


def _expected(run: RunRow, earlier: list[RunRow]) -> int | None:
    for one in earlier:
        if one.location == run.location and one.status.startswith("completed"):
            return one.counts.get("totals", {}).get("found") or None
    return None


def _progress(reached: _Reached, *, is_over: bool) -> Progress:
    documents = reached.totals.get("found", 0)
    seconds = max((datetime.now(UTC) - _begun(reached)).total_seconds(), 0)
    return Progress(
        state="ended" if is_over else "running",
        run=reached.run,
        dry_run=reached.dry_run,
        status=reached.status,
        documents=documents,
        expected=reached.expected,
        kept_out=reached.totals.get("rejected", 0) + reached.totals.get("conflicts", 0),
        seconds=round(seconds, 1),
        documents_per_second=None if is_over or not seconds else round(documents / seconds),
    )


def _begun(reached: _Reached) -> datetime:
    try:
        return datetime.fromisoformat(reached.started_at).replace(tzinfo=UTC)
    except ValueError as error:
        said = f"the run {reached.run} began at {shown(reached.started_at)}, which is not a time"
        raise CorruptRow(said, "see: rmos audit") from error


def as_event(progress: Progress) -> str:
    """Return a server-sent event, named by the state."""
    return f"event: {progress.state}\ndata: {progress.model_dump_json()}\n\n"
