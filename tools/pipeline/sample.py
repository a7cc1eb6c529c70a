"""The sample data: a seeded workshop, half of it in older forms, and a handful of faults of known effect."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from bench.tree import Sizes, plant

from .place import COUNTS, ENTITIES, Counts, Place, Result, total

DOCUMENTS, SEED = 2_000, 20


class Fault(NamedTuple):
    """A planted document: its place, its content, the column that counts it, and the code that says why."""

    path: str
    text: str
    counted: str
    code: str | None = None

    @property
    def entity(self) -> str:
        """To which entity it is counted."""
        return self.path.partition("/")[0]


def _family(**more: Any) -> str:
    native = {
        "id": "planted-family",
        "name": "Planted maple",
        "strip_width_mm": 2.5,
        "strip_thickness_mm": 0.6,
    }
    return json.dumps(
        native | {"material_type": "wood", "strips": [{"species": "maple", "length_mm": 600}]} | more
    )


def _pattern(**more: Any) -> str:
    native = {"id": "planted-pattern", "name": "Planted rope", "ring_count": 1}
    return json.dumps(native | {"geometry": {"rings": [{"radius_mm": 45.5, "segments": 24}]}} | more)


def _joblog(**more: Any) -> str:
    native = {"id": "planted-job", "job_type": "slice", "status": "completed"}
    return json.dumps(native | {"parameters": {"blade_mm": 0.8}} | more)


FAULTS = (
    Fault("strip_families/planted/same-content-1.json", _family(), "migrated"),
    Fault("strip_families/planted/same-content-2.json", _family(strip_width_mm=2.50), "unchanged"),
    Fault(
        "strip_families/planted/text-width.json",
        _family(strip_width_mm="2.5 mm"),
        "rejected",
        "field-invalid",
    ),
    Fault("patterns/planted/broken.json", _pattern(id="planted-broken")[:-9], "rejected", "json-syntax"),
    Fault(
        "patterns/planted/cut-off.json",
        _pattern(geometry="@{rings=System.Object[]}"),
        "rejected",
        "powershell-truncated",
    ),
    Fault("patterns/planted/joblog.json", _joblog(id="planted-elsewhere"), "rejected", "wrong-folder"),
    Fault("patterns/planted/one-id-1.json", _pattern(), "migrated"),
    Fault("patterns/planted/one-id-2.json", _pattern(ring_count=2), "conflicts", "id-conflict"),
    Fault("joblogs/planted/empty.json", "", "rejected", "file-empty"),
    Fault(
        "joblogs/planted/not-a-number.json",
        _joblog(duration_seconds=float("nan")),
        "rejected",
        "json-not-a-number",
    ),
    Fault(
        "joblogs/planted/no-such-pattern.json",
        _joblog(pattern_id="not-there"),
        "migrated",
        "reference-missing",
    ),
)
"""In the order in which the program reads them, entity by entity."""


def sample(place: Place) -> Result:
    """Plant the sample data in a folder without anything of an earlier pipeline."""
    _clear(place)
    size = plant(place.tree, DOCUMENTS, SEED, mixed=True)
    for fault in FAULTS:
        file = place.tree / fault.path
        file.parent.mkdir(exist_ok=True)
        file.write_text(fault.text, encoding="utf-8")
    counts = expected_counts()
    figures = {
        "counts": counts,
        "codes": Counter(fault.code for fault in FAULTS if fault.code),
        "rejected": {fault.path: fault.code for fault in FAULTS if fault.counted == "rejected"},
        "warnings": sum(1 for fault in FAULTS if fault.code and fault.counted != "rejected"),
        "bytes": size,
    }
    return Result(
        True, f"{total(counts, 'found'):,} documents, {total(counts, 'rejected')} of them unusable", figures
    )


def _clear(place: Place) -> None:
    for file in place.folder.glob("results/*.json"):
        file.unlink()
    for file in place.folder.glob("rmos.db*"):
        file.unlink()
    for name in ("legacy", "elsewhere", "reports"):
        shutil.rmtree(place.folder / name, ignore_errors=True)
    (place.folder / "summary.md").unlink(missing_ok=True)


def expected_counts() -> Counts:
    """Return what a first run must count."""
    counts: Counts = {name: dict.fromkeys(COUNTS, 0) for name in ENTITIES}
    for name, documents in Sizes.of(DOCUMENTS)._asdict().items():
        counts[name]["found"] = counts[name]["migrated"] = documents
    for fault in FAULTS:
        counts[fault.entity]["found"] += 1
        counts[fault.entity][fault.counted] += 1
    return counts


def plant_elsewhere(folder: Path) -> None:
    """Return the same workshop once more, without the faults: a copy of what is in the database already."""
    shutil.rmtree(folder, ignore_errors=True)
    plant(folder, DOCUMENTS, SEED, mixed=True)
