"""``python -m bench``: measure this migrator against other ways of loading, and print how they compare.

Every round measures every case once, each in a fresh process, and begins one case further down the list, so
that a busy minute of the machine does not fall on one of them alone. Exit code 1 means that a loader did not
load what it should have; a missed target is only reported.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from . import conflicts, report, serving, starting
from .cases import CAN_EMPTY_CACHE, CASES, LARGE, SPEED, Before, Case
from .measure import CAN_MEASURE_MEMORY, Job, Measurement, WrongResult, measured
from .reporting import share_of_report
from .tree import plant

SEED = 20
QUICK_DOCUMENTS, QUICK_ROUNDS = 1_000, 1
START_ROUNDS, QUICK_START_ROUNDS = 15, 1
CONFLICTS, QUICK_CONFLICTS = (100_000, 240), (2_000, 30)
"""Small documents and large ones in the trees in which a tenth is in conflict."""
MEMORY_SIZES, QUICK_MEMORY_SIZES = (10_000, 100_000), (1_000, 5_000)


def main() -> int:
    """Run the benchmark as the command line asks; returns the exit code."""
    options = _options()
    documents = QUICK_DOCUMENTS if options.quick else options.documents
    rounds = QUICK_ROUNDS if options.quick else options.rounds
    sizes = QUICK_MEMORY_SIZES if options.quick else MEMORY_SIZES
    try:
        with TemporaryDirectory(prefix="rmos-bench-", dir=options.folder) as folder:
            place = Path(folder).resolve()
            print("starts", file=sys.stderr)
            starts = starting.started(place, QUICK_START_ROUNDS if options.quick else START_ROUNDS)
            results = _speed(place, documents, rounds)
            memory, audit_memory, large = _large(place, sizes, rounds)
            print("conflicts", file=sys.stderr)
            growth = conflicts.growth_mb(place, *(QUICK_CONFLICTS if options.quick else CONFLICTS), SEED)
            print("reports", file=sys.stderr)
            share, reports = share_of_report(place / "spoiled", max(sizes), min(rounds, 3), place)
            answering = _answering(place, quick=options.quick)
    except WrongResult as error:
        print(f"wrong result: {error}", file=sys.stderr)
        return 1
    sizes_of = {name: _documents(CASES[name], documents) for name in results}
    figures = report.figures(results, sizes_of, "ours")
    large_figures = report.figures(large, dict.fromkeys(large, max(sizes)), "ours-large")
    found = report.Report(
        machine=report.machine(),
        settings={"documents": documents, "rounds": rounds, "seed": SEED, "quick": options.quick},
        figures=figures,
        large_figures=large_figures,
        memory_mb=memory,
        audit_memory_mb=audit_memory,
        conflicts_mb=growth,
        starts=starts,
        reports=reports,
        serving=answering,
        targets=[
            *report.start_targets(starts),
            *report.targets(figures, large_figures, memory, audit_memory, growth, share, answering),
        ],
        notes=_notes(quick=options.quick),
    )
    print(found.as_text())
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found.as_json(), indent=2) + "\n", encoding="utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure rmos-migration.")
    parser.add_argument("--documents", type=int, default=20_000, help="size of the tree (default 20000)")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each case (default 5)")
    parser.add_argument(
        "--output", type=Path, default=Path("bench/results/latest.json"), help="where JSON goes"
    )
    parser.add_argument("--folder", type=Path, help="where trees and databases are made, and removed")
    parser.add_argument("--quick", action="store_true", help="a small run that shows the benchmark works")
    options = parser.parse_args()
    if options.documents < 100 or options.rounds < 1:
        parser.error("at least 100 documents and 1 round are needed")
    return options


def _speed(place: Path, documents: int, rounds: int) -> dict[str, list[Measurement]]:
    cases = list(SPEED)
    trees: dict[tuple[int, bool], Path] = {}
    for size, mixed in {(_documents(case, documents), case.mixed) for case in cases}:
        trees[size, mixed] = place / f"tree-{size}-{mixed}"
        plant(trees[size, mixed], size, SEED, mixed=mixed)
    filled = place / "filled.db"
    measured(Job("ours", str(trees[documents, False]), documents, str(filled)))
    results: dict[str, list[Measurement]] = {case.name: [] for case in cases}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for case in cases[number % len(cases) :] + cases[: number % len(cases)]:
            size = _documents(case, documents)
            results[case.name].append(_one(case, trees[size, case.mixed], size, place, filled))
    return results


def _one(case: Case, tree: Path, documents: int, place: Path, filled: Path) -> Measurement:
    if case.before is Before.ALL:
        return measured(Job(case.name, str(tree), documents, str(filled)))
    folder = Path(mkdtemp(dir=place))
    try:
        return measured(Job(case.name, str(tree), documents, str(folder / "new.db")))
    finally:
        shutil.rmtree(folder)


def _large(
    place: Path, sizes: Sequence[int], rounds: int
) -> tuple[dict[int, float], dict[int, float], dict[str, list[Measurement]]]:
    """Return the peak memory in MB of a first run and an audit for some sizes, and the large tree's cases.

    A case is measured only in the largest tree, every round once, beginning one further down the list.
    """
    memory, audit_memory = {}, {}
    results: dict[str, list[Measurement]] = {case.name: [] for case in LARGE}
    for size in sizes:
        print(f"{size:,} documents", file=sys.stderr)
        tree, filled = place / f"large-{size}", place / f"large-{size}.db"
        plant(tree, size, SEED)
        memory[size] = measured(Job("ours-large", str(tree), size, str(filled))).peak_mb
        audit_memory[size] = measured(Job("audit", str(tree), size, str(filled))).peak_mb
        for number in range(rounds if size == max(sizes) else 0):
            print(f"round {number + 1} of {rounds}", file=sys.stderr)
            for case in LARGE[number % len(LARGE) :] + LARGE[: number % len(LARGE)]:
                results[case.name].append(_one(case, tree, size, place, filled))
        shutil.rmtree(tree)
    return _known(memory), _known(audit_memory), results


def _answering(place: Path, *, quick: bool) -> serving.Serving | None:
    """How the server answers; None where nothing can ask it."""
    if not serving.can_measure():
        print("the server is not measured: there is no wrk", file=sys.stderr)
        return None
    print("the server", file=sys.stderr)
    return serving.served(place, serving.QUICK if quick else serving.USUAL)


def _known(peaks: dict[int, float | None]) -> dict[int, float]:
    return {size: peak for size, peak in peaks.items() if peak is not None}


def _documents(case: Case, documents: int) -> int:
    return round(documents * case.share)


def _notes(*, quick: bool) -> list[str]:
    notes = [
        "row per commit loads a tenth of the documents; its rate is that of the tenth.",
        "no safety: no journal, nothing forced to the disk. As safe as ours: WAL, synchronous FULL."
        " May lose some: WAL, synchronous NORMAL.",
    ]
    if quick:
        notes.append("this was a quick run; it is too small to judge the targets by.")
    if not CAN_MEASURE_MEMORY:
        notes.append("this system has no getrusage, so memory was not measured.")
    if not serving.can_measure():
        notes.append("wrk is not installed (Debian: apt install wrk), so the server was not measured.")
    if not CAN_EMPTY_CACHE:
        notes.append("this system has no posix_fadvise, so the cold file cache was not measured.")
    return notes


if __name__ == "__main__":
    sys.exit(main())
