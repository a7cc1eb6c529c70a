"""What the measurements come to: figures, targets, the machine; as a table and as JSON."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from .cases import CASES
from .measure import Measurement
from .reporting import Reporting
from .serving import CONNECTIONS, Serving
from .starting import TARGETS, Start


@dataclass(frozen=True)
class Figures:
    """One case's outcome. ``speed`` is in documents a second against ours = 1; MB are 10^6 bytes."""

    case: str
    title: str
    documents: int
    seconds: tuple[float, ...]
    median_seconds: float
    documents_per_second: float
    speed: float
    peak_mb: float | None


@dataclass(frozen=True)
class Target:
    """What the project promised, what was measured (None: could not be), and whether that is enough."""

    sentence: str
    measured: float | None
    reached: bool | None


@dataclass(frozen=True)
class Report:
    """Everything a run of the benchmark found out."""

    machine: Mapping[str, str | int]
    settings: Mapping[str, int | bool]
    figures: Sequence[Figures]
    large_figures: Sequence[Figures]
    memory_mb: Mapping[int, float]
    audit_memory_mb: Mapping[int, float]
    conflicts_mb: float | None
    starts: Sequence[Start]
    reports: Sequence[Reporting]
    serving: Serving | None
    targets: Sequence[Target]
    notes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON document, schema ``rmos-migration/benchmark/1``."""
        reports = [one._asdict() for one in self.reports]
        serving = self.serving and {
            **self.serving._asdict(),
            "reads": [one._asdict() for one in self.serving.reads],
        }
        return {
            "schema": "rmos-migration/benchmark/1",
            **asdict(self),
            "starts": [one._asdict() for one in self.starts],
            "reports": reports,
            "serving": serving,
        }

    def as_text(self) -> str:
        """Return the report for people."""
        figures, large = _figures_table(self.figures), _figures_table(self.large_figures)
        targets = [("target", "measured", "reached")]
        targets += [(t.sentence, _number(t.measured, 2), _YES_NO[t.reached]) for t in self.targets]
        memory = [("documents in the tree", "peak MB, first run", "audit")]
        memory += [
            (f"{documents:,}", _number(peak, 0), _number(self.audit_memory_mb.get(documents), 0))
            for documents, peak in self.memory_mb.items()
        ]
        parts = [", ".join(f"{name} {value}" for name, value in self.machine.items()), figures, large]
        parts += [_starts_table(self.starts)]
        parts += [_aligned(memory)] if self.memory_mb else []
        parts += [serving_table(self.serving)] if self.serving else []
        parts += [_aligned(targets), "\n".join(f"note: {note}" for note in self.notes)]
        return "\n\n".join(parts)


def machine() -> dict[str, str | int]:
    """Return what the numbers depend on: processors this process may use, system, and versions."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "CPUs": usable,
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "orjson": version("orjson"),
        "sqlite-utils": version("sqlite-utils"),
    }


def figures(
    measurements: Mapping[str, Sequence[Measurement]], documents: Mapping[str, int], one: str
) -> list[Figures]:
    """Return medians, rates, ratios (the speed of ``one`` is 1) and largest peaks of cases by name."""
    middle = {name: median(m.seconds for m in all_of) for name, all_of in measurements.items()}
    rate = {name: documents[name] / seconds for name, seconds in middle.items()}
    return [
        Figures(
            case=name,
            title=CASES[name].title,
            documents=documents[name],
            seconds=tuple(m.seconds for m in all_of),
            median_seconds=middle[name],
            documents_per_second=rate[name],
            speed=rate[name] / rate[one],
            peak_mb=max((m.peak_mb for m in all_of if m.peak_mb is not None), default=None),
        )
        for name, all_of in measurements.items()
    ]


def start_targets(starts: Sequence[Start]) -> list[Target]:
    """Return what was promised of the starts of commands, held against the fastest run of each."""
    ratio = {one.command: one.ratio for one in starts}
    return [
        Target(
            f"{command}, against the start of sqlite-utils <= {most:g}",
            ratio[command],
            ratio[command] <= most,
        )
        for command, most in TARGETS.items()
    ]


