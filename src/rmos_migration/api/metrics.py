"""Numbers for Prometheus: requests, how long they took, and what is in the database."""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..diagnostics import Severity
from ..presentation.not_loaded_now import counted_by_code
from ..store import records, runs
from ..views.context import ViewContext

CONTENT_TYPE = CONTENT_TYPE_LATEST
_OTHER = "other"
_WRITTEN_SECONDS = 0.25
"""For which the counts of requests are given as they were written."""


class Metrics:
    """The counts of one server."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the creation time of each series, which nobody needs here
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rmos_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "rmos_http_request_seconds", "How long answers took.", ("route",), registry=self.registry
        )
        self._written, self._written_at = b"", -_WRITTEN_SECONDS

    def of_requests(self) -> bytes:
        """Return the counts of requests, up to a quarter of a second old.

        Writing them in Prometheus' text format takes as long as ten answers.
        """
        now = time.monotonic()
        if now - self._written_at >= _WRITTEN_SECONDS:
            self._written, self._written_at = generate_latest(self.registry), now
        return self._written


Findings = tuple[tuple[Severity, int], ...]
"""How many findings of each severity the last quick audit has; none before the first."""


def of_database(context: ViewContext, findings: Findings) -> bytes:
    """Return what is in the database, in Prometheus' text format."""
    return _written([_readable(True), *_of_database(context), *_of_audit(findings)])


def without_database() -> bytes:
    """Return what there is to say of a database that cannot be read."""
    return _written([_readable(False)])


def _written(found: list[GaugeMetricFamily]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Collected(found))
    return generate_latest(registry)


def _readable(is_readable: bool) -> GaugeMetricFamily:
    return GaugeMetricFamily("rmos_database_readable", "1 where the database can be read.", value=is_readable)


def _of_database(context: ViewContext) -> Iterator[GaugeMetricFamily]:
    snapshot = context.snapshot
    counts = GaugeMetricFamily("rmos_records", "Records by kind.", labels=("entity",))
    for entity, count in records.entity_counts(snapshot).items():
        counts.add_metric((entity,), count)
    yield counts
    by_code = GaugeMetricFamily(
        "rmos_documents_kept_out", "Rejected or in conflict, by code.", labels=("code",)
    )
    for code, count in counted_by_code(snapshot).items():
        by_code.add_metric((code,), count)
    yield by_code
    yield GaugeMetricFamily(
        "rmos_pending_references", "References that wait.", value=records.pending_count(snapshot)
    )
    yield GaugeMetricFamily(
        "rmos_database_bytes", "Size of the database.", value=context.database.size_bytes()
    )
    yield from _of_last_run(context)


def _of_last_run(context: ViewContext) -> Iterator[GaugeMetricFamily]:
    last = runs.newest(context.snapshot, 1)
    if not last:
        return
    (run,) = last
    status = GaugeMetricFamily("rmos_last_run", "The last run, by how it ended.", labels=("status",))
    status.add_metric((run.status,), 1)
    yield status
    documents = GaugeMetricFamily("rmos_last_run_documents", "Its documents.", labels=("outcome",))
    for outcome in ("migrated", "unchanged", "conflicts", "rejected"):
        documents.add_metric((outcome,), run.counts.get("totals", {}).get(outcome, 0))
    yield documents


def _of_audit(found: Findings) -> Iterator[GaugeMetricFamily]:
    if not found:
        return
    findings = GaugeMetricFamily(
        "rmos_audit_findings", "Findings of the last quick audit.", labels=("severity",)
    )
    for severity, number in found:
        findings.add_metric((severity.value,), number)
    yield findings


class _Collected(Collector):
    """Metrics that were found already."""

    def __init__(self, found: list[GaugeMetricFamily]) -> None:
        self.found = found

    def collect(self) -> list[GaugeMetricFamily]:
        return self.found


class RequestMetrics:
    """Counts and times the requests that an application answers."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = "500", time.perf_counter()

        async def send_counting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_counting)
        finally:
            route = getattr(scope.get("route"), "path", _OTHER)
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - began)


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
