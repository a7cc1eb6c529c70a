"""Numbers for Prometheus: what was asked, how long it took, and what is in the database."""

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..diagnostics import Severity
from ..presentation.not_loaded import counted_by_code
from ..store import queries
from ..store.database import SqliteDatabase
from ..store.files import size_of
from ..store.lock import is_locked
from .audit_cache import AuditCache

CONTENT_TYPE = CONTENT_TYPE_LATEST
_OTHER = "other"
_MOMENT = 0.25
"""Seconds."""


class Metrics:
    """The counts of one server."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began, which nobody asks here
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rmos_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "rmos_http_request_seconds", "How long answers took.", ("route",), registry=self.registry
        )
        self._written, self._written_at = b"", -_MOMENT

    def of_requests(self) -> bytes:
        """What was asked up to a moment ago, in Prometheus' text format; writing it takes as long as ten answers."""
        now = time.monotonic()
        if now - self._written_at >= _MOMENT:
            self._written, self._written_at = generate_latest(self.registry), now
        return self._written

    def of_database(self, connection: Connection | None, checkup: AuditCache) -> bytes:
        """What is in the database, in the same format; ``connection`` is None where it cannot be read."""
        registry = CollectorRegistry()
        registry.register(_OfDatabase(list(self._gauges(connection, checkup))))
        return generate_latest(registry)

    def _gauges(self, connection: Connection | None, checkup: AuditCache) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "rmos_database_readable", "1 where the database can be read.", value=connection is not None
        )
        if connection is None:
            return
        records = GaugeMetricFamily("rmos_records", "Records by kind.", labels=("entity",))
        for entity, count in queries.entity_counts(connection).items():
            records.add_metric((entity,), count)
        yield records
        by_code = GaugeMetricFamily(
            "rmos_documents_kept_out", "Rejected or in conflict, by code.", labels=("code",)
        )
        for code, count in counted_by_code(connection).items():
            by_code.add_metric((code,), count)
        yield by_code
        yield GaugeMetricFamily(
            "rmos_pending_references", "References that wait.", value=queries.pending_count(connection)
        )
        yield GaugeMetricFamily(
            "rmos_database_bytes", "Size of the database.", value=size_of(self.database.path)
        )
        yield from self._of_last_run(connection)
        if (result := checkup.last) is not None:
            findings = GaugeMetricFamily(
                "rmos_audit_findings", "Findings of the last quick audit.", labels=("severity",)
            )
            for severity in Severity:
                findings.add_metric((severity.value,), result.number(severity))
            yield findings

    def _of_last_run(self, connection: Connection) -> Iterator[GaugeMetricFamily]:
        last = queries.runs_newest_first(connection, 1, locked=is_locked(self.database.path))
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


class _OfDatabase(Collector):
    def __init__(self, found: list[GaugeMetricFamily]) -> None:
        self.found = found

    def collect(self) -> list[GaugeMetricFamily]:
        return self.found


class Measured:
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

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", _OTHER)
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - began)


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