def targets(
    figures: Sequence[Figures],
    large_figures: Sequence[Figures],
    memory_mb: Mapping[int, float],
    audit_memory_mb: Mapping[int, float],
    conflicts_mb: float | None,
    report_share: float,
    serving: Serving | None,
) -> list[Target]:
    """Return what the project promised to show, held against the figures."""
    speed = {figure.case: figure.speed for figure in (*figures, *large_figures)}
    cost = speed["check"] / speed["audit"]
    return [
        _at_least(1.2, 1 / speed["sqlite-utils"], "speed of ours against sqlite-utils >= 1.2"),
        _at_least(0.4, 1 / speed["floor"], "speed of ours against the floor >= 0.4"),
        _at_least(25, 1 / speed["row-per-commit"], "speed of ours against row per commit >= 25"),
        _at_least(5, speed["second"], "speed of the second run against the first >= 5"),
        _at_least(0.6, speed["mixed"], "speed with older generations against native >= 0.6"),
        _at_least(0.7, speed["verify"], "speed of verifying against migrating >= 0.7"),
        Target("cost of the audit against SQLite's own checks <= 4", cost, cost <= 4),
        Target(
            "cost of a report with a tenth rejected, of the run's <= 0.2", report_share, report_share <= 0.2
        ),
        _growth("memory growth of a run", memory_mb, 40),
        _growth("memory growth of the audit", audit_memory_mb, 40),
        _below(40, conflicts_mb, "memory with 10 % conflicts, beyond that of the plain run, < 40 MB"),
        *_serving_targets(serving),
    ]


def _serving_targets(serving: Serving | None) -> list[Target]:
    """Return what the project promised of the server; not measured where there is no wrk."""
    slowest = failed = growth = None
    if serving is not None:
        slowest = max(one.p99_ms for one in serving.reads if one.is_heaviest)
        failed = sum(one.failed for one in serving.reads)
        if serving.memory_before_mb is not None and serving.memory_after_mb is not None:
            growth = serving.memory_after_mb - serving.memory_before_mb
    return [
        _below(
            250,
            slowest,
            f"p99 of the three heaviest reads, {CONNECTIONS} connections, a run beside, < 250 ms",
        ),
        _below(1, failed, "answers of the server that failed = 0"),
        _below(40, growth, "memory growth of the server over these reads < 40 MB"),
    ]


def _growth(sentence: str, peaks: Mapping[int, float], limit: float) -> Target:
    growth = max(peaks.values()) - min(peaks.values()) if peaks else None
    sizes = " to ".join(f"{documents:,}" for documents in peaks)
    said = f"{sentence}, {sizes} documents, < {limit:g} MB"
    return Target(said, growth, None if growth is None else growth < limit)


_YES_NO = {True: "yes", False: "no", None: "not measured"}


def _at_least(wanted: float, found: float, sentence: str) -> Target:
    return Target(sentence, found, found >= wanted)


def _below(limit: float, found: float | None, sentence: str) -> Target:
    return Target(sentence, found, None if found is None else found < limit)


def serving_table(serving: Serving) -> str:
    """How the server answered, and what the run beside it did, for people."""
    heading = (f"{CONNECTIONS} connections, a run beside", "p50 ms", "p99 ms", "answers/s", "failed")
    table = [heading]
    for one in serving.reads:
        times = (_number(one.p50_ms, 0), _number(one.p99_ms, 0), _number(one.per_second, 0))
        table.append((one.title, *times, str(one.failed)))
    memory = (
        f"{_number(serving.memory_before_mb, 0)} MB before, {_number(serving.memory_after_mb, 0)} MB after"
    )
    speed, log = _number(serving.documents_per_second, 0), _number(serving.log_mb, 0)
    run = f"{speed} documents/s, log of at most {log} MB"
    return f"{_aligned(table)}\n\nmemory of the server: {memory}; the run beside it: {run}"


def _starts_table(starts: Sequence[Start]) -> str:
    table = [("start of a command, fastest run", "ms", "times sqlite-utils --help")]
    table += [(one.command, _number(one.seconds * 1000, 0), _number(one.ratio, 2)) for one in starts]
    return _aligned(table)


def _figures_table(figures: Sequence[Figures]) -> str:
    heading = ("", "documents", "median s", "fastest", "slowest", "documents/s", "ours = 1", "peak MB")
    return _aligned([heading, *map(_figures_row, figures)])


def _figures_row(figures: Figures) -> tuple[str, ...]:
    return (
        figures.title,
        f"{figures.documents:,}",
        _number(figures.median_seconds, 3),
        _number(min(figures.seconds), 3),
        _number(max(figures.seconds), 3),
        _number(figures.documents_per_second, 0),
        _number(figures.speed, 2),
        _number(figures.peak_mb, 0),
    )


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:,.{decimals}f}"


def _aligned(table: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )
