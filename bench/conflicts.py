"""What conflicts cost in memory: one tree with and without a tenth of its documents under taken ids.

``python -m bench.conflicts TREE DATABASE`` migrates once, in a process of its own, and answers in JSON on
stdout.
"""

import json
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from .measure import CAN_MEASURE_MEMORY, WrongResult, peak_mb
from .tree import plant

ONE_IN = 10
"""One document in so many has the id of the one before it."""

LARGE_NOTES = "wood " * 180_000
"""Makes a document of 0.9 MB, of which nine are a batch."""


def growth_mb(place: Path, documents: int, large_documents: int, seed: int) -> float | None:
    """How much more memory a run takes with conflicts, in MB: of small or of large documents, the larger.

    Raises:
        WrongResult: if the conflicts were not what they should be.
    """
    if not CAN_MEASURE_MEMORY:
        return None
    small, large = place / "conflicts-small", place / "conflicts-large"
    plant(small, documents, seed)
    _plant_large(large, large_documents)
    return max(_growth(tree) for tree in (small, large))


def _plant_large(tree: Path, documents: int) -> None:
    folder = tree / "patterns"
    folder.mkdir(parents=True)
    for number in range(documents):
        rings = [{"radius_mm": 40 + number % 7}]
        document = {
            "id": f"p{number}",
            "name": f"Pattern {number}",
            "ring_count": 1,
            "geometry": {"rings": rings},
            "notes": LARGE_NOTES,
        }
        (folder / f"{number:06}.json").write_text(json.dumps(document), encoding="utf-8")


def _growth(tree: Path) -> float:
    plain, _ = _peak(tree, "plain.db")
    expected = _take_ids(tree / "patterns")
    peak, conflicts = _peak(tree, "conflicts.db")
    shutil.rmtree(tree)
    if conflicts != expected:
        raise WrongResult(f"{conflicts:,} conflicts where {expected:,} were expected")
    return peak - plain


def _take_ids(folder: Path) -> int:
    """Give every tenth document of a folder the id of the one before it; how many are in conflict then."""
    files = sorted(folder.rglob("*.json"))
    pairs = list(pairwise(files))[ONE_IN - 2 :: ONE_IN]
    for before, file in pairs:
        document = json.loads(file.read_bytes())
        document["id"] = json.loads(before.read_bytes())["id"]
        file.write_text(json.dumps(document), encoding="utf-8")
    return len(pairs)


def _peak(tree: Path, name: str) -> tuple[float, int]:
    command = [sys.executable, "-m", "bench.conflicts", str(tree), str(tree.with_name(f"{tree.name}-{name}"))]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent, check=False)
    if done.returncode:
        raise WrongResult("the run with conflicts failed, see above")
    peak, conflicts = json.loads(done.stdout)
    return peak, conflicts


def _measure(tree: Path, database: Path) -> tuple[float | None, int]:
    from rmos_migration import migrate

    conflicts = migrate(tree, database).totals.conflicts
    return peak_mb(), conflicts


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), Path(sys.argv[2]))))
