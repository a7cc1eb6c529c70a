"""The benchmark runs, loads what it should, and says how the ways of loading compare."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytest.importorskip("sqlite_utils", reason="the benchmark compares with sqlite-utils")


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_quick_benchmark_measures_every_way_of_loading(tmp_path: Path) -> None:
    output = tmp_path / "bench.json"
    run("bench", "--quick", "--output", str(output))
    report = json.loads(output.read_text())
    assert report["schema"] == "rmos-migration/benchmark/1"
    assert all(figures["median_seconds"] > 0 for figures in report["figures"])
    assert all(figures["median_seconds"] > 0 for figures in report["large_figures"])
    assert all(one["report"] > 0 for one in report["reports"])
    if shutil.which("wrk"):
        assert len(report["serving"]["reads"]) == 4
        assert all(one["per_second"] > 0 and not one["failed"] for one in report["serving"]["reads"])
    assert report["conflicts_mb"] is None or report["conflicts_mb"] < 40
    assert all(one["ratio"] > 0 for one in report["starts"])
    assert len(report["targets"]) == 18


def test_the_parts_every_document_needs_are_measured() -> None:
    lines = run("bench.parts", "200").splitlines()
    *parts, whole = [float(line.split()[-1]) for line in lines[:-3]]
    assert len(parts) == 9
    assert abs(sum(parts) - whole) < 0.1


def test_the_status_is_measured_beside_callers_who_always_ask_something_else() -> None:
    alone, beside = (
        json.loads(line.partition(" ")[2]) for line in run("bench.attack", "--quick").splitlines()
    )
    assert alone["asked"] > 0
    assert beside["asked"] > 0
    assert set(beside["attack_statuses"]) <= {"200", "503"}
    assert beside["attack_statuses"]["200"] > 0
